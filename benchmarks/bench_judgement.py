"""What `dedup clean` removes and cuts, judged by two readers: right, wrong, contested; what goes and what stays.

make bench-judgement
python benchmarks/bench_judgement.py --held-out FOLDER
python benchmarks/bench_judgement.py --options --max-novel 0.2

benchmarks/judged/ has the verdicts, with the guideline that both readers followed. A verdict is right or wrong where
both say so, else contested. Pairs were drawn by relation and similarity, low similarities more often; the shares of all
removals are weighted back. Rules are chosen on half 0 of the days and outlets; half 1 is for reporting.

removals.jsonl         pairs that the plain threshold (`--remove all`) removed: which of them still go
removals_second.jsonl  pairs that the first rule of relations removed; it was then sharpened on them
removals_third.jsonl   pairs that the next rule removed, drawn and judged after it was fixed; one clause followed, for
                       three of the eleven wrong ones (contained, another day, a conflicting fact)
removals_fourth.jsonl  all pairs that threshold 0.3 removed and 0.5 did not; the bound where less than half is shared
                       was chosen on half 0 of them
removals_fifth.jsonl   removals of which six to nine tenths stand in the witness, drawn and
                       judged after that rule was fixed
removals_sixth.jsonl   removals outside the other files that decision 0075 changed, judged after it was fixed
removals_seventh.jsonl removals of two corpora outside of the shared data, which `held_out.py` makes; decision 0076 was
                       made on half 0; half 1 holds what it changed and more, judged after it was fixed
removals_eighth.jsonl  removals of posts of newsgroups, which `held_out.py` makes, before decision 0079; drawn and
                       judged after it was fixed
pairs.jsonl            pairs of any similarity, same or other: does `dedup.deduplicate` remove one of the two
pairs_second.jsonl     the same of other documents and outlets; seen before the last rule (0075)
pairs_third.jsonl      the same of the two corpora of removals_seventh.jsonl, judged after 0076 was fixed
cuts.jsonl             cuts of an earlier rule; cuts_second.jsonl those of the next one, which was then narrowed
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from measure import cleaned
from news import read_lines, require_folder

from dedup import deduplicate
from dedup.bench.judging import JudgedPair, follow
from dedup.bench.rates import measure_interval

JUDGED = Path(__file__).parent / "judged"
VERDICTS = ("right", "wrong", "contested")
FIELDS = ("id", "text", "title", "date", "outlet", "url")


class DrawnPair(JudgedPair, frozen=True, kw_only=True):
    """A removal that two readers judged, and how it was drawn."""

    corpus: str
    relation: str
    similarity: float
    half: int
    weight: float


class LabelledPair(msgspec.Struct, frozen=True):
    """Two documents that were judged as they are, by nobody's proposal: same, other or unsure."""

    corpus: str
    first: str
    second: str
    verdict: str
    verdict_2: str
    half: int | None = None  # of a set on which something was chosen


@dataclass(frozen=True)
class Outcome:
    """A judged pair, and what becomes of it now: what `follow` says."""

    pair: DrawnPair
    fate: str


def read_judged(name: str) -> list[DrawnPair]:
    """Return the verdicts of a file."""
    decode = msgspec.json.Decoder(DrawnPair).decode
    return [decode(line) for line in (JUDGED / name).read_bytes().splitlines()]


def measure_kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa (1960) of two readers.

    >>> round(measure_kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")]), 2)
    0.5
    """
    agree = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[name] * second[name] for name in first) / len(pairs) ** 2
    return (agree - chance) / (1 - chance) if chance < 1 else 1.0


def find_interval(share: float, count: float) -> str:
    """Return the Wilson interval of 95 % of a share of so many."""
    if count == 0:
        return "no case"
    low, high = measure_interval(share, count)
    return f"{low:.1%}-{high:.1%}"


@dataclass(frozen=True)
class Cleaned:
    """What a clean run takes out of a corpus: the witness of each id that goes, and its cuts `[start, end)` by id."""

    witness: dict[str, str]
    cuts: dict[str, list[list[int]]]


def clean_corpora(corpora: Iterable[str], data: Path, options: Sequence[str]) -> dict[str, Cleaned]:
    """Clean each corpus."""
    found = {}
    for corpus in corpora:
        with cleaned(data / f"{corpus}.jsonl.gz", *options) as out:
            witness = {row["id"]: row["witness"]["id"] for row in read_lines(out / "removed.jsonl")}
            cuts = defaultdict(list)
            for row in read_lines(out / "passages.jsonl"):
                cuts[row["doc_id"]] += row.get("cuts", [])
        found[corpus] = Cleaned(witness, cuts)
    return found


def show_outcomes(title: str, outcomes: Sequence[Outcome]) -> None:
    """Print what goes and what stays, by verdict, and the weighted share of wrong removals among what goes."""
    cells = Counter((outcome.pair.agreed, outcome.fate) for outcome in outcomes)
    parts = [
        f"{name} {cells[name, 'goes']:3} go {cells[name, 'stays']:3} stay {cells[name, 'other']:2} other"
        for name in VERDICTS
    ]
    going = [outcome.pair for outcome in outcomes if outcome.fate == "goes"]
    total = sum(pair.weight for pair in going)
    wrong = sum(pair.weight for pair in going if pair.agreed == "wrong")
    effective = total**2 / sum(pair.weight**2 for pair in going) if going else 0.0
    share = wrong / total if total else 0.0
    print(f"{title:<46} {'   '.join(parts)}   wrong of what goes {share:.1%} ({find_interval(share, effective)})")


def show_cuts(file: str, runs: Mapping[str, Cleaned]) -> None:
    """Print the verdicts on cuts, and which of them are made now: half of the judged characters and more."""
    rows = [row for row in read_lines(JUDGED / file) if row["corpus"] in runs]
    kappa = measure_kappa([(row["verdict"], row["verdict_2"]) for row in rows])
    print(f"\n{len(rows)} cuts of {file}, kappa {kappa:.2f}")
    cells: Counter[tuple[str, str, bool]] = Counter()
    for row in rows:
        agreed = row["verdict"] if row["verdict"] == row["verdict_2"] else "contested"
        start, end = row["cut"]
        made = sum(max(0, min(end, b) - max(start, a)) for a, b in runs[row["corpus"]].cuts.get(row["id"], []))
        for name in ("all", f"half {row['half']}"):
            cells[name, agreed, 2 * made >= end - start] += 1
    for name in ("all", "half 0", "half 1"):
        parts = [f"{v} {cells[name, v, True]:3} made {cells[name, v, False]:3} only reported" for v in VERDICTS]
        print(f"cuts, {name:<39} {'   '.join(parts)}")
    wrong = cells["all", "wrong", True]
    made = wrong + cells["all", "right", True]
    share = wrong / max(made, 1)
    print(f"made now: {wrong} of {made} wrong, {share:.1%} ({find_interval(share, made)})")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--held-out", type=Path, help="the folder that held_out.py wrote")
    parser.add_argument(
        "--options", nargs=argparse.REMAINDER, default=[], help="options of `dedup clean`; put them last"
    )
    options = parser.parse_args()
    pairs = read_judged("removals.jsonl")
    corpora = [*dict.fromkeys(pair.corpus for pair in pairs), "lk_pmd_press_releases", "ja_wikinews"]
    data = require_folder(options.data)
    before = clean_corpora(corpora, data, ["--threshold", "0.5", "--remove", "all", "--max-novel", "1,1000000"])
    after = clean_corpora(corpora, data, options.options)
    show_pairs("removals of the plain threshold, now with --remove all", pairs, before)
    show_pairs("the same removals, by relation", pairs, after)
    show_pairs("removals of the first rule of relations", read_judged("removals_second.jsonl"), after)
    show_pairs("removals of the next rule, judged after it was fixed", read_judged("removals_third.jsonl"), after)
    show_pairs("removals that a threshold of 0.3 adds to one of 0.5", read_judged("removals_fourth.jsonl"), after)
    show_pairs("removals of which six to nine tenths stand in the witness", read_judged("removals_fifth.jsonl"), after)
    show_pairs("removals that the rule before (0075) changed", read_judged("removals_sixth.jsonl"), after)
    show_held_out(options.held_out, options.options)
    for name in ("pairs.jsonl", "pairs_second.jsonl"):
        show_labelled(name, data)
    for name in ("cuts.jsonl", "cuts_second.jsonl"):
        show_cuts(name, after)


def show_held_out(folder: Path | None, options: Sequence[str]) -> None:
    """Print what becomes of removals and pairs of corpora outside of the shared data."""
    if folder is None:
        files = "removals_seventh.jsonl, removals_eighth.jsonl and pairs_third.jsonl"
        print(f"\n{files}: skipped, name the folder of their corpora with --held-out")
        return
    for name, said in (("seventh", "corpora outside of the shared data"), ("eighth", "posts, as before decision 0079")):
        pairs = read_judged(f"removals_{name}.jsonl")
        runs = clean_corpora(dict.fromkeys(pair.corpus for pair in pairs), folder, options)
        show_pairs(f"removals of {said}", pairs, runs)
    show_labelled("pairs_third.jsonl", folder)


def show_labelled(file: str, data: Path) -> None:
    """Print precision, recall and F1 of `dedup.deduplicate` on each labelled pair alone, with its defaults."""
    decode = msgspec.json.Decoder(LabelledPair).decode
    pairs = [decode(line) for line in (JUDGED / file).read_bytes().splitlines()]
    kappa = measure_kappa([(pair.verdict, pair.verdict_2) for pair in pairs])
    print(f"\n{len(pairs)} labelled pairs of {file}, kappa {kappa:.2f}: same against other, where both readers agree")
    wanted = {(pair.corpus, name) for pair in pairs for name in (pair.first, pair.second)}
    articles = {
        (corpus, row["id"]): {name: row.get(name) or "" for name in FIELDS}
        for corpus in sorted({pair.corpus for pair in pairs})
        for row in read_lines(data / f"{corpus}.jsonl.gz")
        if (corpus, row["id"]) in wanted
    }
    cells: Counter[tuple[str, bool, bool]] = Counter()
    for pair in pairs:
        if pair.verdict == pair.verdict_2 != "unsure":
            both = [articles[pair.corpus, name] for name in (pair.first, pair.second)]
            goes = bool(deduplicate(both).removed)
            cells["all", pair.verdict == "same", goes] += 1
            if pair.half is not None:
                cells[f"half {pair.half}", pair.verdict == "same", goes] += 1
    for name in sorted({name for name, _, _ in cells}):
        found, false, missed = cells[name, True, True], cells[name, False, True], cells[name, True, False]
        precision, recall = found / max(found + false, 1), found / max(found + missed, 1)
        f1 = 2 * found / max(2 * found + false + missed, 1)
        interval = find_interval(f1, found + (false + missed) / 2)  # F1 is a share: of found, and half of the errors
        counts = f"{interval}; {false} false, {missed} missed"
        print(f"pairs, {name:8} precision {precision:.3f}  recall {recall:.3f}  F1 {f1:.3f}  ({counts})")


def show_pairs(title: str, pairs: Sequence[DrawnPair], runs: Mapping[str, Cleaned]) -> None:
    """Print the agreement of the readers, and what becomes of the pairs of each kind."""
    verdicts = [(pair.verdict, pair.verdict_2) for pair in pairs]
    same = sum(a == b for a, b in verdicts)
    print(f"\n{len(pairs)} {title}")
    print(f"both readers agree on {same / len(pairs):.1%}, kappa {measure_kappa(verdicts):.2f}")
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for pair in pairs:
        outcome = Outcome(pair, follow(pair, runs[pair.corpus].witness))
        for name in ("all", f"half {pair.half}", pair.corpus, f"{pair.corpus}, half {pair.half}", pair.relation):
            groups[name].append(outcome)
    for name, chosen in groups.items():
        show_outcomes(name, chosen)
    half = [outcome for outcome in groups.get("half 1", []) if outcome.fate != "other"]
    for verdict in ("wrong", "right"):
        judged = [outcome for outcome in half if outcome.pair.agreed == verdict]
        stay = sum(outcome.fate == "stays" for outcome in judged)
        share = stay / max(len(judged), 1)
        interval = find_interval(share, len(judged))
        print(f"half 1: {stay} of {len(judged)} {verdict} removals stay, {share:.1%} ({interval})")
        gone = [pair for pair in (outcome.pair for outcome in judged) if pair.ids[1] in runs[pair.corpus].witness]
        print(f"half 1: {len(gone)} {verdict} pairs lose the document that was kept when they were judged")


if __name__ == "__main__":
    main()

"""What finding passages must show: planted truth, repeats, containment, scripts, cost, and what a second net would add.

make bench-passages
python benchmarks/bench_passages.py --data ../shared/data --only nets
"""

import argparse
import gzip
import json
import random
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from made_texts import write_arabic, write_chinese
from measure import Run, alternate, median_ratio, median_wall, run_command
from pan import Case, covered, overlap, score
from plant import JOINS, REPEATS, Planted, correct, plant, plant_repeat, truncate
from window_net import Net, Tokens, cast_anchors, cast_truth, cast_windows, read_tokens

from dedup import Document, Passage, PassageConfig, find_passages
from dedup.passages.spans import TokenOffsets

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
CASES = 1000
SEED_003 = (225, 1938, 1939, 3652)
RATES = ((0.0, 0.95), (0.05, 0.95), (0.1, 0.95), (0.2, 0.94), (0.35, 0.82))


@dataclass(frozen=True)
class Record:
    """An article of the shared data."""

    id: str
    text: str
    lang: str


def read_records(path: Path) -> list[Record]:
    """Return the articles of a shared file."""
    with gzip.open(path, "rb") as lines:
        rows = map(json.loads, lines)
        return [Record(row["id"], row["text"], row.get("lang", "")) for row in rows]


def report(what: str, value: str, target: str) -> None:
    """Print one figure beside what it must reach."""
    print(f"{what:<66} {value:>16}   must: {target}", flush=True)


def choose_quiet(texts: Sequence[str]) -> list[str]:
    """Return the texts that share no passage with others and print none twice: what is planted in them is all there is.

    Press releases share sentences by nature; without this they would count as false detections.
    """
    documents = [Document(str(i), text) for i, text in enumerate(texts)]
    found = find_passages(documents, PassageConfig(min_tokens=12))
    loud = {p.document.id for p in found} | {p.witness.id for p in found}
    return [text for i, text in enumerate(texts) if str(i) not in loud]


def as_case(passage: Passage) -> Case:
    """Return a passage as the measures take it."""
    return Case(
        (passage.document.id, passage.start, passage.end),
        (passage.witness.id, passage.witness_start, passage.witness_end),
    )


def detect(planted: Planted, scope: str = "across") -> list[Case]:
    """Return what is found in a planted corpus."""
    documents = [Document(name, text) for name, text in planted.documents.items()]
    return [as_case(p) for p in find_passages(documents, PassageConfig(scope=scope))]


def best_of(case: Case, found: Sequence[Case]) -> Case | None:
    """Return the detection that covers most of a case."""
    rated = [(min(overlap(case.copy, d.copy), overlap(case.source, d.source)), d) for d in found]
    best = max(rated, key=lambda r: r[0], default=(0, None))
    return best[1] if best[0] > 0 else None


def by_document(found: Sequence[Case]) -> dict[str, list[Case]]:
    """Return the detections by the document of their copy."""
    groups: dict[str, list[Case]] = {}
    for case in found:
        groups.setdefault(case.copy[0], []).append(case)
    return groups


def measure_boundaries(cases: Sequence[Case], found: Sequence[Case]) -> list[int]:
    """Return how far the four boundaries of each case that was found are off, in characters."""
    groups, errors = by_document(found), []
    for case in cases:
        best = best_of(case, groups.get(case.copy[0], []))
        if best is not None:
            for side, theirs in ((case.copy, best.copy), (case.source, best.source)):
                errors += [abs(side[1] - theirs[1]), abs(side[2] - theirs[2])]
    return errors


def share_found(cases: Sequence[Case], found: Sequence[Case], least: float = 0.5) -> float:
    """Return the share of cases of which detections cover at least so much."""
    groups = by_document(found)
    hits = sum(covered(case, groups.get(case.copy[0], [])) >= least for case in cases)
    return hits / len(cases)


def show_seeds(folder: Path) -> None:
    """Article 003 prints its body twice; the four others print nothing twice."""
    texts = {path.name[:3]: path.read_text() for path in sorted(folder.glob("*.txt"))}
    found = find_passages([Document(name, text) for name, text in texts.items()])
    spans = [(p.document.id, p.witness_start, p.witness_end, p.start, p.end, p.similarity) for p in found]
    exact = spans == [("003", *SEED_003, 1.0)]
    report("003 has [225,1938) again at [1939,3652), exact; no other", str(exact or spans), "True")
    tokens = TokenOffsets(texts["003"][SEED_003[0] : SEED_003[1]])
    report("its words", str(len(tokens)), "248")
    with scratch() as out:
        run_command([sys.executable, "-m", "dedup", "clean", folder, "-o", out / "o", "-q"])
        [kept] = [p.read_text() for p in (out / "o" / "kept").rglob("003*.txt")]
        untouched = sum(
            p.read_text() == texts[p.name[:3]] for p in (out / "o" / "kept").rglob("*.txt") if p.name[:3] != "003"
        )
    body = texts["003"][SEED_003[0] : SEED_003[1]]
    once = kept.count(body) == 1 and len(kept.split()) == len(texts["003"].split()) - len(body.split()) + 1
    report("clean: 003 with its body once, headline and footer", str(once), "True")
    report("clean: other seeds untouched", str(untouched), "4")


def show_planted(quiet: list[str]) -> None:
    """Passages of 20 to 200 words in real articles, edited."""
    for rate, target in RATES:
        planted = plant(quiet, rate, CASES, seed=1)
        found = detect(planted)
        result = score(planted.cases, found)
        errors = measure_boundaries(planted.cases, found)
        detail = f"(precision {result.precision:.3f}, recall {result.recall:.3f})"
        report(f"plagdet at {rate:.0%} edits {detail}", f"{result.plagdet:.3f}", f">= {target}")
        report(f"  granularity at {rate:.0%}", f"{result.granularity:.3f}", "<= 1.05")
        must = "<= 2 characters" if rate <= 0.2 else "(no target)"
        report(f"  median boundary error at {rate:.0%}", f"{statistics.median(errors):.0f}", must)
    short = plant(quiet, 0.1, CASES, seed=2, words=(20, 20))
    report("passages of 20 words found at 10% edits", f"{share_found(short.cases, detect(short)):.3f}", ">= 0.85")


def show_repeats(quiet: list[str], untouched: list[str]) -> None:
    """Articles that print a part of themselves twice, and articles as they are."""
    rng = random.Random(3)
    total, missed = 0, 0
    for kind in REPEATS:
        for join in JOINS:
            documents: dict[str, str] = {}
            cases = []
            for number, text in enumerate(rng.sample(quiet, min(CASES, len(quiet)))):
                planted = plant_repeat(text, kind, join, rng)
                if planted is not None:
                    name = str(number)
                    documents[name], case = planted
                    cases.append(Case((name, *case.copy[1:]), (name, *case.source[1:])))
            found = detect(Planted(documents, cases, []), "within")
            result = score(cases, found)
            lost = round(len(cases) * (1 - share_found(cases, found, 0.9)))
            total, missed = total + len(cases), missed + lost
            what = f"within: {kind}, {join} ({len(cases)} articles, granularity {result.granularity:.2f}), recall"
            report(what, f"{result.recall:.4f}", ">= 0.99")
    report(f"within: cases of which 90% is covered, of {total:,}", f"{1 - missed / total:.4f}", ">= 0.99")
    list_cuts(untouched)


def list_cuts(texts: list[str]) -> None:
    """List the cuts in untouched articles that a reader would doubt most: the shortest and the least alike."""
    config = PassageConfig(scope="within")
    found = [p for p in find_passages(texts, config) if p.similarity >= config.cut_similarity]
    edited = len({p.document.id for p in found})
    edited_copies = sum(p.similarity < 1 for p in found)
    report(f"cut in {len(texts):,} untouched articles ({edited} articles)", f"{len(found)} cuts", "(to be read)")
    report("  of them not exact", str(edited_copies), "(to be read)")
    doubtful = sorted(found, key=lambda p: len(TokenOffsets(p.text)) * p.similarity**4)[:20]
    for p in doubtful:
        first = p.document.text[p.witness_start : p.witness_end]
        words = len(TokenOffsets(p.text))
        print(f"    article {p.document.id}, {words} words, {p.similarity:.2f}, {p.start - p.witness_end} apart")
        print(f"      cut:   {' '.join(p.text.split())[:300]}")
        if p.similarity < 1:
            print(f"      first: {' '.join(first.split())[:300]}")


def show_contained(quiet: list[str], texts: list[str]) -> None:
    """Truncated articles and corrected ones, cleaned with their originals."""
    for name, source in (("quiet articles", quiet), ("any articles", texts)):
        rng = random.Random(4)
        originals = [t for t in source if len(t.split()) >= 80]
        originals = rng.sample(originals, min(2 * CASES, len(originals)))
        half = len(originals) // 2
        derived = [truncate(t, rng) for t in originals[:half]] + [correct(t, originals, rng) for t in originals[half:]]
        with scratch() as folder:
            rows = [
                {"id": f"{kind}{i}", "text": t}
                for kind, ts in (("o", originals), ("d", derived))
                for i, t in enumerate(ts)
            ]
            rng.shuffle(rows)
            (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
            run_command([sys.executable, "-m", "dedup", "clean", folder / "in.jsonl", "-o", folder / "o", "-q"])
            with (folder / "o" / "removed.jsonl").open("rb") as lines:
                removed = {row["id"] for row in map(json.loads, lines)}
        pairs = [f"o{i}" in removed or f"d{i}" in removed for i in range(len(derived))]
        cut, corrected = pairs[:half], pairs[half:]
        report(f"cut to 30-80% ({half}, {name}): one of the two removed", f"{sum(cut) / half:.4f}", ">= 0.97")
        report(
            f"(CORRECTED) and two paragraphs ({len(corrected)}, {name})",
            f"{sum(corrected) / len(corrected):.4f}",
            ">= 0.97",
        )


def show_cost(source: Path, rounds: int) -> None:
    """What `--passages all` costs beside `--passages off`."""
    CACHE.mkdir(exist_ok=True)
    plain = CACHE / "congress.jsonl"
    if not plain.exists():
        with gzip.open(source, "rb") as packed:
            plain.write_bytes(packed.read())

    def clean(*options: str) -> Callable[[], Run]:
        def run() -> Run:
            with scratch() as folder:
                command = [sys.executable, "-m", "dedup", "clean", plain, "-o", folder / "out", "-q"]
                return run_command([*command, "--passages", *options])

        return run

    runs = alternate(
        {
            "all": clean("all"),
            "within": clean("within"),
            "uncontained": clean("within", "--contained", "off"),
            "off": clean("off"),
        },
        rounds,
    )
    report("clean --passages all / off", f"{median_ratio(runs['all'], runs['off']):.2f} x", "<= 2.5 x")
    report("clean (within, contained) / off", f"{median_ratio(runs['within'], runs['off']):.2f} x", "(no target)")
    report("clean --contained off / off", f"{median_ratio(runs['uncontained'], runs['off']):.2f} x", "(no target)")
    for name, some in runs.items():
        peak = max(run.peak_mb for run in some)
        report(f"  {name}: seconds, private MB", f"{median_wall(some):.2f} s, {peak:.0f} MB", "(this machine's)")


def show_scripts(folder: Path, english: list[str]) -> None:
    """Recall in other scripts at 10 % edits beside English, 20 to 100 words (characters where no spaces are)."""
    lankan = read_records(folder / "lk_news_2024_01_02.jsonl.gz")
    japanese = [r.text for r in read_records(folder / "ja_wikinews.jsonl.gz")]
    languages = {
        "English": (english, True),
        "Japanese": (choose_quiet(japanese), False),
        "Sinhala": (choose_quiet([r.text for r in lankan if r.lang == "si"]), True),
        "Tamil": (choose_quiet([r.text for r in lankan if r.lang == "ta"]), True),
        "Chinese (made)": (write_chinese(2 * CASES), False),
        "Arabic (made)": (write_arabic(2 * CASES), True),
    }
    base = 0.0
    for name, (texts, spaced) in languages.items():
        planted = plant(texts, 0.1, CASES // 2, seed=5, words=(20, 100), spaced=spaced)
        result = score(planted.cases, detect(planted))
        base = base or result.recall
        value = f"{result.recall:.3f}"
        what = f"recall in {name} ({len(texts)} articles; precision {result.precision:.3f})"
        report(what, value, f">= {base - 0.03:.3f}")


def as_cases(net: Net, names: list[str], offsets: list[TokenOffsets]) -> list[Case]:
    """Return what a net brought up, in characters."""
    m = net.matches
    cases = []
    for row in range(len(m)):
        copy, held = offsets[m.document[row]].span(*m.span[row]), offsets[m.holder[row]].span(*m.held[row])
        copy_name, name = names[m.document[row]], names[m.holder[row]]
        cases.append(Case((copy_name, copy.start, copy.end), (name, held.start, held.end)))
    return cases


def show_nets(quiet: list[str], texts: list[str]) -> None:
    """What windows add to anchors, beside what the alignment makes of every true pair."""
    for words in ((20, 200), (20, 40)):
        for rate in (0.1, 0.2, 0.35):
            planted = plant(quiet, rate, CASES, seed=6, words=words)
            compare_nets(planted, f"{words[0]}-{words[1]} words, {rate:.0%}")
    tokens = read_tokens(texts)
    print(f"  on {len(texts):,} articles as they are:")
    for name, cast in (("anchors", cast_anchors), ("windows", cast_windows)):
        show_net(name, cast(tokens, PassageConfig(scope="across")))


def compare_nets(planted: Planted, what: str) -> None:
    """Print what each net finds of the planted passages."""
    names, config = list(planted.documents), PassageConfig(scope="across")
    tokens: Tokens = read_tokens(list(planted.documents.values()))
    offsets = [TokenOffsets(text) for text in planted.documents.values()]
    place = {name: index for index, name in enumerate(names)}
    truth = {(place[c.copy[0]], place[c.source[0]]) for c in planted.cases}
    nets = {
        "anchors": cast_anchors(tokens, config),
        "windows": cast_windows(tokens, config),
        "every true pair": cast_truth(tokens, np.array(sorted(truth), np.int32), config),
    }
    hits = {}
    for name, net in nets.items():
        groups = by_document(as_cases(net, names, offsets))
        hits[name] = {i for i, c in enumerate(planted.cases) if covered(c, groups.get(c.copy[0], [])) >= 0.5}
    anchors, windows, every = hits.values()
    print(f"  {what}, {len(planted.cases)} cases")
    print(f"    both {len(anchors & windows)}, anchors only {len(anchors - windows)}", end=", ")
    print(f"windows only {len(windows - anchors)}, neither {len(planted.cases) - len(anchors | windows)}", end=", ")
    print(
        f"aligned if every true pair is compared {len(every)}, found by neither of them {len(every - anchors - windows)}"
    )
    for name, net in nets.items():
        show_net(name, net)


def show_net(name: str, net: Net) -> None:
    """Print what a net costs."""
    print(f"    {name:<16} {len(net.pairs):>9,} pairs, {len(net.matches):>7,} passages", end=", ")
    print(f"{net.find_s:.2f} s finding, {net.align_s:.2f} s aligning", flush=True)


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder on the disk of the corpora that is gone afterwards."""
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        yield Path(folder)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", nargs="+", default=["seeds", "planted", "repeats", "contained", "cost", "scripts", "nets"]
    )
    options = parser.parse_args()
    source = options.data / "congress_press_dev.jsonl.gz"
    if not source.exists():
        sys.exit(f"skipped: {source} is not there. Name the folder of the news data with --data.")
    texts = [record.text for record in read_records(source)]
    quiet = choose_quiet(texts)
    print(f"{len(texts):,} articles, {len(quiet):,} of them share no passage with others and repeat none")
    sections: dict[str, Callable[[], None]] = {
        "seeds": lambda: show_seeds(options.data.parent / "seeds"),
        "planted": lambda: show_planted(quiet),
        "repeats": lambda: show_repeats(quiet, texts[:10_000]),
        "contained": lambda: show_contained(quiet, texts),
        "cost": lambda: show_cost(source, options.rounds),
        "scripts": lambda: show_scripts(options.data, quiet),
        "nets": lambda: show_nets(quiet, texts),
    }
    for name in options.only:
        sections[name]()


if __name__ == "__main__":
    main()

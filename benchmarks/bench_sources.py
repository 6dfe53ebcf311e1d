"""Figures of `dedup sources`: credits, families and directions that two readers judged, planted truth, time.

make bench-sources
python benchmarks/bench_sources.py --only planted

benchmarks/judged/ has the verdicts and sources_guideline.md. Rules were chosen on even days.
Families are all of odd days (half 1), directions of both. A verdict counts where both readers agree. Two clauses
followed the reading: see docs/performance.md.
"""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from bench_judgement import find_interval, measure_kappa
from measure import read_options, run_dedup, scratch
from news import read_lines
from planted_sources import plant_articles

from dedup.sources.agency_table import OutletNames
from dedup.sources.credit_model import CreditKind
from dedup.sources.credits import find_credits

JUDGED = Path(__file__).parent / "judged"
NEWS, RELEASES = "lk_news_2024_01_02", "lk_pmd_press_releases"
ALL_NEWS = (
    "congress_press_dev",
    NEWS,
    "wp_current_events_revs_dev",
    "wiki_versions_dev",
    "fomc_minutes_dev",
    "ja_wikinews",
    RELEASES,
    "mccormick2500",
    "ecbplus_dev",
    "jsts",
)
PLANTED = 60  # articles for each share of edited words
NEAR = 0.05
CREDIT_VERDICTS = ("credit", "quoted", "neither", "contested")


def find_sources(out: Path, files: Iterable[Path], *options: object) -> None:
    """Run `dedup sources`."""
    run_dedup("sources", *files, "-o", out, "-q", *map(str, options))


def show_planted(data: Path) -> None:
    """Print how near the measured share of release text is to the planted one."""
    releases = read_lines(data / f"{RELEASES}.jsonl.gz")
    planted = list(plant_articles(releases, read_lines(data / f"{NEWS}.jsonl.gz"), PLANTED))
    with scratch() as folder:
        (folder / "planted.jsonl").write_text("".join(json.dumps(p.record) + "\n" for p in planted), "utf-8")
        wire = data / f"{RELEASES}.jsonl.gz"
        find_sources(folder / "out", [folder / "planted.jsonl"], "--wire", wire)
        rows = read_lines(folder / "out" / "articles.jsonl")
    found = {row["article"]["id"]: sum(row["known_share"].values()) for row in rows}
    print(f"\nplanted releases: {len(planted)} articles, share of their words that is of a release")
    print(f"{'edited words':<14} articles   mean planted   mean found   mean error   within {NEAR}   mean of errors")
    errors: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for article in planted:
        pair = article.share, min(found.get(article.record["id"], 0.0), 1.0)
        for name in (f"{article.edited:.0%}", "all", article.record["lang"]):
            errors[name].append(pair)
    for name, pairs in errors.items():
        differences = [b - a for a, b in pairs]
        near = sum(abs(d) <= NEAR for d in differences) / len(pairs)
        print(
            f"{name:<14} {len(pairs):>8}   {mean(a for a, _ in pairs):>12.3f}   {mean(b for _, b in pairs):>10.3f}   "
            f"{mean(differences):>+10.3f}   {near:>11.1%}   {mean(map(abs, differences)):>14.3f}"
        )


def show_judged(data: Path) -> None:
    """Print what two readers say of credits, families and directions, and what becomes of these now."""
    with scratch() as folder:
        find_sources(folder / "out", [data / f"{NEWS}.jsonl.gz"], "--wire", data / f"{RELEASES}.jsonl.gz")
        families = read_lines(folder / "out" / "families.jsonl")
        articles = read_lines(folder / "out" / "articles.jsonl")
    show_credits(data)
    pairs = {
        frozenset((member["article"]["id"], passage["source"]))
        for family in families
        for member in family["members"]
        for passage in member["passages"]
    }
    judged = read_lines(JUDGED / "sources_families.jsonl")
    made = [row for row in judged if frozenset((row["document"], row["other"])) in pairs]
    show_precision("families (half 1)", judged, made)
    claims = {
        (article["article"]["id"], family["source"])
        for article in articles
        for family in article["families"]
        if family["claim"]
    }
    judged = read_lines(JUDGED / "sources_directions.jsonl")
    made = [row for row in judged if (row["document"], row["source"]) in claims]
    show_precision("claimed directions", judged, made)
    for name in ("half", "basis", "kind"):
        for value in sorted({row[name] for row in judged}):
            chosen = [row for row in made if row[name] == value]
            show_precision(f"  {name} {value}", [row for row in judged if row[name] == value], chosen)


def show_credits(data: Path) -> None:
    """Print precision and recall of credits. What is drawn from a stratum stands for all of it."""
    judged = read_lines(JUDGED / "sources_credits.jsonl")
    texts: dict[tuple[str, str], str] = {}
    outlets: dict[tuple[str, str], str] = {}
    for corpus in {row["corpus"] for row in judged}:
        wanted = {row["id"] for row in judged if row["corpus"] == corpus}
        rows = read_lines(data / f"{corpus}.jsonl.gz")
        texts |= {(corpus, row["id"]): row["text"] for row in rows if row["id"] in wanted}
        outlets |= {(corpus, row["id"]): row.get("outlet", "") for row in rows if row["id"] in wanted}
    drawn = Counter((row["corpus"], row["drawn"]) for row in judged)
    cells: Counter[tuple[str, bool, str]] = Counter()
    weighted: Counter[tuple[bool, str]] = Counter()
    own = 0
    for row in judged:
        text, outlet = (columns[row["corpus"], row["id"]] for columns in (texts, outlets))
        if outlet and OutletNames([outlet]).find(text[row["start"] : row["end"]]) == outlet:
            own += 1  # an outlet that credits itself credits nobody
            continue
        found = find_credits(text)
        spans = [(credit.start, credit.end) for credit in found if credit.kind is not CreditKind.QUOTED]
        # A name that no table has is a credit if it is an outlet of the corpus: those were drawn as positive.
        known = [(c.start, c.end) for c in found if c.is_known and c.kind is not CreditKind.QUOTED]
        is_found = (row["start"], row["end"]) in (spans if row["drawn"] == "positive" else known)
        cells[row["drawn"], is_found, agree(row)] += 1
        if row["corpus"] == NEWS:
            weighted[is_found, agree(row)] += row["size"] / drawn[row["corpus"], row["drawn"]]
    print(f"\ncredits: {len(judged)} names, {own} of them the outlet itself; {describe_agreement(judged)}")
    for stratum in ("positive", "quoted", "mention", "slot"):
        parts = [f"{v} {cells[stratum, True, v]} found {cells[stratum, False, v]} not" for v in CREDIT_VERDICTS]
        print(f"{stratum:<12} {'   '.join(parts)}")
    right = sum(count for (_, is_found, v), count in cells.items() if is_found and v == "credit")
    wrong = sum(count for (_, is_found, v), count in cells.items() if is_found and v in {"quoted", "neither"})
    show_share("precision", right, right + wrong)
    caught, missed = weighted[True, "credit"], weighted[False, "credit"]
    print(f"recall, by stratum weighted back to the corpus: {caught / max(caught + missed, 1e-9):.1%}")


def agree(row: Mapping[str, Any]) -> str:
    """Return the verdict of both readers, contested where they differ or either cannot tell."""
    verdicts = {row["verdict"], row["verdict_2"]}
    return str(row["verdict"]) if len(verdicts) == 1 and verdicts != {"unclear"} else "contested"


def describe_agreement(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return how often two readers agree."""
    pairs = [(row["verdict"], row["verdict_2"]) for row in rows]
    same = sum(a == b for a, b in pairs)
    return f"both readers agree on {same / max(len(pairs), 1):.1%}, kappa {measure_kappa(pairs):.2f}"


def show_precision(title: str, judged: Sequence[Mapping[str, Any]], made: Sequence[Mapping[str, Any]]) -> None:
    """Print how many are right of those that are still made."""
    counts = Counter(agree(row) for row in made)
    gone = Counter(agree(row) for row in judged if row not in made)
    print(f"\n{title}: {len(judged)} judged; {describe_agreement(judged)}" if title[0] != " " else title)
    print(f"  made now {len(made)}: {dict(counts)}; no longer made: {dict(gone)}")
    show_share("  right of those on which both agree", counts["right"], counts["right"] + counts["wrong"])
    either = sum("right" in {row["verdict"], row["verdict_2"]} and agree(row) == "contested" for row in made)
    print(f"  right for both {counts['right'] / max(len(made), 1):.1%}, contested {either} where one says right")


def show_share(title: str, part: int, whole: int) -> None:
    """Print a share with its interval."""
    print(f"{title}: {part} of {whole}, {part / max(whole, 1):.1%} ({find_interval(part / max(whole, 1), whole)})")


def show_time(data: Path) -> None:
    """Print the time of `dedup sources` on all news, and of `dedup clean` on the same."""
    files = [data / f"{name}.jsonl.gz" for name in ALL_NEWS]
    size = sum(gzip_size(file) for file in files)
    with scratch() as folder:
        clean = run_dedup("clean", *files, "-o", folder / "clean", "-q")
        found = run_dedup("sources", *files, "-o", folder / "sources", "-q")
        summary = json.loads((folder / "sources" / "summary.json").read_bytes())
    print(f"\n{summary['documents']:,} documents, {size / 1e9:.2f} GB, stages {summary['seconds']}")
    for name, run in (("clean", clean), ("sources", found)):
        print(f"{name:<8} {run.wall_s:>6.0f} s   {run.cpu_s:>6.0f} CPU s   {run.peak_mb:>6.0f} MB")


def gzip_size(path: Path) -> int:
    """Return the bytes of a file, decompressed."""
    with gzip.open(path, "rb") as file:
        return file.seek(0, 2)


def main() -> None:
    """Print all figures."""
    parts: dict[str, Callable[[Path], None]] = {"planted": show_planted, "judged": show_judged, "time": show_time}
    options = read_options(__doc__, only=tuple(parts))
    for name in options.only:
        parts[name](options.data)


if __name__ == "__main__":
    main()

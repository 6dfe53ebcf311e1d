"""Figures of `dedup sources`: credits, families and directions that two readers judged, planted truth, time.

make bench-sources
python benchmarks/bench_sources.py --only planted

benchmarks/judged/ has the verdicts and sources_guideline.md. Rules were chosen on even days.
Families are all of odd days (half 1), directions of both. A verdict counts where both readers agree.
"""

import argparse
import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import mean

from measure import run_command, scratch
from news import require_folder
from planted_sources import plant_articles

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


def read_rows(path: Path) -> list[dict[str, object]]:
    """Return the objects of a file of JSON lines."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        return [json.loads(line) for line in lines]


def find_sources(out: Path, files: Iterable[Path], *options: object) -> None:
    """Run `dedup sources`."""
    run_command([sys.executable, "-m", "dedup", "sources", *files, "-o", out, "-q", *map(str, options)])


def show_planted(data: Path) -> None:
    """Print how near the measured share of release text is to the planted one."""
    releases = read_rows(data / f"{RELEASES}.jsonl.gz")
    planted = list(plant_articles(releases, read_rows(data / f"{NEWS}.jsonl.gz"), PLANTED))  # type: ignore[arg-type]
    with scratch() as folder:
        (folder / "planted.jsonl").write_text("".join(json.dumps(p.record) + "\n" for p in planted), "utf-8")
        wire = data / f"{RELEASES}.jsonl.gz"
        find_sources(folder / "out", [folder / "planted.jsonl"], "--wire", wire)
        rows = read_rows(folder / "out" / "articles.jsonl")
    found = {row["article"]["id"]: sum(row["known_share"].values()) for row in rows}  # type: ignore[index,attr-defined]
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


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parts: dict[str, Callable[[Path], None]] = {"planted": show_planted}
    parser.add_argument("--only", choices=parts)
    options = parser.parse_args()
    data = require_folder(options.data)
    for name, show in parts.items():
        if options.only in {None, name}:
            show(data)


if __name__ == "__main__":
    main()

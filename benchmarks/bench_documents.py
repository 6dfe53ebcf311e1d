"""What `dedup clean` must show: speed, memory and linearity beside a floor program, all in one run.

make bench-documents
python benchmarks/bench_documents.py --data ../shared/data --documents 300000
"""

import sys
import tempfile
from pathlib import Path

from measure import Run, alternate, median_ratio, median_wall, read_options, report, run_command, run_dedup, scratch
from shelf import CACHE, Corpus, Shelf

HERE = Path(__file__).parent
THRESHOLD = "0.7"


def prepare(shelf: Shelf, documents: int) -> dict[str, Corpus]:
    """Make, once, the files that are measured."""
    grown = shelf.grown(documents)
    return {
        "grown": grown,
        "grown 16th": shelf.head(grown, documents // 16, f"{grown.path.stem}_16th"),
        "unrelated": shelf.unrelated(10_000),
        "hot": shelf.hot(10_000),
    }


DOCUMENTS_ONLY = ("--passages", "off", "--remove", "all")  # as the peers do: they know similarity only


def clean(path: Path, *options: str, env: dict[str, str] | None = None) -> Run:
    """Run `dedup clean` as a whole process."""
    with scratch() as folder:
        return run_dedup("clean", path, "-o", folder / "out", "-q", "--threshold", THRESHOLD, *options, env=env)


def floor(path: Path) -> Run:
    """Run the floor program."""
    with scratch() as folder:
        return run_command([sys.executable, HERE / "floor.py", path, folder / "copy.jsonl"])


def show_scale(corpora: dict[str, Corpus], rounds: int) -> None:
    """Throughput, memory and linearity on the grown corpus, beside the floor program."""
    grown, part = corpora["grown"], corpora["grown 16th"]
    empty = CACHE / "one.jsonl"
    empty.write_text('{"id": 1, "text": "one"}\n')
    runs = alternate(
        {
            "all": lambda: clean(grown.path, *DOCUMENTS_ONLY),
            "floor": lambda: floor(grown.path),
            "part": lambda: clean(part.path, *DOCUMENTS_ONLY),
            "none": lambda: clean(empty, *DOCUMENTS_ONLY),
        },
        rounds,
    )
    every, some, start = (median_wall(runs[name]) for name in ("all", "part", "none"))
    rate = (grown.megabytes - part.megabytes) / (every - some)
    report(f"marginal throughput, {grown.documents:,} documents", f"{rate:.0f} MB/s", ">= 100 MB/s on two cores")
    report("ours / floor, whole process", f"{median_ratio(runs['all'], runs['floor']):.2f} x", "<= 3 x")
    times = (every - start) / (some - start)
    report("16 times the documents, times the marginal time", f"{times:.1f} x", "<= 18 x")
    more = max(r.peak_mb for r in runs["all"]) - max(r.peak_mb for r in runs["part"])
    per_document = more * 1024 * 1024 / (grown.documents - part.documents)
    report("private memory per further document", f"{per_document:.0f} B", "< 1,200 B")
    report("ours, whole process", f"{every:.2f} s", "(seconds are this machine's)")


def show_hot_story(corpora: dict[str, Corpus], rounds: int) -> None:
    """Near-copies of one story beside as many unrelated articles."""
    runs = alternate(
        {
            "hot": lambda: clean(corpora["hot"].path, *DOCUMENTS_ONLY),
            "unrelated": lambda: clean(corpora["unrelated"].path, *DOCUMENTS_ONLY),
        },
        rounds,
    )
    ratio = median_ratio(runs["hot"], runs["unrelated"])
    report("10,000 near-copies of one story / 10,000 unrelated articles", f"{ratio:.2f} x", "< 2 x")


def show_start(rounds: int) -> None:
    """Start-up: help, the first run ever, later runs."""
    helps = [run_dedup("--help") for _ in range(rounds)]
    report("dedup --help", f"{median_wall(helps):.2f} s", "<= 0.35 s")
    seeds = HERE.parent / "examples" / "story"
    with tempfile.TemporaryDirectory() as cache:
        first = clean(seeds, env={"NUMBA_CACHE_DIR": cache})
    report("first run ever on the five articles (kernels compile)", f"{first.wall_s:.1f} s", "<= 25 s")
    later = [clean(seeds) for _ in range(rounds)]
    report("later runs on the five articles", f"{median_wall(later):.2f} s", "<= 2.5 s")


def main() -> None:
    """Print all figures."""
    options = read_options(__doc__, documents=300_000, rounds=3)
    corpora = prepare(Shelf(options.data), options.documents)
    for name, corpus in corpora.items():
        print(f"{name:<18} {corpus.documents:>9,} documents {corpus.megabytes:>8.1f} MB")
    show_start(options.rounds)
    show_scale(corpora, options.rounds)
    show_hot_story(corpora, options.rounds)


if __name__ == "__main__":
    main()

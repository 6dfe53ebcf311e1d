"""What an index must show: the time of a day through it beside cleaning everything anew, and its size.

make bench-index
python benchmarks/bench_index.py --documents 1000000 --new 50000 --rounds 3
python benchmarks/bench_index.py --file grown.jsonl --new 50000      # the documents of a file of your own
python benchmarks/bench_index.py --settings default                  # without `--passages off`
python benchmarks/bench_index.py --find news.duckdb --file day2.jsonl   # only `dedup index find`, of an index you have
"""

import json
import random
import shutil
import statistics
import tempfile
from itertools import islice
from pathlib import Path

from grow import write_corpus
from measure import Run, alternate, median_ratio, median_wall, read_options, report, run_dedup
from quality import hash_file
from shelf import CACHE

# What is measured: `dedup clean` as it is, and without passages and containment.
SETTINGS = {"default": (), "off": ("--passages", "off")}

ASKED = 10  # texts that are looked up


def cut_days(source: Path, folder: Path, new: int) -> tuple[Path, Path, int]:
    """Write `new` random lines of a file as day 2, the others as day 1; return both and the number of lines."""
    with source.open("rb") as lines:
        total = sum(1 for _ in lines)
    chosen = set(random.Random(1).sample(range(total), new))
    days = folder / "day1.jsonl", folder / "day2.jsonl"
    with source.open("rb") as lines, days[0].open("wb", 1 << 20) as first, days[1].open("wb", 1 << 20) as second:
        for number, line in enumerate(lines):
            (second if number in chosen else first).write(line)
    return *days, total


def compare(days: tuple[Path, Path], folder: Path, rounds: int, options: tuple[str, ...]) -> dict[str, list[Run]]:
    """Clean day 2 through an index of day 1, and both days anew, in turn; check that they keep the same lines."""
    index, filled = folder / "news.duckdb", folder / "filled.duckdb"
    filled.unlink(missing_ok=True)
    run_dedup("warm-up", "-q")
    first = run_dedup("clean", days[0], "-o", folder / "out1", "--index", filled, "-q", *options)
    report("day 1 into a new index, whole process", f"{first.wall_s:.1f} s")

    kept_of_day_1 = hash_file(folder / "out1" / "kept" / days[0].name)
    shutil.rmtree(folder / "out1")

    def day_through_index() -> Run:
        shutil.copyfile(filled, index)
        shutil.rmtree(folder / "out2", ignore_errors=True)
        return run_dedup("clean", days[1], "-o", folder / "out2", "--index", index, "-q", *options)

    def day_alone() -> Run:
        shutil.rmtree(folder / "alone", ignore_errors=True)
        return run_dedup("clean", days[1], "-o", folder / "alone", "-q", *options)

    def everything() -> Run:
        shutil.rmtree(folder / "all", ignore_errors=True)
        return run_dedup("clean", *days, "-o", folder / "all", "-q", *options)

    runs = alternate({"index": day_through_index, "alone": day_alone, "all": everything}, rounds)
    if "off" in options:
        for day, digest in ((days[0], kept_of_day_1), (days[1], hash_file(folder / "out2/kept" / days[1].name))):
            same = digest == hash_file(folder / "all/kept" / day.name)
            report(f"{day.stem}: kept bytes through the index = all at once", "yes" if same else "NO", "yes")
    else:
        day, anew = (set((folder / out / "kept" / days[1].name).read_bytes().splitlines()) for out in ("out2", "all"))
        counts = f"{len(day):,} / {len(anew):,} / {len(day & anew):,}"
        report("kept of day 2: through the index / all at once / in both", counts)
    return runs


def show_time(days: tuple[Path, Path], folder: Path, counts: tuple[int, int, int], settings: str) -> None:
    """Time and memory of a day through an index; `counts` are all documents, those of day 2, and rounds."""
    total, new, rounds = counts
    print(f"\n{' '.join(('dedup clean', *SETTINGS[settings]))}", flush=True)
    runs = compare(days, folder, rounds, SETTINGS[settings])
    summary = json.loads((folder / "out2" / "summary.json").read_bytes())
    report(
        "documents of day 2 / seen in the index / added",
        f"{new:,} / {summary['index']['seen']:,} / {summary['index']['added']:,}",
    )
    if settings == "default":
        contained = summary["counts"]["removed_by_relation"]["contained"]
        report("documents of day 2 that another one contains", f"{contained:,}")
    report("documents of the index that were compared", f"{summary['index']['compared']:,}")
    report("stages of day 2", " ".join(f"{s['stage']} {s['seconds']:.2f}" for s in summary["stages"]))
    share = 1 / median_ratio(runs["all"], runs["index"])
    report(f"{new:,} new through the index / all {total:,} anew", f"{share:.1%}", "<= 10 %")
    ratio = median_ratio(runs["index"], runs["alone"])
    report("through the index / the same documents without one", f"{ratio:.2f} x")
    for name, what in (("index", "day 2 through the index"), ("alone", "day 2 alone"), ("all", "all anew")):
        peak = max(run.peak_mb for run in runs[name])
        must = "< 3,000 MB" if name == "index" else ""
        cpu = statistics.median(run.cpu_s for run in runs[name])
        report(f"{what}: seconds (wall, CPU)", f"{median_wall(runs[name]):.2f}, {cpu:.2f}")
        report(f"{what}: private memory, all processes", f"{peak:,.0f} MB", must)


def show_size(folder: Path) -> None:
    """Bytes for each document, by part, and what that makes of larger corpora."""
    printed = run_dedup("index", "info", "--index", folder / "filled.duckdb", "--format", "json")
    info = json.loads(printed.stdout)
    each = info["bytes"] / info["documents"]
    report(f"bytes of the index for each of {info['documents']:,} documents kept", f"{each:,.0f}")
    for part, size in info["bytes_by_part"].items():
        report(f"  {part}", f"{size / info['documents']:,.0f}")
    for documents in (10_000_000, 100_000_000):
        report(f"  {documents:,} documents kept, as much text each", f"{each * documents / 1e9:,.0f} GB")
        keys = info["bytes_by_part"]["band keys"] / info["documents"] * documents
        report("    of which a run reads the band keys", f"{keys / 1e9:,.1f} GB")


def show_find(index: Path, texts: Path, folder: Path) -> None:
    """CPU seconds of `dedup index find`: whole processes, and what they take more than on an index of few documents."""
    few, asked = folder / "few.duckdb", folder / "asked.txt"
    with texts.open("rb") as lines:
        head = list(islice(lines, ASKED))
    (folder / "few.jsonl").write_bytes(b"".join(head))
    run_dedup("index", "add", folder / "few.jsonl", "--index", few, "-q")
    seconds: dict[Path, list[float]] = {few: [], index: []}
    counts = []
    for line in head:
        asked.write_text(json.loads(line)["text"])
        for place, taken in seconds.items():
            runs = [run_dedup("index", "find", asked, "--index", place, "--json") for _ in range(3)]
            taken.append(min(run.cpu_s for run in runs))
        counts.append(json.loads(runs[0].stdout))
    whole, start = (statistics.median(seconds[place]) for place in (index, few))
    most = max(large - small for small, large in zip(*seconds.values(), strict=True))
    print(f"\ndedup index find, {len(head)} texts, best of 3 each, {counts[0]['documents']:,} documents", flush=True)
    report("CPU seconds of the process, median", f"{whole:.2f}")
    report(f"  of that more than on {len(head)} documents", f"{whole - start:.2f}", "< 0.2")
    report("  the same, most of all texts", f"{most:.2f}")
    middle = [statistics.median(count[name] for count in counts) for name in ("words", "candidates", "sharing")]
    report("words / candidates / documents that share, median", " / ".join(f"{number:,.0f}" for number in middle))


def main() -> None:
    """Print all figures."""
    options = read_options(
        __doc__, documents=1_000_000, new=50_000, file=Path, rounds=3, settings=tuple(SETTINGS), find=Path
    )
    if options.find:
        with tempfile.TemporaryDirectory() as scratch:
            show_find(options.find, options.file, Path(scratch))
        return
    source = options.data / "congress_press_dev.jsonl.gz"
    CACHE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.file.parent if options.file else CACHE) as scratch:
        folder = Path(scratch)
        grown = options.file or folder / "grown.jsonl"
        if not options.file:
            write_corpus(source, grown, options.documents + options.new)
        first, second, total = cut_days(grown, folder, options.new)
        if not options.file:
            grown.unlink()
        for settings in options.settings:
            show_time((first, second), folder, (total, options.new, options.rounds), settings)
            show_size(folder)
        show_find(folder / "filled.duckdb", second, folder)


if __name__ == "__main__":
    main()

"""What the Spark engine must show: the decisions of the local engine, its time beside it, bytes shuffled a document.

make bench-spark
python benchmarks/bench_spark.py --rounds 1 --parts decisions time volume
"""

import json
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

from measure import Run, alternate, median_ratio, median_wall, read_options, run_dedup
from news import read_lines
from shelf import Shelf
from spark_events import LOG_SETTINGS, print_billion, print_volumes, read_volumes

MASTER = "local[2]"
PARTS = ("decisions", "time", "volume")
BILLION, PER_CORE_HOUR = 1_000_000_000, 0.05  # dollars: an assumption, about what clouds ask for a core and 4 GB
UNTOLD = {"offset", "around", "length", "cluster", "source", "conflicts"}


def clean(source: Path, out: Path, *options: str) -> Run:
    """Clean a file."""
    return run_dedup("clean", source, "-o", out, "--overwrite", "--quiet", *options)


def on_spark(settings: dict[str, str] | None = None) -> list[str]:
    """Return the options for Spark."""
    pairs = [f"{name}={value}" for name, value in (settings or {}).items()]
    return ["--engine", "spark", "--master", MASTER, *(word for pair in pairs for word in ("--spark-conf", pair))]


def read_decisions(out: Path) -> Counter[str]:
    """Return the removals of a run, with witness, similarity and relation, and what stands in the other lists."""
    facts: Counter[str] = Counter()
    for name in ("removed", "related", "clusters", "passages", "boilerplate", "edited"):
        folder = out / name
        paths = sorted(folder.glob("part-*")) if folder.is_dir() else [out / f"{name}.jsonl"]
        for path in paths:
            for row in read_lines(path) if path.exists() else ():
                fields = {k: v for k, v in row.items() if k not in UNTOLD}
                facts[name + json.dumps(fields, sort_keys=True)] += 1
    return facts


def compare(name: str, source: Path, scratch: Path) -> None:
    """Print in how many facts both engines differ on a file."""
    local, spark = scratch / "local", scratch / "spark"
    clean(source, local)
    clean(source, spark, *on_spark())
    counts = [json.loads((out / "summary.json").read_bytes())["counts"] for out in (local, spark)]
    here, there = read_decisions(local), read_decisions(spark)
    differing = (here - there).total() + (there - here).total()
    rounds = json.loads((spark / "summary.json").read_bytes())["config"]["spark"]["rounds"]
    same = "equal" if counts[0] == counts[1] and not differing else f"DIFFERENT in {differing}"
    print(f"{name}: {counts[0]['documents']:,} documents, {here.total():,} facts, {rounds} rounds: {same}")


def measure_time(corpora: list[Path], rounds: int, scratch: Path) -> None:
    """Print the seconds of both engines on corpora of two sizes."""
    walls: dict[str, list[tuple[int, float]]] = {}
    for corpus in corpora:
        commands = {
            "local": partial(clean, corpus, scratch / "local", "--workers", "2"),
            "spark": partial(clean, corpus, scratch / "spark", *on_spark()),
        }
        with corpus.open("rb") as lines:
            count = sum(1 for _ in lines)
        runs = alternate(commands, rounds)
        print(f"{corpus.name}: {count:,} documents, 2 workers")
        for name, measured in runs.items():
            ratio = median_ratio(measured, runs["local"])
            print(f"  {name:10} {median_wall(measured):8.1f} s  {ratio:5.1f} x local", flush=True)
            walls.setdefault(name, []).append((count, median_wall(measured)))
    for name, ((few, short), *rest) in walls.items():
        for many, long in rest:
            print(f"{name:10} {1e3 * (long - short) / (many - few):8.3f} ms for each further document")


def measure_volume(corpus: Path, scratch: Path) -> None:
    """Print bytes a document that each stage shuffles, reads and writes."""
    log = scratch / "events"
    log.mkdir()
    clean(corpus, scratch / "spark", *on_spark(LOG_SETTINGS | {"spark.eventLog.dir": f"file://{log}"}))
    summary = json.loads((scratch / "spark" / "summary.json").read_bytes())
    print(f"{corpus.name}: what Spark's event log says")
    volumes, documents = read_volumes(log), summary["counts"]["documents"]
    print_volumes(volumes, documents)
    print_billion(volumes, documents, BILLION, PER_CORE_HOUR)


def prepare(shelf: Shelf, documents: int) -> dict[str, Path]:
    """Make, once, the files that are measured."""
    grown, fifth = shelf.grown(documents), shelf.grown(documents // 5)
    hot = shelf.joined(f"grown_{documents}_hot", grown, shelf.hot(10_000))
    return {"congress": shelf.congress().path, "grown": grown.path, "fifth": fifth.path, "hot": hot.path}


def main() -> None:
    """Measure."""
    options = read_options(__doc__, documents=300_000, rounds=1, parts=PARTS, volume="grown", scratch=Path)
    files, parts = prepare(Shelf(options.data), options.documents), options.parts
    with tempfile.TemporaryDirectory(prefix="dedup-spark-", dir=options.scratch) as folder:
        scratch = Path(folder)
        if "decisions" in parts:
            for name in ("congress", "hot"):
                compare(name, files[name], scratch)
        if "time" in parts:
            measure_time([files["fifth"], files["grown"]], options.rounds, scratch)
        if "volume" in parts:
            measure_volume(files[options.volume], scratch)


if __name__ == "__main__":
    main()

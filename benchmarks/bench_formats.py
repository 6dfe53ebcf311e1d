"""What each input format costs `dedup clean` beside plain .jsonl with the same documents.

make bench-formats
python benchmarks/bench_formats.py --documents 150000 --formats jsonl.gz,parquet

Every round runs all formats in turn, documents only (`--passages off --remove all`) and with the defaults. A ratio is
the median over the rounds of wall seconds by those of plain .jsonl in the same round, and the same of CPU seconds.
"""

import argparse
import bz2
import csv
import gzip
import lzma
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from grow import write_corpus
from measure import Run, run_command
from news import require_folder

NEWS = ("congress_press_dev", "lk_news_2024_01_02")
FIELDS = ("id", "title", "date", "outlet", "url", "text")
MODES = {"documents only": ("--passages", "off", "--remove", "all"), "defaults": ()}
TARGET = 1.5
Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Return the records of a file of JSON lines, with the fields that every format gets."""
    with path.open("rb") as lines:
        records = [msgspec.json.decode(line) for line in lines]
    return [{name: str(record.get(name) or "") for name in FIELDS} for record in records]


def write_csv(rows: Sequence[Row], path: Path) -> None:
    """Write the records as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(rows: Sequence[Row], path: Path) -> None:
    """Write the records as Parquet, as pandas does unless it is asked for more."""
    pq.write_table(pa.Table.from_pylist(rows), path)


def write_folder(rows: Sequence[Row], path: Path) -> None:
    """Write each record as a file of JSON, a thousand in a folder."""
    for number, row in enumerate(rows):
        place = path / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number % 1000:03}.json").write_bytes(msgspec.json.encode(row))


def write_texts(rows: Sequence[Row], path: Path) -> None:
    """Write each text as a file, a thousand in a folder."""
    for number, row in enumerate(rows):
        place = path / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number % 1000:03}.txt").write_text(row["text"], encoding="utf-8")


def join_lines(rows: Iterable[Row]) -> bytes:
    """Return the records as JSON lines."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def packed(pack: Callable[[bytes], bytes]) -> Callable[[Sequence[Row], Path], None]:
    """Return a function that writes records as JSON lines through a compressor."""
    return lambda rows, path: path.write_bytes(pack(join_lines(rows))) and None


WRITERS: dict[str, Callable[[Sequence[Row], Path], None]] = {
    "jsonl": packed(bytes),
    "jsonl.gz": packed(gzip.compress),
    "jsonl.zst": packed(zstandard.ZstdCompressor().compress),
    "jsonl.bz2": packed(bz2.compress),
    "jsonl.xz": packed(lambda data: lzma.compress(data, preset=3)),
    "csv": write_csv,
    "csv.gz": lambda rows, path: pack_csv(rows, path),  # noqa: PLW0108 (it is below)
    "parquet": write_parquet,
    "json": lambda rows, path: path.write_bytes(msgspec.json.encode(list(rows))) and None,
    "json-folder": write_folder,
    "txt-folder": write_texts,
}


def pack_csv(rows: Sequence[Row], path: Path) -> None:
    """Write the records as gzipped CSV."""
    plain = path.with_suffix("")
    write_csv(rows, plain)
    path.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()


def measure(paths: dict[str, Path], flags: Sequence[str], rounds: int, folder: Path) -> dict[str, list[Run]]:
    """Return the runs of each format, all formats in every round."""
    runs: dict[str, list[Run]] = {name: [] for name in paths}
    for _ in range(rounds):
        for name, path in paths.items():
            out = folder / "out"
            command = [sys.executable, "-m", "dedup", "clean", path, "-o", out, "--overwrite", "-q", *flags]
            runs[name].append(run_command(command))
    return runs


def print_table(corpus: str, mode: str, runs: dict[str, list[Run]]) -> None:
    """Print a line for each format."""
    print(f"\n{corpus}, {mode}\n{'':14}{'wall s':>8}{'ratio':>7}{'CPU s':>8}{'ratio':>7}{'peak MB':>9}")
    plain = runs["jsonl"]
    for name, own in runs.items():
        wall = statistics.median(run.wall_s / base.wall_s for run, base in zip(own, plain, strict=True))
        cpu = statistics.median(run.cpu_s / base.cpu_s for run, base in zip(own, plain, strict=True))
        walls, cpus = ([getattr(run, field) for run in own] for field in ("wall_s", "cpu_s"))
        over = "" if wall <= TARGET else f"   over {TARGET:g}"
        figures = f"{statistics.median(walls):8.2f}{wall:7.2f}{statistics.median(cpus):8.2f}{cpu:7.2f}"
        print(f"{name:14}{figures}{max(run.peak_mb for run in own):9.0f}{over}", flush=True)


def main() -> None:
    """Write the corpora in every format, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000, help="of the grown corpus; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", default=",".join(WRITERS))
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    data = require_folder(options.data)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpora = {"news": folder / "news.jsonl"}
        raw = [gzip.decompress((data / f"{source}.jsonl.gz").read_bytes()) for source in NEWS]
        corpora["news"].write_bytes(b"".join(raw))
        if options.documents:
            corpora["grown"] = folder / "grown.jsonl"
            write_corpus(data / f"{NEWS[0]}.jsonl.gz", corpora["grown"], options.documents)
        for corpus, source in corpora.items():
            rows = read_rows(source)
            paths = {name: folder / f"{corpus}.{name}" for name in ("jsonl", *options.formats.split(","))}
            for format_name, path in paths.items():
                WRITERS[format_name](rows, path)
            size = paths["jsonl"].stat().st_size / 1e6
            measure({"jsonl": paths["jsonl"]}, (), 1, folder)  # kernels, and the cache of files
            for mode, flags in MODES.items():
                print_table(f"{corpus}, {size:,.0f} MB", mode, measure(paths, flags, options.rounds, folder))


if __name__ == "__main__":
    main()

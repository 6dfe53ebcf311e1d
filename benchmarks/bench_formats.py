"""What each input format costs `dedup clean` beside plain .jsonl with the same documents.

make bench-formats
python benchmarks/bench_formats.py --documents 150000 --formats jsonl.gz,parquet

Every round runs all formats in turn, documents only (`--passages off --remove all`) and with the defaults. A ratio is
the median over the rounds of wall seconds by those of plain .jsonl in the same round, and the same of CPU seconds.
"""

import bz2
import csv
import gzip
import lzma
import statistics
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard
from grow import write_corpus
from measure import Run, alternate, median_ratio, median_wall, read_options, run_dedup
from news import read_lines

NEWS = ("congress_press_dev", "lk_news_2024_01_02")
FIELDS = ("id", "title", "date", "outlet", "url", "text")
MODES = {"documents only": ("--passages", "off", "--remove", "all"), "defaults": ()}
TARGET = 1.5
Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Return the records of a file of JSON lines, with the fields that every format gets."""
    return [{name: str(record.get(name) or "") for name in FIELDS} for record in read_lines(path)]


def write_csv(rows: Sequence[Row], path: Path, open_file: Callable[..., Any] = open) -> None:
    """Write the records as CSV, packed by what opens the file."""
    with open_file(path, "wt", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(rows: Sequence[Row], path: Path) -> None:
    """Write the records as Parquet, as pandas does unless it is asked for more."""
    pq.write_table(pa.Table.from_pylist(rows), path)


def write_folder(rows: Sequence[Row], path: Path, ending: str) -> None:
    """Write each record as a file of JSON, or its text as one, a thousand in a folder."""
    for number, row in enumerate(rows):
        place = path / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        data = row["text"].encode() if ending == "txt" else msgspec.json.encode(row)
        (place / f"{number % 1000:03}.{ending}").write_bytes(data)


def packed(pack: Callable[[bytes], bytes]) -> Callable[[Sequence[Row], Path], None]:
    """Return a function that writes records as JSON lines through a compressor."""
    return lambda rows, path: path.write_bytes(pack(msgspec.json.Encoder().encode_lines(rows))) and None


WRITERS: dict[str, Callable[[Sequence[Row], Path], None]] = {
    "jsonl": packed(bytes),
    "jsonl.gz": packed(gzip.compress),
    "jsonl.zst": packed(zstandard.ZstdCompressor().compress),
    "jsonl.bz2": packed(bz2.compress),
    "jsonl.xz": packed(lambda data: lzma.compress(data, preset=3)),
    "csv": write_csv,
    "csv.gz": lambda rows, path: write_csv(rows, path, gzip.open),
    "parquet": write_parquet,
    "json": lambda rows, path: path.write_bytes(msgspec.json.encode(list(rows))) and None,
    "json-folder": partial(write_folder, ending="json"),
    "txt-folder": partial(write_folder, ending="txt"),
}


def measure(paths: dict[str, Path], flags: Sequence[str], rounds: int, folder: Path) -> dict[str, list[Run]]:
    """Return the runs of each format, all formats in every round."""
    options = ("-o", folder / "out", "--overwrite", "-q", *flags)
    return alternate({name: partial(run_dedup, "clean", path, *options) for name, path in paths.items()}, rounds)


def print_table(corpus: str, mode: str, runs: dict[str, list[Run]]) -> None:
    """Print a line for each format."""
    print(f"\n{corpus}, {mode}\n{'':14}{'wall s':>8}{'ratio':>7}{'CPU s':>8}{'ratio':>7}{'peak MB':>9}")
    plain = runs["jsonl"]
    for name, own in runs.items():
        wall = median_ratio(own, plain)
        cpu = statistics.median(run.cpu_s / base.cpu_s for run, base in zip(own, plain, strict=True))
        cpu_s = statistics.median(run.cpu_s for run in own)
        over = "" if wall <= TARGET else f"   over {TARGET:g}"
        figures = f"{median_wall(own):8.2f}{wall:7.2f}{cpu_s:8.2f}{cpu:7.2f}"
        print(f"{name:14}{figures}{max(run.peak_mb for run in own):9.0f}{over}", flush=True)


def main() -> None:
    """Write the corpora in every format, and measure."""
    options = read_options(__doc__, documents=100_000, rounds=3, formats=",".join(WRITERS))
    data = options.data
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

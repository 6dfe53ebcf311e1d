"""Where the time of `dedup clean` goes, part by part, and what the machine allows at most.

make bench-stages
python benchmarks/bench_stages.py FILE.jsonl --megabytes 200

Every part runs alone on one core over the same bytes in memory, in turns; the limits beside them are a copy in memory,
the decoding of the text field by msgspec and by simdjson, and the kernel's copy of the file from disk to disk. The last
two columns are how many times as long as the copy in memory and as simdjson a part takes, in processor seconds. Then
come whole runs with the seconds of their stages as `summary.json` has them, and the processor seconds of all processes.
"""

import argparse
import io
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np
import simdjson
from floor import Record
from news import require_folder
from shelf import Shelf

from dedup.config import CleanSettings, InputConfig, NearConfig, PassageConfig
from dedup.corpus.blocks import view_texts
from dedup.corpus.jsonl import RecordReader
from dedup.kernels.shingles import roll_shingles
from dedup.kernels.tokens import tokenise
from dedup.near.leaders import Cover, Offered
from dedup.near.sketcher import Sketcher
from dedup.passages.containment import find_across
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.passages.search import find_repeats, find_shared
from dedup.text.folding import load_folding_table

ROUNDS = 3
Part = tuple[str, Callable[[], object]]


def list_parts(data: bytes) -> Iterator[Part]:
    """Yield what is timed, limits first."""
    raw = np.frombuffer(data, np.uint8)
    decode = msgspec.json.Decoder(Record).decode
    room = np.zeros_like(raw)
    room[:] = 1  # a copy into fresh pages would be timed with the kernel's clearing of them
    yield "limit: copy in memory", lambda: np.copyto(room, raw)
    yield "limit: msgspec decodes the text field", lambda: [decode(line) for line in io.BytesIO(data)]
    parse = simdjson.Parser().parse
    yield "limit: simdjson decodes the text field", lambda: sum(len(parse(line)["text"]) for line in io.BytesIO(data))
    blocks = list(RecordReader(InputConfig(), CleanSettings().roles).read(io.BytesIO(data), 0, None, ""))
    yield "read: lines, ids, texts (JSON)", lambda: read(data)
    texts = [view_texts(block.texts) for block in blocks]
    near = NearConfig()
    sketcher = Sketcher(near)
    tokens = np.empty(2 * max(int(offsets[-1]) for _, offsets in texts) + 16, np.uint32)
    yield "sketch: tokens", lambda: [tokenise_block(*text, tokens) for text in texts]
    yield "sketch: tokens, shingles, signatures, band keys", lambda: [sketcher.sketch(*text) for text in texts]
    sketches, places = [], []
    for text in texts:
        sketch = sketcher.sketch(*text)
        sketches.append(sketch.tokens.copy())
        places.append(replace(sketch, tokens=sketches[-1]).offered())
    shingles = np.empty(max(len(part) for part in sketches), np.uint64)
    yield "  of which shingles", lambda: [roll_shingles(part, near.shingle_size, shingles) for part in sketches]
    yield "cover", lambda: cover(places, near)
    rows = [DocumentTokens.unmasked(place.address, place.num_tokens) for place in places]
    yield "passages within documents", lambda: [find_repeats(row, PassageConfig()) for row in rows]
    every, config = join_tokens(rows), PassageConfig()
    yield "passages for containment", lambda: find_across(every, config, lambda _: None, 1)
    yield "passages across documents", lambda: find_shared(every, config, lambda _: None)


def read(data: bytes) -> int:
    """Read all records; return how many."""
    return sum(
        len(block.ids)
        for block in RecordReader(InputConfig(), CleanSettings().roles).read(io.BytesIO(data), 0, None, "")
    )


def tokenise_block(data: np.ndarray, offsets: np.ndarray, tokens: np.ndarray) -> int:
    """Tokenise the documents of a block."""
    table, total = load_folding_table(), 0
    for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        total, _, _ = tokenise(data, start, end, table, tokens, total)
    return total


def cover(places: list[Offered], near: NearConfig) -> int:
    """Decide all documents."""
    made = Cover(sum(len(place.keys) for place in places), near)
    for place in places:
        made.offer(place)
    return made.result().counts.num_verified


def time_parts(data: bytes) -> None:
    """Print the megabytes a second of every part: the best of some rounds."""
    parts = list(list_parts(data))
    seconds: dict[str, list[float]] = {name: [] for name, _ in parts}
    for _, run in parts:
        run()  # compiled kernels, warm pages
    for _ in range(ROUNDS):
        for name, run in parts:
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
    print(f"one core, {len(data) / 1e6:.0f} MB in memory, processor seconds, least of {ROUNDS}")
    least = {name: min(taken) for name, taken in seconds.items()}
    copied, _, decoded, *_ = least.values()
    for name, taken in least.items():
        pace = f"{len(data) / 1e6 / taken:8.0f} MB/s {1e9 * taken / len(data):7.2f} ns a byte"
        print(f"  {name:50s}{pace} {taken / copied:8.1f} x copy {taken / decoded:6.2f} x simdjson")


def time_copy(path: Path, folder: Path) -> None:
    """Print how fast the file system copies the file."""
    start = time.perf_counter()
    shutil.copyfile(path, folder / "copy")
    wall = time.perf_counter() - start
    (folder / "copy").unlink()
    print(f"  {'limit: the file copied by the kernel':50s}{path.stat().st_size / 1e6 / wall:8.0f} MB/s")


def time_stages(path: Path, folder: Path, modes: Sequence[str]) -> None:
    """Print the share of every stage of whole runs, by what is done with passages."""
    for passages in modes:
        start, before = time.perf_counter(), processor_seconds()
        command = [sys.executable, "-m", "dedup", "clean", path, "-o", folder / "out", "--overwrite", "-q"]
        subprocess.run([*command, "--passages", passages], check=True, stdout=subprocess.DEVNULL)
        wall, taken = time.perf_counter() - start, processor_seconds() - before
        stages = msgspec.json.decode((folder / "out" / "summary.json").read_bytes())["stages"]
        parts = [(stage["stage"], stage["seconds"]) for stage in stages]
        parts.append(("start, end", wall - sum(seconds for _, seconds in parts)))
        shares = ", ".join(f"{name} {100 * seconds / wall:.0f} %" for name, seconds in parts)
        megabytes = path.stat().st_size / 1e6
        print(f"  --passages {passages:8s}{wall:7.1f} s {taken:7.1f} CPU s {megabytes / wall:6.0f} MB/s   {shares}")
    shutil.rmtree(folder / "out")


def processor_seconds() -> float:
    """Return the processor seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", help="JSONL with the field text; default: 300,000 grown articles")
    parser.add_argument("--megabytes", type=int, default=100, help="of the file that the parts are timed on")
    parser.add_argument("--passages", nargs="+", default=["off", "within"], help="runs: off, within, all")
    options = parser.parse_args()
    path = options.file
    if path is None:
        path = Shelf(require_folder()).grown(300_000).path
    with path.open("rb") as lines:
        head = b"".join(islice(lines, options.megabytes * 1000))[: options.megabytes * 10**6]
    time_parts(head[: head.rindex(b"\n") + 1])
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        time_copy(path, Path(folder))
        print(f"whole runs on {len(os.sched_getaffinity(0))} cores, {path.stat().st_size / 1e6:.0f} MB")
        time_stages(path, Path(folder), options.passages)


if __name__ == "__main__":
    main()

"""kill -9 at random moments of a run with an index: is OUT/ what the index holds, and what does --resume make of it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from grow import write_corpus

DOCUMENTS, NEW = 12_000, 4_000


def run_day(folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """Begin to clean day 2 through the index, as a process of its own."""
    command = [sys.executable, "-m", "dedup", "clean", "day2.jsonl", "-o", "out2", "--index", "news.duckdb", "-q"]
    return subprocess.Popen([*command, *options], cwd=folder, stderr=subprocess.DEVNULL)


def read_output(folder: Path) -> dict[str, bytes]:
    """Return the files of an output, of the summary without what differs from run to run."""
    tree = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    summary = json.loads(tree["summary.json"])
    del summary["stages"]
    return tree | {"summary.json": json.dumps(summary).encode()}


def read_index(folder: Path) -> list[object]:
    """Return what an index holds: ids by run, fates, and the runs with their states."""
    with duckdb.connect(str(folder / "news.duckdb"), read_only=True) as connection:
        queries = (
            "SELECT run, id, num_tokens FROM documents ORDER BY ordinal",
            "SELECT * FROM fates ORDER BY ALL",
            "SELECT count(*), sum(octet_length(piece)) FROM tokens",
            "SELECT run, state FROM runs ORDER BY number",
        )
        return [connection.execute(query).fetchall() for query in queries]


def find_disagreement(folder: Path) -> str | None:
    """Return what of the output and the index does not agree after a kill, None where all does."""
    with duckdb.connect(str(folder / "news.duckdb"), read_only=True) as connection:
        known = [
            row[0]
            for row in connection.execute("SELECT id ->> '$' FROM documents WHERE run = 2 ORDER BY ordinal").fetchall()
        ]
        runs = [row[0] for row in connection.execute("SELECT run FROM runs WHERE number = 2").fetchall()]
    outputs = [out for out in (folder / "out2", folder / "out2.partial" / "out") if (out / "summary.json").is_file()]
    if not runs:
        return "an output without its run" if (folder / "out2").exists() else None
    if len(outputs) != 1:
        return f"a run with {len(outputs)} outputs"
    named = json.loads((outputs[0] / "summary.json").read_bytes())["index"]["run"]
    with (outputs[0] / "kept" / "day2.jsonl").open("rb") as lines:
        kept = [json.loads(line)["id"] for line in lines]
    if named != runs[0]:
        return f"output of {named}, run {runs[0]}"
    return None if kept == known else f"{len(kept):,} documents in the output, {len(known):,} in the index"


def choose_moment(number: int, kills: int) -> float:
    """Return when a run is killed, as a share of the time that the longest of three takes.

    Three quarters of them in a slice of it each, the others in its last tenth, where it commits and publishes.
    """
    spread, chance = kills - kills // 4, random.Random(number).random()
    return (number + chance) / spread if number < spread else 0.9 + 0.1 * chance


def kill_at_random(source: Path, kills: int, report: Callable[..., None]) -> None:
    """Kill so many runs, and print what came of it."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / "fresh"
        fresh.mkdir()
        write_corpus(source, fresh / "all.jsonl", DOCUMENTS)
        lines = (fresh / "all.jsonl").read_bytes().splitlines(keepends=True)
        random.Random(1).shuffle(lines)
        (fresh / "day1.jsonl").write_bytes(b"".join(lines[:-NEW]))
        (fresh / "day2.jsonl").write_bytes(b"".join(lines[-NEW:]))
        (fresh / "all.jsonl").unlink()
        first = [sys.executable, "-m", "dedup", "index", "add", "day1.jsonl", "--index", "news.duckdb", "-q"]
        subprocess.run(first, cwd=fresh, check=True)
        folder = Path(name) / "days"  # outputs are named by their absolute paths: every run works in the same one
        seconds = 0.0
        for _ in range(3):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(fresh, folder)
            begin = time.perf_counter()
            assert run_day(folder).wait() == 0
            seconds = max(seconds, time.perf_counter() - begin)
        expected = read_output(folder / "out2"), read_index(folder)
        agree, whole, committed = 0, 0, 0
        for number in range(kills):
            shutil.rmtree(folder)
            shutil.copytree(fresh, folder)
            process = run_day(folder)
            time.sleep(seconds * choose_moment(number, kills))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            wrong = find_disagreement(folder)
            agree += wrong is None
            committed += len(read_index(folder)[3]) == 2
            done = run_day(folder, "--resume").wait()
            same = done == 0 and (read_output(folder / "out2"), read_index(folder)) == expected
            whole += same
            if wrong or not same:
                print(f"kill {number}: {wrong or f'--resume ended with {done} and another result'}", flush=True)
        report(f"killed at {kills} random moments: index and OUT/ agree", f"{agree} of {kills}", f"{kills}")
        report("  --resume gives the undisturbed output and index", f"{whole} of {kills}", f"{kills}")
        report("  of which were killed after the commit", f"{committed} of {kills}")

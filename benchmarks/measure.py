"""What the benchmarks share: options, whole processes with their seconds and private memory, printed figures."""

import argparse
import contextlib
import math
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from news import require_folder

from dedup.bench.peak_memory import MemorySampler

# What an installer compiled is compiled for all tools: this variable would have those that run from their sources
# compile them in every run.
AS_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds, and the peak of anonymous memory of the whole process tree in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    stdout: str


def run_command(command: Sequence[str | Path], env: dict[str, str] | None = None) -> Run:
    """Run a command to its end; a failing one is an error here."""
    done = try_command(command, env)
    if isinstance(done, str):
        sys.exit(f"{' '.join(map(str, command))}: {done}")
    return done


def run_dedup(*words: str | Path, env: dict[str, str] | None = None) -> Run:
    """Run `dedup WORDS` as a whole process."""
    return run_command([sys.executable, "-m", "dedup", *words], env)


@contextlib.contextmanager
def cleaned(corpus: Path, *options: str) -> Iterator[Path]:
    """Give the folder that `dedup clean` writes; it is gone afterwards."""
    with scratch() as folder:
        run_dedup("clean", corpus, "-o", folder / "o", "-q", *options)
        yield folder / "o"


class Words(NamedTuple):
    """A flag that takes some words: of these, all of them by default; or any word. A plain tuple is the first."""

    choices: tuple[str, ...] = ()
    default: tuple[str, ...] | None = None


def read_options(doc: str | None, **flags: Any) -> argparse.Namespace:
    """Read the command line: --data, and a flag for each name with its default; a type is a flag without one."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="the folder of shared news data")
    for name, value in flags.items():
        flag, kind = f"--{name.replace('_', '-')}", value if isinstance(value, type) else type(value)
        if isinstance(value, tuple):
            words = value if isinstance(value, Words) else Words(value)
            parser.add_argument(flag, nargs="+", choices=words.choices or None, default=words.default or words.choices)
        else:
            parser.add_argument(flag, type=kind, default=None if value is kind else value, help=f"default: {value}")
    options = parser.parse_args()
    options.data = require_folder(options.data)
    return options


def try_command(
    command: Sequence[str | Path],
    env: dict[str, str] | None = None,
    limit_s: float | None = None,
    limit_mb: float = math.inf,
) -> Run | str:
    """Run a command; return what it took, or why there is no figure: a limit, or an exit code with its last line.

    What earlier commands left to be written is on the disk before it starts: none waits for the output of another.
    """
    os.sync()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+") as errors, signals_as_exits():
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=errors if limit_s else None,
            text=True,
            env={**AS_INSTALLED, **(env or {})},
            start_new_session=True,
        )
        sampler = MemorySampler(process.pid, limit_mb * 1024)
        sampler.start()
        try:
            stdout, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            end_session(process)
            return f"over {limit_s:,.0f} s"
        except BaseException:  # Ctrl-C, or a signal that became an exit
            end_session(process)
            raise
        finally:
            wall = time.perf_counter() - start
            sampler.stop()
        if sampler.peak_kb > sampler.limit_kb:
            return f"over {limit_mb:,.0f} MB"
        if process.returncode:
            errors.seek(0)
            last = (errors.read().strip() or stdout.strip() or "no message").splitlines()[-1]
            return f"exit code {process.returncode}: {last}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, sampler.peak_kb / 1024, stdout)


def end_session(process: "subprocess.Popen[str]") -> None:
    """Kill a command that leads a session, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@contextlib.contextmanager
def signals_as_exits() -> Iterator[None]:
    """Have a signal that would end this process at once raise `SystemExit`, so that what it measures is ended too."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, lambda received, _: sys.exit(128 + received)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def alternate(commands: dict[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Run the commands in turn, round after round: a machine that slows down slows all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(command())
    return runs


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder on the disk of the corpora that is gone afterwards."""
    cache = Path(__file__).parent / ".cache"
    cache.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        yield Path(folder)


def report(what: str, value: str, target: str = "") -> None:
    """Print one figure, and what it must reach."""
    print(f"{what:<66} {value:>18}" + (f"   must: {target}" if target else ""), flush=True)


def median_wall(runs: Sequence[Run]) -> float:
    """Return the median of the wall seconds."""
    return statistics.median(run.wall_s for run in runs)


def median_ratio(slow: Sequence[Run], fast: Sequence[Run]) -> float:
    """Return the median of the ratios of wall seconds, round by round."""
    return statistics.median(s.wall_s / f.wall_s for s, f in zip(slow, fast, strict=True))

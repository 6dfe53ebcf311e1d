"""Run commands as whole processes: wall and CPU seconds, and the peak of private memory of all their processes."""

import math
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.bench.memory import MemorySampler


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


def try_command(
    command: Sequence[str | Path],
    env: dict[str, str] | None = None,
    limit_s: float | None = None,
    limit_mb: float = math.inf,
) -> Run | str:
    """Run a command; return what it took, or why there is no figure: a limit, or an exit code with its last line."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=errors if limit_s else None,
            text=True,
            env={**os.environ, **(env or {})},
            start_new_session=limit_s is not None,
        )
        sampler = MemorySampler(process.pid, limit_mb * 1024)
        sampler.start()
        try:
            stdout, _ = process.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its workers too: it leads a session of its own
            process.communicate()
            return f"over {limit_s:,.0f} s"
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


<<<<<<< HEAD
=======
class MemorySampler(threading.Thread):
    """Samples the anonymous memory of a process and all below it.

    Pss_Anon of /proc/PID/smaps_rollup: private memory, shared pages of forked processes divided among them; memory-
    mapped files (page cache) are not in it.
    """

    def __init__(self, pid: int, limit_kb: float = math.inf) -> None:
        super().__init__(daemon=True)
        self.peak_kb = 0
        self.limit_kb = limit_kb
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        """Sample until stopped; end all the processes when they take more than the limit."""
        while not self._done.wait(SAMPLE_S):
            self.peak_kb = max(self.peak_kb, sum(anonymous_kb(pid) for pid in process_tree(self._pid)))
            if self.peak_kb > self.limit_kb:
                os.killpg(self._pid, signal.SIGKILL)
                return

    def stop(self) -> None:
        """Stop sampling."""
        self._done.set()
        self.join()


def process_tree(pid: int) -> list[int]:
    """Return a process and all processes below it."""
    found = [pid]
    for parent in found:
        try:
            for thread in os.listdir(f"/proc/{parent}/task"):
                children = Path(f"/proc/{parent}/task/{thread}/children").read_text()
                found.extend(map(int, children.split()))
        except OSError:
            continue
    return found


def anonymous_kb(pid: int) -> int:
    """Return the anonymous memory of one process, 0 of one that is gone."""
    try:
        match = PSS_ANON.search(Path(f"/proc/{pid}/smaps_rollup").read_bytes())
    except OSError:
        return 0
    return int(match[1]) if match else 0


>>>>>>> peers
def alternate(commands: dict[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """Run the commands in turn, round after round: a machine that slows down slows all of them."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(command())
    return runs


def median_wall(runs: Sequence[Run]) -> float:
    """Return the median of the wall seconds."""
    return statistics.median(run.wall_s for run in runs)


def median_ratio(slow: Sequence[Run], fast: Sequence[Run]) -> float:
    """Return the median of the ratios of wall seconds, round by round."""
    return statistics.median(s.wall_s / f.wall_s for s, f in zip(slow, fast, strict=True))

"""The peak of private memory of a process and all below it, while something runs."""

import math
import os
import re
import signal
import threading
import time
from pathlib import Path

SAMPLE_S = 0.02
SHARE = 20  # a sample walks over all pages, so a pause of this many times its duration follows
PSS_ANON = re.compile(rb"Pss_Anon:\s+(\d+) kB")


class MemorySampler(threading.Thread):
    """Samples the anonymous memory of a process and all below it.

    Pss_Anon of /proc/PID/smaps_rollup: private memory, shared pages of forked processes divided among them; memory-
    mapped files (page cache) are not in it.
    """

    def __init__(self, pid: int | None = None, limit_kb: float = math.inf) -> None:
        super().__init__(daemon=True)
        self.peak_kb = 0
        self.limit_kb = limit_kb
        self._pid = os.getpid() if pid is None else pid
        self._done = threading.Event()

    def run(self) -> None:
        """Sample until stopped; end the group of processes when they take more than the limit."""
        pause = SAMPLE_S
        while not self._done.wait(pause):
            start = time.perf_counter()
            self.peak_kb = max(self.peak_kb, sum(anonymous_kb(pid) for pid in process_tree(self._pid)))
            if self.peak_kb > self.limit_kb:
                os.killpg(self._pid, signal.SIGKILL)
                return
            pause = max(SAMPLE_S, SHARE * (time.perf_counter() - start))

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

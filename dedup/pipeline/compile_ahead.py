"""Compile kernels before they are needed: all that a command can call, in one step, on all cores."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from dedup.kernels.jit import is_cached, note_cached
from dedup.pipeline.job import Progress
from dedup.threads import count_cores
from dedup.workers import run_tasks

# Groups of `kernel_calls`, the longest first: cores that are done early take the next.
CLEAN = ("cover", "passages", "sketch", "index", "fingerprints", "boilerplate")
STORIES = ("terms", "neighbours")
SPARK = ("routes",)
EVERYTHING = CLEAN + STORIES + SPARK


def compile_ahead(groups: Sequence[str], progress: Progress) -> float:
    """Compile what was never compiled on this machine of some groups; return the seconds: 0 where nothing was."""
    missing = [name for name in groups if not is_cached(name)]
    if not missing:
        return 0.0
    start = time.perf_counter()
    progress.note("compiling kernels, once on this machine ...")
    progress.begin("compile", sum(count_kernels(name) for name in missing), "kernel")
    run_tasks(compile_group, missing, count_cores(), progress.advance)
    progress.end()
    return time.perf_counter() - start


def compile_group(name: str, report: Callable[[int], None]) -> None:
    """Compile the kernels of one group into the cache."""
    from dedup.pipeline.kernel_calls import GROUPS  # noqa: PLC0415 (needed where something is missing only)

    with uncollected():
        for call in GROUPS[name]():
            call.compile()
            report(1)
    note_cached(name)


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave cycles of objects where they are: looking for them is a seventh of compiling."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def count_kernels(name: str) -> int:
    """Return how many kernels a group has."""
    from dedup.pipeline.kernel_calls import GROUPS  # noqa: PLC0415 (the same)

    return sum(1 for _ in GROUPS[name]())

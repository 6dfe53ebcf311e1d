"""Run independent tasks inline or in worker processes, with progress, and without leaving orphans behind."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for_sentinel
from typing import TYPE_CHECKING, Any, TypeVar

from dedup.bugs import wrap_bug
from dedup.errors import DedupError

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

Item = TypeVar("Item")
Result = TypeVar("Result")
Task = Callable[[Item, Callable[[int], None]], Result]

POLL_S = 0.1
PR_SET_PDEATHSIG = 1  # of prctl(2)

# Forked workers share the loaded kernels with their parent; elsewhere (macOS, Windows) forking is not safe.
START_METHOD = "fork" if sys.platform == "linux" else "spawn"

_done: "Synchronized[int] | None" = None  # in a worker: how much of the stage all workers have done
_task: "Task[Any, Any] | None" = None  # in a worker: what it does for every item


def run_tasks(
    task: Task[Item, Result],
    items: Sequence[Item],
    workers: int,
    advance: Callable[[int], None],
) -> list[Result]:
    """Return `task(item, report)` for every item; what tasks `report` as done goes to `advance` in this process.

    In order and in this process with one worker or one item, else in up to `workers` processes. Each worker gets the
    task once, with all that it holds: by forking, or pickled where processes cannot be forked. Items and results are.
    The first error stops the rest and is raised; a bug in a worker process is raised as `WorkerBug`.
    """
    if workers == 1 or len(items) <= 1:
        return [task(item, advance) for item in items]
    context = multiprocessing.get_context(START_METHOD)
    done = context.Value("q", 0)
    with ProcessPoolExecutor(min(workers, len(items)), context, start_worker, (done, task)) as pool:
        futures = [pool.submit(run_task, item) for item in items]
        try:
            follow(futures, done, advance)
            return [future.result() for future in futures]
        except BrokenProcessPool as error:
            raise DedupError("a worker process was killed (out of memory?). Try fewer with --workers.") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def follow(futures: "list[Future[Result]]", done: "Synchronized[int]", advance: Callable[[int], None]) -> None:
    """Wait for all futures, pass on what they did, raise the first error."""
    told = 0
    pending = set(futures)
    while pending:
        finished, pending = wait(pending, POLL_S, FIRST_COMPLETED)
        advance(done.value - told)
        told = done.value
        for future in finished:
            future.result()
    advance(done.value - told)


def start_worker(done: "Synchronized[int]", task: Task[Any, Any]) -> None:
    """Prepare a worker: the parent handles Ctrl-C, and no worker outlives its parent."""
    global _done, _task
    _done, _task = done, task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent()


def die_with_parent() -> None:
    """Have this worker end as soon as its parent does; on Linux the kernel sees to it, whatever the worker is at."""
    parent = multiprocessing.parent_process()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent.pid:  # it was gone before
            os._exit(1)
    else:
        threading.Thread(target=exit_with_parent, daemon=True).start()


def exit_with_parent() -> None:
    """Wait until the parent process is gone, then leave at once: a new run may take over the folder."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_sentinel([parent.sentinel])
        os._exit(1)


def run_task(item: object) -> Any:
    """Return what the task of this worker makes of one item."""
    assert _task is not None
    try:
        return _task(item, report_done)
    except (DedupError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (all of them are wrapped)
        raise wrap_bug(error) from None


def report_done(amount: int) -> None:
    """Add to what all workers have done."""
    assert _done is not None
    with _done.get_lock():
        _done.value += amount

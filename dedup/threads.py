"""Threads for kernels, which run without the GIL."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Threads:
    """Some threads, and how many they are."""

    executor: Executor
    count: int

    def submit(self, function: Callable[..., Result], *arguments: object) -> "Future[Result]":
        """Begin a call, and return its future result."""
        return self.executor.submit(function, *arguments)

    def map(self, function: Callable[..., Result], *items: Iterable[object]) -> list[Result]:
        """Return the results for all items, in order."""
        return list(self.executor.map(function, *items))

    def ahead(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield the results for all items, in order; two items a thread are under way or wait to be taken."""
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(self.executor.submit(function, item))
            if len(waiting) >= 2 * self.count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def count_cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def start_threads(count: int) -> Iterator[Threads]:
    """Start threads; they end with the block, so that no process is forked beside them."""
    with ThreadPoolExecutor(count) as executor:
        yield Threads(executor, count)

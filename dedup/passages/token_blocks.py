"""The tokens of documents block by block, and what is looked up of them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only

Item = TypeVar("Item")
Result = TypeVar("Result")

SLOTS_PER_ANCHOR = 1.5


@dataclass(frozen=True)
class TokenBlock:
    """The tokens of some consecutive documents: where they are in memory and how many (uint64[n], int32[n])."""

    address: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        for name in ("address", "num_tokens"):
            object.__setattr__(self, name, as_read_only(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.address)


class Anchors(NamedTuple):
    """Anchors of the documents of a block.

    ```
    hashes     uint64[m]
    positions  int32[m]  token at which each stands in its document
    ends       int64[n]  where those of each document end
    ```
    """

    hashes: npt.NDArray[np.uint64]
    positions: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int64]

    @classmethod
    def list(cls, num_tokens: int, num_documents: int, write: Callable[..., int]) -> "Anchors":
        """Return what a kernel writes that takes the three arrays, with room for an anchor a token."""
        hashes, positions = np.empty(num_tokens + 1, np.uint64), np.empty(num_tokens + 1, np.int32)
        ends = np.empty(num_documents, np.int64)
        found = write(hashes, positions, ends)
        return cls(hashes[:found].copy(), positions[:found].copy(), ends)


def ahead(pool: Executor, function: Callable[[Item], Result], items: Iterable[Item], most: int) -> Iterator[Result]:
    """Yield `function(item)` of every item in order, as `pool.map` does, with at most so many under way or waiting."""
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()

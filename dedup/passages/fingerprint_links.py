"""Links: which anchors of a document an earlier one holds, and where."""

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.kernels.fingerprints import (
    ANCHOR,
    count_marks,
    group_links,
    link_block,
    list_repeated,
    mark_anchors,
    merge_seen,
)
from dedup.passages.token_blocks import SLOTS_PER_ANCHOR, Anchors, TokenBlock, ahead

MOST_MARKS = 1 << 28  # bytes for the marks of anchors
MOST_STEPS = 4096  # slots that a look-up passes: there are never so many in a row in a table that has room


class TableFullError(Exception):
    """There are more anchors than a table was made for."""


@dataclass(frozen=True)
class Marks:
    """Which anchors may stand more than once, two bits a slot, and how many different ones these are.

    ```
    seen      uint8[...]  4 slots a byte; see `mark_anchors`
    expected  how many there are in all likelihood: all different anchors without those that are alone in their slot
    at_most   how many there can be
    ```
    """

    seen: npt.NDArray[np.uint8]
    expected: int
    at_most: int


def mark_repeated(blocks: Sequence[TokenBlock], sizes: tuple[int, int], pool: Executor, threads: int) -> Marks:
    """Mark the anchors of all blocks; `sizes` is (shingle_size, window).

    Most anchors of a corpus stand once. 2 slots a token, and a byte array for each thread. How many different ones
    there are follows from the share of slots without any (linear counting; Whang, Vander-Zanden & Taylor 1990).
    """
    room = min(sum(int(block.num_tokens.sum()) for block in blocks) // 2 + 256, MOST_MARKS)

    def mark(thread: int) -> tuple[npt.NDArray[np.uint8], int]:
        seen = np.zeros(room, np.uint8)
        return seen, sum(mark_anchors(b.address, b.num_tokens, sizes, seen)[1] for b in blocks[thread::threads])

    (seen, met), *others = pool.map(mark, range(threads))
    for other, also_met in others:
        met += also_met + merge_seen(seen, other)
    once, more = count_marks(seen)
    at_most = met + int(more)  # of the anchors in a slot all but the first met a mark
    slots = 4 * room
    free = slots - int(once) - int(more)
    different = slots * math.log(slots / free) if free else math.inf
    return Marks(seen, int(min(max(different - int(once), 0), at_most)), at_most)


def find_links(
    blocks: Sequence[TokenBlock],
    marks: Marks,
    room: tuple[int, int],
    sizes: tuple[int, int],
    pool: tuple[Executor, int],
) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the links of each block: rows of (document, first holder, token in the holder, token), without the third
    in ascending order; documents by their place in all blocks.

    `room` is how many different anchors there are, and how many of them a table holds at most: where there are more,
    they are taken in several passes. `sizes` is (shingle_size, window), `pool` what lists anchors ahead, with its
    number of threads. Raises `TableFullError` if there are more anchors.
    """
    anchors, most = room
    passes = max(-(-anchors // most), 1)
    size = int(anchors / passes * SLOTS_PER_ANCHOR * 1.1) + 1024  # parts are not exactly equal
    parts: list[list[npt.NDArray[np.int32]]] = [[] for _ in blocks]
    for which in range(passes):
        table = np.zeros(size, ANCHOR)

        def list_block(block: TokenBlock, part: tuple[int, int] = (which, passes)) -> Anchors:
            return Anchors.list(
                int(block.num_tokens.sum()),
                len(block),
                lambda *arrays: list_repeated(block.address, block.num_tokens, sizes, marks.seen, part, *arrays),
            )

        first = 0
        for index, listed in enumerate(ahead(pool[0], list_block, blocks, 2 * pool[1])):
            links = np.empty((len(listed.hashes), 4), np.int32)
            found = link_block(table, min(MOST_STEPS, size), first, *listed, links)
            if found < 0:
                raise TableFullError
            parts[index].append(links[:found].copy())
            first += len(listed.ends)
            if which == passes - 1:
                yield join_links(parts[index])
                parts[index] = []


def join_links(parts: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """Return the links of several passes as those of one: ascending by document and token."""
    if len(parts) == 1:
        return parts[0]
    links = np.concatenate(parts)
    return links[np.argsort((links[:, 0].astype(np.int64) << 32) | links[:, 3])]


def order_links(links: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return links that ascend by document and token by document, holder and token."""
    grouped = np.empty_like(links)
    group_links(links, grouped)
    return grouped

"""Links: which fingerprints of a document have an earlier source, and where."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.fingerprints import (
    FIRST_SOURCE,
    Fingerprints,
    Part,
    Winnowing,
    count_marks,
    link_block,
    list_repeated,
    mark_fingerprints,
    merge_seen,
)
from dedup.kernels.group_links import group_links
from dedup.passages.document_tokens import DocumentTokens
from dedup.threads import Threads

SLOTS_PER_FINGERPRINT = 1.5
MAX_SEEN = 1 << 28  # bytes of the filter of fingerprints
MAX_STEPS = 4096  # slots that a look-up passes: a table with room never has more in a row


class TableFullError(Exception):
    """There are more fingerprints than a table was made for."""


@dataclass(frozen=True)
class SeenFilter:
    """Which fingerprints may occur more than once, two bits a slot, and how many different ones these are.

    ```
    seen      uint8[...]  4 slots a byte; see `mark_fingerprints`
    expected  how many there are in all likelihood: all different ones less those that are alone in their slot
    at_most   how many there can be
    ```
    """

    seen: npt.NDArray[np.uint8]
    expected: int
    at_most: int


def filter_repeated(tokens: DocumentTokens, winnowing: Winnowing, threads: Threads) -> SeenFilter:
    """Return a filter of the fingerprints of all documents, most of which occur once.

    2 slots a token, and a byte array for each thread. How many different fingerprints there are follows from the share
    of empty slots (linear counting; Whang, Vander-Zanden & Taylor 1990).
    """
    room = min(int(tokens.num_tokens.sum()) // 2 + 256, MAX_SEEN)
    blocks = tokens.slices()

    def mark(thread: int) -> tuple[npt.NDArray[np.uint8], int]:
        seen, met = np.zeros(room, np.uint8), 0
        for here in blocks[thread :: threads.count]:
            met += mark_fingerprints(tokens.address[here], tokens.num_tokens[here], winnowing, seen)[1]
        return seen, met

    (seen, met), *others = threads.map(mark, range(threads.count))
    for other, also_met in others:
        met += also_met + merge_seen(seen, other)
    once, more = count_marks(seen)
    at_most = met + int(more)  # of the fingerprints in a slot all but the first met a mark
    slots = 4 * room
    free = slots - int(once) - int(more)
    different = slots * math.log(slots / free) if free else math.inf
    return SeenFilter(seen, int(min(max(different - int(once), 0), at_most)), at_most)


class TableRoom(NamedTuple):
    """How many different fingerprints there are, and how many of them a table holds at once."""

    fingerprints: int
    at_once: int

    @property
    def passes(self) -> int:
        """Return over how many parts of the fingerprints the search goes."""
        return max(-(-self.fingerprints // self.at_once), 1)

    @property
    def slots(self) -> int:
        """Return the size of a table; parts are not exactly equal."""
        return int(self.fingerprints / self.passes * SLOTS_PER_FINGERPRINT * 1.1) + 1024


def find_links(
    tokens: DocumentTokens, winnowing: Winnowing, repeated: SeenFilter, room: TableRoom, threads: Threads
) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the links of each slice of the documents.

    A link is a row (document, source, token in the source, token); rows ascend by all but the third. Where there are
    more fingerprints than a table may hold, they are taken in several passes. Raises `TableFullError` if there are more
    than the room says.
    """
    blocks = tokens.slices()
    parts: list[list[npt.NDArray[np.int32]]] = [[] for _ in blocks]
    for which in range(room.passes):
        table = np.zeros(room.slots, FIRST_SOURCE)

        def list_block(here: slice, part: Part = Part(which, room.passes)) -> Fingerprints:  # noqa: B008 (fixed here)
            address, num_tokens = tokens.address[here], tokens.num_tokens[here]
            return Fingerprints.list(
                int(num_tokens.sum()),
                len(address),
                lambda *arrays: list_repeated(address, num_tokens, winnowing, repeated.seen, part, *arrays),
            )

        for index, listed in enumerate(threads.ahead(list_block, blocks)):
            links = np.empty((len(listed.hashes), 4), np.int32)
            found = link_block(table, min(MAX_STEPS, room.slots), blocks[index].start, *listed, links)
            if found < 0:
                raise TableFullError
            parts[index].append(links[:found].copy())
            if which == room.passes - 1:
                yield join_links(parts[index])
                parts[index] = []


def join_links(parts: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """Return the links of several passes as those of one: ascending by document and token."""
    if len(parts) == 1:
        return parts[0]
    links = np.concatenate(parts)
    return links[np.argsort((links[:, 0].astype(np.int64) << 32) | links[:, 3])]


def order_links(links: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Return links that ascend by document and token by document, source and token."""
    grouped = np.empty_like(links)
    group_links(links, grouped)
    return grouped

"""Matches: passages as the kernels find them, in tokens, before anyone has looked at the text."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.kernels.anchors import ANCHOR, count_repeated, link_block, mark_anchors, merge_seen
from dedup.kernels.memory import as_read_only
from dedup.kernels.repeats import align_block, drop_small_pairs, match_pairs, repeat_block

SLOTS_PER_ANCHOR = 1.5
PAIRS_AT_ONCE = 500
MOST_MARKS = 1 << 28  # bytes for the marks of anchors


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


@dataclass(frozen=True)
class Matches:
    """Passages found, one row each, sorted by document and place.

    ```
    document, holder  int32[n]  the later copy and the earlier holder
    span              int32[n, 2]  [start, end) in tokens of the document
    held              int32[n, 2]  [start, end) in tokens of the holder
    equal             int32[n]     tokens that are the same on both sides
    ```
    """

    document: npt.NDArray[np.int32]
    holder: npt.NDArray[np.int32]
    span: npt.NDArray[np.int32]
    held: npt.NDArray[np.int32]
    equal: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.document)

    @property
    def similarity(self) -> npt.NDArray[np.float64]:
        """Return the share of equal tokens, 2 * equal / (tokens of both sides), float64[n]."""
        lengths = (self.span[:, 1] - self.span[:, 0]) + (self.held[:, 1] - self.held[:, 0])
        return 2.0 * self.equal / np.maximum(lengths, 1)

    def select(self, rows: np.ndarray) -> "Matches":
        """Return some of the rows, by index or mask."""
        return Matches(self.document[rows], self.holder[rows], self.span[rows], self.held[rows], self.equal[rows])


def join_matches(parts: Sequence[Matches]) -> Matches:
    """Return the rows of several as one."""
    if not parts:
        empty = np.empty((0, 5), np.int32)
        return make_matches(empty, np.empty((0, 2), np.int32))
    return Matches(
        np.concatenate([p.document for p in parts]),
        np.concatenate([p.holder for p in parts]),
        np.concatenate([p.span for p in parts]),
        np.concatenate([p.held for p in parts]),
        np.concatenate([p.equal for p in parts]),
    )


def make_matches(passages: npt.NDArray[np.int32], pairs: npt.NDArray[np.int32]) -> Matches:
    """Return the kernels' rows as matches."""
    return Matches(
        pairs[:, 0].copy(), pairs[:, 1].copy(), passages[:, 0:2].copy(), passages[:, 2:4].copy(), passages[:, 4].copy()
    )


def find_repeats(block: TokenBlock, config: PassageConfig) -> Matches:
    """Find what is printed twice inside each document of a block; documents are named by their place in it."""
    room = int(block.num_tokens.sum()) + 1
    passages, owners = np.empty((room, 5), np.int32), np.empty(room, np.int32)
    limits = (config.min_tokens, config.min_similarity)
    found = repeat_block(block.address, block.num_tokens, config.shingle_size, limits, passages, owners)
    return make_matches(passages[:found], np.repeat(owners[:found, None], 2, axis=1))


@dataclass(frozen=True)
class Least:
    """Pairs of documents that are worth aligning: those whose anchors can cover a share of the shorter one.

    `own_tokens` (int32[n]) is how many tokens of each document count.
    """

    share: float
    own_tokens: npt.NDArray[np.int32]


def find_shared(
    blocks: Sequence[TokenBlock],
    config: PassageConfig,
    report: Callable[[int], None],
    threads: int = 1,
    least: Least | None = None,
) -> Matches:
    """Find the passages that documents share with the first document that holds them; documents by place in all blocks.

    The seeds of the whole corpus go through tables that hold at most `max_anchors` together, in as many passes as that
    takes. Blocks are aligned in `threads` (the kernels run without the GIL); the result is the same for any number.
    """
    address = np.concatenate([b.address for b in blocks]) if blocks else np.empty(0, np.uint64)
    num_tokens = np.concatenate([b.num_tokens for b in blocks]) if blocks else np.empty(0, np.int32)
    sizes = (config.shingle_size, config.window)
    found = []
    with ThreadPoolExecutor(threads) as pool:
        seen, repeated = mark_repeated(blocks, sizes, pool, threads)
        parts = max(-(-repeated // config.max_anchors), 1) * threads
        size = int(repeated / parts * SLOTS_PER_ANCHOR * 1.1) + 1024  # parts are not exactly equal
        links = list(pool.map(lambda part: link_part(blocks, seen, size, (part, parts), sizes), range(parts)))

        def align(index: int) -> Matches:
            here = np.concatenate([part[index] for part in links])
            here = here[order_links(here)]
            if least is not None:
                here = here[: drop_small_pairs(here, sizes, least.own_tokens, least.share)]
            return align_links(here, address, num_tokens, config)

        for block, matches in zip(blocks, pool.map(align, range(len(blocks))), strict=True):
            found.append(matches)
            report(len(block))
    return join_matches(found)


def mark_repeated(
    blocks: Sequence[TokenBlock], sizes: tuple[int, int], pool: ThreadPoolExecutor, threads: int
) -> tuple[npt.NDArray[np.uint8], int]:
    """Return the marks of the anchors of all blocks, and how many different ones at most stand more than once.

    Most anchors of a corpus stand once. Two bits a slot, 2 slots a token, and a byte array for each thread.
    """
    room = min(sum(int(block.num_tokens.sum()) for block in blocks) // 2 + 256, MOST_MARKS)

    def mark(thread: int) -> tuple[npt.NDArray[np.uint8], int]:
        seen = np.zeros(room, np.uint8)
        return seen, sum(mark_anchors(b.address, b.num_tokens, sizes, seen)[1] for b in blocks[thread::threads])

    (seen, met), *others = pool.map(mark, range(threads))
    for other, also_met in others:
        met += also_met + merge_seen(seen, other)
    # Of the anchors in a slot all but the first met a mark.
    return seen, met + int(count_repeated(seen))


def link_part(
    blocks: Sequence[TokenBlock],
    seen: npt.NDArray[np.uint8],
    size: int,
    part: tuple[int, int],
    sizes: tuple[int, int],
) -> list[npt.NDArray[np.int32]]:
    """Return the links of each block whose seeds belong to one part of all hashes, by a table of so many slots."""
    table = np.zeros(size, ANCHOR)
    links, first = [], 0
    for block in blocks:
        room = np.empty((int(block.num_tokens.sum()) + 1, 4), np.int32)
        found = link_block(table, seen, first, block.address, block.num_tokens, sizes, part, room)
        links.append(room[:found].copy())
        first += len(block)
    return links


def order_links(links: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Return the order of links by document, holder and token: one sort of 64-bit numbers, one of small ones."""
    order = np.argsort((links[:, 1].astype(np.int64) << 32) | links[:, 3])
    document = links[order, 0] - (links[:, 0].min() if len(links) else 0)
    if len(links) and document.max() < 1 << 16:
        document = document.astype(np.uint16)  # numpy sorts these by radix
    return order[np.argsort(document, kind="stable")]


def align_links(
    links: npt.NDArray[np.int32],
    address: npt.NDArray[np.uint64],
    num_tokens: npt.NDArray[np.int32],
    config: PassageConfig,
) -> Matches:
    """Return the passages that the links of one block lead to."""
    passages, pairs = np.empty((len(links), 5), np.int32), np.empty((len(links), 2), np.int32)
    limits = (config.min_tokens, config.min_similarity)
    found = align_block(links, address, num_tokens, limits, passages, pairs)
    return make_matches(passages[:found], pairs[:found])


def compare_pairs(
    pairs: npt.NDArray[np.int32],
    address: npt.NDArray[np.uint64],
    num_tokens: npt.NDArray[np.int32],
    config: PassageConfig,
) -> Matches:
    """Return all passages that each pair (document, holder) shares, whoever was their first holder."""
    parts = []
    for first in range(0, len(pairs), PAIRS_AT_ONCE):
        some = np.ascontiguousarray(pairs[first : first + PAIRS_AT_ONCE])
        room = int(num_tokens[some[:, 0]].sum()) + 1
        passages, owners = np.empty((room, 5), np.int32), np.empty((room, 2), np.int32)
        limits = (config.min_tokens, config.min_similarity)
        found = match_pairs(some, address, num_tokens, config.shingle_size, limits, passages, owners)
        parts.append(make_matches(passages[:found], owners[:found]))
    return join_matches(parts)

"""Matches: passages as the kernels find them, in tokens, before anyone has looked at the text."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.kernels.buffers import as_read_only
from dedup.kernels.repeats_within import align_block, drop_small_pairs, match_pairs, repeat_block
from dedup.passages.fingerprint_links import TableFullError, find_links, mark_repeated, order_links
from dedup.passages.token_blocks import TokenBlock, ahead

PAIRS_AT_ONCE = 500
# Where the equal runs of a pair are less than this share of the shorter document, no ends are looked for: with `Least`.
WORTH_EXTENDING = 0.1


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

    The seeds of the whole corpus go through a table that holds at most `max_anchors`, in as many passes as that takes.
    Blocks are listed and aligned in `threads` (the kernels run without the GIL); the result is the same for any number.
    """
    sizes = (config.shingle_size, config.window)
    address = np.concatenate([b.address for b in blocks]) if blocks else np.empty(0, np.uint64)
    num_tokens = np.concatenate([b.num_tokens for b in blocks]) if blocks else np.empty(0, np.int32)
    with ThreadPoolExecutor(threads) as pool:
        marks = mark_repeated(blocks, sizes, pool, threads)

        def align(links: npt.NDArray[np.int32]) -> Matches:
            return align_links(order_links(links), (address, num_tokens), config, least)

        def find(anchors: int, most: int) -> Matches:
            links = find_links(blocks, marks, (anchors, most), sizes, (pool, threads))
            found = []
            for block, matches in zip(blocks, ahead(pool, align, links, 2 * threads), strict=True):
                found.append(matches)
                report(len(block))
            return join_matches(found)

        try:
            return find(marks.expected, config.max_anchors)
        except TableFullError:  # by chance, or in a corpus made for it: one table has room for all there can be
            return find(marks.at_most, marks.at_most)


def align_links(
    links: npt.NDArray[np.int32],
    documents: tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]],
    config: PassageConfig,
    least: Least | None,
) -> Matches:
    """Return the passages that the links of one block lead to; `documents` are address and number of tokens of all."""
    address, num_tokens = documents
    worth = (num_tokens, 0.0)
    if least is not None:
        sizes = (config.shingle_size, config.window)
        links = links[: drop_small_pairs(links, sizes, least.own_tokens, least.share)]
        worth = (as_read_only(least.own_tokens), WORTH_EXTENDING)
    passages, pairs = np.empty((len(links), 5), np.int32), np.empty((len(links), 2), np.int32)
    limits = (config.min_tokens, config.min_similarity)
    found = align_block(links, address, num_tokens, limits, worth, passages, pairs)
    return make_matches(passages[:found], pairs[:found])


def compare_pairs(
    pairs: npt.NDArray[np.int32],
    address: npt.NDArray[np.uint64],
    num_tokens: npt.NDArray[np.int32],
    config: PassageConfig,
    threads: int = 1,
) -> Matches:
    """Return all passages that each pair (document, holder) shares, whoever was their first holder."""
    limits = (config.min_tokens, config.min_similarity)

    def compare(first: int) -> Matches:
        some = np.ascontiguousarray(pairs[first : first + PAIRS_AT_ONCE])
        room = int(num_tokens[some[:, 0]].sum()) + 1
        passages, owners = np.empty((room, 5), np.int32), np.empty((room, 2), np.int32)
        found = match_pairs(some, address, num_tokens, config.shingle_size, limits, passages, owners)
        return make_matches(passages[:found], owners[:found])

    with ThreadPoolExecutor(threads) as pool:
        return join_matches(list(ahead(pool, compare, range(0, len(pairs), PAIRS_AT_ONCE), 2 * threads)))

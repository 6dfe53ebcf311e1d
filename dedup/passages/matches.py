"""Matches: passages as the kernels find them, in tokens, before anyone has looked at the text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.kernels.align import PassageLimits
from dedup.kernels.fingerprints import Winnowing
from dedup.kernels.repeats_within import MinShare, align_block, drop_small_pairs, match_pairs, repeat_block
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.fingerprint_links import TableFullError, TableRoom, filter_repeated, find_links, order_links
from dedup.threads import start_threads

PAIRS_AT_ONCE = 500
# With a `min_share`, pairs whose equal runs are less than this share of the shorter document are not extended.
WORTH_EXTENDING = 0.1


@dataclass(frozen=True)
class Matches:
    """Passages found, one row each, sorted by document and place.

    ```
    document     int32[n]     the later copy
    source       int32[n]     the document in which the passage occurs first
    span         int32[n, 2]  [start, end) in tokens of the document
    source_span  int32[n, 2]  [start, end) in tokens of the source
    equal        int32[n]     tokens that are the same on both sides
    ```
    """

    document: npt.NDArray[np.int32]
    source: npt.NDArray[np.int32]
    span: npt.NDArray[np.int32]
    source_span: npt.NDArray[np.int32]
    equal: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.document)

    @property
    def similarity(self) -> npt.NDArray[np.float64]:
        """Return the share of equal tokens, 2 * equal / (tokens of both sides), float64[n]."""
        lengths = (self.span[:, 1] - self.span[:, 0]) + (self.source_span[:, 1] - self.source_span[:, 0])
        return 2.0 * self.equal / np.maximum(lengths, 1)

    def select(self, rows: np.ndarray) -> "Matches":
        """Return some of the rows, by index or mask."""
        return Matches(
            self.document[rows], self.source[rows], self.span[rows], self.source_span[rows], self.equal[rows]
        )


def join_matches(parts: Sequence[Matches]) -> Matches:
    """Return the rows of several as one."""
    parts = [make_matches(np.empty((0, 5), np.int32), np.empty((0, 2), np.int32)), *parts]
    return Matches(
        np.concatenate([p.document for p in parts]),
        np.concatenate([p.source for p in parts]),
        np.concatenate([p.span for p in parts]),
        np.concatenate([p.source_span for p in parts]),
        np.concatenate([p.equal for p in parts]),
    )


def make_matches(passages: npt.NDArray[np.int32], pairs: npt.NDArray[np.int32]) -> Matches:
    """Return the kernels' rows as matches."""
    return Matches(
        pairs[:, 0].copy(), pairs[:, 1].copy(), passages[:, 0:2].copy(), passages[:, 2:4].copy(), passages[:, 4].copy()
    )


def limits_of(config: PassageConfig) -> PassageLimits:
    """Return the limits of a passage that are set."""
    return PassageLimits(config.min_tokens, config.min_similarity)


def find_repeats(tokens: DocumentTokens, config: PassageConfig) -> Matches:
    """Find what is printed twice inside each document."""
    room = int(tokens.num_tokens.sum()) + 1
    passages, owners = np.empty((room, 5), np.int32), np.empty(room, np.int32)
    found = repeat_block(tokens.address, tokens.num_tokens, config.shingle_size, limits_of(config), passages, owners)
    return make_matches(passages[:found], np.repeat(owners[:found, None], 2, axis=1))


def find_shared(
    tokens: DocumentTokens,
    config: PassageConfig,
    advance: Callable[[int], None],
    threads: int = 1,
    min_share: float = 0.0,
) -> Matches:
    """Find the passages that documents share with the first document that has them, their source.

    The fingerprints of the whole corpus go through a table that holds at most `max_anchors`, in as many passes as that
    takes. The result is the same for any number of threads. Where pairs have less than `min_share` of the shorter
    document in common, they may be left out.
    """
    winnowing = Winnowing(config.shingle_size, config.window)
    with start_threads(threads) as pool:
        repeated = filter_repeated(tokens, winnowing, pool)

        def align(links: npt.NDArray[np.int32]) -> Matches:
            return align_links(order_links(links), tokens, config, min_share)

        def find(room: TableRoom) -> Matches:
            links = find_links(tokens, winnowing, repeated, room, pool)
            found = []
            for here, matches in zip(tokens.slices(), pool.ahead(align, links), strict=True):
                found.append(matches)
                advance(here.stop - here.start)
            return join_matches(found)

        try:
            return find(TableRoom(repeated.expected, config.max_anchors))
        except TableFullError:  # by chance, or in a corpus made for it: one table has room for all there can be
            return find(TableRoom(repeated.at_most, repeated.at_most))


def align_links(
    links: npt.NDArray[np.int32], tokens: DocumentTokens, config: PassageConfig, min_share: float
) -> Matches:
    """Return the passages to which the links of one block lead."""
    worth = MinShare(0.0, tokens.num_tokens)
    if min_share:
        winnowing = Winnowing(config.shingle_size, config.window)
        links = links[: drop_small_pairs(links, winnowing, MinShare(min_share, tokens.own_tokens))]
        worth = MinShare(WORTH_EXTENDING, tokens.own_tokens)
    passages, pairs = np.empty((len(links), 5), np.int32), np.empty((len(links), 2), np.int32)
    found = align_block(links, tokens.address, tokens.num_tokens, limits_of(config), worth, passages, pairs)
    return make_matches(passages[:found], pairs[:found])


def compare_pairs(
    pairs: npt.NDArray[np.int32], tokens: DocumentTokens, config: PassageConfig, threads: int = 1
) -> Matches:
    """Return all passages that each pair (document, source) shares, whatever their first source is."""

    def compare(first: int) -> Matches:
        some = np.ascontiguousarray(pairs[first : first + PAIRS_AT_ONCE])
        room = int(tokens.num_tokens[some[:, 0]].sum()) + 1
        passages, owners = np.empty((room, 5), np.int32), np.empty((room, 2), np.int32)
        found = match_pairs(
            some, tokens.address, tokens.num_tokens, config.shingle_size, limits_of(config), passages, owners
        )
        return make_matches(passages[:found], owners[:found])

    with start_threads(threads) as pool:
        return join_matches(list(pool.ahead(compare, range(0, len(pairs), PAIRS_AT_ONCE))))

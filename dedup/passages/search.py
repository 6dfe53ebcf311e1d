"""The search for passages: inside documents, across documents, between given pairs; in tokens."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.kernels.align import MIN_MATCHED, PassageLimits
from dedup.kernels.fingerprints import Winnowing
from dedup.kernels.repeats_within import MinShare, align_block, drop_small_pairs, match_pairs, repeat_block
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.fingerprint_links import TableFullError, TableRoom, filter_repeated, find_links, order_links
from dedup.passages.passage_table import ACROSS, WITHIN, Passages, join_passages
from dedup.threads import start_threads

PAIRS_AT_ONCE = 500
# With a `min_share`, pairs whose equal runs are less than this share of the shorter document are not extended.
WORTH_EXTENDING = 0.1


def limits_of(config: PassageConfig) -> PassageLimits:
    """Return the limits of a passage that are set."""
    return PassageLimits(config.min_tokens, config.min_similarity)


def find_repeats(
    tokens: DocumentTokens, config: PassageConfig, num_shingles: npt.NDArray[np.int32] | None = None
) -> Passages:
    """Find what is printed twice inside each document.

    `num_shingles` are the distinct shingles of each, where those of this size were counted: a document that holds none
    again, or one that is too short to be extended, has no passage.
    """
    tokens = tokens.passable()
    rows = np.arange(len(tokens), dtype=np.int32)
    if num_shingles is not None:
        again = tokens.num_tokens - config.shingle_size + 1 - num_shingles
        rows = rows[again > (config.shingle_size < MIN_MATCHED)]
        tokens = tokens[rows]
    room = int(tokens.num_tokens.sum()) + 1
    passages, owners = np.empty((room, 5), np.int32), np.empty(room, np.int32)
    found = repeat_block(tokens.address, tokens.num_tokens, config.shingle_size, limits_of(config), passages, owners)
    return Passages.found(np.repeat(rows[owners[:found], None], 2, axis=1), passages[:found], WITHIN)


def find_shared(
    tokens: DocumentTokens,
    config: PassageConfig,
    advance: Callable[[int], None],
    threads: int = 1,
    min_share: float = 0.0,
    enough: float = math.inf,
) -> Passages:
    """Find the passages that documents share with the first document that has them, their source.

    The fingerprints of the whole corpus go through a table that holds at most `max_fingerprints`, in as many passes as
    that takes. The result is the same for any number of threads. Where pairs have less than `min_share` of the shorter
    document in common, they may be left out; where a passage has `enough` of it, a part of it may stand for all.
    """
    winnowing, tokens = Winnowing(config.shingle_size, config.window), tokens.shareable()
    with start_threads(threads) as pool:
        repeated = filter_repeated(tokens, winnowing, pool)

        def align(links: npt.NDArray[np.int32]) -> Passages:
            return align_links(order_links(links), tokens, config, min_share, enough)

        def find(room: TableRoom) -> Passages:
            links = find_links(tokens, winnowing, repeated, room, pool)
            found = []
            for here, passages in zip(tokens.slices(), pool.ahead(align, links), strict=True):
                found.append(passages)
                advance(here.stop - here.start)
            return join_passages(found)

        try:
            return find(TableRoom(repeated.expected, config.max_fingerprints))
        except TableFullError:  # by chance, or in a corpus made for it: one table has room for all there can be
            return find(TableRoom(repeated.at_most, repeated.at_most))


def align_links(
    links: npt.NDArray[np.int32],
    tokens: DocumentTokens,
    config: PassageConfig,
    min_share: float,
    enough: float = math.inf,
) -> Passages:
    """Return the passages to which the links of one block lead; see `find_shared`."""
    worth = MinShare(0.0, tokens.num_tokens)
    if min_share:
        winnowing = Winnowing(config.shingle_size, config.window)
        links = links[: drop_small_pairs(links, winnowing, MinShare(min_share, tokens.own_tokens))]
        worth = MinShare(WORTH_EXTENDING, tokens.own_tokens, enough)
    passages, pairs = np.empty((len(links), 5), np.int32), np.empty((len(links), 2), np.int32)
    found = align_block(links, tokens.address, tokens.num_tokens, limits_of(config), worth, passages, pairs)
    return Passages.found(pairs[:found], passages[:found], ACROSS)


def compare_pairs(
    pairs: npt.NDArray[np.int32], tokens: DocumentTokens, config: PassageConfig, threads: int = 1
) -> Passages:
    """Return all passages that each pair (document, source) shares, whatever their first source is."""

    def compare(first: int) -> Passages:
        some = np.ascontiguousarray(pairs[first : first + PAIRS_AT_ONCE])
        room = int(tokens.num_tokens[some[:, 0]].sum()) + 1
        passages, owners = np.empty((room, 5), np.int32), np.empty((room, 2), np.int32)
        found = match_pairs(
            some, tokens.address, tokens.num_tokens, config.shingle_size, limits_of(config), passages, owners
        )
        return Passages.found(owners[:found], passages[:found], ACROSS)

    with start_threads(threads) as pool:
        return join_passages(list(pool.ahead(compare, range(0, len(pairs), PAIRS_AT_ONCE))))

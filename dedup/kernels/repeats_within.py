"""Seeds of passages: repeated shingles of a document, fingerprints that documents share, pairs to compare."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.align import CHAIN_FIELDS, MIN_MATCHED, chain_seeds, finish_chains
from dedup.kernels.buffers import tokens_at
from dedup.kernels.hashing import U64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.overlapping_passages import drop_overlaps
from dedup.kernels.shingles import HIDDEN, roll_shingles, roll_unmasked, table_size

EDGE = 3  # tokens by which two passages at one place may differ


class MinShare(NamedTuple):
    """The share of the shorter document of a pair that equal tokens must reach.

    ```
    own_tokens  int32[n]  how many tokens of each document count
    enough      share from which on a single passage stands for all of a pair, as long as it is found to be so far
    ```
    """

    share: float
    own_tokens: npt.NDArray[np.int32]
    enough: float = math.inf


@kernel
def repeat_block(address, num_tokens, shingle_size, limits, passages, owners):
    """Find what is printed twice inside each document of a block.

    `address` is where the tokens of each are in memory; `passages` and `owners` (int32, room for one row a token) get
    the passages and the document of each. Every shingle links to its first occurrence, so a sentence that
    occurs 50,000 times costs 50,000 links. Returns the number of passages. O(tokens).
    """
    found = np.int64(0)  # typed from the start: numba would compile what it is passed to twice
    shingles = np.empty(4096, np.uint64)
    seeds = np.empty((4096, 2), np.int32)
    chains = np.empty((4096, CHAIN_FIELDS), np.int64)
    places = np.empty(8192, np.int32)
    for doc in range(num_tokens.size):
        a = tokens_at(address[doc], num_tokens[doc])
        if a.size < shingle_size:
            continue
        if a.size > shingles.size:
            shingles = np.empty(2 * a.size, np.uint64)
            seeds = np.empty((2 * a.size, 2), np.int32)
            chains = np.empty((2 * a.size, CHAIN_FIELDS), np.int64)
            places = np.empty(table_size(2 * a.size), np.int32)
        count = roll_shingles(a, shingle_size, shingles)
        num_seeds = find_repeated(shingles, count, places, seeds)
        if num_seeds == 0:
            continue
        before = found
        num_chains = chain_seeds(a, a, seeds[:num_seeds], np.bool_(True), chains)
        found = finish_chains(a, a, chains, num_chains, np.bool_(True), limits, passages, found)
        found = drop_overlaps(passages, before, found, limits)
        for row in range(before, found):
            owners[row] = doc
    return found


@inner
def find_repeated(shingles, count, places, seeds):
    """Write (first occurrence, occurrence) of every shingle that occurs again to `seeds`; return how many."""
    size = table_size(count)
    mask = U64(size - 1)
    places[:size] = -1
    found = np.int64(0)
    for i in range(count):
        slot = shingles[i] & mask
        while places[slot] >= 0 and shingles[places[slot]] != shingles[i]:
            slot = (slot + U64(1)) & mask
        if places[slot] < 0:
            places[slot] = i
        else:
            seeds[found, 0] = places[slot]
            seeds[found, 1] = i
            found += 1
    return found


@kernel
def drop_small_pairs(links, winnowing, min_share):
    """Keep the links, sorted as for `align_block`, of pairs whose fingerprints reach over a `MinShare`.

    A run of equal tokens reaches at most window - 1 tokens beyond its fingerprints, unless its next fingerprint links
    to another source. Returns how many links are left, moved to the front. O(links).
    """
    shingle_size, window = winnowing
    left, start = 0, 0
    while start < links.shape[0]:
        doc, source = links[start, 0], links[start, 1]
        end, covered, reached = start, 0, np.int64(-window)
        while end < links.shape[0] and links[end, 0] == doc and links[end, 1] == source:
            first = max(links[end, 3] - window + 1, reached)
            reached = max(links[end, 3] + shingle_size + window - 1, reached)
            covered += reached - first
            end += 1
        if covered >= min_share.share * min(min_share.own_tokens[doc], min_share.own_tokens[source]):
            for k in range(start, end):
                for field in range(4):
                    links[left, field] = links[k, field]
                left += 1
        start = end
    return left


@inlined
def count_equal(chains, num_chains):
    """Return how many tokens the equal runs of chains have; `np.sum` would load numba's linear algebra."""
    equal = np.int64(0)
    for k in range(num_chains):
        equal += chains[k, 4]
    return equal


@inlined
def find_enough(chains, num_chains, limits, enough, num_tokens):
    """Return a chain that is a passage as it is, with enough of so many tokens; -1 if there is none.

    Extended it would have more of them: the best passage of a pair is none that another one takes tokens of.
    """
    for k in range(num_chains):
        length_a, length_b, equal = chains[k, 2] - chains[k, 0], chains[k, 3] - chains[k, 1], chains[k, 4]
        is_alike = limits.min_similarity <= 0.5 and 4 * equal >= length_a + length_b  # an extension is half equal
        is_passage = is_alike and equal >= MIN_MATCHED and max(length_a, length_b) >= limits.min_tokens
        if is_passage and equal / max(num_tokens, 1) >= enough:
            return k
    return -1


@kernel
def align_block(links, address, num_tokens, limits, min_share, passages, pairs):
    """Align documents with the sources that their links name.

    `links` is int32[m, 4] (document, source, token in the source, token), sorted by all but the third; `address` and
    `num_tokens` are those of all documents. Pairs are left out whose equal runs are less than
    `min_share`, and extended only where it says. `passages` (int32[m, 5]) and `pairs` (int32[m, 2]: document, source)
    get the result, in the order of the links; returns the number of passages.
    """
    found = np.int64(0)
    start = 0
    most = 0
    total = links.shape[0]
    while start < total:
        end = start
        while end < total and links[end, 0] == links[start, 0] and links[end, 1] == links[start, 1]:
            end += 1
        most = max(most, end - start)
        start = end
    chains = np.empty((most, CHAIN_FIELDS), np.int64)
    seeds = np.empty((most, 2), np.int32)
    start = 0
    while start < total:
        doc, source = links[start, 0], links[start, 1]
        end = start
        while end < total and links[end, 0] == doc and links[end, 1] == source:
            end += 1
        for k in range(end - start):
            seeds[k, 0] = links[start + k, 2]
            seeds[k, 1] = links[start + k, 3]
        a = tokens_at(address[doc], num_tokens[doc])
        b = tokens_at(address[source], num_tokens[source])
        before = found
        num_chains = chain_seeds(a, b, seeds[: end - start], np.bool_(False), chains)
        shorter = min(min_share.own_tokens[doc], min_share.own_tokens[source])
        if min_share.share > 0 and count_equal(chains, num_chains) < min_share.share * shorter:
            num_chains = 0
        best = find_enough(chains, num_chains, limits, min_share.enough, shorter)
        if best >= 0:
            passages[found, 0], passages[found, 1] = chains[best, 0], chains[best, 2]
            passages[found, 2], passages[found, 3] = chains[best, 1], chains[best, 3]
            passages[found, 4] = chains[best, 4]
            found += 1
        else:
            found = finish_chains(a, b, chains, num_chains, np.bool_(False), limits, passages, found)
            found = drop_overlaps(passages, before, found, limits)
        for row in range(before, found):
            pairs[row, 0] = doc
            pairs[row, 1] = source
        start = end
    return found


@kernel
def match_pairs(pairs, address, num_tokens, shingle_size, limits, passages, owners):
    """Align pairs of documents on all the shingles they share, not only on fingerprints.

    `pairs` is int32[m, 2] (document, source). `passages` and `owners` (int32[..., 5] and [..., 2]: document, source)
    have room for one row a token of the documents. Returns the number of passages. O(tokens) a pair. The shingles of a
    source stay for the pairs that follow with the same one.
    """
    found = np.int64(0)
    shingles = np.empty(4096, np.uint64)
    theirs = np.empty(4096, np.uint64)
    seeds = np.empty((4096, 2), np.int32)
    chains = np.empty((4096, CHAIN_FIELDS), np.int64)
    places = np.empty(8192, np.int32)
    size = np.int64(0)
    for pair in range(pairs.shape[0]):
        a = tokens_at(address[pairs[pair, 0]], num_tokens[pairs[pair, 0]])
        b = tokens_at(address[pairs[pair, 1]], num_tokens[pairs[pair, 1]])
        largest = max(a.size, b.size)
        is_new = pair == 0 or pairs[pair, 1] != pairs[pair - 1, 1]
        if largest > shingles.size:
            shingles = np.empty(2 * largest, np.uint64)
            theirs = np.empty(2 * largest, np.uint64)
            seeds = np.empty((2 * largest, 2), np.int32)
            chains = np.empty((2 * largest, CHAIN_FIELDS), np.int64)
            places = np.empty(table_size(2 * largest), np.int32)
            is_new = True
        if is_new:
            count_b = roll_unmasked(b, shingle_size, theirs)
            size = table_size(count_b)
            places[:size] = -1
            for j in range(count_b):
                slot = theirs[j] & U64(size - 1)
                while places[slot] >= 0 and theirs[places[slot]] != theirs[j]:
                    slot = (slot + U64(1)) & U64(size - 1)
                if places[slot] < 0:
                    places[slot] = j
        mask = U64(size - 1)
        count_a = roll_unmasked(a, shingle_size, shingles)
        num_seeds = 0
        for i in range(count_a):
            slot = shingles[i] & mask
            while places[slot] >= 0 and theirs[places[slot]] != shingles[i]:
                slot = (slot + U64(1)) & mask
            if places[slot] >= 0 and shingles[i] != HIDDEN:
                seeds[num_seeds, 0] = places[slot]
                seeds[num_seeds, 1] = i
                num_seeds += 1
        before = found
        num_chains = chain_seeds(a, b, seeds[:num_seeds], np.bool_(False), chains)
        found = finish_chains(a, b, chains, num_chains, np.bool_(False), limits, passages, found)
        found = drop_overlaps(passages, before, found, limits)
        for row in range(before, found):
            owners[row, 0] = pairs[pair, 0]
            owners[row, 1] = pairs[pair, 1]
    return found


@kernel
def mark_covered(document, source, span, equal, covered):
    """Mark passages (sorted by document and start) that another of the document covers with as many equal tokens.

    Of two alike the one with the earlier source stays: at the edge of a passage that very many documents share, a
    fingerprint can have another source than the passage has, and a word more in common by chance. `covered` is
    bool[n]. O(rows of a document squared).
    """
    start = 0
    while start < document.size:
        end = start
        while end < document.size and document[end] == document[start]:
            end += 1
        for row in range(start, end):
            for other in range(start, end):
                if span[other, 0] > span[row, 0] + EDGE:
                    break
                if other == row or span[other, 1] + EDGE < span[row, 1] or equal[other] + EDGE < equal[row]:
                    continue
                if source[other] < source[row] or (source[other] == source[row] and other < row):
                    covered[row] = True
                    break
        start = end

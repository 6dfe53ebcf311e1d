"""Who is kept: the lexicographically first maximal independent set of the near-duplicate graph, found as it is built.

This is leader clustering. Documents are decided in the order in which they are offered. A document is removed if it is
an exact copy of an earlier one, or if a kept document of one of its buckets has Jaccard >= threshold with it. Only kept
documents enter the hash table, so 10,000 copies of one story cost 10,000 comparisons and not 50 million. The answer
does not depend on threads or shards.
"""

import numpy as np

from dedup.kernels.buffers import prefetch, tokens_at
from dedup.kernels.hashing import U32
from dedup.kernels.jit import inlined, kernel
from dedup.kernels.leader_table import (
    CANDIDATES,
    VERIFIED,
    enter_buckets,
    find_bucket,
    find_candidates,
    find_exact,
    reduce_range,
)
from dedup.kernels.minhash import count_agreeing
from dedup.kernels.relation import is_template
from dedup.kernels.shingles import (
    count_shared_rolling,
    drop_masked,
    keep_distinct,
    measure_jaccard,
    roll_shingles,
    table_size,
)

KEPT = -1
EXACT, EDITED, TEMPLATE = 0, 1, 2


@kernel
def alike_unmasked(left_a, left_b, threshold, shingle_size):
    """Return whether two documents reach the threshold without their boilerplate too: it makes no duplicates.

    Given are their tokens with boilerplate masked. A document of which nothing else is left is compared as it is.
    """
    own_a, own_b = drop_masked(left_a), drop_masked(left_b)
    return own_a.size == 0 or own_b.size == 0 or measure_jaccard(own_a, own_b, shingle_size) >= threshold


@inlined
def compared_tokens(state, rank):
    """Return the tokens of a document, boilerplate masked."""
    address = state.masked[rank] if state.masked[rank] != 0 else state.address[rank]
    return tokens_at(address, state.num_tokens[rank])


@kernel
def cover_block(state, first, keys, signatures, limits, shingle_size, keep_templates, max_bucket):
    """Decide the documents of ranks `first` to `first + len(keys) - 1`; `keys` is uint64[block, bands].

    O(bands) table look-ups a document, O(tokens) for each candidate that neither sizes nor signatures rule out.
    """
    threshold = limits.threshold
    bands = keys.shape[1]
    buckets = np.empty(bands, np.int64)
    candidates = np.empty(1024, np.int64)
    shingles = np.empty(4096, np.uint64)
    table = np.empty(8192, np.uint64)
    stamps = np.zeros(8192, np.uint32)
    stamp = U32(0)
    for row in range(keys.shape[0]):
        rank = first + row
        state.witness[rank] = KEPT
        if state.num_tokens[rank] == 0:
            continue
        twin = find_exact(state, rank)
        if twin >= 0:
            kept = state.witness[twin] == KEPT
            state.witness[rank] = twin if kept else state.witness[twin]
            state.similarity[rank] = 1.0 if kept else state.similarity[twin]
            state.relation[rank] = EXACT if kept else state.relation[twin]
            continue
        if row + 1 < keys.shape[0]:
            for band in range(bands):
                prefetch(state.slots, np.int64(reduce_range(keys[row + 1, band], state.slots.size)))
        for band in range(bands):
            buckets[band] = find_bucket(state, keys[row, band])
        candidates, count = find_candidates(state, rank, buckets, candidates)
        best = -1
        best_similarity = 0.0
        best_is_template = False
        size_a = np.int64(state.num_shingles[rank])
        loaded = 0
        for c in range(count):
            state.counters[CANDIDATES] += 1
            if count_agreeing(signatures[row], state.signatures[candidates[c]]) < limits.agreement:
                continue
            other = state.owners[candidates[c]]
            size_b = np.int64(state.num_shingles[other])
            bound = min(size_a, size_b) / max(size_a, size_b)
            if bound < threshold or bound < best_similarity:
                continue
            if max(state.num_tokens[rank], state.num_tokens[other]) <= shingle_size:
                continue  # one shingle each, and their contents differ: only token hashes could collide
            if loaded == 0:
                tokens = tokens_at(state.address[rank], state.num_tokens[rank])
                if tokens.size > shingles.size:
                    shingles = np.empty(2 * tokens.size, np.uint64)
                num = roll_shingles(tokens, shingle_size, shingles)
                loaded = table_size(num)
                if loaded > table.size:
                    table = np.empty(loaded, np.uint64)
                    stamps = np.zeros(loaded, np.uint32)
                    stamp = U32(0)
                keep_distinct(shingles, num, table)
            if stamp == U32(0xFFFFFFFF):
                stamps[:] = 0
                stamp = U32(0)
            stamp = U32(stamp + U32(1))
            # Jaccard j needs j * (a + b) / (1 + j) shared shingles; one less leaves room for rounding.
            floor = max(threshold, best_similarity)
            needed = np.int64(floor * (size_a + size_b) / (1.0 + floor)) - 1
            theirs = tokens_at(state.address[other], state.num_tokens[other])
            shared = count_shared_rolling(table, loaded, stamps, stamp, theirs, shingle_size, needed)
            if shared < 0:
                continue
            similarity = shared / (size_a + size_b - shared)
            if similarity < threshold:
                continue
            if state.masked[rank] + state.masked[other] != 0 and not alike_unmasked(
                compared_tokens(state, rank), compared_tokens(state, other), threshold, shingle_size
            ):
                continue
            state.counters[VERIFIED] += 1
            better = best < 0 or similarity > best_similarity or (similarity == best_similarity and other < best)
            if not better:
                continue
            template = is_template(
                tokens_at(state.address[rank], state.num_tokens[rank]),
                tokens_at(state.address[other], state.num_tokens[other]),
            )
            if template and keep_templates:
                continue
            best, best_similarity, best_is_template = other, similarity, template
        if best >= 0:
            state.witness[rank] = best
            state.similarity[rank] = best_similarity
            state.relation[rank] = TEMPLATE if best_is_template else EDITED
        else:
            enter_buckets(state, rank, buckets, keys[row], signatures[row], max_bucket)

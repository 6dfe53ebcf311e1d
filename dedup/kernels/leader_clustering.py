"""Who is kept: the lexicographically first maximal independent set of the near-duplicate graph, found as it is built.

This is leader clustering. Documents are decided in the order in which they are offered. A document is removed if it is
an exact copy of an earlier one, or if a kept document of one of its buckets has Jaccard >= threshold with it. Only kept
documents enter the hash table, so 10,000 copies of one story cost 10,000 comparisons and not 50 million. The answer
does not depend on threads or shards.

A pair at the threshold is a removal only if its relation is one that goes (`dedup.kernels.relation`). A document whose
pairs all have other relations is kept, and the most similar one is noted as its relative.
"""

import numpy as np

from dedup.kernels.buffers import prefetch, tokens_at
from dedup.kernels.hashing import U32
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.leader_table import (
    CANDIDATES,
    KEPT,
    SERIES,
    VERIFIED,
    enter_buckets,
    find_bucket,
    find_candidates,
    find_exact,
    has_content_of,
    has_facts_of,
    reduce_range,
)
from dedup.kernels.minhash import count_agreeing
from dedup.kernels.relation import EXTENDED, TEMPLATE, UPDATE, Likeness, comes_again, is_removed, relate
from dedup.kernels.shingles import (
    count_shared_rolling,
    drop_masked,
    keep_distinct,
    measure_jaccard,
    roll_shingles,
    table_size,
)

MAX_REFUSED = 8  # relatives that a document is compared with: a series of thousands stays cheap
MAX_COMPARED = 64  # candidates that a document is compared with exactly: half of the words of all may be the same
UNDECIDED = 255  # the relation of a relative until all are seen
MAX_AGREEMENT = 64  # bytes of two signatures that may agree


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


@inlined
def note_removal(state, rank, witness, similarity, relation, difference):
    """Remove a document."""
    state.witness[rank] = witness
    state.similarity[rank] = similarity
    state.relation[rank] = relation
    row = state.difference[rank]
    row.novel = difference.num_novel
    row.longest_run = difference.longest_run
    row.slots = difference.num_slots
    row.facts = difference.num_facts


@inlined
def follow_twin(state, rank, twin):
    """Decide a document as an earlier one that was removed, if it has its words and facts; return whether it has."""
    if twin < 0 or state.witness[twin] == KEPT or not has_facts_of(state.facts[rank], state.facts[twin]):
        return False
    state.witness[rank] = state.witness[twin]
    state.similarity[rank] = state.similarity[twin]
    state.relation[rank] = state.relation[twin]
    row, given = state.difference[rank], state.difference[twin]
    row.novel = given.novel
    row.longest_run = given.longest_run
    row.slots = given.slots
    row.facts = given.facts
    return True


@inlined
def relate_ranks(state, rank, other, similarity, rule):
    """Return the relation of a document to another one and the difference of their words."""
    tokens = tokens_at(state.address[rank], state.num_tokens[rank])
    witness = tokens_at(state.address[other], state.num_tokens[other])
    likeness = Likeness(similarity, has_content_of(state, rank, other), False)
    return relate(tokens, witness, state.facts[rank], state.facts[other], likeness, rule)


@inner
def choose_alike(state, signature, candidates, count, agreement, ends):
    """Move the candidates whose signatures agree to the front and return how many they are.

    More than MAX_REFUSED are put in order of how much agrees: they are then compared from the nearest on. `ends`
    (int64[MAX_AGREEMENT + 2]) gets where those of each agreement end; among themselves they are in no order.
    """
    alike = 0
    agreeing = np.empty(count, np.uint8)
    for place in range(ends.size):
        ends[place] = 0
    for c in range(count):
        agreed = count_agreeing(signature, state.signatures[candidates[c]])
        if agreed >= agreement:
            candidates[alike] = candidates[c]
            agreeing[alike] = agreed
            ends[MAX_AGREEMENT - agreed + 1] += 1
            alike += 1
    if alike <= MAX_REFUSED:
        return alike
    for place in range(1, ends.size):
        ends[place] += ends[place - 1]
    given = np.empty(alike, np.int64)
    for c in range(alike):
        given[c] = candidates[c]
    for c in range(alike):
        place = MAX_AGREEMENT - np.int64(agreeing[c])
        candidates[ends[place]] = given[c]
        ends[place] += 1
    return alike


@inlined
def put_first(candidates, c, end):
    """Exchange candidate number c with the earliest owner among the candidates from c to `end`."""
    first = c
    for i in range(c + 1, end):
        if candidates[i] < candidates[first]:
            first = i
    candidates[c], candidates[first] = candidates[first], candidates[c]


@kernel
def cover_block(state, first, keys, signatures, limits, shingle_size, rule, max_bucket):
    """Decide the documents of ranks `first` to `first + len(keys) - 1`; `keys` is uint64[block, bands], 0: none.

    A kept document with the same words is looked at first (candidate number -1), then those that share a bucket.
    O(bands) table look-ups a document, O(tokens) for each candidate that neither sizes nor signatures rule out.
    """
    threshold = limits.threshold
    bands = keys.shape[1]
    buckets = np.empty(bands, np.int64)
    candidates = np.empty(1024, np.int64)
    ends = np.empty(MAX_AGREEMENT + 2, np.int64)
    shingles = np.empty(4096, np.uint64)
    table = np.empty(8192, np.uint64)
    stamps = np.zeros(8192, np.uint32)
    stamp = U32(0)
    keeps_news = not (is_removed(UPDATE, rule) or is_removed(TEMPLATE, rule) or is_removed(EXTENDED, rule))
    for row in range(keys.shape[0]):
        rank = first + row
        state.witness[rank] = KEPT
        relative = state.relative[rank]
        relative.document = KEPT
        if state.num_tokens[rank] == 0:
            continue
        twin = find_exact(state, rank)
        if follow_twin(state, rank, twin):
            continue
        tokens = tokens_at(state.address[rank], state.num_tokens[rank])
        size_a = np.int64(state.num_shingles[rank])
        # Texts below one shingle are equal or not alike. The first of a content is found by it: no keys are entered.
        is_alone = tokens.size < shingle_size and twin < 0
        best_similarity = 0.0
        alike = place = loaded = refused = compared = 0
        c = -2 if twin >= 0 and state.witness[twin] == KEPT else -1
        while True:
            c += 1
            if c == -1:
                other = twin
                similarity = 1.0
            else:
                if c == 0:
                    if state.witness[rank] != KEPT or is_alone:
                        break
                    if row + 1 < keys.shape[0]:
                        for band in range(bands):
                            if keys[row + 1, band] != 0:
                                prefetch(state.slots, np.int64(reduce_range(keys[row + 1, band], state.slots.size)))
                    found = 0
                    for band in range(bands):
                        if keys[row, band] != 0:
                            buckets[found] = find_bucket(state, keys[row, band])
                            found += 1
                    candidates, count = find_candidates(state, rank, buckets[:found], candidates)
                    state.counters[CANDIDATES] += count
                    alike = choose_alike(state, signatures[row], candidates, count, limits.agreement, ends)
                if c == alike:
                    break
                if alike > MAX_REFUSED:
                    while ends[place] <= c:
                        place += 1
                    put_first(candidates, c, ends[place])
                other = state.owners[candidates[c]]
                if other == twin:
                    continue
                size_b = np.int64(state.num_shingles[other])
                bound = min(size_a, size_b) / max(size_a, size_b)
                if bound < threshold or bound < best_similarity:
                    continue
                if refused == MAX_REFUSED or compared == MAX_COMPARED:
                    state.counters[SERIES] += 1
                    break
                is_short = max(state.num_tokens[rank], state.num_tokens[other]) <= shingle_size
                if is_short and not has_content_of(state, rank, other):
                    continue  # one shingle each, and their contents differ: only token hashes could collide
                if loaded == 0:
                    if tokens.size > shingles.size:
                        shingles = np.empty(2 * tokens.size, np.uint64)
                    num = roll_shingles(tokens, shingle_size, shingles)
                    loaded = table_size(num)
                    if loaded > table.size:
                        table = np.empty(loaded, np.uint64)
                        stamps = np.zeros(loaded, np.uint32)
                        stamp = U32(0)
                    keep_distinct(shingles, num, table)
                compared += 1
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
                witness = state.witness[rank]
                no_better = similarity < best_similarity or (similarity == best_similarity and other > witness)
                if witness != KEPT and no_better:
                    continue
            facts, others = state.facts[rank], state.facts[other]
            relation = UNDECIDED
            if not (keeps_news and comes_again(facts, others, tokens.size, state.num_tokens[other], similarity)):
                relation, difference = relate_ranks(state, rank, other, similarity, rule)
                if is_removed(relation, rule):
                    note_removal(state, rank, other, similarity, relation, difference)
                    best_similarity = similarity
                    continue
            refused += 1
            if relative.document == KEPT or (similarity, -other) > (relative.similarity, -relative.document):
                relative.document, relative.similarity, relative.relation = other, similarity, relation
        if relative.document != KEPT and relative.relation == UNDECIDED:
            relative.relation = relate_ranks(state, rank, relative.document, relative.similarity, rule)[0]
        if is_alone:
            continue
        if state.witness[rank] == KEPT:
            enter_buckets(state, rank, keys[row], signatures[row], max_bucket)
        else:
            relative.document = KEPT

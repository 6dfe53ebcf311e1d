"""Which stored documents contain shingles of new ones: a sample of each document, by the hash of the shingle alone.

The words of a shingle alone decide whether it is sampled (Broder 1997, "mod p" sketches). So two documents that share
it have it both in their sample, or neither has. A fingerprint of winnowing depends on its neighbours, and takes longer
to find.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import prefetch, tokens_at
from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.key_set import word_of
from dedup.kernels.tokens import MASKED, TOKEN_SHIFT

SAMPLED_EVERY = 4  # shingles
MAX_SHINGLES = 32  # of those sampled that are looked for of a document
EVERY = 1 << 62  # more than any document has
MAX_SLOTS = 32 * MAX_SHINGLES  # of a table for them: most other shingles find a free slot
SLOTS_PER_SHINGLE = 2.5
BITS_PER_SHINGLE = 16
NOBODY = 0xFFFFFFFF
LOW = U64(NOBODY)


class ShingleSet(NamedTuple):
    """Shingles of new documents, and who holds them.

    ```
    bits   uint64[...]  two bits for each, in one word: most stored shingles end here; see also `forget_noted`
    table  uint64[...]  shingle (high half; open addressing, 0 is free), and the smallest ordinal that holds it
    ```
    """

    bits: npt.NDArray[np.uint64]
    table: npt.NDArray[np.uint64]


def make_shingle_set(count: int) -> ShingleSet:
    """Return an empty set with room for `count` shingles."""
    words = 1
    while 64 * words < BITS_PER_SHINGLE * count:
        words *= 2
    slots = max(int(count * SLOTS_PER_SHINGLE), 16)
    return ShingleSet(np.zeros(words, np.uint64), np.zeros(slots, np.uint64))


def make_factors(shingle_size: int) -> npt.NDArray[np.uint32]:
    """Return the weights of the words of a shingle: odd, and always the same."""
    return np.random.default_rng(shingle_size).integers(0, 2**32, shingle_size, np.uint32) | np.uint32(1)


@inner
def hash_shingles(tokens, factors, hashes):
    """Write the hash of every run of as many tokens (uint32) as there are factors to `hashes`; return how many.

    The sum of words times factors modulo 2^64 (multilinear hashing; Lemire & Kaser 2014), one factor at a time, so that
    several shingles are one instruction: to roll them, each of which waits for the one before, takes several times as
    long.
    """
    count = max(tokens.size - factors.size + 1, 0)
    for i in range(count):
        hashes[i] = U64(0)
    for k in range(factors.size):
        factor = U64(factors[k])
        for i in range(count):
            hashes[i] += U64(tokens[i + k] >> U32(TOKEN_SHIFT)) * factor
    return count


@inner
def drop_hidden(tokens, shingle_size, hashes, count):
    """Move the hashes of shingles without a masked token to the front; return how many these are."""
    left, clear_from = 0, 0
    for i in range(shingle_size - 1):
        if i < tokens.size and tokens[i] == MASKED:
            clear_from = i + 1
    for i in range(count):
        if tokens[i + shingle_size - 1] == MASKED:
            clear_from = i + shingle_size
        if i >= clear_from:
            hashes[left] = hashes[i]
            left += 1
    return left


@inner
def sample_shingles(tokens, factors, hashes):
    """Write the hashes (uint64) of the sampled shingles to `hashes`, and return how many; none has a masked token."""
    count = drop_hidden(tokens, factors.size, hashes, hash_shingles(tokens, factors, hashes))
    found = 0
    for i in range(count):
        mixed = mix64(hashes[i])
        hashes[found] = mixed  # the next one takes its place unless it is sampled: no branch to foretell
        found += np.int64(mixed & U64(SAMPLED_EVERY - 1) == 0)
    return found


@inlined
def name_shingle(mixed):
    """Return what a sampled shingle is stored as: half of its hash, where 0 is a free slot."""
    name = mixed >> U64(32)
    return name if name != 0 else U64(1)


@kernel
def list_samples(address, num_tokens, factors, most, names, ends):
    """Write the names (uint32) of the sampled shingles of documents whose tokens stand at `address` (uint64[n]).

    Of each document `most` at most, evenly spread; a text of few words may have none. `names` has room for one a token;
    those of document i end at `ends[i]`. Returns how many there are.
    """
    hashes = np.empty(4096, np.uint64)
    found = 0
    for doc in range(address.size):
        tokens = tokens_at(address[doc], num_tokens[doc])
        if tokens.size > hashes.size:
            hashes = np.empty(2 * tokens.size, np.uint64)
        count = sample_shingles(tokens, factors, hashes)
        listed = min(count, most)
        for k in range(listed):
            names[found] = U32(name_shingle(hashes[k if listed == count else k * count // listed]))
            found += 1
        ends[doc] = found
    return found


@inlined
def mark_of(name):
    """Return the two bits of a shingle in its word."""
    return (U64(1) << (name & U64(63))) | (U64(1) << ((name >> U64(6)) & U64(63)))


@inlined
def first_slot(table, name):
    """Return the slot at which a shingle is looked for first."""
    return np.int64((name * U64(table.size)) >> U64(32))


@inlined
def find_shingle(table, name):
    """Return the slot of a shingle: the one that holds it, or the free one where it belongs."""
    slot = first_slot(table, name)
    while table[slot] != 0 and table[slot] >> U64(32) != name:
        slot = slot + 1 if slot + 1 < table.size else 0
    return slot


@kernel
def enter_names(shingle_set, names, slots):
    """Enter shingles by their names (uint32[m]), and write their places in the table to `slots` (int64[m])."""
    bits, table = shingle_set
    for i in range(names.size):
        name = U64(names[i])
        bits[word_of(bits, name)] |= mark_of(name)
        slots[i] = find_shingle(table, name)
        table[slots[i]] = (name << U64(32)) | LOW


@kernel
def note_sources(shingle_set, names, ends, ordinals):
    """Look the sampled shingles of stored documents up, and note in the table the smallest ordinal that holds each.

    Those of document i are the part of `names` (uint32) that ends at `ends[i]`. O(names), one look-up in `bits` for
    most. Returns of how many shingles a source is noted that had none. Threads have a set each.
    """
    bits, table = shingle_set
    met = np.empty(4096, np.uint64)
    start, noted = 0, 0
    for doc in range(ends.size):
        if ends[doc] - start > met.size:
            met = np.empty(2 * (ends[doc] - start), np.uint64)
        found = 0
        for i in range(start, ends[doc]):
            name = U64(names[i])
            met[found] = name  # the next one takes its place unless it is in the set
            found += np.int64(bits[word_of(bits, name)] & mark_of(name) == mark_of(name))
        start = ends[doc]
        for k in range(found):
            prefetch(table, first_slot(table, met[k]))
        ordinal = U64(ordinals[doc])
        for k in range(found):
            slot = find_shingle(table, met[k])
            if table[slot] != 0 and ordinal < table[slot] & LOW:
                noted += np.int64(table[slot] & LOW == LOW)
                table[slot] = (met[k] << U64(32)) | ordinal
    return noted


@kernel
def count_held(shingle_set, names, ends, counts):
    """Write how many sampled shingles of stored documents are in the set to `counts` (int32[n]).

    Those of document i are the part of `names` (uint32) that ends at `ends[i]`. The set is only read. O(names).
    """
    bits, table = shingle_set
    start = 0
    for doc in range(ends.size):
        count = 0
        for i in range(start, ends[doc]):
            name = U64(names[i])
            if bits[word_of(bits, name)] & mark_of(name) == mark_of(name):
                count += np.int64(table[find_shingle(table, name)] != 0)
        counts[doc] = count
        start = ends[doc]


@kernel
def forget_noted(shingle_set):
    """Take the shingles of which a source is noted out of `bits`: in the order of ordinals, none that follows counts.

    Where many documents hold the same, most look-ups end in `bits` then. O(slots).
    """
    bits, table = shingle_set
    for word in range(bits.size):
        bits[word] = U64(0)
    for slot in range(table.size):
        if table[slot] != 0 and table[slot] & LOW == LOW:
            name = table[slot] >> U64(32)
            bits[word_of(bits, name)] |= mark_of(name)


@kernel
def measure_shared(pairs, asked, stored, shares):
    """Write for each pair (document, source; int32[m, 2]) the share of the shingles looked for that the source has.

    `asked` are the samples of the documents, MAX_SHINGLES of each at most; `stored` those of the sources. Both have
    `names` and `ends`: see `list_samples`. Shares are float64[m]; those of a document without shingles are 0.
    O(names of the source) a pair.
    """
    names, ends = stored.names, stored.ends
    table, before = np.zeros(MAX_SLOTS, np.int8), -1
    chosen = asked.names[:0]
    for row in range(pairs.shape[0]):
        document, source = pairs[row, 0], pairs[row, 1]
        if document != before:
            before = document
            chosen = asked.names[asked.ends[document - 1] if document > 0 else 0 : asked.ends[document]]
            enter_chosen(chosen, table)
        start = ends[source - 1] if source > 0 else 0
        shares[row] = count_met(chosen, table, names[start : ends[source]]) / max(chosen.size, 1)


@inner
def enter_chosen(chosen, table):
    """Make of `table` (int8[MAX_SLOTS]) the places of some names + 1, by open addressing."""
    for slot in range(table.size):
        table[slot] = 0
    for k in range(chosen.size):
        slot = np.int64(chosen[k] & U32(MAX_SLOTS - 1))
        while table[slot] != 0:
            slot = (slot + 1) & (MAX_SLOTS - 1)
        table[slot] = k + 1


@inner
def count_met(chosen, table, names):
    """Return how many of those entered are among some names; equal ones are met together."""
    met, count = np.zeros(MAX_SHINGLES, np.int8), 0
    for i in range(names.size):
        slot = np.int64(names[i] & U32(MAX_SLOTS - 1))
        while table[slot] != 0:
            place = table[slot] - 1
            if chosen[place] == names[i]:
                count += 1 - met[place]
                met[place] = 1
            slot = (slot + 1) & (MAX_SLOTS - 1)
    return count

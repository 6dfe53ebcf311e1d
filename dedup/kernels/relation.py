"""How a near-copy differs from its witness: in edited words, or in the numbers, dates and names of a template."""

import numpy as np

from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, kernel
from dedup.kernels.shingles import table_size
from dedup.kernels.tokens import HAS_NUMBER, IS_NAME, TOKEN_SHIFT


@kernel
def count_differing(tokens_a, tokens_b):
    """Compare two token arrays (uint32) as multisets of words.

    Returns int64[2, 3]: for a, then for b, the number of words that the other lacks, the numbers among them, and the
    names without a number among them. O(tokens). An alignment would give the same words: a word at another place is no
    difference of content. If a word occurs more often in one text, its last occurrences count as the extra ones. A
    common prefix can therefore be skipped.
    """
    begin, shorter = 0, min(tokens_a.size, tokens_b.size)
    while begin < shorter and tokens_a[begin] >> U32(TOKEN_SHIFT) == tokens_b[begin] >> U32(TOKEN_SHIFT):
        begin += 1
    size = table_size(tokens_a.size + tokens_b.size - 2 * begin)
    mask = U64(size - 1)
    values = np.zeros(size, np.uint32)
    balance = np.zeros(size, np.int32)
    differing = np.zeros((2, 3), np.int64)
    for i in range(begin, tokens_b.size):
        balance[find_slot(values, mask, tokens_b[i])] += 1
    for i in range(begin, tokens_a.size):
        slot = find_slot(values, mask, tokens_a[i])
        balance[slot] -= 1
        if balance[slot] < 0:
            count_word(differing[0], tokens_a[i])
    for i in range(tokens_b.size - 1, begin - 1, -1):
        slot = find_slot(values, mask, tokens_b[i])
        if balance[slot] > 0:
            balance[slot] -= 1
            count_word(differing[1], tokens_b[i])
    return differing


@inlined
def count_word(counts, token):
    """Add one differing word to the three counts of its side."""
    counts[0] += 1
    if token & U32(HAS_NUMBER):
        counts[1] += 1
    elif token & U32(IS_NAME):
        counts[2] += 1


@inlined
def find_slot(values, mask, token):
    """Return the slot of a token in the table, taking a free one at its first occurrence."""
    value = U32(token >> U32(TOKEN_SHIFT)) + U32(1)
    slot = mix64(U64(value)) & mask
    while values[slot] != 0 and values[slot] != value:
        slot = (slot + U64(1)) & mask
    values[slot] = value
    return slot


@kernel
def is_template(tokens_a, tokens_b):
    """Return whether two near-copies are one template filled in twice.

    Three conditions hold. At least six tenths of the differing words are numbers or names. Numbers differ on both
    sides: in joint releases of two senders only names differ. The smaller side has at least a quarter as many differing
    words as the larger: a copy that only adds a list of names is no template. The conditions come from 874
    near-duplicate pairs of congress press releases: office hours, grants and staff visits against joint releases.
    """
    differing = count_differing(tokens_a, tokens_b)
    total = differing[0, 0] + differing[1, 0]
    slotted = differing[0, 1] + differing[0, 2] + differing[1, 1] + differing[1, 2]
    smaller = min(differing[0, 0], differing[1, 0])
    larger = max(differing[0, 0], differing[1, 0])
    return 10 * slotted >= 6 * total and min(differing[0, 1], differing[1, 1]) > 0 and 4 * smaller >= larger

"""Tokens in half-bytes: the words that are frequent in an index take one to five, any other takes nine.

A token of 32 bits is a hash, which no general compression makes shorter. News has ten to eleven bits of information a
word; this code takes eleven to twelve (Brisaboa et al. 2003, dense codes, with half-bytes for bytes). The first
half-byte says how many there are: 0-3 one, 4-6 two, 7-11 three, 12-13 four, 14 five, 15 nine, the token as it is.
"""

import numpy as np

from dedup.kernels.buffers import prefetch
from dedup.kernels.hashing import U32, U64
from dedup.kernels.jit import inlined, kernel

# For each length: the first code, and the rank of the word that has it. The order is by frequency.
FIRST_CODES = np.array([0, 0x40, 0x700, 0xC000, 0xE0000], np.int64)
FIRST_RANKS = np.array([0, 4, 52, 1332, 9524], np.int64)
MAX_WORDS = 9524 + 65536
LONGEST = 9  # half-bytes of a token
RAW = 15
LENGTHS = np.array([1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 5, 9], np.int64)
MIX = U32(0x9E3779B1)
AHEAD = 16


@inlined
def slot_of(slots, token):
    """Return the slot at which a token is looked for first; there are 2^k."""
    return np.int64((U64(U32(token * MIX)) * U64(slots.size)) >> U64(32))


@kernel
def enter_codes(words, slots):
    """Enter the codes of words (uint32, by rank) into a table: uint64[2^k], token << 32 | length << 24 | code."""
    length = 1
    for rank in range(words.size):
        if length < FIRST_RANKS.size and rank == FIRST_RANKS[length]:
            length += 1
        slot = slot_of(slots, words[rank])
        while slots[slot] != 0:
            slot = (slot + 1) & (slots.size - 1)
        code = FIRST_CODES[length - 1] + rank - FIRST_RANKS[length - 1]
        slots[slot] = (U64(words[rank]) << U64(32)) | U64((length << 24) | code)


@kernel
def encode_pieces(tokens, counts, slots, number, coded, ends):
    """Write pieces of `counts` (int64[n]) tokens as bytes to `coded` (uint8); piece i ends at `ends[i]` (int64).

    The first byte of a piece is the number of the dictionary of `slots`; see `enter_codes`. A last half-byte is 0.
    `coded` has room for two bytes a piece and five a token. Returns how many bytes there are. O(tokens).
    """
    at, start = 0, 0
    for piece in range(counts.size):
        coded[at] = number
        at += 1
        held, waiting = U64(0), 0
        for i in range(start, start + counts[piece]):
            if i + AHEAD < tokens.size:
                prefetch(slots, slot_of(slots, tokens[i + AHEAD]))
            token = tokens[i]
            slot = slot_of(slots, token)
            while slots[slot] != 0 and U32(slots[slot] >> U64(32)) != token:
                slot = (slot + 1) & (slots.size - 1)
            if slots[slot] != 0:
                length = np.int64((slots[slot] >> U64(24)) & U64(255))
                code = slots[slot] & U64(0xFFFFFF)
            else:
                length = LONGEST
                code = (U64(RAW) << U64(32)) | U64(token)
            held = (held << U64(4 * length)) | code
            waiting += length
            while waiting >= 2:
                waiting -= 2
                coded[at] = (held >> U64(4 * waiting)) & U64(255)
                at += 1
        if waiting:
            coded[at] = (held << U64(4)) & U64(255)
            at += 1
        start += counts[piece]
        ends[piece] = at
    return at


@kernel
def decode_pieces(coded, edges, counts, words, bounds, tokens):
    """Write the tokens of pieces to `tokens` (uint32); return whether each piece is one of `counts[i]` tokens.

    `coded` (uint8) are bytes, piece i from `edges[i]` to `edges[i + 1]` (int64). `words` (uint32) are those of all
    dictionaries, of number k from `bounds[k]` to `bounds[k + 1]` (int64[257]). Nothing is read or written outside.
    """
    done = 0
    for piece in range(counts.size):
        first, end = edges[piece], 2 * edges[piece + 1]
        if first >= edges[piece + 1]:
            return False
        begin, size = bounds[coded[first]], bounds[np.int64(coded[first]) + 1] - bounds[coded[first]]
        at = 2 * first + 2
        for _ in range(counts[piece]):
            if at >= end:
                return False
            head = np.int64(coded[at >> 1] >> (4 * (1 - (at & 1)))) & 15
            length = LENGTHS[head]
            if at + length > end:
                return False
            code = U64(head)
            for k in range(at + 1, at + length):
                code = (code << U64(4)) | U64((coded[k >> 1] >> (4 * (1 - (k & 1)))) & 15)
            at += length
            if head == RAW:
                tokens[done] = U32(code & U64(0xFFFFFFFF))
            else:
                rank = np.int64(code) - FIRST_CODES[length - 1] + FIRST_RANKS[length - 1]
                if rank >= size:
                    return False
                tokens[done] = words[begin + rank]
            done += 1
        if at + 1 < end:
            return False
    return True

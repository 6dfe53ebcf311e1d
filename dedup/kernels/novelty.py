"""What a document has that its witness lacks: words of its own, and slots that are filled otherwise.

Both are read from a greedy alignment. It goes on word by word while the two are equal. Where they part, it goes on at
the next three words that the witness has too, near the diagonal. What it skips on both sides is a *slot* if both sides
are short. Copies have few such places, so the cost is O(words).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import tokens_at
from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import inlined, inner, kernel
from dedup.kernels.shingles import table_size
from dedup.kernels.tokens import HAS_NUMBER, IS_NAME, NOT_OWN, TOKEN_SHIFT

NOWHERE = -1
GRAM = 3  # words in a row that the witness has too: these are not novel
MAX_SLOT = 12  # words on either side of a slot
MAX_DRIFT = 24  # words from the diagonal at which the alignment goes on
MOVED_RUN = 8  # words in a row that move the alignment farther than that
MAX_OCCURRENCES = 16  # of three words in the witness that are looked at
MAX_KNOWN = 5  # words of the witness between novel words that do not end their run

# The kinds of words that fill slots, as bits.
NUMBER, MONTH, WEEKDAY, SEASON, NAME = 1, 2, 4, 8, 16
CORRECTION = 32  # marks the title of a correction; fills no slot


class Difference(NamedTuple):
    """How a document differs from its witness.

    num_novel    words that stand in no run of three words of the witness
    longest_run  novel words in a row; up to five others between two of them do not end the row
    num_gaps     places where the alignment of the two is interrupted
    num_slots    conflicting slots: both have a number, month, weekday, season or name that the other lacks there
    num_facts    conflicting slots in which more than names differ
    num_own      words that the document does not quote, outside its signature
    num_lost     of these, words that the witness lacks or only quotes
    """

    num_novel: int
    longest_run: int
    num_gaps: int
    num_slots: int
    num_facts: int
    num_own: int
    num_lost: int


class Alignment(NamedTuple):
    """Where the witness has the words of a document, and what conflicts.

    place  int32[n]  a word of the witness that is the same, NOWHERE if there is none
    gaps, conflicting slots and facts as a `Difference` counts them
    """

    place: npt.NDArray[np.int32]
    num_gaps: int
    num_slots: int
    num_facts: int


class Grams(NamedTuple):
    """Where the runs of `size` words of a text are: uint32[n] tokens; int32[2**k] and int32[n] chains, place + 1."""

    tokens: npt.NDArray[np.uint32]
    heads: npt.NDArray[np.int32]
    nexts: npt.NDArray[np.int32]
    size: int


@inlined
def word_at(tokens, i):
    """Return a token without its flags."""
    return tokens[i] >> U32(TOKEN_SHIFT)


@inlined
def hash_gram(tokens, i, size):
    """Return the hash of `size` words from i on."""
    h = U64(0)
    for k in range(size):
        h = mix64(h + U64(word_at(tokens, i + k)) + U64(1))
    return h


@inner
def index_grams(tokens, size):
    """Return where each run of `size` words is."""
    num_slots = table_size(tokens.size)
    heads = np.zeros(num_slots, np.int32)
    nexts = np.zeros(tokens.size, np.int32)
    for i in range(tokens.size - size, -1, -1):
        slot = hash_gram(tokens, i, size) & U64(num_slots - 1)
        nexts[i] = heads[slot]
        heads[slot] = i + 1
    return Grams(tokens, heads, nexts, size)


@inner
def find_nearest(grams, tokens, i, expected):
    """Return the place nearest to `expected` where the words from i on are in a text, -1 where there is none."""
    nearest = -1
    place = grams.heads[hash_gram(tokens, i, grams.size) & U64(grams.heads.size - 1)] - 1
    seen = 0
    while place >= 0 and seen < MAX_OCCURRENCES:
        same = True
        for k in range(grams.size):
            same = same and word_at(tokens, i + k) == word_at(grams.tokens, place + k)
        if same:
            seen += 1
            if nearest < 0 or abs(place - expected) < abs(nearest - expected):
                nearest = np.int64(place)
        place = grams.nexts[place] - 1
    return nearest


@kernel
def make_word_table(words, kinds):
    """Return a hash table of slot words (uint32[n]) and their kinds (uint32[n]): uint32[2**k, 2], kind 0 is free."""
    size = table_size(words.size)
    table = np.zeros((size, 2), np.uint32)
    for i in range(words.size):
        slot = mix64(U64(words[i])) & U64(size - 1)
        while table[slot, 1] != 0 and table[slot, 0] != words[i]:
            slot = (slot + U64(1)) & U64(size - 1)
        table[slot, 0] = words[i]
        table[slot, 1] = kinds[i]
    return table


@inlined
def kind_of(token, slot_words):
    """Return the kind of a word, 0 for one that fills no slot: what is not the text's own is no fact of it."""
    manner = token & U32(NOT_OWN)
    if manner == NOT_OWN:
        return 0
    if manner == HAS_NUMBER:
        return NUMBER
    word = token >> U32(TOKEN_SHIFT)
    mask = U64(slot_words.shape[0] - 1)
    slot = mix64(U64(word)) & mask
    while slot_words[slot, 1] != 0:
        if slot_words[slot, 0] == word:
            return np.int64(slot_words[slot, 1])
        slot = (slot + U64(1)) & mask
    return NAME if manner == IS_NAME else 0


@inner
def list_kinds(mine, theirs, slot_words):
    """Return the kinds, as bits, of my words that are not among theirs."""
    kinds = 0
    for i in range(mine.size):
        kind = kind_of(mine[i], slot_words)
        if kind == 0 or kind == CORRECTION or kinds & kind:
            continue
        lacking = True
        for j in range(theirs.size):
            lacking = lacking and word_at(mine, i) != word_at(theirs, j)
        if lacking:
            kinds |= kind
    return kinds


@inlined
def is_own(token):
    """Return whether a word is the text's own: it is not quoted of another text, and in no signature."""
    return token & U32(NOT_OWN) != NOT_OWN


@inner
def count_own(tokens, witness, place):
    """Return how many words are the document's own, and how many of these the witness lacks or only quotes."""
    own = lost = 0
    for i in range(tokens.size):
        if is_own(tokens[i]):
            own += 1
            lost += place[i] == NOWHERE or not is_own(witness[place[i]])
    return own, lost


@inner
def measure_runs(place):
    """Return the number of words that are nowhere, and the longest run of them; see `Difference`."""
    novel = run = longest = known = 0
    for found in place:
        if found != NOWHERE:
            known += 1
            run = 0 if known > MAX_KNOWN else run
        else:
            known = 0
            novel += 1
            run += 1
            longest = max(longest, run)
    return novel, longest


@inner
def align_words(tokens, witness, slot_words, slots):
    """Return the greedy `Alignment` of a document to its witness; see `compare_words`."""
    size = min(GRAM, tokens.size, witness.size)
    place = np.full(tokens.size, NOWHERE, np.int32)
    if size == 0:
        return Alignment(place, 0, 0, 0)
    grams = index_grams(witness, size)
    num_gaps = num_slots = num_facts = 0
    i = j = gap_i = gap_j = 0  # the gap before i and j begins at gap_i and gap_j
    while True:
        in_step = i == gap_i and j == gap_j and i < tokens.size and j < witness.size
        if in_step and word_at(tokens, i) == word_at(witness, j):
            place[i] = j
            i, j = i + 1, j + 1
            gap_i, gap_j = i, j
            continue
        found = -1
        if i + size <= tokens.size:
            expected = gap_j + i - gap_i
            found = find_nearest(grams, tokens, i, expected)
            if found < 0:
                i += 1
                continue
            for k in range(size):
                place[i + k] = found + k
            length = size
            if found < gap_j or abs(found - expected) > MAX_DRIFT:
                while (
                    i + length < tokens.size
                    and found + length < witness.size
                    and word_at(tokens, i + length) == word_at(witness, found + length)
                ):
                    place[i + length] = found + length
                    length += 1
                if length < MOVED_RUN:
                    i += 1
                    continue
            end_i, end_j = i, found
        else:
            end_i, end_j = tokens.size, witness.size
            length = 0
        if end_i > gap_i or end_j != gap_j:
            num_gaps += 1
        if gap_i < end_i <= gap_i + MAX_SLOT and gap_j < end_j <= gap_j + MAX_SLOT:
            mine, theirs = tokens[gap_i:end_i], witness[gap_j:end_j]
            kinds = list_kinds(mine, theirs, slot_words) & list_kinds(theirs, mine, slot_words)
            if kinds != 0:
                if num_slots < slots.shape[0]:
                    slots[num_slots, 0], slots[num_slots, 1] = gap_i, end_i
                    slots[num_slots, 2], slots[num_slots, 3] = gap_j, end_j
                num_slots += 1
                num_facts += (kinds & ~NAME) != 0
        if found < 0:
            break
        i, j = end_i + length, end_j + length
        gap_i, gap_j = i, j
    return Alignment(place, num_gaps, num_slots, num_facts)


@inner
def compare_words(tokens, witness, slot_words, slots):
    """Return the `Difference` of a document to its witness (uint32 tokens of both).

    `slot_words` is what `make_word_table` returns. The first conflicting slots are written to `slots` (int32[m, 4], as
    many as there is room for): start and end in the document, start and end in the witness.
    """
    found = align_words(tokens, witness, slot_words, slots)
    num_novel, longest_run = measure_runs(found.place)
    num_own, num_lost = count_own(tokens, witness, found.place)
    return Difference(num_novel, longest_run, found.num_gaps, found.num_slots, found.num_facts, num_own, num_lost)


@kernel
def find_novel(tokens, witness, slot_words):
    """Return which words of a document are novel, bool[n]: those that `compare_words` counts."""
    return align_words(tokens, witness, slot_words, np.empty((0, 4), np.int32)).place == NOWHERE


@kernel
def compare_pairs_of_words(address, num_tokens, slot_words, slots, found):
    """Write the `Difference` of many documents to their witnesses to `found` (int32[m, 7]).

    `address` (uint64[m, 2]) and `num_tokens` (int32[m, 2]) are of the tokens of both; `slots` is int32[m, k, 4].
    """
    for i in range(found.shape[0]):
        tokens, witness = tokens_at(address[i, 0], num_tokens[i, 0]), tokens_at(address[i, 1], num_tokens[i, 1])
        difference = compare_words(tokens, witness, slot_words, slots[i])
        found[i, 0], found[i, 1], found[i, 2] = difference.num_novel, difference.longest_run, difference.num_gaps
        found[i, 3], found[i, 4] = difference.num_slots, difference.num_facts
        found[i, 5], found[i, 6] = difference.num_own, difference.num_lost

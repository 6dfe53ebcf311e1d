"""Texts to terms: the distinct words of each document with their counts; of unspaced scripts, pairs of characters."""

from typing import NamedTuple

import numpy as np

from dedup.kernels.hashing import U32, U64, mix64
from dedup.kernels.jit import kernel
from dedup.kernels.locate import class_of
from dedup.kernels.tokens import (
    CLASS_MASK,
    EXPANDS,
    EXTEND,
    IN_SINGLE,
    IN_WORD,
    IS_NAME,
    MARK,
    NO_TOKEN,
    NOT_OWN,
    SEPARATOR,
    SINGLE,
    TOKEN_SHIFT,
    VALUE_SHIFT,
    WORD,
    decode_utf8,
    tokenise,
)

PAIR_FACTOR = U64(0x9FB21C651E98DF25)
NO_TERM = U32(0xFFFFFFFF)
LEAD = 60  # the first words of a document say what it is about: each counts twice
FIRST_WIDE = 0xE0  # every character of a script without spaces takes three bytes or more of UTF-8


class TermBuffers(NamedTuple):
    """Room for one block: two entries a byte each, which is what `tokenise` asks for, and `LEAD` more.

    ```
    tokens   uint32  of one document
    singles  uint8   whether each of them is a character of a script without spaces
    terms    uint32  of one document
    ```
    """

    tokens: np.ndarray
    singles: np.ndarray
    terms: np.ndarray


class TermArrays(NamedTuple):
    """The distinct terms of the documents of a block, ascending within each.

    ```
    terms    uint32[m]     30 bits of hash
    counts   uint16[m]     how often each occurs in its document, once more for each time among the first `LEAD` words
    names    uint8[m]      1 if it is a name there at least once
    starts   int64[n + 1]  document i has the entries [starts[i], starts[i + 1])
    content  uint64[n]     hash of the folded token stream
    ```
    """

    terms: np.ndarray
    counts: np.ndarray
    names: np.ndarray
    starts: np.ndarray
    content: np.ndarray


@kernel
def mark_singles(data, start, end, table, singles):
    """Write for every token of `data[start:end]` whether it is a character of a script without spaces; return how many.

    The tokens are those of `tokenise`, in order. O(bytes).
    """
    state = NO_TOKEN
    count = 0
    i = start
    while i < end:
        code_point, i = decode_utf8(data, i)
        entry = class_of(table, code_point)
        value = entry >> VALUE_SHIFT
        for part in range(table.expansions[value] if entry & EXPANDS else 1):
            kind = entry & CLASS_MASK
            if entry & EXPANDS:
                kind = class_of(table, np.int64(table.expansions[value + 1 + part])) & CLASS_MASK
            if kind == SEPARATOR:
                state = NO_TOKEN
            elif (
                kind == SINGLE
                or (kind == WORD and state != IN_WORD)
                or ((kind == MARK or kind == EXTEND) and state == NO_TOKEN)
            ):
                state = IN_SINGLE if kind == SINGLE or kind == EXTEND else IN_WORD
                singles[count] = kind == SINGLE
                count += 1
    return count


@kernel
def make_terms(tokens, singles, num_tokens, terms):
    """Write the term that begins at each token: its hash and, in the lowest bit, whether it is written as a name.

    A character of a script without spaces makes a term with the one after it; the last of a run makes none, unless it
    stands alone (`NO_TERM`).
    """
    for k in range(num_tokens):
        term = U64(tokens[k] >> U32(TOKEN_SHIFT))
        name = U32(1) if tokens[k] & U32(NOT_OWN) == IS_NAME else U32(0)
        if singles[k]:
            name = U32(0)
            if k + 1 < num_tokens and singles[k + 1]:
                term = mix64(term * PAIR_FACTOR + U64(tokens[k + 1] >> U32(TOKEN_SHIFT))) >> U64(34)
            elif k > 0 and singles[k - 1]:
                terms[k] = NO_TERM
                continue
        terms[k] = (U32(term) << U32(1)) | name


@kernel
def count_terms(data, offsets, table, buffers, out):
    """Count the terms of the documents `data[offsets[i]:offsets[i + 1]]` (uint8, valid UTF-8); return how many entries.

    `out` is a `TermArrays` with room for two entries a byte. O(bytes + terms * log(terms of a document)).
    """
    size = 0
    out.starts[0] = 0
    for document in range(offsets.size - 1):
        start, end = offsets[document], offsets[document + 1]
        num_tokens, content, _ = tokenise(data, start, end, table, buffers.tokens, np.int64(0))
        out.content[document] = content
        is_wide = False
        for i in range(start, end):
            if data[i] >= FIRST_WIDE:
                is_wide = True
                break
        if is_wide:
            mark_singles(data, start, end, table, buffers.singles)
        else:
            buffers.singles[:num_tokens] = 0
        make_terms(buffers.tokens, buffers.singles, num_tokens, buffers.terms)
        num_lead = min(LEAD, num_tokens)
        for k in range(num_lead):  # a slice would add two seconds of compilation
            buffers.terms[num_tokens + k] = buffers.terms[k]
        terms = buffers.terms[: num_tokens + num_lead]
        terms.sort()
        for k in range(terms.size):
            if terms[k] == NO_TERM:
                break
            term = terms[k] >> U32(1)
            if k == 0 or term != terms[k - 1] >> U32(1):
                out.terms[size] = term
                out.counts[size] = 0
                out.names[size] = 0
                size += 1
            out.counts[size - 1] = min(out.counts[size - 1] + 1, 65535)
            out.names[size - 1] |= terms[k] & U32(1)
        out.starts[document + 1] = size
    return size

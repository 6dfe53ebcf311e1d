"""The tokens of documents, all of a run in one noun."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only
from dedup.kernels.tokens import MASKED

MAX_TOKENS = 5_000_000  # of a document that may have passages: some 30 MB of text, more than ten long books
MONOTONE_FROM = 5_000  # tokens: shorter documents are compared in no time whatever they say
TOKENS_AT_ONCE = 1 << 20  # tokens of the documents that a thread takes at once


@dataclass(frozen=True)
class DocumentTokens:
    """Where the tokens of documents are in memory, and how many.

    ```
    address     uint64[n]
    num_tokens  int32[n]
    own_tokens  int32[n]   those that are no boilerplate: only they count where documents are compared
    ```
    `tokens_at_once` is about how many tokens a thread takes at a time: results are the same for any.
    """

    address: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    own_tokens: npt.NDArray[np.int32]
    tokens_at_once: int = TOKENS_AT_ONCE

    def __post_init__(self) -> None:
        for name in ("address", "num_tokens", "own_tokens"):
            object.__setattr__(self, name, as_read_only(getattr(self, name)))

    @classmethod
    def unmasked(
        cls, address: npt.NDArray[np.uint64], num_tokens: npt.NDArray[np.int32], tokens_at_once: int = TOKENS_AT_ONCE
    ) -> "DocumentTokens":
        """Return documents without boilerplate."""
        return cls(address, num_tokens, num_tokens, tokens_at_once)

    def __len__(self) -> int:
        return len(self.address)

    def __getitem__(self, rows: slice | np.ndarray) -> "DocumentTokens":
        """Return some of the documents."""
        return DocumentTokens(self.address[rows], self.num_tokens[rows], self.own_tokens[rows], self.tokens_at_once)

    def passable(self) -> "DocumentTokens":
        """Return the documents, those of more than MAX_TOKENS without any: no passages are looked for in them."""
        return self.without(self.num_tokens > MAX_TOKENS)

    def shareable(self) -> "DocumentTokens":
        """Return the same, those that are mostly one word without any tokens, too: they meet others at each place."""
        found = self.passable()
        return found.without(found.find_monotone())

    def without(self, rows: npt.NDArray[np.bool_]) -> "DocumentTokens":
        """Return the documents, these without any tokens."""
        if not rows.any():
            return self
        num_tokens, own_tokens = (np.where(rows, np.int32(0), sizes) for sizes in (self.num_tokens, self.own_tokens))
        return DocumentTokens(self.address, num_tokens, own_tokens, self.tokens_at_once)

    def find_monotone(self) -> npt.NDArray[np.bool_]:
        """Return which documents are one word for a fifth of their tokens or more (bool[n]); "the" is a twentieth.

        Two of them share that word at a twenty-fifth of all pairs of places, each of which would be looked at.
        """
        found = np.zeros(len(self), bool)
        for row in np.flatnonzero((self.num_tokens > MONOTONE_FROM) & (self.num_tokens <= MAX_TOKENS)).tolist():
            count = int(self.num_tokens[row])
            tokens = np.ctypeslib.as_array((ctypes.c_uint32 * count).from_address(int(self.address[row])))
            most = np.unique(tokens[tokens != MASKED], return_counts=True)[1].max(initial=0)
            found[row] = 5 * most >= count
        return found

    def find_unsearched(self) -> npt.NDArray[np.bool_]:
        """Return for which documents (bool[n]) no passages are looked for, or none that others have."""
        return self.find_monotone() | (self.num_tokens > MAX_TOKENS)

    def slices(self) -> list[slice]:
        """Return consecutive documents of about `tokens_at_once` tokens, in order."""
        ends = np.cumsum(self.num_tokens, dtype=np.int64)
        marks = np.arange(self.tokens_at_once, int(self.num_tokens.sum()), self.tokens_at_once)
        edges = sorted({0, len(self), *np.searchsorted(ends, marks).tolist()})
        return [slice(start, end) for start, end in pairwise(edges)]


def join_tokens(parts: Sequence[DocumentTokens]) -> DocumentTokens:
    """Return the documents of several parts, in order."""
    return DocumentTokens(
        np.concatenate([np.empty(0, np.uint64), *(part.address for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.num_tokens for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.own_tokens for part in parts)]),
    )

"""The tokens of documents, all of a run in one noun."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only

MAX_TOKENS = 5_000_000  # of a document that may have passages: some 30 MB of text, more than ten long books
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
        is_long = self.num_tokens > MAX_TOKENS
        if not is_long.any():
            return self
        num_tokens, own_tokens = (np.where(is_long, np.int32(0), sizes) for sizes in (self.num_tokens, self.own_tokens))
        return DocumentTokens(self.address, num_tokens, own_tokens, self.tokens_at_once)

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

"""Texts to terms, and a term back to its word."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import as_read_only
from dedup.kernels.locate import locate_tokens
from dedup.kernels.story_terms import LEAD, TermArrays, TermBuffers, count_terms, make_terms, mark_singles
from dedup.kernels.tokens import tokenise
from dedup.text.folding import load_folding_table


@dataclass(frozen=True)
class Terms:
    """The distinct terms of some documents: their words, of unspaced scripts pairs of characters.

    ```
    starts   int64[n + 1]  document i has the entries [starts[i], starts[i + 1])
    hashes   uint32[m]     30 bits each, ascending within a document
    counts   uint16[m]     how often it occurs there, once more for each time among the first `LEAD` words
    names    bool[m]       whether it occurs there as a name: with a capital, not at the start of a sentence
    content  uint64[n]     hash of the folded token stream: equal for exact copies
    ```
    """

    starts: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint16]
    names: npt.NDArray[np.bool_]
    content: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.content)


class TermCounter:
    """Counts the terms of block after block, reusing its buffers."""

    def __init__(self) -> None:
        self._table = load_folding_table()
        self._room = 0
        self._make_room(16)

    def count(self, texts: Iterable[str]) -> Terms:
        """Return the terms of some texts."""
        encoded = [text.encode() for text in texts]
        data = np.frombuffer(b"".join(encoded), np.uint8)
        offsets = np.cumsum([0, *map(len, encoded)])
        self._make_room(2 * data.size + 16 + LEAD)
        starts, content = np.zeros(len(encoded) + 1, np.int64), np.zeros(len(encoded), np.uint64)
        out = TermArrays(*self._entries, starts, content)
        size = count_terms(as_read_only(data), as_read_only(offsets), self._table, self._buffers, out)
        return Terms(
            starts, out.terms[:size].copy(), out.counts[:size].copy(), out.names[:size].astype(bool), out.content
        )

    def _make_room(self, room: int) -> None:
        if room <= self._room:
            return
        self._room = room  # untouched pages cost nothing
        self._buffers = TermBuffers(np.empty(room, np.uint32), np.empty(room, np.uint8), np.empty(room, np.uint32))
        self._entries = (np.empty(room, np.uint32), np.empty(room, np.uint16), np.empty(room, np.uint8))


def join_terms(parts: list[Terms]) -> Terms:
    """Return the terms of all documents, in the order of the parts."""
    if not parts:
        parts = [TermCounter().count([])]
    ends = np.cumsum([0, *(len(part.hashes) for part in parts)])
    starts = [part.starts[:-1] + end for part, end in zip(parts, ends, strict=False)]
    return Terms(
        np.concatenate([*starts, ends[-1:]]),
        *(np.concatenate([getattr(p, name) for p in parts]) for name in ("hashes", "counts", "names", "content")),
    )


def order_terms(terms: Terms, order: npt.NDArray[np.int64]) -> Terms:
    """Return the same for the documents in another order."""
    entries, starts = gather_entries(terms.starts, order)
    return Terms(starts, terms.hashes[entries], terms.counts[entries], terms.names[entries], terms.content[order])


def gather_entries(
    starts: npt.NDArray[np.int64], rows: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the entries of some rows of a compressed table, one row after the other, and where each row starts."""
    sizes = starts[rows + 1] - starts[rows]
    ends = np.cumsum(sizes)
    entries = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts[rows] - (ends - sizes), sizes)
    return entries, np.concatenate([np.zeros(1, np.int64), ends])


def find_words(text: str, wanted: set[int]) -> dict[int, str]:
    """Return the form of the wanted terms (hashes) in a text: the most frequent one, the first of equals."""
    data, table = np.frombuffer(text.encode(), np.uint8), load_folding_table()
    room = 2 * data.size + 16
    tokens, terms, singles = np.empty(room, np.uint32), np.empty(room, np.uint32), np.zeros(room, np.uint8)
    starts, ends, places = np.empty((3, room), np.int64)
    count, _, _ = tokenise(data, 0, data.size, table, tokens, 0)
    mark_singles(data, 0, data.size, table, singles)
    make_terms(tokens, singles, count, terms)
    locate_tokens(data, table, starts, ends, places)
    forms: dict[int, Counter[str]] = {}
    for place in np.flatnonzero(np.isin(terms[:count] >> 1, np.array(sorted(wanted), np.uint32))).tolist():
        last = place + 1 if singles[place] and place + 1 < count and singles[place + 1] else place
        form = " ".join(text[starts[place] : ends[last]].split())
        forms.setdefault(int(terms[place] >> 1), Counter())[form] += 1
    return {term: counts.most_common(1)[0][0] for term, counts in forms.items()}

"""Where alike documents differ in facts: the words of conflicting slots, read from both texts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.kernels.novelty import Difference, compare_pairs_of_words
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import read_texts
from dedup.near.segments import Segments
from dedup.near.sketches import Located
from dedup.output.locate_shard import documents_of
from dedup.output.row_files import read_batches, write_rows
from dedup.output.run_folder import QUOTES, RunFolder
from dedup.text.slot_words import load_slot_words
from dedup.text.token_spans import TokenOffsets

MAX_CONFLICTS = 8  # of a pair that are quoted: more say no more
MAX_QUOTE = 200  # characters of a quote: a slot has twelve words at most, and a word may have any length
SCHEMA = pa.schema({"quote": pa.int64(), "text": pa.large_string()})

Quotes = tuple[tuple[str, str], ...]


class QuotedConflicts(NamedTuple):
    """All quotes: those from the documents, and then as many from the others; which are of a document."""

    texts: Sequence[str]
    rows: Mapping[int, range]

    def get(self, document: int) -> Quotes:
        """Return the conflicting slots of a document in words, as it has them and as the other one does."""
        others = len(self.texts) // 2
        return tuple((self.texts[row], self.texts[others + row]) for row in self.rows.get(document, ()))


def quote_spans(text: str, spans: npt.NDArray[np.int32]) -> list[str]:
    """Return some spans of tokens (int32[n, 2]) of a text in its words."""
    offsets = TokenOffsets(text)
    starts = offsets.starts[spans[:, 0]]
    ends = np.minimum(offsets.ends[spans[:, 1] - 1], starts + MAX_QUOTE)
    return [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


@dataclass(frozen=True)
class Conflicts:
    """The conflicting slots of documents with their witnesses or relatives. Each is quoted from both.

    ```
    differences  of the documents compared, by doc_index
    documents    int64[2, k]  of each conflict, by doc_index: the document, ascending, and the other one
    spans        int32[k, 4]  tokens: start and end in the document, start and end in the other one
    ```
    """

    differences: Mapping[int, Difference]
    documents: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int32]

    def list_quotes(self, documents: range) -> npt.NDArray[np.int64]:
        """Return what is quoted from some documents, by document: the number of the conflict, + k for the other one."""
        sides = self.documents.ravel()
        inside = np.flatnonzero((sides >= documents.start) & (sides < documents.stop))
        return inside[np.argsort(sides[inside], kind="stable")]

    def quote(self, text: str, numbers: npt.NDArray[np.int64]) -> Iterator[tuple[int, str]]:
        """Return some quotes from the text of their document, by their numbers."""
        sides, rows = np.divmod(numbers, len(self.spans))
        spans = np.stack([self.spans[rows, 2 * sides], self.spans[rows, 2 * sides + 1]], axis=1)
        return zip(numbers.tolist(), quote_spans(text, spans), strict=True)

    def gather(self, quoted: Iterable[tuple[int, str]]) -> QuotedConflicts:
        """Return the conflicts in words from all that was quoted; "" for a text that nobody has."""
        texts = [""] * (2 * len(self.spans))
        for number, text in quoted:
            texts[number] = text
        documents, begins = np.unique(self.documents[0], return_index=True)
        rows = starmap(range, pairwise([*begins.tolist(), len(self.spans)]))
        return QuotedConflicts(texts, dict(zip(documents.tolist(), rows, strict=True)))


def find_conflicts(locate: Callable[[npt.NDArray[np.int64]], Located], decisions: Decisions) -> Conflicts:
    """Compare removed documents that have conflicting slots with their witnesses, and others with their relatives.

    `locate` returns where the tokens of documents are.
    """
    other = np.where(decisions.kept, decisions.relative["document"], decisions.witness)
    compared = np.where(decisions.kept, other >= 0, decisions.difference["slots"] > 0)
    documents = np.flatnonzero(compared)
    sides = [locate(side) for side in (documents, other[documents])]
    address, num_tokens = (np.stack(columns, axis=1) for columns in zip(*(side[:2] for side in sides), strict=True))
    slots, found = np.empty((len(documents), MAX_CONFLICTS, 4), np.int32), np.empty((len(documents), 5), np.int32)
    compare_pairs_of_words(address, num_tokens, load_slot_words(), slots, found)
    differences = dict(zip(documents.tolist(), starmap(Difference, found.tolist()), strict=True))
    num_quoted = np.minimum(found[:, Difference._fields.index("num_slots")], MAX_CONFLICTS)
    own = np.repeat(documents, num_quoted)
    return Conflicts(differences, np.stack([own, other[own]]), slots[np.arange(MAX_CONFLICTS) < num_quoted[:, None]])


def read_quotes(paths: Sequence[Path]) -> Iterator[tuple[int, str]]:
    """Yield what the shards quoted."""
    for batch in read_batches([path for path in paths if path.exists()]):
        yield from zip(batch["quote"].to_pylist(), batch["text"].to_pylist(), strict=True)


def quote_shard(shard: Shard, conflicts: Conflicts, folder: RunFolder, segments: Segments, config: InputConfig) -> None:
    """Write the words of conflicting slots that are in the documents of a shard."""
    quotes = conflicts.list_quotes(documents_of(segments, shard))
    if quotes.size == 0:
        return
    sides = conflicts.documents.ravel()[quotes]
    documents, begins = np.unique(sides, return_index=True)
    texts = read_texts(segments, shard, documents.tolist(), config)
    with write_rows(folder.part(shard.index, QUOTES), SCHEMA) as out:
        for text, group in zip(texts, np.split(quotes, begins[1:]), strict=True):
            for quote in conflicts.quote(text, group):
                out.add(quote, len(quote[1]))

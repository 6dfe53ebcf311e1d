"""Where alike documents differ in facts: the words of conflicting slots, read from both texts."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.kernels.novelty import Difference, compare_words
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import read_texts
from dedup.near.segments import Segments
from dedup.output.locate_shard import documents_of
from dedup.output.row_files import read_batches, write_rows
from dedup.output.run_folder import QUOTES, RunFolder
from dedup.text.slot_words import load_slot_words
from dedup.text.token_spans import TokenOffsets

MAX_CONFLICTS = 8  # of a pair that are quoted: more say no more
MAX_QUOTE = 200  # characters of a quote: a slot has twelve words at most, and a word may have any length
SCHEMA = pa.schema({"quote": pa.int64(), "text": pa.large_string()})

Quotes = tuple[tuple[str, str], ...]


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

    def quote(self, text: str, numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield some quotes from the text of their document, by their numbers."""
        offsets, count = TokenOffsets(text), len(self.spans)
        for number in numbers:
            row, first = number % count, 2 * (number // count)
            span = offsets.span(*self.spans[row, first : first + 2].tolist())
            yield number, text[span.start : min(span.end, span.start + MAX_QUOTE)]

    def gather(self, quoted: Iterable[tuple[int, str]]) -> dict[int, Quotes]:
        """Return the conflicts in words by doc_index from all that was quoted; "" for a text that nobody has."""
        count = len(self.spans)
        texts = [""] * (2 * count)
        for number, text in quoted:
            texts[number] = text
        found: dict[int, list[tuple[str, str]]] = {}
        for row, document in enumerate(self.documents[0].tolist()):
            found.setdefault(document, []).append((texts[row], texts[count + row]))
        return {document: tuple(pairs) for document, pairs in found.items()}


def find_conflicts(tokens_of: Callable[[int], npt.NDArray[np.uint32]], decisions: Decisions) -> Conflicts:
    """Compare removed documents that have conflicting slots with their witnesses, and others with their relatives.

    `tokens_of` returns the tokens of a document.
    """
    other = np.where(decisions.kept, decisions.relative["document"], decisions.witness)
    compared = np.where(decisions.kept, other >= 0, decisions.difference["slots"] > 0)
    differences, documents, spans = {}, [], [np.empty((0, 4), np.int32)]
    slots, slot_words = np.empty((MAX_CONFLICTS, 4), np.int32), load_slot_words()
    for doc in np.flatnonzero(compared).tolist():
        theirs = tokens_of(int(other[doc]))
        difference = compare_words(tokens_of(doc), theirs, slot_words, slots)
        num_quoted = min(difference.num_slots, MAX_CONFLICTS)
        differences[doc] = difference
        documents += [doc] * num_quoted
        spans.append(slots[:num_quoted].copy())
    own = np.array(documents, np.int64)
    return Conflicts(differences, np.stack([own, other[own]]), np.concatenate(spans))


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
    with write_rows(folder.part(shard.index, QUOTES), SCHEMA) as rows:
        for text, group in zip(texts, np.split(quotes, begins[1:]), strict=True):
            for number, quoted in conflicts.quote(text, group.tolist()):
                rows.add((number, quoted), len(quoted))

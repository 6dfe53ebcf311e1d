"""Where alike documents differ in facts: words of conflicting slots, and signs ("-5", "5"), read from both texts."""

import unicodedata
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
from dedup.kernels.proofs import ANYWHERE, MINUS, SUFFIX
from dedup.model.documents import CopyRelation
from dedup.near.arrow_files import read_batches, write_rows
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import read_texts
from dedup.near.segments import Segments
from dedup.near.sketches import Located
from dedup.output.locate_shard import documents_of
from dedup.output.run_folder import QUOTES, RunFolder
from dedup.text.rank_quotes import Quotes, rank_quotes
from dedup.text.signs import KINDS
from dedup.text.slot_words import load_slot_words
from dedup.text.token_spans import TokenOffsets

MAX_SLOTS = 64  # of a pair that are read and counted
PAIRS_AT_ONCE = 1 << 14
SLOTS = Difference._fields.index("num_slots")
MAX_QUOTE = 200  # characters of a quote: a slot has twelve words at most, and a word may have any length
SCHEMA = pa.schema({"quote": pa.int64(), "text": pa.large_string()})

TIED = frozenset(KINDS[ANYWHERE])
MAX_PAIRS = 1000  # whose texts are read once more
SUFFIXES = frozenset(KINDS[SUFFIX])
NUMBER_SIGNS = TIED | SUFFIXES | frozenset(KINDS[MINUS])


class QuotedConflicts(NamedTuple):
    """All quotes: those from the documents, and then as many from the others; which are of a document."""

    texts: Sequence[str]
    rows: Mapping[int, range]

    def get(self, document: int) -> Quotes:
        """Return the conflicting slots of a document in words, as it has them and as the other one does."""
        others = len(self.texts) // 2
        return rank_quotes((self.texts[row], self.texts[others + row]) for row in self.rows.get(document, ()))


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
    found, quoted = np.empty((len(documents), len(Difference._fields)), np.int32), [np.empty((0, 4), np.int32)]
    for first in range(0, len(documents), PAIRS_AT_ONCE):
        part = slice(first, first + PAIRS_AT_ONCE)
        sides = [locate(side[part]) for side in (documents, other[documents])]
        address, num_tokens = (np.stack(columns, axis=1) for columns in zip(*(side[:2] for side in sides), strict=True))
        slots = np.empty((len(address), MAX_SLOTS, 4), np.int32)
        compare_pairs_of_words(address, num_tokens, load_slot_words(), slots, found[part])
        quoted.append(slots[np.arange(MAX_SLOTS) < found[part, SLOTS, None]])
    differences = dict(zip(documents.tolist(), starmap(Difference, found.tolist()), strict=True))
    own = np.repeat(documents, np.minimum(found[:, SLOTS], MAX_SLOTS))
    return Conflicts(differences, np.stack([own, other[own]]), np.concatenate(quoted))


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


def quote_signs(text: str, other: str) -> Quotes:
    """Return the words of two texts, which are the same, with the signs that differ.

    >>> quote_signs("it fell by 5 percent", "it fell by -5 percent")
    (('5', '-5'),)
    """
    pairs = zip(list_signed(text), list_signed(other), strict=False)
    return tuple(pair for pair in pairs if len(set(map(normalise, pair))) > 1)[:MAX_SLOTS]


def normalise(signed: str) -> str:
    """Return what is equal for words with the same signs, before or behind them."""
    same = unicodedata.normalize("NFKC", signed.casefold()).replace(" ", "")
    return "".join(sorted("-" if character in KINDS[MINUS] else character for character in same))


def list_signed(text: str) -> list[str]:
    """Return the words of a text, each with the signs at it."""
    offsets = TokenOffsets(text)
    starts, ends = offsets.starts.tolist(), offsets.ends.tolist()
    words = []
    for last, start, end, following in zip([0, *ends], starts, ends, [*starts[1:], len(text)], strict=False):
        before, behind = (NUMBER_SIGNS, NUMBER_SIGNS) if text[start:end].isdecimal() else (frozenset(), SUFFIXES)
        left, right = start, end
        while left > last and reaches(before, text[left - 1], text[left - 2 : left - 1]):
            left -= 1
        while right < following and reaches(behind, text[right], text[right + 1 : right + 2]):
            right += 1
        words.append(text[left:right])
    return words


def reaches(signs: frozenset[str], character: str, beyond: str) -> bool:
    """Return whether a character beside a word is one of its signs, or a space before a currency or percent."""
    return character in signs or (bool(signs) and character == " " and beyond in TIED)


def quote_signs_of(decisions: Decisions, fetch: Callable[[set[int]], Mapping[int, str]]) -> dict[int, Quotes]:
    """Return the signs that templates of the same words differ in, by doc_index; `fetch` returns texts by the same."""
    kept = decisions.kept
    other = np.where(kept, decisions.relative["document"], decisions.witness)
    relation = np.where(kept, decisions.relative["relation"], decisions.relation)
    similarity = np.where(kept, decisions.relative["similarity"], decisions.similarity)
    is_same = (similarity == 1.0) & (decisions.difference["novel"] == 0)
    found = is_same & (relation == CopyRelation.TEMPLATE) & (other >= 0) & (other < len(decisions))
    rows = np.flatnonzero(found)[:MAX_PAIRS]
    texts = fetch({*rows.tolist(), *other[rows].tolist()})
    pairs = ((row, int(other[row])) for row in rows.tolist())
    quotes = {row: quote_signs(texts[row], texts[side]) for row, side in pairs if row in texts and side in texts}
    return {row: quoted for row, quoted in quotes.items() if quoted}

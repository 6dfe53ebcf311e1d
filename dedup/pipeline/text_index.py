"""An index of texts for Python: the file that `dedup clean --index` writes, with texts from memory."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import CleanSettings, InputConfig, NearConfig, PassageConfig
from dedup.corpus.blocks import view_texts
from dedup.corpus.files import SourceFile
from dedup.corpus.values import read_value
from dedup.index.near_lookup import find_stored
from dedup.index.signatures import insert_signatures
from dedup.index.store import IndexFile
from dedup.index.tables import config_of, read_settings, refuse_other_settings, settings_of
from dedup.kernels.buffers import as_read_only, tokens_at
from dedup.kernels.leader_clustering import alike_unmasked
from dedup.kernels.relation import Likeness, relate
from dedup.kernels.shingles import measure_jaccard
from dedup.model.argument_types import require_type
from dedup.model.documents import CopyRelation, Document
from dedup.model.index_results import Match, SharingDocuments
from dedup.near.read_facts import know_nothing
from dedup.near.relation_rule import make_rule
from dedup.near.sketcher import Sketch, Sketcher
from dedup.near.stored import StoredDocuments
from dedup.passages.cut_documents import merge_spans
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.search import compare_pairs
from dedup.pipeline.clean_files import clean
from dedup.pipeline.find_in_index import find_in_index
from dedup.pipeline.job import CleanRun, SilentProgress
from dedup.pipeline.take_documents import FieldNames, is_null, take_documents
from dedup.signals import temporary_folder
from dedup.text.token_spans import TokenOffsets

if TYPE_CHECKING:
    from datasketch import MinHashLSH

TOKENS_OF_A_SPAN = 5
NAMED = InputConfig(given=("text_field", "id_field"))  # as `encode_document` writes them


@dataclass(frozen=True)
class Added:
    """What became of documents that were added: how many were new, and the name of the run (None where none came)."""

    num_documents: int
    num_new: int
    run: str | None


class Index:
    """An index of documents in one DuckDB file, shared with the command line.

    Connections last for one call: other programs may read at any time, and write between two calls.

    >>> import tempfile, dedup
    >>> words = "the quick brown fox jumps over the lazy dog near the old river bank today"
    >>> with tempfile.TemporaryDirectory() as folder, dedup.Index.open(f"{folder}/news.duckdb") as index:
    ...     _ = index.add([{"id": "a", "text": words}])
    ...     [(match.id, match.similarity, match.span) for match in index.query("Today: " + words.upper())]
    [('a', 0.9166666666666666, (7, 80))]
    """

    def __init__(self, path: Path, config: NearConfig) -> None:
        self.path = path
        self.config = config
        self._file = IndexFile(path)
        self._sketcher = Sketcher(config)
        self._turn = threading.Lock()

    def __reduce__(self) -> tuple[type["Index"], tuple[Path, NearConfig]]:
        return Index, (self.path, self.config)

    @classmethod
    def open(cls, path: str | Path, config: NearConfig | None = None) -> "Index":
        """Open an index; one that is not there is made when documents are added.

        Without `config` its own settings hold; others than its own are a `DedupError`.
        """
        require_type("config", config, NearConfig | None)
        file = IndexFile(Path(path))
        if not file.exists():
            return cls(file.path, config or NearConfig())
        with file.reading() as connection:
            settings = read_settings(connection)
        if config is not None:
            refuse_other_settings(file.path, settings, settings_of(config))
        own = config_of(settings)
        refuse_other_settings(file.path, settings, settings_of(own))  # words that are read otherwise
        return cls(file.path, replace(own, keep=config.keep) if config else own)

    def __repr__(self) -> str:
        return f"Index({str(self.path)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: no connection outlives a call. It is here for those who expect it."""

    def __len__(self) -> int:
        if not self._file.exists():
            return 0
        with self._file.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchall()[0][0])

    def add(self, documents: Iterable[object], name: str = "(memory)", **names: Unpack[FieldNames]) -> Added:
        """Add the documents that are near-copies neither of each other nor of what the index holds, in one transaction.

        `documents` and `names` are what `deduplicate` takes; `name` is their path in the index.
        Threads add one after the other.
        """
        every = take_documents(documents, **names)
        if not every:
            return Added(0, 0, None)
        with temporary_folder(".dedup-add-", self.path.absolute().parent) as scratch:
            source = Path(scratch) / "documents.jsonl"
            with source.open("wb") as file:
                for document in every:
                    file.write(encode_document(document) + b"\n")
            files = [SourceFile.at(name, str(source), "documents.jsonl", "jsonl")]
            out, settings = Path(scratch) / "out", CleanSettings(self.config, PassageConfig("off"), NAMED)
            run = CleanRun(files, out, settings, dry_run=True, index=self.path, add=True)
            with self._turn:
                summary, _ = clean(run, SilentProgress())
        assert summary.index is not None
        return Added(summary.counts.documents, summary.index.added, summary.index.run)

    def query(self, text: str) -> list[Match]:
        """Return the documents of the index that the text is a near-copy of, the most similar first.

        Reads all band keys of the index once. For many texts, ask `dedup index check`.
        """
        require_type("text", text, str)
        if not self._file.exists():
            return []
        sketch = self._sketcher.sketch(*view_texts(pa.array([text], pa.large_string())))
        with temporary_folder("dedup-query-") as scratch:
            with self._file.reading() as connection:
                stored = find_stored(connection, [sketch.offered()], self.config, (), Path(scratch) / "known")
            found = [self._compare(text, sketch, stored, number) for number in np.flatnonzero(stored.address).tolist()]
        return sorted((match for match in found if match), key=lambda match: -match.similarity)

    def find(self, text: str, min_tokens: int = PassageConfig.min_tokens) -> SharingDocuments:
        """Return which documents share a passage of at least `min_tokens` words with the text: `dedup index find`."""
        require_type("text", text, str)
        return find_in_index(self._file, text, min_tokens)

    def _compare(self, text: str, sketch: Sketch, stored: StoredDocuments, number: int) -> Match | None:
        """Return the match of a text with a stored document, None where they are not alike."""
        tokens, size = as_read_only(sketch.tokens), stored.num_tokens[number]
        theirs = as_read_only(tokens_at(stored.address[number], size))
        is_exact = np.array_equal(sketch.content[0], stored.content[number])
        similarity = float(measure_jaccard(tokens, theirs, self.config.shingle_size))
        if similarity < self.config.threshold:
            return None
        left = as_read_only(tokens_at(stored.compared_addresses[number], size))
        if stored.masked[number] and not alike_unmasked(tokens, left, self.config.threshold, self.config.shingle_size):
            return None
        likeness = Likeness(similarity, is_exact, False)
        relation, _ = relate(tokens, theirs, know_nothing(1)[0], stored.facts[number], likeness, make_rule(self.config))
        row = stored.names.slice(number, 1).to_pylist()[0]
        return Match(
            id=read_value(row["id"].encode()),
            path=row["path"],
            line=row["line"],
            run=row["run"],
            similarity=1.0 if is_exact else similarity,
            relation=CopyRelation(relation).label,
            spans=find_spans(text, tokens, theirs),
        )

    def to_datasketch(self, storage_config: Mapping[str, object] | None = None) -> "MinHashLSH":
        """Return a `datasketch.MinHashLSH` of all documents, by default in memory, with the bands of this index.

        Keys are the ids as text, an id that an earlier document has with "#" and its number in the index. With a
        `storage_config` of datasketch, for Redis for example, the signatures are put there.
        """
        with self._file.reading() as connection:
            return insert_signatures(connection, self.config, storage_config)


def encode_document(document: Document) -> bytes:
    """Return a document as a JSON line; a lone surrogate is a `ValueError` that names it."""
    try:
        fields = {name: value for name, value in document.fields.items() if not is_null(value)}
        return msgspec.json.encode({**fields, "id": document.id, "text": document.text}, enc_hook=str)
    except UnicodeEncodeError as error:
        raise ValueError(f"document {document.id} is not text: {error}") from None
    except RecursionError:
        raise ValueError(f"document {document.id} has a field that is nested too deeply, or holds itself.") from None


def find_spans(
    text: str, tokens: npt.NDArray[np.uint32], theirs: npt.NDArray[np.uint32]
) -> tuple[tuple[int, int], ...]:
    """Return the passages of a text that another document holds too, in characters, joined where they touch."""
    address = np.array([tokens.ctypes.data, theirs.ctypes.data], np.uint64)
    num_tokens = np.array([tokens.size, theirs.size], np.int32)
    config = PassageConfig(min_tokens=TOKENS_OF_A_SPAN, contained=None)
    passages = compare_pairs(np.array([[0, 1]], np.int32), DocumentTokens.unmasked(address, num_tokens), config)
    offsets = TokenOffsets(text)
    spans = merge_spans([offsets.span(*span) for span in passages.span.tolist()])
    if not spans and tokens.size and np.array_equal(tokens >> 2, theirs >> 2):
        spans = [offsets.span(0, len(offsets))]
    return tuple((span.start, span.end) for span in spans)

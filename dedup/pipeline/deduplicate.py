"""Near-duplicates among texts in memory: the stages of `clean` without files, with the same result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig, NearConfig
from dedup.corpus.blocks import choose_values, list_names, view_texts
from dedup.corpus.lines import BLOCK_SIZE
from dedup.model.documents import Cluster, CopyRelation, Document, Member, Related, Removal
from dedup.near.decide_documents import by_input
from dedup.near.decisions import Decisions
from dedup.near.keep_policy import rank_documents
from dedup.near.leaders import Cover, join_offered
from dedup.near.read_facts import read_facts
from dedup.near.sketcher import Sketch, Sketcher
from dedup.pipeline.confirm_texts import confirm_texts, relate_texts
from dedup.pipeline.take_documents import take_documents
from dedup.report.clean_html import render_deduplication


@dataclass(frozen=True)
class Deduplication:
    """The kept documents, the removals with their witnesses, and the clusters; all in input order.

    `related` are kept documents that are alike another one and no copies of it.
    `mask` is bool[n], one for each document that was passed, True where it is kept: `table[result.mask]` is what stays.
    """

    kept: tuple[Document, ...]
    removed: tuple[Removal, ...]
    clusters: tuple[Cluster, ...]
    mask: npt.NDArray[np.bool_] = field(compare=False)
    related: tuple[Related, ...] = ()

    @property
    def kept_ids(self) -> list[str]:
        """Return the ids of the kept documents, in input order."""
        return [document.id for document in self.kept]

    def __repr__(self) -> str:
        return f"Deduplication({len(self.kept):,} kept, {len(self.removed):,} removed)"

    def _repr_html_(self) -> str:
        return render_deduplication(len(self.kept), self.removed)


def deduplicate(documents: Iterable[object], config: NearConfig | None = None, *, text: str = "text") -> Deduplication:
    """Find the near-duplicates among texts or documents, and say for each which kept document justifies its removal.

    `documents` are texts (their ids are their places: "0", "1", ...), `Document`s, pairs of id and text, or mappings
    with "id" and "text" whose other entries are the fields that a keep policy may ask for. The rows of a table (pandas,
    Polars, PyArrow, DuckDB) are such mappings. `text` is another name for "text". A text with a lone surrogate is a
    `ValueError`.

    >>> from dedup import deduplicate
    >>> words = "the quick brown fox jumps over the lazy dog near the old river bank today"
    >>> result = deduplicate([words, "something else entirely", words.upper()])
    >>> [(r.document.id, r.witness.id, r.relation) for r in result.removed]
    [('2', '0', 'exact')]
    >>> result, result.kept_ids, result.mask.tolist()
    (Deduplication(2 kept, 1 removed), ['0', '1'], [True, True, False])
    """
    config = config or NearConfig()
    every = take_documents(documents, text)
    return explain(every, *cover_texts(every, config))


def cover_texts(documents: Sequence[Document], config: NearConfig) -> tuple[Decisions, tuple[Related, ...]]:
    """Return the decisions on documents in memory, and the kept ones that are alike another one."""
    sketcher = Sketcher(config)
    parts = list(cut(documents))
    if not parts:
        return Decisions.keep_all(0), ()
    sketches = [copy_tokens(sketcher.sketch(*view_texts(to_arrow(part)))) for part in parts]
    facts = [read_facts(encode_fields(part), len(part)) for part in parts]
    known = zip(sketches, facts, strict=True)
    offered = join_offered([sketch.offered(facts.rows) for sketch, facts in known])
    order = rank(documents, offered.num_tokens, config)
    cover = Cover(len(documents), config)
    cover.offer(offered.take(order))
    decisions = confirm_texts(documents, offered, by_input(cover.result(), order), config)
    return decisions, relate_texts(documents, offered, decisions)


def cut(documents: Sequence[Document]) -> Iterable[Sequence[Document]]:
    """Yield runs of documents of about a block's size."""
    first, size = 0, 0
    for index, document in enumerate(documents):
        size += len(document.text)
        if size >= BLOCK_SIZE:
            yield documents[first : index + 1]
            first, size = index + 1, 0
    if first < len(documents):
        yield documents[first:]


def to_arrow(documents: Sequence[Document]) -> pa.Array:
    """Return the texts as an Arrow array; a lone surrogate is a `ValueError` that names the document."""
    try:
        return pa.array([document.text for document in documents], pa.large_string())
    except UnicodeEncodeError:
        for document in documents:
            try:
                document.text.encode()
            except UnicodeEncodeError as error:
                raise ValueError(f"document {document.id} is not text: {error}") from None
        raise


def encode_fields(documents: Sequence[Document]) -> dict[str, list[bytes]]:
    """Return the fields that say what is known of documents as raw JSON, by role."""
    config = InputConfig()
    named = list_names(config, config.facts)
    return {
        role: choose_values([encode_field(document.fields.get(name)) for document in documents] for name in names)
        for role, names in named.items()
    }


def encode_field(value: object) -> bytes:
    """Return a field as raw JSON, nothing for what is neither text, number nor date."""
    if not isinstance(value, (str, int, float, date)):
        return b""
    try:
        return msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError):
        return b""


def copy_tokens(sketch: Sketch) -> Sketch:
    """Return the sketch with tokens of its own: the sketcher reuses its buffer."""
    return replace(sketch, tokens=sketch.tokens.copy())


def rank(documents: Sequence[Document], num_tokens: npt.NDArray[np.int32], config: NearConfig) -> npt.NDArray[np.int64]:
    """Return the documents' places in the order of the keep policy."""
    field = config.keep.field
    values = [d.id if field == "id" else d.fields.get(field) for d in documents] if field else []
    return rank_documents(values, num_tokens, config.keep)


def explain(documents: Sequence[Document], result: Decisions, related: tuple[Related, ...]) -> Deduplication:
    """Return the decisions in words: kept, removed with witness, clusters."""
    removed = np.flatnonzero(~result.kept).tolist()
    removals = []
    for index in removed:
        relation = CopyRelation(result.relation[index])
        witness = documents[result.witness[index]]
        similarity = float(result.similarity[index])
        novel = int(result.difference["novel"][index])
        removals.append(Removal(documents[index], relation.reason, relation.label, witness, similarity, novel))
    clusters = []
    removed.sort(key=lambda index: result.witness[index])
    for kept, group in groupby(removed, key=lambda index: int(result.witness[index])):
        members = [Member(documents[index], float(result.similarity[index])) for index in group]
        clusters.append(Cluster(documents[kept], (Member(documents[kept], 1.0), *members)))
    kept_documents = tuple(documents[index] for index in np.flatnonzero(result.kept).tolist())
    return Deduplication(kept_documents, tuple(removals), tuple(clusters), result.kept, related)

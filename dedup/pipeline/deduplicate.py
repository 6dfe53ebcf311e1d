"""Near-duplicates among texts in memory: the stages of `clean` without files, with the same result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Unpack

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings, KeepPolicy, NearConfig, PassageConfig, parse_remove
from dedup.model.argument_types import require_type
from dedup.model.documents import Cluster, CopyRelation, Document, Member, Related, Removal
from dedup.near.decisions import Decisions
from dedup.pipeline.sketch_texts import SketchedTexts
from dedup.pipeline.take_documents import FieldNames, TakenDocuments, take_rows
from dedup.report.result_tables import TabularResult

DEFAULT_PASSAGES = CleanSettings().passages
COLUMNS = {
    "id": "string",
    "is_kept": "bool",
    "cluster": "int64",
    "relation": "string",
    "witness_id": "string",
    "similarity": "float64",
    "novel_words": "int64",
}


@dataclass(frozen=True, eq=False, repr=False)
class Deduplication(TabularResult):
    """What became of each of the documents that were passed: kept, or removed with the kept one that justifies it.

    `mask` is bool[n], True where a document is kept: `table[result.mask]` is what stays. `to_arrow`, `to_pandas` and
    `to_polars` give a row for each document, in the order in which they were passed. Rows without a text are neither
    kept nor removed: `without_text` has their places.
    """

    texts: SketchedTexts
    taken: TakenDocuments

    def __post_init__(self) -> None:
        assert len(self.decisions) == len(self.documents)  # what cannot be decided is an error here, not later

    @property
    def decisions(self) -> Decisions:
        """Return the decisions as columns, one row for each document."""
        return self.texts.decisions

    @property
    def documents(self) -> Sequence[Document]:
        """Return the documents as they were passed, without those that have no text."""
        return self.texts.documents

    @cached_property
    def mask(self) -> npt.NDArray[np.bool_]:
        """Return which rows that were passed are kept documents, bool[n]."""
        mask = np.zeros(self.taken.num_rows, np.bool_)
        mask[self.taken.places] = self.decisions.kept
        return mask

    @property
    def without_text(self) -> list[int]:
        """Return the places of rows whose text is null; they are set aside."""
        return self.taken.without_text

    @cached_property
    def kept(self) -> tuple[Document, ...]:
        """Return the kept documents."""
        return tuple(self.documents[index] for index in np.flatnonzero(self.decisions.kept).tolist())

    @property
    def kept_ids(self) -> list[str]:
        """Return the ids of the kept documents."""
        return [document.id for document in self.kept]

    @property
    def duplicates(self) -> tuple[Document, ...]:
        """Return the documents that are removed."""
        return tuple(self.documents[index] for index in np.flatnonzero(~self.decisions.kept).tolist())

    @property
    def ratio(self) -> float:
        """Return the share of documents that are removed."""
        return float(np.mean(~self.decisions.kept)) if len(self.documents) else 0.0

    @cached_property
    def removed(self) -> tuple[Removal, ...]:
        """Return the removals with their witnesses."""
        decided, documents = self.decisions, self.documents
        gone = np.flatnonzero(~decided.kept)
        novel = decided.difference["novel"]
        columns = (gone, decided.relation[gone], decided.witness[gone], decided.similarity[gone], novel[gone])
        return tuple(
            Removal(documents[index], relation.reason, relation.label, documents[witness], similarity, words)
            for index, kind, witness, similarity, words in zip(*(c.tolist() for c in columns), strict=True)
            for relation in [CopyRelation(kind)]
        )

    @property
    def related(self) -> tuple[Related, ...]:
        """Return the kept documents that are alike another one and no copies of it."""
        return self.texts.related

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """Return the kept documents that cover others, with these."""
        decided, documents = self.decisions, self.documents
        gone = np.flatnonzero(~decided.kept)
        gone = gone[np.argsort(decided.witness[gone], kind="stable")]
        rows = zip(
            *(column.tolist() for column in (decided.witness[gone], gone, decided.similarity[gone])), strict=True
        )
        return tuple(
            Cluster(documents[kept], (Member(documents[kept], 1.0), *(Member(documents[i], s) for _, i, s in group)))
            for kept, group in groupby(rows, key=lambda row: row[0])
        )

    def rethreshold(self, threshold: float) -> "Deduplication":
        """Return what `deduplicate` finds at another threshold, exactly, from the tokens that are kept here.

        Pairs that were compared do not suffice: a document that goes here may stay there, and be a witness of others.
        So all is decided anew, but nothing is read, taken apart or converted again.

        >>> result = deduplicate(["one two three four five six seven eight"] * 2, threshold=0.5)
        >>> result.rethreshold(0.9)
        Deduplication(1 kept, 1 removed)
        """
        return Deduplication(self.texts.at(threshold), self.taken)

    @property
    def _columns(self) -> dict[str, str]:
        return COLUMNS

    def _rows(self) -> Iterator[tuple[object, ...]]:
        decided = self.decisions
        witnesses = np.unique(decided.witness[~decided.kept]).tolist()
        number = {witness: place for place, witness in enumerate(witnesses, 1)}
        novel = decided.difference["novel"]
        columns = (np.arange(len(decided)), decided.witness, decided.relation, decided.similarity, novel)
        documents = zip(*(column.tolist() for column in columns), strict=True)
        of_row = dict(zip(self.taken.places.tolist(), documents, strict=True))
        for row in range(self.taken.num_rows):
            if row not in of_row:
                yield (str(row), False, None, None, None, None, None)
                continue
            index, witness, relation, similarity, words = of_row[row]
            doc_id = self.documents[index].id
            if witness < 0:
                yield (doc_id, True, number.get(index), None, None, None, None)
                continue
            label, other = CopyRelation(relation).label, self.documents[witness].id
            yield (doc_id, False, number[witness], label, other, similarity, words)

    def _shown(self) -> Iterator[tuple[object, ...]]:
        return (row for row in self._rows() if not row[1])

    def __repr__(self) -> str:
        kept, aside = int(np.count_nonzero(self.mask)), len(self.without_text)
        removed = f"{len(self.documents) - kept:,} removed"
        return f"Deduplication({kept:,} kept, {removed}{f', {aside:,} without a text' if aside else ''})"


def deduplicate(
    documents: Iterable[object],
    config: NearConfig | None = None,
    *,
    threshold: float | None = None,
    keep: KeepPolicy | str | None = None,
    remove: str | None = None,
    passages: PassageConfig | None = None,
    **names: Unpack[FieldNames],
) -> Deduplication:
    """Find the near-duplicates among texts or documents, and say for each which kept document justifies its removal.

    Decides as `clean_files` does: documents that another one contains go too, and boilerplate is not compared.

    documents  texts (their ids are their places: "0", "1", ...), `Document`s, pairs of id and text, mappings with "id"
               and "text", or a table: pandas, Polars, PyArrow, DuckDB, Hugging Face datasets. Other entries or columns
               are what a keep policy asks for, and what tells an update: title, date, outlet, url
    text, id, title, date, outlet, url   names of entries or columns; what is not named is found under well-known names
    threshold, keep, remove   these settings of `config`; `keep` as "newest:date", `remove` as "all" or "exact,edited"
    passages   how contained documents are found; `PassageConfig("off")` compares whole documents only, in less time

    One text, and a table without the column, are errors. A text with a lone surrogate is a `ValueError`. A document
    whose text is null is set aside: `without_text`.

    >>> from dedup import deduplicate
    >>> words = "the quick brown fox jumps over the lazy dog near the old river bank today"
    >>> result = deduplicate([words, "something else entirely", words.upper()])
    >>> [(r.document.id, r.witness.id, r.relation) for r in result.removed]
    [('2', '0', 'exact')]
    >>> result, result.kept_ids, result.mask.tolist()
    (Deduplication(2 kept, 1 removed), ['0', '1'], [True, True, False])
    """
    for name, value, kind in (
        ("config", config, NearConfig | None),
        ("threshold", threshold, float | None),
        ("keep", keep, KeepPolicy | str | None),
        ("remove", remove, str | None),
        ("passages", passages, PassageConfig | None),
    ):
        require_type(name, value, kind)
    policy = KeepPolicy.parse(keep) if isinstance(keep, str) else keep
    given = {"threshold": threshold, "keep": policy, "remove": remove and parse_remove(remove)}
    changes = {name: value for name, value in given.items() if value is not None}
    settings = replace(config or NearConfig(), **changes)  # type: ignore[arg-type] # each has its type above
    taken = take_rows(documents, **names)
    return Deduplication(SketchedTexts.of(taken.documents, settings, passages or DEFAULT_PASSAGES), taken)

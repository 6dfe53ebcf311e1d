"""The removals of a run as columns, and its clusters; documents go by key: place of the file, then line."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.errors import InputError
from dedup.model.documents import CopyRelation
from dedup.output.finished_run import no_record, read_placed
from dedup.output.records import RemovedRecord, Witness
from dedup.output.run_folder import REMOVED
from dedup.report.corpus.corpus_model import Card, DocumentPair

LINE_BITS = 40
NO_WITNESS = -1
NEAR = [CopyRelation.EDITED, CopyRelation.TEMPLATE, CopyRelation.UPDATE, CopyRelation.EXTENDED]

Keys = npt.NDArray[np.int64]


def make_key(place: int, line: int) -> int:
    """Return the key of a document: keys sort in input order."""
    return place << LINE_BITS | line


def find_keys(sorted_keys: Keys, keys: Keys) -> npt.NDArray[np.int64]:
    """Return the place of each key among ascending ones, -1 where it is not among them."""
    if sorted_keys.size == 0:
        return np.full(len(keys), -1, np.int64)
    found = np.minimum(np.searchsorted(sorted_keys, keys), sorted_keys.size - 1)
    return np.where(sorted_keys[found] == keys, found, -1)


@dataclass(frozen=True)
class RemovalTable:
    """Removals of a run.

    ```
    removed     int64[n]    keys; ascending in the table of all removals
    witness     int64[n]    keys of their witnesses, NO_WITNESS where that is in no input file of the run
    similarity  float64[n]
    relation    uint8[n]    a `CopyRelation`
    covered     float64[n]  NaN where the document is not contained
    novel       int64[n]    words that the witness lacks
    offset      int64[n]    where `removed.jsonl` has them; 0 where they are not from there
    ```
    """

    removed: Keys
    witness: Keys
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    covered: npt.NDArray[np.float64]
    novel: npt.NDArray[np.int64]
    offset: npt.NDArray[np.int64]

    @classmethod
    def collect(cls, out: Path, places: Mapping[str, int]) -> "RemovalTable":
        """Return all removals of a run; `places` are those of the input files by path."""
        relations = {relation.label: relation.value for relation in CopyRelation}
        removed, witness, relation = array("q"), array("q"), array("B")
        similarity, covered, novel, offsets = array("d"), array("d"), array("q"), array("q")
        for number, (record, offset) in enumerate(read_placed(out, REMOVED, RemovedRecord), start=1):
            try:
                removed.append(make_key(places[record.source.path], record.source.line))
                relation.append(relations[record.relation])
            except KeyError as error:
                raise InputError(no_record(out, REMOVED, number, error)) from error
            witness.append(find_witness(record.witness, places))
            similarity.append(record.similarity)
            covered.append(np.nan if record.covered is None else record.covered)
            novel.append(record.novel_words)
            offsets.append(offset)
        columns = [np.asarray(each) for each in (removed, witness, similarity, relation, covered, novel, offsets)]
        return cls(*columns).take(np.argsort(columns[0], kind="stable"))

    def __len__(self) -> int:
        return len(self.removed)

    def take(self, rows: npt.NDArray[np.int64]) -> "RemovalTable":
        """Return some of the removals."""
        return RemovalTable(*(getattr(self, field.name)[rows] for field in fields(self)))

    def pair(self, row: int, kept: Card, removed: Card, cluster: int | None = None) -> DocumentPair:
        """Return a removal as pages name it, with the number of the page of its cluster."""
        relation, covered = CopyRelation(self.relation[row]).label, float(self.covered[row])
        known = None if np.isnan(covered) else covered
        return DocumentPair(kept, removed, relation, float(self.similarity[row]), cluster, known)

    def nearest(self, most: int) -> "RemovalTable":
        """Return the near-copies that are nearest above the threshold, nearest first."""
        near = np.flatnonzero(np.isin(self.relation, NEAR) & (self.witness != NO_WITNESS))
        return self.take(near[np.argsort(self.similarity[near], kind="stable")][:most])

    def losing(self, most: int) -> "RemovalTable":
        """Return the removals with most novel words of those whose witness is in the run, most first."""
        rows = np.flatnonzero((self.novel > 0) & (self.witness != NO_WITNESS))
        return self.take(rows[np.argsort(-self.novel[rows], kind="stable")][:most])


def find_witness(witness: Witness, places: Mapping[str, int]) -> int:
    """Return the key of a witness; a document of an index may have been in a file of the same name."""
    is_here = witness.run is None and witness.path in places
    return make_key(places[witness.path], witness.line) if is_here else NO_WITNESS


@dataclass(frozen=True)
class Clusters:
    """All clusters of a run, in the order and with the numbers (place + 1) of `clusters.jsonl`.

    ```
    witness  int64[n]  key of the representative
    sizes    int64[n]  removed documents
    rows     rows of `removals` with a witness in the run, by cluster; starts int64[n + 1] where each begins
    shown    int64[m]  places of the clusters that get a page, ascending: the largest
    ```
    """

    removals: RemovalTable
    witness: Keys
    sizes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    shown: npt.NDArray[np.int64]

    @classmethod
    def group(cls, removals: RemovalTable, most: int) -> "Clusters":
        """Group the removals by witness; the `most` largest clusters are shown."""
        known = np.flatnonzero(removals.witness != NO_WITNESS)
        witness, sizes = np.unique(removals.witness[known], return_counts=True)
        rows = known[np.argsort(removals.witness[known], kind="stable")]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        largest = np.argsort(-sizes, kind="stable")[:most]
        return cls(removals, witness, sizes, rows, starts, np.sort(largest))

    def copies(self, place: int) -> RemovalTable:
        """Return the removals of a cluster, in input order."""
        return self.removals.take(self.rows[self.starts[place] : self.starts[place + 1]])

    def find_page(self, witness: int) -> int | None:
        """Return the number of the cluster of a representative, None where it has no page."""
        place = int(find_keys(self.witness, np.array([witness]))[0])
        return place + 1 if (self.shown == place).any() else None

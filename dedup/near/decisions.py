"""What was decided on every document."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.kernels.leader_table import DIFFERENCE, KEPT, RELATIVE

COLUMNS = ("witness", "similarity", "relation", "covered", "difference", "relative")


@dataclass(frozen=True)
class WorkCounts:
    """What comparing documents took, and how often a bucket was full.

    num_candidates    pairs that share a bucket, but for keys that can find nothing (`dedup.near.shared_keys`)
    num_verified      pairs whose exact similarity reached the threshold
    num_full_buckets  buckets that took no more documents
    num_not_entered   band keys of kept documents that were not entered into one of those
    num_series        documents that are alike more others than are compared
    num_unconfirmed   removals that were taken back: the words of both texts differ though their hashes agree
    num_skipped       buckets of more than LARGE_BUCKET documents that a document did not look through
    """

    num_candidates: int = 0
    num_verified: int = 0
    num_full_buckets: int = 0
    num_not_entered: int = 0
    num_series: int = 0
    num_skipped: int = 0
    num_unconfirmed: int = 0


def no_relatives(count: int) -> npt.NDArray[np.void]:
    """Return the relatives (RELATIVE[n]) of documents that have none."""
    relatives = np.zeros(count, RELATIVE)
    relatives["document"] = KEPT
    return relatives


@dataclass(frozen=True)
class Decisions:
    """One row for each document, by doc_index.

    ```
    witness     int64[n]    KEPT, else the doc_index of the kept document that justifies the removal;
                            n + i is stored document i, of an index
    similarity  float64[n]  exact Jaccard with the witness
    relation    uint8[n]    a `dedup.model.documents.CopyRelation`
    covered     float64[n]  share that passages of the witness cover, of a contained document; else 0
    difference  DIFFERENCE[n]  of a removed document from its witness, in words
    relative    RELATIVE[n]    of a kept document: the most similar kept one that it is alike and no copy of
    counts      of the work that it took
    ```
    """

    witness: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    covered: npt.NDArray[np.float64]
    difference: npt.NDArray[np.void]
    relative: npt.NDArray[np.void]
    counts: WorkCounts = WorkCounts()

    @classmethod
    def keep_all(cls, num_documents: int) -> "Decisions":
        """Return decisions that keep every document."""
        return cls(
            np.full(num_documents, KEPT, np.int64),
            np.zeros(num_documents),
            np.zeros(num_documents, np.uint8),
            np.zeros(num_documents),
            np.zeros(num_documents, DIFFERENCE),
            no_relatives(num_documents),
        )

    def __len__(self) -> int:
        return len(self.witness)

    @property
    def kept(self) -> npt.NDArray[np.bool_]:
        """Return which documents are kept, bool[n]."""
        return np.asarray(self.witness == KEPT)

    @property
    def is_seen(self) -> npt.NDArray[np.bool_]:
        """Return which documents are removed for a stored document, bool[n]."""
        return self.witness >= len(self)

    @property
    def broken(self) -> npt.NDArray[np.int64]:
        """Return the removed documents whose witness is removed itself."""
        removed = np.flatnonzero(~self.kept & ~self.is_seen)
        return removed[~self.kept[self.witness[removed]]]

    def check(self) -> None:
        """Assert our promise: every witness is itself kept."""
        assert self.broken.size == 0, "a witness was removed itself: please report this bug"

    def by_document(self, order: npt.NDArray[np.int64], num_documents: int) -> "Decisions":
        """Return the same rows with witnesses by doc_index; here they are named by their place in `order`.

        `order` are doc_indices. Stored documents come after the `num_documents` of the run.
        """

        def name(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
            own = order[np.minimum(places, len(order) - 1)] if len(order) else places
            return np.where(places < 0, KEPT, np.where(places >= len(order), places - len(order) + num_documents, own))

        relative = self.relative.copy()
        relative["document"] = name(relative["document"])
        return replace(self, witness=name(self.witness), relative=relative)

    def take(self, rows: np.ndarray | slice) -> "Decisions":
        """Return the decisions on some documents, in the order of `rows`; witnesses are named as before."""
        return replace(self, **{name: getattr(self, name)[rows] for name in COLUMNS})

    def revise(self, documents: npt.NDArray[np.int64], decided: "Decisions") -> "Decisions":
        """Return the decisions with other ones on some documents (doc_indices); the counts stay those of the whole."""
        made = {}
        for name in COLUMNS:
            made[name] = getattr(self, name).copy()
            made[name][documents] = getattr(decided, name)
        return replace(self, **made)

"""A run without an index: it starts in less time, because nothing of an index is imported."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dedup.near.sketches import Sketches
from dedup.near.stored import NO_PAIRS, NO_STORED, Containers, StoredDocuments
from dedup.passages.remove_contained import KeptDocuments
from dedup.pipeline.job import Job, Outcome

if TYPE_CHECKING:
    from dedup.index.stored_tokens import StoredProofs


class NoIndex:
    """The session of a run without an index: nothing is found there, and nothing is put there."""

    def look_up(self, _sketches: Sketches, _job: Job) -> StoredDocuments:
        """Return no documents."""
        return NO_STORED

    def find_containers(self, sketches: Sketches, _kept: KeptDocuments, _job: Job) -> Containers:
        """Return no pairs, and the stored documents as they are."""
        return Containers(NO_PAIRS, sketches.stored)

    def secret(self, _job: Job) -> None:
        """Return that no seed is kept."""

    def find_proofs(self, _ordinals: npt.NDArray[np.int64]) -> "StoredProofs":
        """Return nothing."""
        from dedup.index.stored_tokens import NO_PROOFS  # noqa: PLC0415 (nobody asks)

        return NO_PROOFS

    def commit(self, _outcome: Outcome, _job: Job) -> None:
        """Do nothing."""

    def mark_published(self) -> None:
        """Do nothing."""

    def describe(self, _outcome: Outcome, _job: Job) -> None:
        """Return that the summary says nothing of an index."""


NO_INDEX = NoIndex()

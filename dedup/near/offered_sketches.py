"""Sketches of documents in memory, for stages that read those of a run."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dedup.near.leaders import Offered
from dedup.near.segments import Batch, Segments
from dedup.near.sketches import Sketches


class OfferedBatch(Batch):
    """Documents in memory as if they were the one block of a segment; they have no names."""

    def __init__(self, documents: Offered) -> None:
        self.first = 0
        self._offered = documents

    def __len__(self) -> int:
        return len(self._offered.keys)

    def column(self, name: str, dtype: type[np.generic] | None = None) -> np.ndarray:  # noqa: ARG002 (as in a segment)
        """Return a field of `Offered`."""
        return np.asarray(getattr(self._offered, name))

    @property
    def facts(self) -> npt.NDArray[np.void]:
        """Return what is known of each document beside its text, FACTS[n]."""
        return self._offered.facts

    @property
    def token_addresses(self) -> npt.NDArray[np.uint64]:
        """Return the memory address of the tokens of each document."""
        return self._offered.address


def sketches_of(documents: Offered) -> Sketches:
    """Return documents in memory as the sketches of a run; they have to outlive these."""
    sketches = Sketches.of(Segments.of_batches([OfferedBatch(documents)]))
    return replace(sketches, masked=documents.masked)

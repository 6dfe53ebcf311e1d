"""Which documents of an index have sampled shingles of one text, and how many: all of them, not the first alone."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.index.connection import Connection, require
from dedup.index.find_containers import enter
from dedup.index.samples import Samples, read_samples
from dedup.index.stored_tokens import PIECES_AT_ONCE
from dedup.kernels.first_sources import count_held


class Sharers(NamedTuple):
    """Stored documents by ordinal (int64[n], ascending), and how many sampled shingles each shares (int64[n])."""

    ordinals: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    def choose(self, most: int) -> npt.NDArray[np.int64]:
        """Return the ordinals of those that share most, at most `most` of them, ascending; of equal ones the first."""
        return np.sort(self.ordinals[np.argsort(-self.counts, kind="stable")[:most]])


def find_sharers(connection: Connection, asked: Samples) -> Sharers:
    """Return the stored documents that have a sampled shingle of a text: all sampled shingles are streamed past it."""
    shingles, _ = enter(asked.names)
    connection.execute("SET arrow_large_buffer_size = true")
    found = [Sharers(np.empty(0, np.int64), np.empty(0, np.int64))]
    for batch in connection.sql("SELECT ordinal, piece FROM shingles").to_arrow_reader(PIECES_AT_ONCE):
        require(batch.column(1).null_count == 0, "a value of piece is missing")
        names, ends = read_samples(batch.column(1))
        counts = np.empty(len(ends), np.int32)
        count_held(shingles, names, ends, counts)
        chosen = np.flatnonzero(counts)
        found.append(Sharers(batch.column(0).to_numpy()[chosen], counts[chosen].astype(np.int64)))
    pieces, shared = (np.concatenate(columns) for columns in zip(*found, strict=True))
    ordinals, place = np.unique(pieces, return_inverse=True)
    return Sharers(ordinals, np.bincount(place, shared, minlength=len(ordinals)).astype(np.int64))

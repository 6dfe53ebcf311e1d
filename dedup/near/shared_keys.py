"""Band keys without those that can find nothing, so that the table of kept documents holds few.

A document is decided as it would be with all of its keys: the keys that are left out lead only to documents whose sizes
or signatures rule them out. The buckets that may be full, or that are not looked through, keep all of their keys.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.kernels.buffers import locate_rows
from dedup.kernels.leader_table import LARGE_BUCKET
from dedup.kernels.shared_buckets import mark_shared, sort_buckets
from dedup.near.bands import bands_of
from dedup.near.leaders import Offered, TableSize, limits_of
from dedup.near.sketches import Sketches
from dedup.near.stored import StoredDocuments
from dedup.threads import start_threads

HIGH = np.uint64(0xFFFFFFFF << 32)
BITS = 8


@dataclass(frozen=True)
class SharedKeys:
    """Which band keys may find something: bit b of `marks[g, i]` (uint8) is band 8 * g + b of document i.

    Documents are numbered by doc_index; n + i is stored document i.
    """

    marks: npt.NDArray[np.uint8]
    num_bands: int

    @classmethod
    def find(cls, sketches: Sketches, near: NearConfig, threads: int) -> "SharedKeys":
        """Return those of the documents of a run and of the stored ones."""
        stored, bands = sketches.stored, bands_of(near).bands
        parts = [(view.keys, view.signature, view.num_shingles) for view in sketches.views()]
        if len(stored):
            parts.append((stored.keys, np.ascontiguousarray(stored.signature), stored.num_shingles))
        count = len(sketches) + len(stored)
        marks = np.zeros((-(-bands // BITS), count), np.uint8)
        if not count:
            return cls(marks, bands)
        addresses = np.concatenate([locate_rows(rows[:, 0], np.full(len(rows), rows.shape[1])) for _, rows, _ in parts])
        sizes = np.concatenate([num_shingles for _, _, num_shingles in parts])
        limits, most = limits_of(near), min(LARGE_BUCKET, near.max_bucket - 1)

        def mark(group: int) -> None:
            packed, spare = np.empty((2, count), np.uint64)
            for band in range(BITS * group, min(BITS * (group + 1), bands)):
                first = 0
                for keys, _, _ in parts:
                    numbers = np.arange(first, first + len(keys), dtype=np.uint64)
                    np.bitwise_or(keys[:, band] & HIGH, numbers, out=packed[first : first + len(keys)])
                    first += len(keys)
                sort_buckets(packed, spare)
                bit = np.uint8(1 << band % BITS)
                mark_shared(packed, addresses, sizes, limits, most, bit, marks[group])
                if len(stored):  # a key that no document of the run has is 0
                    marks[group, -len(stored) :][stored.keys[:, band] == 0] &= ~bit

        with start_threads(threads) as pool:
            pool.map(mark, range(len(marks)))
        return cls(marks, bands)

    @property
    def table_size(self) -> TableSize:
        """Return how much room the table needs."""
        return TableSize(
            owners=int(np.count_nonzero(self.marks.any(axis=0))),
            keys=(keys := sum(int(np.bitwise_count(group).sum(dtype=np.int64)) for group in self.marks)),
            buckets=keys // 2,
        )

    def choose(self, keys: npt.NDArray[np.uint64], documents: npt.NDArray[np.int64] | slice) -> npt.NDArray[np.uint64]:
        """Return the keys (uint64[m, bands]) of some documents, 0 where one can find nothing."""
        bits = np.unpackbits(self.marks[:, documents].T, axis=1, count=self.num_bands, bitorder="little")
        return np.asarray(keys * bits)

    def of_stored(self, stored: StoredDocuments) -> StoredDocuments:
        """Return stored documents with their keys that may find something."""
        own = slice(self.marks.shape[1] - len(stored), None)
        return replace(stored, keys=self.choose(stored.keys, own)) if len(stored) else stored

    def of_offered(self, offered: Offered, documents: npt.NDArray[np.int64] | slice) -> Offered:
        """Return documents of the run, by doc_index, with their keys that may find something."""
        return offered._replace(keys=self.choose(offered.keys, documents))

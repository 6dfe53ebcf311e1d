"""What was decided on every document, as arrays that any worker can map."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SCHEMA = pa.schema({"witness": pa.int64(), "similarity": pa.float64(), "relation": pa.uint8(), "covered": pa.float64()})


@dataclass(frozen=True)
class Decisions:
    """One row for each document, by doc_index.

    ```
    witness     int64[n]    -1: kept; else the doc_index of the kept document that justifies the removal;
                            n + i is number i of the documents that stand before the first, in an index
    similarity  float64[n]  exact Jaccard with the witness
    relation    uint8[n]    a `CopyRelation`
    covered     float64[n]  share that passages of the witness cover, of a contained document; else 0
    ```
    """

    witness: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    covered: npt.NDArray[np.float64]

    @property
    def is_seen(self) -> npt.NDArray[np.bool_]:
        """Return which documents are removed for a document that stands in an index, bool[n]."""
        return self.witness >= len(self.witness)

    @property
    def broken(self) -> npt.NDArray[np.int64]:
        """Return the removed documents whose witness is removed itself."""
        removed = np.flatnonzero((self.witness >= 0) & ~self.is_seen)
        return removed[self.witness[self.witness[removed]] >= 0]

    def check(self) -> None:
        """Assert our promise: every witness is itself kept."""
        assert self.broken.size == 0, "a witness was removed itself: please report this bug"

    def write(self, path: Path) -> None:
        """Write the decisions as an Arrow IPC file."""
        arrays = [pa.array(getattr(self, name)) for name in SCHEMA.names]
        batch = pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
        with pa.ipc.new_file(str(path), SCHEMA) as writer:
            writer.write_batch(batch)

    @classmethod
    def read(cls, path: Path) -> "Decisions":
        """Map the decisions that `write` left."""
        batch = pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
        return cls(*(batch.column(name).to_numpy(zero_copy_only=True) for name in SCHEMA.names))

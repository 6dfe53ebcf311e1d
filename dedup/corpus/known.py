"""Documents that stand before the first one of a run: what an index holds of earlier runs."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

NAME_SCHEMA = pa.schema(
    {"id": pa.large_string(), "path": pa.large_string(), "line": pa.int64(), "run": pa.large_string()}
)


@dataclass(frozen=True)
class Fates:
    """What became of documents that an earlier run removed, one row for each distinct content.

    ```
    content     uint64[m, 2]
    num_tokens  int32[m]
    witness     int64[m]    place of the kept document that justified the removal among those known
    similarity  float64[m]
    relation    uint8[m]    a `dedup.model.Relation`
    covered     float64[m]  share that passages of the witness cover, of a contained document; else 0
    ```
    """

    content: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    witness: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    covered: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.witness)


@dataclass(frozen=True)
class KnownDocuments:
    """Documents that earlier runs kept and that a document of this run may be a copy of, in the order of their keeping.

    ```
    ordinals      int64[k]          their numbers in the index
    keys          uint64[k, bands]  band keys, 0 where no document of the run has the key
    signature     uint64[k, 8]      short signatures
    content       uint64[k, 2]
    num_tokens    int32[k]
    num_shingles  int32[k]          distinct ones
    address       uint64[k]         where their tokens stand in memory as long as `tokens` lives; 0 where it is
                                    compared with no document of the run
    masked        uint64[k]         where they stand with boilerplate masked, 0 for a document without any
    names         NAME_SCHEMA[k]    id as raw JSON, path and line, and the run that brought it
    tokens                          what keeps the tokens mapped
    ```
    """

    ordinals: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint64]
    signature: npt.NDArray[np.uint64]
    content: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    address: npt.NDArray[np.uint64]
    masked: npt.NDArray[np.uint64]
    names: pa.Table
    fates: Fates
    tokens: object = None

    def __len__(self) -> int:
        return len(self.ordinals)

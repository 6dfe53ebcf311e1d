"""Documents that stand before the first one of a run: what an index holds of earlier runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    relation    uint8[m]    a `CopyRelation`
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


NO_FATES = Fates(
    np.empty((0, 2), np.uint64),
    np.empty(0, np.int32),
    np.empty(0, np.int64),
    np.empty(0, np.float64),
    np.empty(0, np.uint8),
    np.empty(0, np.float64),
)


@dataclass(frozen=True)
class KnownDocuments:
    """Documents that earlier runs kept and that a document of this run may be a copy of, in the order of their keeping.
    Those follow, in the same order, that share no key with any, but may contain one.

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
    tokens: Sequence[object] = ()

    def __len__(self) -> int:
        return len(self.ordinals)

    @property
    def compared_addresses(self) -> npt.NDArray[np.uint64]:
        """Return where the tokens of each document stand, boilerplate masked."""
        return np.where(self.masked != 0, self.masked, self.address)

    def append(self, others: "KnownDocuments") -> "KnownDocuments":
        """Return these documents and after them others, whose fates are nobody's."""
        return KnownDocuments(
            np.concatenate([self.ordinals, others.ordinals]),
            np.concatenate([self.keys, others.keys]),
            np.concatenate([self.signature, others.signature]),
            np.concatenate([self.content, others.content]),
            np.concatenate([self.num_tokens, others.num_tokens]),
            np.concatenate([self.num_shingles, others.num_shingles]),
            np.concatenate([self.address, others.address]),
            np.concatenate([self.masked, others.masked]),
            pa.concat_tables([self.names, others.names]),
            self.fates,
            [*self.tokens, *others.tokens],
        )

    def with_tokens(
        self,
        places: npt.NDArray[np.int64],
        address: npt.NDArray[np.uint64],
        masked: npt.NDArray[np.uint64],
        tokens: Sequence[object],
    ) -> "KnownDocuments":
        """Return the documents with tokens for some of them, which stand in memory as long as `tokens` lives."""
        every = self.address.copy(), self.masked.copy()
        every[0][places], every[1][places] = address, masked
        return replace(self, address=every[0], masked=every[1], tokens=[*self.tokens, *tokens])

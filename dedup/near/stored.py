"""Stored documents: what an index holds of earlier runs, as a run compares its documents with it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.kernels.leader_table import DIFFERENCE
from dedup.near.read_facts import know_nothing

DIFFERENCE_COLUMNS = ("novel", "longest_run", "slots", "facts")
NAME_SCHEMA = pa.schema(
    {"id": pa.large_string(), "path": pa.large_string(), "line": pa.int64(), "run": pa.large_string()}
)


@dataclass(frozen=True)
class RemovedContents:
    """Contents of which earlier runs removed the first document, one row each.

    ```
    content     uint64[m, 2]
    num_tokens  int32[m]
    witness     int64[m]    number of the stored document that justified the removal
    similarity  float64[m]
    relation    uint8[m]    a `dedup.model.documents.CopyRelation`
    covered     float64[m]  share that passages of the witness cover, of a contained document; else 0
    difference  DIFFERENCE[m]  from the witness, in words
    facts       FACTS[m]    title, day, outlet and URL of that document
    ```
    """

    content: npt.NDArray[np.uint64]
    num_tokens: npt.NDArray[np.int32]
    witness: npt.NDArray[np.int64]
    similarity: npt.NDArray[np.float64]
    relation: npt.NDArray[np.uint8]
    covered: npt.NDArray[np.float64]
    difference: npt.NDArray[np.void]
    facts: npt.NDArray[np.void]

    def __len__(self) -> int:
        return len(self.witness)

    def find_covered(self, content: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
        """Return the covered share of documents by their content (uint64[n, 2]), 0 where there is none."""
        share = dict(zip(map(tuple, self.content.tolist()), self.covered.tolist(), strict=True))
        return np.array([share.get(tuple(pair), 0.0) for pair in content.tolist()], np.float64)


NOTHING_REMOVED = RemovedContents(
    np.empty((0, 2), np.uint64),
    np.empty(0, np.int32),
    np.empty(0, np.int64),
    np.empty(0, np.float64),
    np.empty(0, np.uint8),
    np.empty(0, np.float64),
    np.empty(0, DIFFERENCE),
    know_nothing(0),
)


@dataclass(frozen=True)
class StoredDocuments:
    """Documents that earlier runs kept and that are compared with those of this run, by ordinal.

    First come those that share a band key with a new document. Then come those that may contain one.

    ```
    ordinals      int64[k]          their numbers in the index
    keys          uint64[k, bands]  band keys, 0 if no document of the run has the key
    signature     uint64[k, 8]      b-bit signatures
    content       uint64[k, 2]
    num_tokens    int32[k]
    num_shingles  int32[k]          distinct ones
    address       uint64[k]         where their tokens are in memory as long as `tokens` lives; 0 where no document of
                                    the run is compared with them
    masked        uint64[k]         where they are with boilerplate masked, 0 for a document without any
    facts         FACTS[k]          title, day, outlet and URL
    names         NAME_SCHEMA[k]    id as raw JSON, path and line, and the run that brought it
    removed       contents of the run that an earlier run removed
    tokens        what keeps the tokens mapped, those of titles too
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
    facts: npt.NDArray[np.void]
    names: pa.Table
    removed: RemovedContents
    tokens: Sequence[object] = ()

    def __len__(self) -> int:
        return len(self.ordinals)

    @property
    def compared_addresses(self) -> npt.NDArray[np.uint64]:
        """Return where the tokens of each document are, boilerplate masked."""
        return np.where(self.masked != 0, self.masked, self.address)

    def append(self, others: "StoredDocuments") -> "StoredDocuments":
        """Return these documents and after them others; the removed contents are those of the first."""
        arrays = [field.name for field in fields(self) if isinstance(getattr(self, field.name), np.ndarray)]
        joined: dict[str, Any] = {name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in arrays}
        names = pa.concat_tables([self.names, others.names])
        return replace(self, names=names, tokens=[*self.tokens, *others.tokens], **joined)

    def with_tokens(
        self,
        places: npt.NDArray[np.int64],
        address: npt.NDArray[np.uint64],
        masked: npt.NDArray[np.uint64],
        tokens: Sequence[object],
    ) -> "StoredDocuments":
        """Return the documents with tokens for some of them, which are in memory as long as `tokens` lives."""
        every = self.address.copy(), self.masked.copy()
        every[0][places], every[1][places] = address, masked
        return replace(self, address=every[0], masked=every[1], tokens=[*self.tokens, *tokens])


@dataclass(frozen=True)
class StoredPairs:
    """Documents of a run, by their place among those that were asked for, and stored ones that have a part of them.

    ```
    document, source  int64[m]   the source by ordinal, or by its number among stored documents
    ```
    """

    document: npt.NDArray[np.int64]
    source: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.document)


NO_PAIRS = StoredPairs(np.empty(0, np.int64), np.empty(0, np.int64))


@dataclass(frozen=True)
class Containers:
    """Pairs of documents and stored ones that may contain them, by number in `stored`."""

    pairs: StoredPairs
    stored: StoredDocuments


NO_STORED = StoredDocuments(
    np.empty(0, np.int64),
    np.empty((0, 0), np.uint64),
    np.empty((0, 0), np.uint64),
    np.empty((0, 2), np.uint64),
    np.empty(0, np.int32),
    np.empty(0, np.int32),
    np.empty(0, np.uint64),
    np.empty(0, np.uint64),
    know_nothing(0),
    NAME_SCHEMA.empty_table(),
    NOTHING_REMOVED,
)

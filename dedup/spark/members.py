"""Documents of a task: from columns of Spark to what the kernels of the local engine take."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.near.leaders import Offered
from dedup.near.read_facts import know_nothing
from dedup.passages.boilerplate import mask_tokens
from dedup.spark.candidates import CONTENT, FACT_COLUMNS
from dedup.spark.spark_tables import byte_addresses, byte_counts, view_bytes

SKETCH_COLUMNS = (*CONTENT, "num_shingles", "keys", "signature", "tokens", *FACT_COLUMNS)


class Hidden(NamedTuple):
    """Where the tokens of documents are with boilerplate masked (uint64[n], 0: there is none), how many are masked.

    `holds` keeps the masked tokens in memory.
    """

    address: npt.NDArray[np.uint64]
    num_masked: npt.NDArray[np.int32]
    holds: list[npt.NDArray[np.uint32]]


def mask_batches(batches: Sequence[pa.RecordBatch]) -> Hidden:
    """Mask the boilerplate of documents: columns `tokens` and `masked`."""
    total = sum(map(len, batches))
    hidden = Hidden(np.zeros(total, np.uint64), np.zeros(total, np.int32), [])
    first = 0
    for batch in batches:
        masked = batch.column("masked")
        for row in np.flatnonzero(masked.is_valid().to_numpy(zero_copy_only=False)).tolist():
            tokens = np.frombuffer(batch.column("tokens")[row].as_buffer(), np.uint32)
            spans = np.frombuffer(masked[row].as_buffer(), np.int32).reshape(-1, 4)[:, :2]
            hidden.holds.append(mask_tokens(tokens, spans))
            hidden.address[first + row] = hidden.holds[-1].ctypes.data
            hidden.num_masked[first + row] = (spans[:, 1] - spans[:, 0]).sum()
        first += len(batch)
    return hidden


class Members:
    """Documents of some batches as the cover takes them; holds what their addresses point to.

    `own_tokens` (int32[n]) are those that are no boilerplate.
    """

    def __init__(self, offered: Offered, hidden: Hidden, batches: Sequence[pa.RecordBatch]) -> None:
        self.offered = offered
        self.own_tokens = offered.num_tokens - hidden.num_masked
        self._holds = hidden, batches


def join_column(batches: Sequence[pa.RecordBatch], name: str) -> np.ndarray:
    """Return a column of numbers of some batches."""
    return np.concatenate([batch.column(name).to_numpy(zero_copy_only=False) for batch in batches])


def gather_members(batches: Sequence[pa.RecordBatch]) -> Members:
    """Return the documents of the batches, boilerplate masked where there is any."""
    hidden = mask_batches(batches)
    keys, signatures = (
        np.concatenate([view_bytes(b.column(name), np.uint64) for b in batches]).reshape(len(hidden.address), -1)
        for name in ("keys", "signature")
    )
    offered = Offered(
        keys=keys,
        signature=signatures,
        content=np.stack([join_column(batches, name).view(np.uint64) for name in CONTENT[:2]], axis=1),
        num_tokens=join_column(batches, "num_tokens"),
        num_shingles=join_column(batches, "num_shingles"),
        address=np.concatenate([byte_addresses(b.column("tokens")) for b in batches]),
        masked=hidden.address,
        facts=gather_facts(batches),
    )
    return Members(offered, hidden, batches)


def gather_facts(batches: Sequence[pa.RecordBatch]) -> npt.NDArray[np.void]:
    """Return what is known of the documents of the batches beside their text, FACTS[n]; titles are where they are."""
    facts = know_nothing(sum(map(len, batches)))
    facts["title"] = np.concatenate([byte_addresses(b.column("title")) for b in batches])
    facts["num_title"] = np.concatenate([byte_counts(b.column("title")) // 4 for b in batches])
    facts["day"] = join_column(batches, "day")
    for name in ("outlet", "url"):
        facts[name] = join_column(batches, name).view(np.uint64)
    return facts

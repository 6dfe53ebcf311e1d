"""The texts of removed documents and their witnesses, read once more under the secret seed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.model.documents import CopyRelation
from dedup.near.arrow_files import create_arrow
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import read_texts
from dedup.near.segments import Segments
from dedup.near.text_proofs import PROOF_SCHEMA, Prover
from dedup.output.locate_shard import documents_of
from dedup.output.row_files import BYTES_AT_ONCE, ROWS_AT_ONCE
from dedup.output.run_folder import READ_AGAIN, RunFolder


@dataclass(frozen=True)
class Doubted:
    """Removed documents, and what is read again for them.

    ```
    removed    int64[m]  doc_indices, ascending
    documents  int64[k]  these and their witnesses in this run, ascending
    stored     int64[j]  their witnesses that an index holds, by doc_index, ascending
    is_worded  bool[k]   removed as another copy than an exact one: all words are compared, not one hash of them
    ```
    """

    seed: int = field(repr=False)
    removed: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    stored: npt.NDArray[np.int64]
    is_worded: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, decisions: Decisions, seed: int) -> "Doubted":
        """Return what has to be confirmed, under a seed of 64 bits that nobody knows."""
        removed = np.flatnonzero(~decisions.kept)
        every, first_stored = np.unique(np.concatenate([removed, decisions.witness[removed]])), len(decisions)
        documents = every[every < first_stored]
        worded = removed[decisions.relation[removed] != CopyRelation.EXACT]
        return cls(seed, removed, documents, every[every >= first_stored], np.isin(documents, worded))


def read_again(shard: Shard, doubted: Doubted, folder: RunFolder, segments: Segments, config: InputConfig) -> None:
    """Write what is known of the texts of a shard under the secret seed, a row for each that is doubted there."""
    inside = documents_of(segments, shard)
    rows = slice(*np.searchsorted(doubted.documents, [inside.start, inside.stop]).tolist())
    documents, prover = doubted.documents[rows].tolist(), Prover.of(doubted.seed)
    if not documents:
        return
    texts = (text.encode() for text in read_texts(segments, shard, documents, config))
    is_worded, proved = doubted.is_worded[rows], 0
    with create_arrow(folder.part(shard.index, READ_AGAIN), PROOF_SCHEMA) as out:
        for some in gather(texts):
            out.write_batch(prover.prove(some, is_worded[proved : proved + len(some)]))
            proved += len(some)


def gather(texts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield texts, some at once: not many, and not many bytes."""
    some, size = list[bytes](), 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= BYTES_AT_ONCE or len(some) >= ROWS_AT_ONCE:
            yield some
            some, size = [], 0
    if some:
        yield some

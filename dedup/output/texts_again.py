"""The texts of removed documents and their witnesses, read once more under a secret seed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.kernels.buffers import as_read_only
from dedup.kernels.tokens import tokenise
from dedup.model.documents import CopyRelation
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import read_texts
from dedup.near.segments import Segments
from dedup.output.locate_shard import documents_of
from dedup.output.row_files import write_rows
from dedup.output.run_folder import READ_AGAIN, RunFolder
from dedup.text.folding import FoldingTable, load_folding_table
from dedup.text.signs import list_signs

SCHEMA = pa.schema(
    {"text": pa.binary(16), "words": pa.binary(16), "signs": pa.large_binary(), "tokens": pa.large_binary()}
)


@dataclass(frozen=True)
class Doubted:
    """Removed documents whose witness is in this run, and what is read again for them.

    ```
    seed       64 bits that nobody knows
    removed    int64[m]  doc_indices, ascending
    documents  int64[k]  these and their witnesses, ascending
    is_exact   bool[k]   one side of an exact copy: the signs are compared too
    is_worded  bool[k]   one side of another copy: the tokens are compared, not only a hash over all of them
    ```
    """

    seed: int = field(repr=False)
    removed: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    is_exact: npt.NDArray[np.bool_]
    is_worded: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, decisions: Decisions, seed: int) -> "Doubted":
        """Return what decisions have to be confirmed."""
        removed = np.flatnonzero(~decisions.kept & ~decisions.is_seen)
        documents = np.unique(np.concatenate([removed, decisions.witness[removed]]))
        exact = decisions.relation[removed] == CopyRelation.EXACT
        sides = (removed[exact], removed[~exact])
        is_exact, is_worded = (np.isin(documents, [side, decisions.witness[side]]) for side in sides)
        return cls(seed, removed, documents, is_exact, is_worded)


def read_again(shard: Shard, doubted: Doubted, folder: RunFolder, segments: Segments, config: InputConfig) -> None:
    """Write what the texts of a shard say under the secret seed, a row for each document that is doubted there."""
    inside = documents_of(segments, shard)
    rows = slice(*np.searchsorted(doubted.documents, [inside.start, inside.stop]).tolist())
    documents, columns = doubted.documents[rows].tolist(), (doubted.is_exact[rows], doubted.is_worded[rows])
    if not documents:
        return
    table = load_folding_table().with_seed(doubted.seed)
    with write_rows(folder.part(shard.index, READ_AGAIN), SCHEMA) as out:
        for text, is_exact, is_worded in zip(read_texts(segments, shard, documents, config), *columns, strict=True):
            data = text.encode()
            words, tokens = hash_words(data, table)
            signs = repr(list(list_signs(text))).encode() if is_exact else b""
            stored = tokens.tobytes() if is_worded else b""
            out.add((blake2b(data, digest_size=16).digest(), words, signs, stored), len(signs) + len(stored))


def hash_words(data: bytes, table: FoldingTable) -> tuple[bytes, npt.NDArray[np.uint32]]:
    """Return the 128-bit content hash of a text, and its tokens."""
    view = np.frombuffer(data, np.uint8)
    tokens = np.empty(2 * view.size + 16, np.uint32)
    count, first, second = tokenise(view, 0, view.size, table, tokens, 0)
    return np.array([first, second], np.uint64).tobytes(), tokens[:count]


class TextsAgain:
    """What was read again, by doc_index; mapped, as the tokens may be as many as the input has."""

    def __init__(self, doubted: Doubted, paths: Sequence[Path]) -> None:
        self._documents = doubted.documents
        self._maps = [pa.memory_map(str(path)) for path in paths if path.exists()]
        readers = [pa.ipc.open_file(mapped) for mapped in self._maps]
        self._batches = [reader.get_batch(i) for reader in readers for i in range(reader.num_record_batches)]
        self._firsts = np.cumsum([0, *(len(batch) for batch in self._batches)])

    def get(self, document: int, name: str) -> bytes:
        """Return a value of a document."""
        row = int(np.searchsorted(self._documents, document))
        place = int(np.searchsorted(self._firsts, row, "right")) - 1
        value: bytes = self._batches[place].column(name)[row - int(self._firsts[place])].as_py()
        return value

    def are_same_bytes(self, documents: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return of which pairs both texts have the very same bytes, bool[n]."""
        parts = [np.frombuffer(batch.column("text").buffers()[1], np.uint64) for batch in self._batches]
        digests = np.concatenate([np.empty(0, np.uint64), *parts]).reshape(-1, 2)
        rows, theirs = (np.searchsorted(self._documents, side) for side in (documents, others))
        return np.asarray((digests[rows] == digests[theirs]).all(axis=1))

    def says_same(self, document: int, other: int) -> bool:
        """Return whether two documents have the same words, and the same signs with them."""
        return all(self.get(document, name) == self.get(other, name) for name in ("words", "signs"))

    def tokens_of(self, document: int) -> npt.NDArray[np.uint32]:
        """Return the tokens of a document under the secret seed."""
        return as_read_only(np.frombuffer(self.get(document, "tokens"), np.uint32))

"""What confirms that texts are copies: their words and signs under a seed that nobody knows.

What collides in the public hashes of words does not collide there. Equal words stay equal under any seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.kernels.buffers import as_read_only
from dedup.kernels.proofs import ProofArrays, measure_pairs, prove_texts
from dedup.near.segments import pick_bytes
from dedup.text.folding import FoldingTable, load_folding_table
from dedup.text.signs import load_sign_table

NO_DIGEST = bytes(16)
PROOF_SCHEMA = pa.schema(
    {
        "text": pa.large_binary(),
        "words": pa.large_binary(),
        "signs": pa.uint64(),
        "filter": pa.large_binary(),
        "tokens": pa.large_binary(),
    }
)


class Proof(NamedTuple):
    """What is known of one text.

    text    digest of its bytes (16), empty for one that an index holds
    words   its content hash under the seed (16 bytes); signs  a hash of the signs between them
    filter  a Bloom filter of its words
    tokens  its tokens under the seed (uint32), where it was asked for them
    """

    text: bytes
    words: bytes
    signs: int
    filter: bytes
    tokens: bytes = b""

    @property
    def content(self) -> tuple[bytes, int]:
        """Return its words and signs."""
        return self.words, self.signs


@dataclass(frozen=True)
class Prover:
    """Reads texts under a secret seed of 64 bits."""

    table: FoldingTable = field(repr=False)

    @classmethod
    def of(cls, seed: int) -> "Prover":
        """Return the prover of a seed."""
        return cls(load_folding_table().with_seed(seed))

    def prove_block(
        self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], is_worded: npt.NDArray[np.bool_]
    ) -> tuple[ProofArrays, npt.NDArray[np.uint32]]:
        """Return what is known of the texts `data[offsets[i]:offsets[i + 1]]`, and the tokens of some of them."""
        count, sizes = len(offsets) - 1, np.diff(offsets)
        tokens = np.empty(2 * int(sizes[is_worded].sum() + sizes.max(initial=0)) + 16, np.uint32)
        room = int(offsets[-1] - offsets[0]) + 4 * count  # 3 bits for a token, and two tokens a byte at most
        columns = (np.empty((count, 2), np.uint64), np.empty(count, np.uint64), np.empty(room, np.uint8))
        out = ProofArrays(*columns, np.empty(count, np.int32), np.empty(count, np.int32))
        arrays = (as_read_only(data), as_read_only(offsets))
        total, filled = prove_texts(*arrays, self.table, load_sign_table(), as_read_only(is_worded), tokens, out)
        return out._replace(filters=out.filters[:filled]), tokens[:total]

    def prove(self, texts: Sequence[bytes], is_worded: npt.NDArray[np.bool_]) -> pa.RecordBatch:
        """Return what is known of some texts in UTF-8, rows of PROOF_SCHEMA, with the tokens of some of them."""
        data = np.frombuffer(b"".join(texts), np.uint8)
        out, tokens = self.prove_block(data, np.cumsum([0, *map(len, texts)], dtype=np.int64), is_worded)
        digests = [blake2b(text, digest_size=len(NO_DIGEST)).digest() for text in texts]
        columns = {
            **describe_proofs(out),
            "text": wrap_bytes(np.full(len(texts), len(NO_DIGEST)), b"".join(digests)),
            "tokens": wrap_bytes(out.counts.astype(np.int64) * tokens.itemsize, tokens),
        }
        return pa.RecordBatch.from_arrays([columns[name] for name in PROOF_SCHEMA.names], schema=PROOF_SCHEMA)


def describe_proofs(proofs: ProofArrays) -> dict[str, pa.Array]:
    """Return what is known of many texts as columns of PROOF_SCHEMA."""
    words = wrap_bytes(np.full(len(proofs.words), proofs.words.itemsize * 2), proofs.words)
    return {"words": words, "filter": wrap_bytes(proofs.sizes, proofs.filters), "signs": pa.array(proofs.signs)}


def wrap_bytes(sizes: npt.NDArray[np.integer], values: np.ndarray | bytes) -> pa.Array:
    """Return values of these sizes in bytes, one after the other, as a column without copying."""
    edges = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    return pa.Array.from_buffers(pa.large_binary(), len(sizes), [None, pa.py_buffer(edges), pa.py_buffer(values)])


class Proofs:
    """What is known of some documents, by doc_index; `documents` are int64[k], ascending, in the order of the rows.

    The rows may be mapped: the tokens may be as many as the input has.
    """

    def __init__(self, documents: npt.NDArray[np.int64], batches: Sequence[pa.RecordBatch]) -> None:
        self._documents = documents
        self._batches = batches
        self._firsts = np.cumsum([0, *(len(batch) for batch in batches)])

    def get(self, document: int) -> Proof:
        """Return what is known of a document."""
        row = int(np.searchsorted(self._documents, document))
        place = int(np.searchsorted(self._firsts, row, "right")) - 1
        batch, row = self._batches[place], row - int(self._firsts[place])
        return Proof(*(column[row].as_py() for column in batch.columns))

    def are_same_texts(self, documents: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return of which pairs both texts have the very same bytes, bool[n]; never of those that an index holds."""
        columns = [batch.column("text") for batch in self._batches]
        texts = [text or NO_DIGEST for column in columns for text in pick_bytes(column, np.arange(len(column)))]
        digests = np.frombuffer(b"".join(texts), np.uint64).reshape(-1, 2)
        own, theirs = (digests[np.searchsorted(self._documents, side)] for side in (documents, others))
        return np.asarray((own == theirs).all(axis=1))

    def measure(
        self,
        documents: npt.NDArray[np.int64],
        others: npt.NDArray[np.int64],
        shingle_size: int,
        num_shingles: npt.NDArray[np.int32],
    ) -> npt.NDArray[np.float64]:
        """Return of pairs the share of the words of a document that the other has, and their similarity: float64[m, 2].

        Both are bounds from above. `num_shingles` (int32[m]) are the distinct shingles of the others.
        """
        columns = (*self._locate("tokens", documents), *self._locate("filter", others))
        places = as_read_only(np.stack(columns, axis=1)) if len(documents) else np.empty((0, 4), np.uint64)
        known = np.empty((len(documents), 2))
        measure_pairs(as_read_only(places), shingle_size, as_read_only(num_shingles), known)
        return known

    def _locate(self, name: str, documents: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint64], ...]:
        """Return the address of a column of some documents, and how many numbers of 32 bits are there."""
        places = [locate_values(batch.column(name)) for batch in self._batches]
        rows = np.searchsorted(self._documents, documents)
        return tuple(np.concatenate(parts)[rows].astype(np.uint64) for parts in zip(*places, strict=True))


def locate_values(column: pa.Array) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the address of each value of a column of large bytes, and its size in numbers of 32 bits."""
    _, edges, data = column.buffers()
    bounds = np.frombuffer(edges, np.int64)[column.offset : column.offset + len(column) + 1]
    return bounds[:-1] + (data.address if data else 0), np.diff(bounds) // 4

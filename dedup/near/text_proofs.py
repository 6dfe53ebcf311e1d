"""What confirms that texts are copies: their words and signs under a seed that nobody knows.

What collides in the public hashes of words does not collide there. Equal words stay equal under any seed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.kernels.buffers import as_read_only
from dedup.kernels.proofs import ProofArrays, measure_known, prove_texts
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

    def measure(self, other: "Proof", shingle_size: int, num_shingles: int) -> tuple[float, float]:
        """Return the share of its words that another text has, and their similarity: bounds from above.

        `num_shingles` is how many distinct shingles the other one has.
        """
        tokens, words = np.frombuffer(self.tokens, np.uint32), np.frombuffer(other.filter, np.uint8)
        known: tuple[float, float] = measure_known(
            as_read_only(tokens), as_read_only(words), shingle_size, num_shingles
        )
        return known


@dataclass(frozen=True)
class Prover:
    """Reads texts under a secret seed of 64 bits."""

    table: FoldingTable = field(repr=False)

    @classmethod
    def of(cls, seed: int) -> "Prover":
        """Return the prover of a seed."""
        return cls(load_folding_table().with_seed(seed))

    def prove_block(
        self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]
    ) -> tuple[ProofArrays, npt.NDArray[np.uint32]]:
        """Return what is known of the texts `data[offsets[i]:offsets[i + 1]]`, and the tokens of the last one."""
        count, longest = len(offsets) - 1, int(np.diff(offsets).max(initial=0))
        tokens = np.empty(2 * longest + 16, np.uint32)
        room = int(offsets[-1] - offsets[0]) + 4 * count  # 3 bits for a token, and two tokens a byte at most
        columns = (np.empty((count, 2), np.uint64), np.empty(count, np.uint64), np.empty(room, np.uint8))
        out = ProofArrays(*columns, np.empty(count, np.int32))
        arrays = (as_read_only(data), as_read_only(offsets))
        num_tokens, filled = prove_texts(*arrays, self.table, load_sign_table(), tokens, out)
        return out._replace(filters=out.filters[:filled]), tokens[:num_tokens]

    def prove(self, text: str, *, with_tokens: bool) -> Proof:
        """Return what is known of one text; a lone surrogate is a `ValueError`."""
        data = text.encode()
        out, tokens = self.prove_block(np.frombuffer(data, np.uint8), np.array([0, len(data)], np.int64))
        digest = blake2b(data, digest_size=16).digest()
        found = tokens.tobytes() if with_tokens else b""
        return Proof(digest, out.words.tobytes(), int(out.signs[0]), out.filters.tobytes(), found)


def describe_proofs(proofs: ProofArrays) -> dict[str, pa.Array]:
    """Return what is known of many texts as columns of PROOF_SCHEMA."""
    count, edges = len(proofs.signs), np.cumsum(proofs.sizes, dtype=np.int64)
    columns = {"words": (np.arange(count + 1) * 16, proofs.words), "filter": (np.append(0, edges), proofs.filters)}
    parts = {
        name: pa.Array.from_buffers(pa.large_binary(), count, [None, pa.py_buffer(ends), pa.py_buffer(values)])
        for name, (ends, values) in columns.items()
    }
    return {**parts, "signs": pa.array(proofs.signs)}


class Proofs:
    """What is known of some documents, by doc_index; `documents` are int64[k], ascending, in the order of the rows.

    The rows may be mapped: the tokens may be as many as the input has.
    """

    def __init__(self, documents: npt.NDArray[np.int64], batches: Sequence[pa.RecordBatch]) -> None:
        self._documents = documents
        self._batches = batches
        self._firsts = np.cumsum([0, *(len(batch) for batch in batches)])

    @classmethod
    def of(cls, documents: npt.NDArray[np.int64], rows: Iterable[Proof]) -> "Proofs":
        """Return rows in memory."""
        columns = list(zip(*rows, strict=True)) or [()] * len(PROOF_SCHEMA)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, PROOF_SCHEMA.types, strict=True)]
        return cls(documents, [pa.RecordBatch.from_arrays(arrays, schema=PROOF_SCHEMA)])

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

"""Texts to sketches, a block at a time: tokens, numbers of shingles, content hashes, band keys; single signatures."""

import threading
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dedup.config import NearConfig
from dedup.kernels.buffers import as_read_only, locate_rows
from dedup.kernels.hashing import mix64
from dedup.kernels.minhash import BAND_FACTOR, BYTE_FACTOR, SIGNATURE_WORDS, SketchArrays, sign, sketch_block
from dedup.kernels.shingles import keep_distinct, measure_jaccard, roll_shingles, table_size
from dedup.kernels.tokens import tokenise
from dedup.model.argument_types import require_type
from dedup.near.bands import bands_of
from dedup.near.leaders import Offered
from dedup.near.read_facts import know_nothing
from dedup.text.folding import load_folding_table

if TYPE_CHECKING:
    from datasketch import LeanMinHash


@lru_cache(maxsize=8)
def draw_permutations(num_perm: int, seed: int) -> npt.NDArray[np.uint32]:
    """Return uint32[2, num_perm], the factors and summands that `datasketch.MinHash(num_perm, seed)` draws.

    The same NumPy calls as datasketch's, scheme affine32: importing datasketch for them would cost a second of
    start-up (it imports scipy). A test holds the two equal.
    """
    random = np.random.RandomState(seed)
    factors = random.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    summands = random.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    permutations = np.array([factors, summands])
    permutations.flags.writeable = False
    return permutations


@dataclass(frozen=True)
class Signature:
    """The min-hashes of one text: `hashvalues` is uint32[num_perm], drawn with `seed`."""

    hashvalues: npt.NDArray[np.uint32]
    seed: int = 1

    def __repr__(self) -> str:
        return f"Signature({self.hashvalues.size} values, seed={self.seed})"

    def to_datasketch(self) -> "LeanMinHash":
        """Return the same signature as a `datasketch.LeanMinHash` (scheme affine32), for datasketch's own indexes."""
        from datasketch import LeanMinHash  # noqa: PLC0415 (a second of import, for those who ask for it)

        return LeanMinHash(seed=self.seed, hashvalues=self.hashvalues.copy(), scheme="affine32")

    def estimate_jaccard(self, other: "Signature") -> float:
        """Return the share of equal min-hashes, an unbiased estimate of the Jaccard similarity."""
        if self.seed != other.seed or self.hashvalues.size != other.hashvalues.size:
            raise ValueError("signatures of different seed or length cannot be compared")
        return float(np.mean(self.hashvalues == other.hashvalues))


@dataclass(frozen=True)
class Sketch:
    """The sketches of the documents of one block.

    ```
    tokens        uint32[...]       the tokens of all documents, one after the other
    num_tokens    int32[n]
    num_shingles  int32[n]          distinct ones
    content       uint64[n, 2]      hash of the folded token stream
    keys          uint64[n, bands]  band keys
    signature     uint64[n, 8]      b-bit signatures: see `dedup.near.bands`
    ```
    """

    tokens: npt.NDArray[np.uint32]
    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    content: npt.NDArray[np.uint64]
    keys: npt.NDArray[np.uint64]
    signature: npt.NDArray[np.uint64]

    @property
    def token_addresses(self) -> npt.NDArray[np.uint64]:
        """Return the memory address of the tokens of each document; they stay there as long as `tokens` does."""
        return locate_rows(self.tokens, self.num_tokens)

    def offered(self, facts: npt.NDArray[np.void] | None = None) -> Offered:
        """Return the documents as a cover takes them, without boilerplate; their tokens are those of this sketch.

        `facts` (FACTS[n]) is what is known of them beside their text.
        """
        no_mask = np.zeros(len(self.keys), np.uint64)
        known = know_nothing(len(self.keys)) if facts is None else facts
        sizes = (self.num_tokens, self.num_shingles)
        return Offered(self.keys, self.signature, self.content, *sizes, self.token_addresses, no_mask, known)


class Sketcher:
    """Sketches block after block under one config, reusing a buffer of tokens in each thread."""

    def __init__(self, config: NearConfig) -> None:
        self.bands, self.rows = bands_of(config)
        self._shingle_size = config.shingle_size
        permutations = draw_permutations(config.num_perm, config.seed)
        # A copy, even of all of them: for read-only permutations the kernel would be compiled once more.
        self._permutations = permutations[:, : self.bands * self.rows].copy()
        self._table = load_folding_table()
        self._own = threading.local()

    def sketch(self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Sketch:
        """Sketch the documents `data[offsets[i]:offsets[i + 1]]` of valid UTF-8.

        `tokens` of the result is a view of a buffer that the next call of this thread overwrites.
        """
        count = offsets.size - 1
        room = 2 * int(offsets[-1] - offsets[0]) + 16
        tokens = getattr(self._own, "tokens", None)
        if tokens is None or tokens.size < room:
            self._own.tokens = tokens = np.empty(room, np.uint32)  # untouched pages cost nothing
        out = SketchArrays(
            num_tokens=np.empty(count, np.int32),
            num_shingles=np.empty(count, np.int32),
            content=np.empty((count, 2), np.uint64),
            keys=np.empty((count, self.bands), np.uint64),
            signature=np.empty((count, SIGNATURE_WORDS), np.uint64),
        )
        num_tokens = sketch_block(
            as_read_only(data),
            as_read_only(offsets),
            self._table,
            self._shingle_size,
            self._permutations,
            self.rows,
            tokens,
            out,
        )
        return Sketch(tokens[:num_tokens], *out)


def sign_again(sketch: Sketch, config: NearConfig) -> Sketch:
    """Return a sketch with the keys and signatures of other bands, made of its tokens: what `Sketcher` would make."""
    bands, rows = bands_of(config)
    permutations = draw_permutations(config.num_perm, config.seed)[:, : bands * rows].copy()
    values = np.empty((len(sketch.keys), bands * rows), np.uint32)
    end = np.cumsum(sketch.num_tokens, dtype=np.int64)
    longest = int(sketch.num_tokens.max(initial=0))
    shingles, slots = np.empty(max(longest, 1), np.uint64), np.empty(table_size(longest), np.uint64)
    for doc, (size, stop) in enumerate(zip(sketch.num_tokens.tolist(), end.tolist(), strict=True)):
        count = roll_shingles(as_read_only(sketch.tokens[stop - size : stop]), config.shingle_size, shingles)
        distinct = keep_distinct(shingles, count, slots)
        sign((shingles[:distinct] >> np.uint64(32)).astype(np.uint32), permutations, values[doc])
    return replace(sketch, keys=band_all(values, rows), signature=shorten_all(values))


def band_all(values: npt.NDArray[np.uint32], rows: int) -> npt.NDArray[np.uint64]:
    """Return the band keys (uint64[n, bands]) of rows of min-hashes, as the kernel `band_keys` makes them."""
    mix, columns = mix64.py_func, values.T.astype(np.uint64)
    keys = np.empty((len(values), len(columns) // rows), np.uint64)
    for band in range(keys.shape[1]):
        h = mix(np.full(len(values), band + 1, np.uint64) * BAND_FACTOR)
        for column in columns[band * rows : (band + 1) * rows]:
            h = mix(h ^ column) * BAND_FACTOR
        keys[:, band] = mix(h)
    return keys


def shorten_all(values: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """Return the b-bit signatures (uint64[n, 8]) of rows of min-hashes, as the kernel `shorten` makes them."""
    short = np.zeros((len(values), 8 * SIGNATURE_WORDS), np.uint8)
    first = values[:, : short.shape[1]]
    short[:, : first.shape[1]] = (first * BYTE_FACTOR) >> np.uint32(24)
    return short.view("<u8").astype(np.uint64, copy=False)


def tokenise_text(text: str) -> npt.NDArray[np.uint32]:
    """Return the tokens of one text (uint32: 30 bits of hash, two flags); lone surrogates are a `ValueError`."""
    data = np.frombuffer(text.encode(), np.uint8)
    tokens = np.empty(2 * data.size + 16, np.uint32)
    num_tokens, _, _ = tokenise(data, 0, data.size, load_folding_table(), tokens, 0)
    return as_read_only(tokens[:num_tokens].copy())


def shingle_text(text: str, shingle_size: int) -> npt.NDArray[np.uint64]:
    """Return the distinct 64-bit shingle hashes of one text, in order of first occurrence."""
    return shingle_tokens(tokenise_text(text), shingle_size)


def shingle_tokens(tokens: npt.NDArray[np.uint32], shingle_size: int) -> npt.NDArray[np.uint64]:
    """Return the same of a text by its tokens."""
    shingles = np.empty(max(tokens.size, 1), np.uint64)
    count = roll_shingles(tokens, shingle_size, shingles)
    return shingles[: keep_distinct(shingles, count, np.empty(table_size(count), np.uint64))]


def measure_similarity(a: str, b: str, shingle_size: int) -> float:
    """Return the exact Jaccard similarity of the shingle sets of two texts."""
    return float(measure_jaccard(tokenise_text(a), tokenise_text(b), shingle_size))


def sign_text(text: str, config: NearConfig | None = None) -> Signature:
    """Return the signature of one text with all `num_perm` permutations of the config."""
    require_type("text", text, str)
    return sign_tokens(tokenise_text(text), config or NearConfig())


def sign_tokens(tokens: npt.NDArray[np.uint32], config: NearConfig) -> Signature:
    """Return the same of a text by its tokens."""
    hashes = (shingle_tokens(tokens, config.shingle_size) >> np.uint64(32)).astype(np.uint32)
    values = np.empty(config.num_perm, np.uint32)
    sign(hashes, draw_permutations(config.num_perm, config.seed), values)
    return Signature(values, config.seed)

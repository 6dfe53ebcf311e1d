"""Shingles to signatures (datasketch's `affine32`) to band keys, for a block of documents at a time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.buffers import read_only
from dedup.kernels.hashing import U32, U64, mix32, mix64
from dedup.kernels.jit import inner, kernel
from dedup.kernels.shingles import keep_distinct, roll_shingles, table_size
from dedup.kernels.tokens import tokenise

BAND_FACTOR = U64(0x9E3779B97F4A7C15)
BYTE_FACTOR = U32(0x9E3779B9)
LARGEST = U32(0xFFFFFFFF)
SIGNATURE_WORDS = 8  # of a b-bit signature, eight min-hashes each


class SketchArrays(NamedTuple):
    """What `sketch_block` fills in, a row for each document.

    ```
    num_tokens    int32[n]
    num_shingles  int32[n]         distinct ones
    content       uint64[n, 2]     128-bit hash of the folded token stream
    keys          uint64[n, bands] band keys
    signature     uint64[n, 8]     b-bit signatures, see `shorten`
    ```
    """

    num_tokens: npt.NDArray[np.int32]
    num_shingles: npt.NDArray[np.int32]
    content: npt.NDArray[np.uint64]
    keys: npt.NDArray[np.uint64]
    signature: npt.NDArray[np.uint64]


@kernel
def sign(hashes, permutations, signature):
    """Write `min over hashes of (a * mix32(h) + b) mod 2^32` for every permutation (a, b) to `signature` (uint32).

    `hashes` is uint32 and is overwritten with its mixed values; `permutations` is uint32[2, num_perm]. Of no hash at
    all the signature is 2^32 - 1 throughout, as datasketch has it. Eight hashes at a time with the permutations in
    the inner loop: LLVM vectorises it over permutations and keeps the eight in registers.
    """
    a, b = permutations[0], permutations[1]
    num_perm = signature.size
    n = hashes.size
    for i in range(n):
        hashes[i] = mix32(hashes[i])
    signature[:] = LARGEST
    whole = n - n % 8
    for i in range(0, whole, 8):
        h0, h1, h2, h3 = hashes[i], hashes[i + 1], hashes[i + 2], hashes[i + 3]
        h4, h5, h6, h7 = hashes[i + 4], hashes[i + 5], hashes[i + 6], hashes[i + 7]
        for k in range(num_perm):
            ak, bk = a[k], b[k]
            low = min(min(U32(ak * h0 + bk), U32(ak * h1 + bk)), min(U32(ak * h2 + bk), U32(ak * h3 + bk)))
            high = min(min(U32(ak * h4 + bk), U32(ak * h5 + bk)), min(U32(ak * h6 + bk), U32(ak * h7 + bk)))
            signature[k] = min(signature[k], min(low, high))
    for i in range(whole, n):
        h = hashes[i]
        for k in range(num_perm):
            signature[k] = min(signature[k], U32(a[k] * h + b[k]))


@inner
def band_keys(signature, rows, keys):
    """Write the 64-bit key of every band of `rows` min-hashes to `keys` (uint64[bands])."""
    for band in range(keys.size):
        h = mix64(U64(band + 1) * BAND_FACTOR)
        for row in range(band * rows, (band + 1) * rows):
            h = mix64(h ^ U64(signature[row])) * BAND_FACTOR
        keys[band] = mix64(h)


@inner
def shorten(signature, short):
    """Write a byte of each of the first 64 min-hashes to `short` (uint64[8]), 0 where there are fewer.

    b-bit minwise hashing (Li & Koenig, WWW 2010), b = 8: bytes of different min-hashes agree once in 256 times.
    """
    for word in range(SIGNATURE_WORDS):
        packed = U64(0)
        for byte in range(min(8, signature.size - 8 * word)):
            mixed = U32(signature[8 * word + byte] * BYTE_FACTOR) >> U32(24)
            packed |= U64(mixed) << U64(8 * byte)
        short[word] = packed


@inner
def count_agreeing(a, b):
    """Return how many bytes two b-bit signatures (uint64[8]) have in common: zero bytes of a ^ b, eight at a time."""
    low = U64(0x7F7F7F7F7F7F7F7F)
    count = U64(0)
    for word in range(SIGNATURE_WORDS):
        differs = a[word] ^ b[word]
        zeros = ~(((differs & low) + low) | differs | low) >> U64(7)  # 1 in each byte that is zero
        count += (zeros * U64(0x0101010101010101)) >> U64(56)
    return np.int64(count)


@kernel
def sketch_block(data, offsets, table, shingle_size, permutations, rows, tokens, out):
    """Tokenise, shingle, sign and band every document `data[offsets[i]:offsets[i + 1]]` of a block.

    Tokens of all documents are appended to `tokens` (uint32, room for two a byte); `out` is a `SketchArrays`. Returns
    the number of tokens. O(bytes + shingles * num_perm).
    """
    num_tokens = np.int64(0)  # typed from the start: numba would compile `tokenise` twice
    signature = np.empty(permutations.shape[1], np.uint32)
    shingles = np.empty(4096, np.uint64)
    hashes = np.empty(4096, np.uint32)
    slots = np.empty(8192, np.uint64)
    for doc in range(offsets.size - 1):
        first = num_tokens
        num_tokens, content_1, content_2 = tokenise(data, offsets[doc], offsets[doc + 1], table, tokens, num_tokens)
        size = num_tokens - first
        if size > shingles.size:
            shingles = np.empty(2 * size, np.uint64)
            hashes = np.empty(2 * size, np.uint32)
        count = roll_shingles(read_only(tokens[first:num_tokens]), shingle_size, shingles)
        if table_size(count) > slots.size:
            slots = np.empty(table_size(count), np.uint64)
        distinct = keep_distinct(shingles, count, slots)
        for i in range(distinct):
            hashes[i] = U32(shingles[i] >> U64(32))
        sign(hashes[:distinct], permutations, signature)
        band_keys(signature, rows, out.keys[doc])
        shorten(signature, out.signature[doc])
        out.num_tokens[doc] = size
        out.num_shingles[doc] = distinct
        out.content[doc, 0] = content_1
        out.content[doc, 1] = content_2
    return num_tokens

"""The dictionaries of an index: frequent words, under which its tokens are stored (`dedup.kernels.token_codes`)."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.index.connection import Connection, require
from dedup.kernels.buffers import as_read_only
from dedup.kernels.token_codes import MAX_WORDS, decode_pieces, encode_pieces, enter_codes
from dedup.kernels.tokens import MASKED

SAMPLED = 2_000_000  # tokens that a dictionary is made from
WORTH_ANOTHER = 2  # times as many tokens to sample make another dictionary
MIN_COUNT = 2  # of a word that enters one
MAX_NUMBER = 255  # it is one byte of each piece
BYTES_A_TOKEN = 5  # at most, and two for a piece


class Coder(NamedTuple):
    """Writes tokens under one dictionary: its number, and its words as `enter_codes` enters them."""

    number: int
    slots: npt.NDArray[np.uint64]

    def encode(self, tokens: npt.NDArray[np.uint32], counts: npt.NDArray[np.int64]) -> pa.LargeBinaryArray:
        """Return tokens in pieces of `counts` tokens, as bytes."""
        coded = np.empty(BYTES_A_TOKEN * tokens.size + 2 * counts.size, np.uint8)
        edges = np.zeros(counts.size + 1, np.int64)
        size = encode_pieces(as_read_only(tokens), as_read_only(counts), self.slots, self.number, coded, edges[1:])
        return pa.Array.from_buffers(
            pa.large_binary(), counts.size, [None, pa.py_buffer(edges), pa.py_buffer(coded[:size])]
        )


class Decoder(NamedTuple):
    """Reads tokens: the words of all dictionaries (uint32), those of number k from `bounds[k]` on (int64[257])."""

    words: npt.NDArray[np.uint32]
    bounds: npt.NDArray[np.int64]

    def decode(self, pieces: pa.LargeBinaryArray, counts: npt.NDArray[np.int64], fault: str) -> npt.NDArray[np.uint32]:
        """Return the tokens of pieces; a piece that does not have its number of them is a `DamagedIndexError`."""
        require(np.all(counts > 0), fault)
        tokens = np.empty(int(counts.sum()), np.uint32)
        if len(pieces) == 0:
            return tokens
        edges, data = view_pieces(pieces)
        raw = as_read_only(np.frombuffer(data if data is not None else b"", np.uint8))
        require(decode_pieces(raw, as_read_only(edges), as_read_only(counts), self.words, self.bounds, tokens), fault)
        return tokens


def view_pieces(pieces: pa.LargeBinaryArray) -> tuple[npt.NDArray[np.int64], pa.Buffer]:
    """Return where each of one or more pieces begins and the last ends, in bytes, and the bytes."""
    _, offsets, data = pieces.buffers()
    return np.frombuffer(offsets, np.int64)[pieces.offset : pieces.offset + len(pieces) + 1], data


def read_decoder(connection: Connection) -> Decoder:
    """Return what reads the tokens of an index."""
    rows = connection.execute("SELECT number, words FROM dictionaries ORDER BY number").fetchall()
    require(all(0 <= number <= MAX_NUMBER for number, _ in rows), "a dictionary has no number of one")
    require(len({number for number, _ in rows}) == len(rows), "two dictionaries have one number")
    require(all(len(words) % 4 == 0 and len(words) <= 4 * MAX_WORDS for _, words in rows), "a dictionary has no words")
    sizes = np.zeros(MAX_NUMBER + 2, np.int64)
    for number, words in rows:
        sizes[number + 1] = len(words) // 4
    every = np.frombuffer(b"".join(words for _, words in rows), np.uint32)
    return Decoder(as_read_only(every), as_read_only(np.cumsum(sizes)))


def choose_coder(connection: Connection, total: int, sample: Callable[[int], npt.NDArray[np.uint32]]) -> Coder:
    """Return the latest dictionary, or another one where a run has far more tokens than that was made from.

    `sample` returns about so many of the `total` tokens of a run.
    """
    decoder = read_decoder(connection)  # what an index holds is checked there
    query = "SELECT number, sampled FROM dictionaries ORDER BY number DESC LIMIT 1"
    number, sampled = (connection.execute(query).fetchall() or [(-1, 0)])[0]
    words = decoder.words[decoder.bounds[number] : decoder.bounds[number + 1]] if number >= 0 else decoder.words
    size = min(total, SAMPLED)
    if number < 0 or (size >= WORTH_ANOTHER * sampled and number < MAX_NUMBER):
        number, words = number + 1, list_frequent(sample(size))
        connection.execute("INSERT INTO dictionaries VALUES (?, ?, ?)", [number, size, words.tobytes()])
    slots = np.zeros(1 << int(2 * words.size + 1).bit_length(), np.uint64)
    enter_codes(as_read_only(words), slots)
    return Coder(number, slots)


def list_frequent(tokens: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the words that are in some tokens more than once, the most frequent first, and what masks them."""
    words, counts = np.unique(tokens, return_counts=True)
    order = np.argsort(-counts, kind="stable")[: MAX_WORDS - 1]
    frequent = words[order][(counts[order] >= MIN_COUNT) & (words[order] != MASKED)]
    return np.insert(frequent, min(4, frequent.size), np.uint32(MASKED))

"""The second net for passages that the project does without: MinHash/LSH over windows that begin at sentences.

Windows of 30 tokens from every sentence or line start on, and every 30 tokens within a long sentence; 3-shingles; 20
bands of 2 rows. Each window links to the first document that has one of its band keys, as anchors do.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np

from dedup.config import PassageConfig
from dedup.kernels.minhash import band_keys, sign
from dedup.kernels.shingles import roll_shingles
from dedup.near.signature import draw_permutations
from dedup.near.sketcher import tokenise_text
from dedup.passages.matches import Matches, compare_pairs, find_shared
from dedup.passages.token_blocks import TokenBlock
from dedup.text.token_spans import TokenOffsets

WINDOW, SHINGLE, ROWS, BANDS = 30, 3, 2, 20
SENTENCE_START = re.compile(r"(?:[.!?…。！？]+[\"'”’)]*\s*|\n\s*)")


@dataclass(frozen=True)
class Net:
    """What one net brought up: pairs (document, holder), passages of them, and the seconds of finding and aligning."""

    pairs: np.ndarray
    matches: Matches
    find_s: float
    align_s: float


@dataclass(frozen=True)
class Tokens:
    """Texts as tokens, all in one array, with the starts of their windows."""

    tokens: np.ndarray
    address: np.ndarray
    num_tokens: np.ndarray
    windows: np.ndarray
    owners: np.ndarray


def read_tokens(texts: Sequence[str]) -> Tokens:
    """Return the tokens of texts; where windows begin is found here, in Python, and costs no seconds of a net."""
    parts = [tokenise_text(text) for text in texts]
    num_tokens = np.array([len(part) for part in parts], np.int32)
    firsts = np.concatenate([[0], np.cumsum(num_tokens[:-1], dtype=np.int64)])
    every = np.concatenate(parts)
    address = np.uint64(every.ctypes.data) + firsts.astype(np.uint64) * np.uint64(4)
    windows, owners = [], []
    for index, text in enumerate(texts):
        starts = TokenOffsets(text).starts
        marks = np.array([0, *(m.end() for m in SENTENCE_START.finditer(text))])
        begins = np.unique(np.searchsorted(starts, marks))
        ends = [*begins[1:].tolist(), len(starts)]
        for begin, end in zip(begins.tolist(), ends, strict=True):
            for start in range(begin, max(end - WINDOW // 2, begin + 1), WINDOW):
                if len(starts) - start >= SHINGLE:
                    windows.append(int(firsts[index]) + start)
                    owners.append(index)
    return Tokens(every, address, num_tokens, np.array(windows, np.int64), np.array(owners, np.int32))


@nb.njit
def sign_windows(tokens, windows, ends, permutations, keys):  # noqa: ANN001, ANN201 (numba infers the types)
    """Write the band keys of every window [windows[i], ends[i]) to `keys` (uint64[n, BANDS])."""
    shingles = np.empty(WINDOW, np.uint64)
    signature = np.empty(permutations.shape[1], np.uint32)
    hashes = np.empty(WINDOW, np.uint32)
    for i in range(windows.size):
        count = roll_shingles(tokens[windows[i] : ends[i]], SHINGLE, shingles)
        for k in range(count):
            hashes[k] = np.uint32(shingles[k] >> np.uint64(32))
        sign(hashes[:count], permutations, signature)
        band_keys(signature, ROWS, keys[i])


def link_windows(tokens: Tokens) -> np.ndarray:
    """Return the pairs (document, first holder) of windows that share a band, int32[m, 2]."""
    ends_of = np.cumsum(tokens.num_tokens, dtype=np.int64)
    ends = np.minimum(tokens.windows + WINDOW, ends_of[tokens.owners])
    keys = np.empty((len(tokens.windows), BANDS), np.uint64)
    sign_windows(tokens.tokens, tokens.windows, ends, draw_permutations(BANDS * ROWS, 1), keys)
    pairs = []
    for band in range(BANDS):
        _, first, which = np.unique(keys[:, band], return_index=True, return_inverse=True)
        holders = tokens.owners[first[which]]
        linked = holders != tokens.owners
        pairs.append(np.column_stack([tokens.owners[linked], holders[linked]]))
    return np.unique(np.concatenate(pairs), axis=0).astype(np.int32)


def cast_windows(tokens: Tokens, config: PassageConfig) -> Net:
    """Find passages by windows alone."""
    start = time.perf_counter()
    pairs = link_windows(tokens)
    middle = time.perf_counter()
    matches = compare_pairs(pairs, tokens.address, tokens.num_tokens, config)
    return Net(pairs, matches, middle - start, time.perf_counter() - middle)


def cast_anchors(tokens: Tokens, config: PassageConfig) -> Net:
    """Find passages by winnowed shingles alone: what the project does (finding and aligning are one there)."""
    start = time.perf_counter()
    matches = find_shared([TokenBlock(tokens.address, tokens.num_tokens)], config, lambda _: None)
    pairs = np.unique(np.column_stack([matches.document, matches.holder]), axis=0)
    return Net(pairs, matches, time.perf_counter() - start, 0.0)


def cast_truth(tokens: Tokens, pairs: np.ndarray, config: PassageConfig) -> Net:
    """Align the pairs that are known to share a passage: what no net can exceed."""
    start = time.perf_counter()
    matches = compare_pairs(pairs, tokens.address, tokens.num_tokens, config)
    return Net(pairs, matches, 0.0, time.perf_counter() - start)

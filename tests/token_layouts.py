"""Tokens of documents as the kernels take them."""

import numpy as np


def as_tokens(numbers):
    """Return numbers as tokens: identities above two bits for flags."""
    return (np.array(numbers, np.uint32) + np.uint32(1)) << np.uint32(2)


def lay_out(parts):
    """Return the tokens of documents in one array (kept alive by the caller), their addresses and counts."""
    parts = [np.array(part, np.uint32) for part in parts]
    counts = np.array([part.size for part in parts], np.int32)
    tokens = np.concatenate([*parts, np.zeros(1, np.uint32)])
    starts = (np.cumsum(counts) - counts).astype(np.uint64)
    return tokens, np.uint64(tokens.ctypes.data) + starts * np.uint64(4), counts


def lay_out_numbers(documents):
    """Return the same of documents that are lists of numbers."""
    return lay_out([as_tokens(numbers) for numbers in documents])

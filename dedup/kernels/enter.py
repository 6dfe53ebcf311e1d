"""Start a cover with documents that are known to be kept."""

import numpy as np

from dedup.kernels.cover import KEPT, enter_buckets, find_exact
from dedup.kernels.jit import kernel


@kernel
def enter_block(state, first, keys, max_bucket):
    """Enter the documents of ranks `first` to `first + len(keys) - 1` as kept; `keys` is uint64[block, bands]."""
    no_buckets = np.empty(keys.shape[1], np.int64)
    for row in range(keys.shape[0]):
        rank = first + row
        state.witness[rank] = KEPT
        find_exact(state, rank)
        enter_buckets(state, rank, no_buckets, keys[row], max_bucket)

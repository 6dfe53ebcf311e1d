"""Passages of two documents that claim the same tokens of the later one: the better one keeps them."""

import numpy as np

from dedup.kernels.align import MAX_GAP
from dedup.kernels.jit import inlined, inner


@inner
def drop_overlaps(passages, start, end, limits):
    """Keep of the passages in rows [start, end) what no better one claims in a; return the new end.

    Better is the one with more equal tokens. They come in order of a. The rest of a worse one is kept if it is a
    passage. O(rows) but for long pile-ups.
    """
    kept = start
    for row in range(start, end):
        alive = True
        while kept > start and passages[kept - 1, 1] > passages[row, 0]:
            overlap = passages[kept - 1, 1] - passages[row, 0]
            if passages[kept - 1, 4] >= passages[row, 4]:
                lost = count_lost(passages[row], overlap, limits)
                alive = lost >= 0
                if alive:
                    passages[row, 0] += overlap
                    passages[row, 2] += overlap
                    passages[row, 4] -= lost
                break
            lost = count_lost(passages[kept - 1], overlap, limits)
            if lost >= 0:
                passages[kept - 1, 1] -= overlap
                passages[kept - 1, 3] -= overlap
                passages[kept - 1, 4] -= lost
                break
            kept -= 1
        if alive:
            for field in range(passages.shape[1]):
                passages[kept, field] = passages[row, field]
            kept += 1
    return kept


@inner
def count_lost(passage, overlap, limits):
    """Return how many equal tokens a passage loses with `overlap` of its tokens on either side; -1 if it is none then.

    Where the end of an edited one has to be cut on the other side is only known roughly, so no long end of it is cut;
    at most these tokens of either side are not equal any more.
    """
    if is_exact(passage):
        return overlap if passage[4] - overlap >= limits.min_tokens else np.int64(-1)
    lost, length = 2 * overlap, passage[1] - passage[0] + passage[3] - passage[2] - 2 * overlap
    left = passage[4] - lost
    if overlap > MAX_GAP or left < limits.min_tokens or 2 * left < limits.min_similarity * length:
        return np.int64(-1)
    return lost


@inlined
def is_exact(passage):
    """Return whether all tokens of a passage are equal, on both sides."""
    return passage[4] == passage[1] - passage[0] and passage[4] == passage[3] - passage[2]

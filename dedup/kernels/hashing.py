"""Bijective mixers: the finalisers of MurmurHash3 (Austin Appleby, public domain), on 32 and 64 bits."""

import numpy as np

from dedup.kernels.jit import inlined

U32 = np.uint32
U64 = np.uint64


@inlined
def mix32(x):
    """Return MurmurHash3's fmix32 of a uint32."""
    x = U32(x)
    x ^= x >> U32(16)
    x = U32(x * U32(0x85EBCA6B))
    x ^= x >> U32(13)
    x = U32(x * U32(0xC2B2AE35))
    return U32(x ^ (x >> U32(16)))


@inlined
def mix64(x):
    """Return MurmurHash3's fmix64 of a uint64."""
    x = U64(x)
    x ^= x >> U64(33)
    x = U64(x * U64(0xFF51AFD7ED558CCD))
    x ^= x >> U64(33)
    x = U64(x * U64(0xC4CEB9FE1A85EC53))
    return U64(x ^ (x >> U64(33)))

"""Signatures of single texts, equal to datasketch's own to the bit."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

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

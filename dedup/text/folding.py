"""The folding table: what every code point becomes in a token, and whether it is in a token at all.

`fold(c) = NFKD(casefold(NFKD(c)))` without default-ignorable characters, code point by code point. The kernel hashes
combining marks that canonical ordering could permute as a multiset. So canonically equivalent texts (NFC, NFD, and
anything between) give equal tokens without normalisation, and offsets stay those of the raw text. The alternative,
normalising texts that are not NFC, costs a second copy of them and a map from normalised to raw offsets.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.kernels.tokens import TOKEN_SEED, key_words

TABLE_PATH = Path(__file__).with_name("folding.npz")

# An entry is int32: class in bits 0-2, flags in bits 3-6, a signed value above. The value is what to add to the code
# point to fold it or, with EXPANDS, where its expansion is: expansions[value] code points follow that position.
CLASS_MASK = 7
SEPARATOR, WORD, SINGLE, MARK, IGNORED, EXTEND = range(6)
EXPANDS, UPPER, NUMBER, SENTENCE_END = 8, 16, 32, 64
VALUE_SHIFT = 7


class FoldingTable(NamedTuple):
    """The two-stage table as arrays for the kernels: `stage2[stage1[cp >> 8] * 256 + (cp & 255)]` is an entry.

    ```
    stage1      uint16[0x1100]   block of each 256 code points
    stage2      int32[...]       entries
    expansions  int32[...]       length, then that many folded code points
    ascii_words uint64[256]      what a byte below 128 that is in a word folds to, else 0; above 21 bits a key
    seed        uint64           what hashes of tokens begin with
    ```
    """

    stage1: npt.NDArray[np.uint16]
    stage2: npt.NDArray[np.int32]
    expansions: npt.NDArray[np.int32]
    ascii_words: npt.NDArray[np.uint64]
    seed: np.uint64

    def with_seed(self, seed: int) -> "FoldingTable":
        """Return the table for tokens with other hashes: what collides in them cannot be known without the seed."""
        return self._replace(ascii_words=key_words(self.ascii_words, np.uint64(seed)), seed=np.uint64(seed))


@cache
def load_folding_table() -> FoldingTable:
    """Load the table that is shipped with the package (Unicode version inside)."""
    with np.load(TABLE_PATH) as data:
        stage1, stage2, expansions = data["stage1"], data["stage2"], data["expansions"]
    ascii_words = np.zeros(256, np.uint64)
    first_block = int(stage1[0]) << 8
    for byte in range(128):
        entry = int(stage2[first_block + byte])
        if entry & CLASS_MASK == WORD:
            ascii_words[byte] = byte + (entry >> VALUE_SHIFT)
    return FoldingTable(stage1, stage2, expansions, ascii_words, TOKEN_SEED)

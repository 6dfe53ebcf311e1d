"""Build `dedup/text/folding.npz`, the one table that folds and classifies every code point.

Shipped as data so that a run gives the same tokens under every Python: `unicodedata` differs from one
Python version to the next, and building the table takes a second that no run should pay.
Run with `python scripts/build_folding_table.py`; `tests/test_folding.py` holds the file and this script together.
"""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dedup.text.characters import UNSPACED
from dedup.text.folding import (
    EXPANDS,
    EXTEND,
    IGNORED,
    MARK,
    NUMBER,
    SENTENCE_END,
    SEPARATOR,
    SINGLE,
    TABLE_PATH,
    UPPER,
    VALUE_SHIFT,
    WORD,
)

LAST = 0x110000
BLOCK = 256

IDEOGRAPHIC = 0x2E80  # from here on numbers of unspaced scripts are signs: "one" is a word like any other

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties, which `unicodedata` does not know.
IGNORABLE = [
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
]

# Case folding makes a letter of this mark, and then its place among other marks would matter.
IOTA_SUBSCRIPT = "\u0345"

ENDS = set(".!?\n\r\v\f\u0085\u2028\u2029…‼⁇⁈⁉。．！？؟۔።।॥၊။។")


def covers(ranges: Sequence[tuple[int, int]], code_point: int) -> bool:
    """Return whether one of the closed ranges holds the code point."""
    return any(first <= code_point <= last for first, last in ranges)


def classify(code_point: int) -> int:
    """Return the class of a folded code point."""
    character = chr(code_point)
    if covers(IGNORABLE, code_point):
        return IGNORED
    category = unicodedata.category(character)
    unspaced = covers(UNSPACED, code_point)
    if category[0] == "M":
        if unicodedata.combining(character):
            return MARK
        return EXTEND if unspaced else WORD
    if category[0] == "L":
        return SINGLE if unspaced else WORD
    if category[0] == "N":
        return SINGLE if unspaced and category != "Nd" else WORD
    return SEPARATOR


def fold(code_point: int) -> str:
    """Return the full compatibility decomposition of the case-folded character, ignorables left out."""
    decomposed = unicodedata.normalize("NFKD", chr(code_point))
    folded = "".join(c if c == IOTA_SUBSCRIPT else c.casefold() for c in decomposed)
    text = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in text if not covers(IGNORABLE, ord(c)))


def flags_of(code_point: int) -> int:
    """Return the flags of a code point as it stands in the text: upper case, number, sentence end."""
    character = chr(code_point)
    category = unicodedata.category(character)
    flags = 0
    if category in {"Lu", "Lt"}:
        flags |= UPPER
    if category[0] == "N" and (code_point < IDEOGRAPHIC or not covers(UNSPACED, code_point)):
        flags |= NUMBER
    if character in ENDS:
        flags |= SENTENCE_END
    return flags


def build_entries() -> tuple[np.ndarray, np.ndarray]:
    """Return the int32 entry of every code point and the expansions that some of them point into."""
    entries = np.zeros(LAST, np.int32)
    expansions: list[int] = []
    where: dict[str, int] = {}
    for code_point in range(LAST):
        if 0xD800 <= code_point <= 0xDFFF:
            continue
        folded = fold(code_point)
        flags = flags_of(code_point)
        if not folded:
            entries[code_point] = IGNORED
        elif len(folded) == 1:
            delta = ord(folded) - code_point
            kind = classify(ord(folded))
            if kind in {SEPARATOR, IGNORED}:
                delta = 0  # never hashed: equal blocks are stored once
            entries[code_point] = (delta << VALUE_SHIFT) | flags | kind
        else:
            if folded not in where:
                where[folded] = len(expansions)
                expansions.append(len(folded))
                expansions.extend(map(ord, folded))
            entries[code_point] = (where[folded] << VALUE_SHIFT) | flags | EXPANDS
    return entries, np.array(expansions, np.int32)


def build_table() -> dict[str, np.ndarray]:
    """Return the two-stage table: `stage1[cp >> 8]` names a block, `stage2[block * 256 + (cp & 255)]` is the entry."""
    entries, expansions = build_entries()
    blocks, stage1 = np.unique(entries.reshape(-1, BLOCK), axis=0, return_inverse=True)
    return {
        "stage1": stage1.reshape(-1).astype(np.uint16),
        "stage2": blocks.reshape(-1).astype(np.int32),
        "expansions": expansions,
        "unicode": np.array(unicodedata.unidata_version),
    }


if __name__ == "__main__":
    table = build_table()
    np.savez_compressed(TABLE_PATH, **table)
    print(Path(TABLE_PATH).stat().st_size, {name: array.shape for name, array in table.items()})

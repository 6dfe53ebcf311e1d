"""Build `dedup/text/folding.npz`, the one table that folds and classifies every code point.

Shipped as data so that a run gives the same tokens under every Python: `unicodedata` differs from one
Python version to the next, and building the table takes a second that no run should pay.
Run with `python scripts/build_folding_table.py`; `tests/test_folding.py` holds the file and this script together.
"""

import unicodedata
from pathlib import Path

import numpy as np

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

# Scripts written without spaces between words: one token per letter.
UNSPACED = [
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x2FDF),  # CJK radicals
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3031, 0x30FF),  # kana
    (0x3100, 0x312F),  # Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA000, 0xA4CF),  # Yi
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF),
    (0xF900, 0xFAFF),
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),
]

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


def covers(ranges: list[tuple[int, int]], code_point: int) -> bool:
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
    if category[0] == "N" and not covers(UNSPACED[5:], code_point):
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

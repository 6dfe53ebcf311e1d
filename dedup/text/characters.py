"""One letter per character class, so that ordinary regular expressions can distinguish scripts.

`classify` maps a text to a string of the same length in which each character is replaced by its class:

| class | characters |
|---|---|
| `w` | letters of scripts that put spaces between words |
| `d` | digits |
| `c` | letters written without spaces: Han, kana, Bopomofo, Yi, Thai, Lao, Khmer, Myanmar, Tai |
| `m` | what belongs to the character before it: combining marks, variation selectors, emoji modifiers |
| `j` | joiners: they glue the character after them as well |
| `r` | regional indicators: two make a flag |
| `s` | white space within a line |
| `n` | line ends |
| `p` | anything else |

Characters that word patterns need as themselves (`'` `.` `,` `:` `/` `-`) keep their own letter; the typographic
apostrophe becomes `'`.
"""

import unicodedata

_KEPT = frozenset("'.,:/-")
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_JOINERS = frozenset("\u200c\u200d")
# Scripts that write words without spaces, with their marks. Tibetan is none: it divides syllables by a mark. Korean is
# none: it writes spaces.
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x2E80, 0x30FF),  # radicals, ideographic marks, kana
    (0x3100, 0x312F),  # Bopomofo
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),  # Han
    (0xA000, 0xA4CF),  # Yi
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF),
    (0xF900, 0xFAFF),
    (0xFF01, 0xFF0F),  # full-width marks
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF9F),  # the same, and half-width kana
    (0x1AFF0, 0x1B16F),
    (0x20000, 0x3FFFF),  # Han, further planes
)
_CLUSTER_ENDS = frozenset(
    "\u0e33\u0eb3"  # Thai and Lao AM: letters by category, but they close the cluster before them
    "\uff9e\uff9f"  # half-width voicing marks
)
_REGIONAL = ((0x1F1E6, 0x1F1FF),)
_MODIFIERS = ((0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F))  # skin tones; tags of subdivision flags


class _Classes(dict[int, str]):
    """Code point -> class, computed on first sight: a table of all of Unicode would cost 0.15 s at start."""

    def __missing__(self, code_point: int) -> str:
        found = self[code_point] = _classify_character(chr(code_point))
        return found


def classify(text: str) -> str:
    """Return the classes of the characters of `text`, one letter each.

    >>> classify("It's 3.5 km")
    "ww'wsd.dsww"
    """
    return text.translate(_CLASSES)


def is_unspaced(character: str) -> bool:
    """Return whether the character belongs to a script that writes words without spaces."""
    return _lies_in(ord(character), UNSPACED)


def is_grapheme_boundary(text: str, index: int) -> bool:
    """Return whether a text can be cut before a character without cutting what a reader takes for one.

    The rules of Unicode Standard Annex 29 that matter for cuts at the edges of words.
    """
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    pair = classify(before + after)
    if before == "\u200d" or pair[1] in "mj" or pair == "rr" or before + after == "\r\n":
        return False
    return not 0x1160 <= ord(after) <= 0x11FF  # vowels and finals of a decomposed Korean syllable


def _classify_character(character: str) -> str:
    code_point = ord(character)
    category = unicodedata.category(character)
    tests = (
        (character in _KEPT, character),
        (character in "\u2019\u02bc", "'"),
        (character in _JOINERS, "j"),
        (category[0] == "M" or character in _CLUSTER_ENDS or _lies_in(code_point, _MODIFIERS), "m"),
        (_lies_in(code_point, _REGIONAL), "r"),
        (character in _LINE_ENDS, "n"),
        (character.isspace() or character == "\u200b", "s"),
        ((category[0] == "L" or character == "_") and _lies_in(code_point, UNSPACED), "c"),
        (category[0] == "L" or character == "_", "w"),
        (category[0] == "N", "d"),
    )
    return next((found for is_so, found in tests if is_so), "p")


def _lies_in(code_point: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code_point <= last for first, last in ranges)


_CLASSES = _Classes()

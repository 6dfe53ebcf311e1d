"""Where two texts seem to be glued together: the first word of one may be one token with the last of the other."""

from itertools import takewhile

from dedup.text.boundaries import FARTHEST, SHORT
from dedup.text.characters import is_grapheme_boundary
from dedup.text.token_spans import OPENING

BEGINNINGS = OPENING.replace("'", "") + "#*\u2022"
INSIDE_WORDS = "-'\u2019/\\@_&+.:,\u2010\u2011"  # marks between the parts of a word


def is_glued(text: str, at: int) -> bool:
    """Return whether a text seems to be glued on to another one at a character.

    This is so after a mark that ends something. It is so inside a word too, at a capital or a digit that no word has
    there ("MovementThe", "2665Today"). It is not so inside "Obama-Biden", "U.S.Senate", "$1,000" or "unlike".
    """
    if at <= 0 or at >= len(text) or text[at].isspace() or not is_grapheme_boundary(text, at):
        return False
    before, after = text[at - 1], text[at]
    if before.isalnum():
        return is_word_seam(before, after, text[at + 1 : at + 2]) if after.isalnum() else after in BEGINNINGS
    earlier = text[at - 2 : at - 1]
    if before.isspace() or (before in OPENING and (before not in "\"'" or not earlier.strip())):
        return False
    if before not in INSIDE_WORDS or not earlier.isalnum():
        return True
    word = word_before(text, at - 1)
    opened = at - 2 - len(word)
    if text[opened : opened + 1] == before and not text[opened - 1 : opened].isalnum():
        return True  # "-30-"
    initial = before == "." and len(word) <= SHORT and word[0].isupper()
    return before in ".,:" and not (initial or after.islower() or (earlier + after).isdigit())


def is_word_seam(before: str, after: str, following: str) -> bool:
    """Return whether two words seem to meet between two letters or digits."""
    if after.isupper():
        return before.islower() or (following.isalpha() if before.isdigit() else following.islower())
    return after.isdigit() and before.islower()


def word_before(text: str, at: int) -> str:
    """Return the letters and digits before a place."""
    return "".join(takewhile(str.isalnum, reversed(text[max(at - FARTHEST, 0) : at])))[::-1]

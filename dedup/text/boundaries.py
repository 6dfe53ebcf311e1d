"""Where a text may be cut: between whole sentences with their marks. When in doubt: not here."""

from dedup.text.characters import is_grapheme_boundary
from dedup.text.lexicon import ABBREVIATIONS, FOREIGN_SENTENCE_ENDS, SENTENCE_ENDS
from dedup.text.token_spans import OPENING, TokenOffsets, is_mark

SHORT = 2  # "U.S.", "J.", "Dr.": a full stop after so few letters ends no sentence
FARTHEST = 80  # characters of a word, or of marks, that are looked at


def is_edge(offsets: TokenOffsets, at: int) -> bool:
    """Return whether a sentence ends before a character and another one begins. A cut that is not made does no harm.

    The end of a line is an edge, unless the sentence goes on in lower case, or the text is hard-wrapped there.
    """
    text = offsets.text
    left, right = end_before(text, at), at
    while right < len(text) and text[right].isspace():
        right += 1
    if not is_grapheme_boundary(text, at):
        return False
    if left == 0 or right == len(text):
        return True
    word_end = word_before(text, left)
    marks = SENTENCE_ENDS.intersection(text[word_end:left])
    if left == right:
        return not marks.isdisjoint(FOREIGN_SENTENCE_ENDS)
    goes_on = next((c.islower() for c in text[right : right + FARTHEST] if c.isalnum()), False)
    lines = text.count("\n", left, right)
    is_layout = offsets.wrapped_at > 0 and 2 * (left - text.rfind("\n", 0, left)) > offsets.wrapped_at
    if lines > 1 or (lines == 1 and not is_layout):
        return bool(marks) or not goes_on
    return not goes_on and bool(marks) and (marks != {"."} or not is_shortened(text, word_end))


def end_before(text: str, at: int) -> int:
    """Return where the white space before a place begins."""
    while at > 0 and text[at - 1].isspace():
        at -= 1
    return at


def word_before(text: str, at: int) -> int:
    """Return where the word before some marks ends."""
    while at > 0 and is_mark(text[at - 1]):
        at -= 1
    return at


def is_shortened(text: str, end: int) -> bool:
    """Return whether a full stop behind a word ends no sentence: an abbreviation, an initial, the number of an item."""
    start = end
    while start > max(end - FARTHEST, 0) and text[start - 1].isalnum():
        start -= 1
    word = text[start:end]
    if word.isdigit():
        return len(word) <= SHORT and (start == 0 or text[start - 1] == "\n")
    return word.lower() in ABBREVIATIONS or (len(word) <= SHORT and word[:1].isupper())


def first_mark(text: str, at: int) -> int:
    """Return where the marks before a word begin that go with it: those up to a space, or to the start of its line."""
    start = at
    while start > 0 and is_mark(text[start - 1]):
        start -= 1
    if start > 0 and text[start - 1].isalnum():  # "claims.“Russian"
        start = at
        while text[start - 1] in OPENING:
            start -= 1
        return start
    line = start
    while line > 0 and text[line - 1] != "\n" and not text[line - 1].isalnum():
        line -= 1
    if line > 0 and text[line - 1] != "\n":
        return start
    while text[line].isspace():
        line += 1
    return line


def last_mark(text: str, at: int) -> int:
    """Return where the marks behind a word end that go with it: those up to a space, or to the end of its line."""
    end = at
    while end < len(text) and is_mark(text[end]):
        end += 1
    if end < len(text) and text[end].isalnum():  # "claims.“Russian"
        end = at
        while is_mark(text[end]) and (text[end] not in OPENING or text[end] in "\"'"):
            end += 1
        return end
    line = end
    while line < len(text) and text[line] != "\n" and not text[line].isalnum():
        line += 1
    return len(text[:line].rstrip()) if line == len(text) or text[line] == "\n" else end

"""Sentence ends within one line: nupunkt for full stops, the marks of other scripts, and five repairs.

nupunkt is right about "U.S. leader", "5 p.m." and "J. K. Rowling". It knows only scripts with a Latin full stop.
What it gets wrong in news, with the repair:

- "Russia-U.S. | negotiations": the next piece starts in lower case, so the two are one sentence;
- "the U.S. | Senator", "Reps. | Lee", "(D-Vt. | ), who": initials end a sentence only before a word that begins one, a
  title never does, and no sentence begins with a closing bracket (of 480 such cuts after initials in two news corpora
  34 were ends);
- "claims.Russian Foreign Minister": a CMS glued two paragraphs; split where a word in lower case, a mark and a
  capitalised word meet;
- "call it just. Speaking on behalf": nupunkt takes "just." for an abbreviation; split after a full stop between lower
  case and a capital (one lower-case word in 170 of three news corpora is such a case, and 130 of 140 read were ends);
- 。！？؟ and the like: split after each, unless a quotation is still open.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from dedup.text.characters import is_unspaced
from dedup.text.lexicon import ABBREVIATIONS, FOREIGN_SENTENCE_ENDS, SENTENCE_STARTERS, TITLES
from dedup.text.spans import Span

MAX_ADDRESS = 200  # characters looked at on each side of a glued sentence
MAX_MARKS = 100  # characters without a word that nupunkt sees: it takes the square of them
_CLOSERS = "\"'”’»」』）)］]】》〉›"
_GLUED = re.compile(rf"(?<=[^\W\d_]{{2}}[.!?])[{re.escape(_CLOSERS)}]*(?=[^\W\d_][^\W\d_])")
_MISSED = re.compile(rf"(?<![^\W_])([^\W\d_]{{3,}})\.[{re.escape(_CLOSERS)}]*\s+(?=[“\"‘(\[]?[^\W\d_])")
_ADDRESS = re.compile(r"//|@|\bwww\.", re.IGNORECASE)
# nupunkt knows none of these.
_FOREIGN_END = re.compile(rf"[{FOREIGN_SENTENCE_ENDS}]+[{re.escape(_CLOSERS)}]*")
_FOREIGN_MARKS = frozenset(FOREIGN_SENTENCE_ENDS)
_THAI_SPACE = re.compile(r"(?<=[\u0e01-\u0e5b])[ \u00a0]+(?=[\u0e01-\u0e5b])")
_HAS_WORD = re.compile(r"[^\W_]")
_WORDLESS = re.compile(rf"([\W_]{{{MAX_MARKS // 2}}})([\W_]+)(?=[\W_]{{{MAX_MARKS // 2}}})")
_NEXT = re.compile(r"\s*(\S)")
_NEXT_WORD = re.compile(r"\W*(\w*)")
_SHORTENED = re.compile(r"(?:(?P<initials>(?<!\w)(?:[A-Z]\.){2,5})|(?<!\w)(?P<word>[A-Z][A-Za-z]{1,6})\.)$")
_OPEN_QUOTES = {"「": "」", "『": "』", "（": "）", "《": "》"}
_ENDS_SENTENCE = re.compile(rf"[.!?…:;。！？｡؟۔।॥෴።፧፨။។៕։།][{re.escape(_CLOSERS)}\s]*$")


def split_sentences(line: str) -> list[Span]:
    """Return the spans of the sentences of one line, without the white space around them.

    Thai has no sentence marks; a space ends a clause or a sentence there, so a Thai line is split at its spaces.

    >>> line = "It met U.S. leader Trump on claims.Russian officials agreed. Why?"
    >>> [span.cut(line) for span in split_sentences(line)]
    ['It met U.S. leader Trump on claims.', 'Russian officials agreed.', 'Why?']
    """
    cuts = {0, len(line), *_find_full_stops(line)}
    if not line.isascii():
        cuts.update(_find_foreign_ends(line))
        cuts.update(found.end() for found in _THAI_SPACE.finditer(line))
    cuts = {cut for cut in _repair_lower_case(line, cuts) if cut == 0 or not _is_inside(line, cut)}
    cuts.update(_find_missed(line))
    cuts.update(_find_glued(line))
    return list(_join_wordless(line, sorted(cuts)))


def _join_wordless(line: str, cuts: list[int]) -> Iterator[Span]:
    """Return the pieces between the cuts; one without a word ("* ") belongs to the next, the last to the one before."""
    bounds, word = [0], _find_word(line, 0)
    for cut in cuts[1:]:
        if cut == len(line) or word < cut:
            bounds.append(cut)
            word = _find_word(line, cut)
    if len(bounds) > 2 and not _HAS_WORD.search(line, bounds[-2]):
        del bounds[-2]
    spans = (_trim(line, start, end) for start, end in pairwise(bounds))
    return (span for span in spans if not span.is_empty)


def _find_word(line: str, start: int) -> int:
    """Return where the next word starts, the length of the line where there is none."""
    found = _HAS_WORD.search(line, start)
    return found.start() if found else len(line)


def ends_sentence(text: str) -> bool:
    """Return whether the text ends like a sentence, its closing quotes set aside.

    >>> ends_sentence("He left.”"), ends_sentence("Background")
    (True, False)
    """
    return _ENDS_SENTENCE.search(text) is not None


def _find_full_stops(line: str) -> Iterator[int]:
    # Imported here: it loads its model (40 ms), which a caller who only needs words should not pay.
    from nupunkt import sent_spans  # noqa: PLC0415

    shown = _WORDLESS.sub(lambda found: f"{found[1]}{'-' * len(found[2])}", line)
    return (end for _, end in sent_spans(shown))


def _find_foreign_ends(line: str) -> Iterator[int]:
    """Yield the places after sentence marks outside an open quotation."""
    if not _FOREIGN_MARKS.intersection(line):
        return
    position = 0
    waiting: list[str] = []
    for found in _FOREIGN_END.finditer(line):
        _follow_quotes(line[position : found.end()], waiting)
        position = found.end()
        if not waiting and _starts_sentence(line, position):
            yield position


def _follow_quotes(piece: str, waiting: list[str]) -> None:
    """Push the closer of every quotation that `piece` opens and drop those that it closes."""
    for character in piece:
        if character in _OPEN_QUOTES:
            waiting.append(_OPEN_QUOTES[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()


def _starts_sentence(line: str, position: int) -> bool:
    """Return False after 」 when the sentence goes on: 「行く。」と言った."""
    return not (
        line[position - 1] in "」』"
        and line[position : position + 1] in {"と", "、", "，", "の", "は", "が", "を", "に"}
    )


def _repair_lower_case(line: str, cuts: set[int]) -> set[int]:
    """Drop a cut before a lower-case letter; text without any capital has no such evidence and is left as it is."""
    if line == line.lower():
        return cuts
    return {cut for cut in cuts if cut == 0 or not _continues(line, cut)}


def _continues(line: str, cut: int) -> bool:
    """Return whether the sentence goes on after the cut."""
    after = _NEXT.match(line, cut)
    before = line[max(0, cut - 40) : cut].rstrip()[-1:]
    return (
        after is not None
        and after.group(1).islower()
        and before not in _FOREIGN_MARKS
        and not is_unspaced(after.group(1))
    )


def _is_inside(line: str, cut: int) -> bool:
    """Return whether a cut is before a closing bracket, behind a title, or behind initials that end no sentence."""
    after = _NEXT.match(line, cut)
    if after is not None and after.group(1) in ")]":
        return True
    found = _SHORTENED.search(line[max(0, cut - 40) : cut].rstrip())
    if found is None:
        return False
    following = _NEXT_WORD.match(line, cut)
    word = following.group(1) if following else ""
    if found["initials"]:
        return (word[:1].isupper() or word[:1].isdecimal()) and word.lower() not in SENTENCE_STARTERS
    title = found["word"]
    return title.lower() in TITLES and bool(word) and (title.istitle() or word.isupper())


def _find_missed(line: str) -> Iterator[int]:
    """Yield the places after a full stop that ends a word in lower case, when a capital follows."""
    for found in _MISSED.finditer(line):
        word, after = found.group(1), _HAS_WORD.search(line, found.end())
        if word.islower() and word not in ABBREVIATIONS and after is not None and after.group().isupper():
            yield found.end()


def _find_glued(line: str) -> Iterator[int]:
    """Yield the places where a sentence starts without a space before it, but not inside a web or mail address."""
    for found in _GLUED.finditer(line):
        place = found.end()
        before = line[found.start() - 3 : found.start() - 1]
        if before.islower() and line[place].isupper() and line[place + 1].islower() and not _is_address(line, place):
            yield place


def _is_address(line: str, place: int) -> bool:
    start = max(line.rfind(" ", 0, place), place - MAX_ADDRESS) + 1
    end = line.find(" ", place, place + MAX_ADDRESS)
    return _ADDRESS.search(line, start, end if end >= 0 else place + MAX_ADDRESS) is not None


def _trim(line: str, start: int, end: int) -> Span:
    piece = line[start:end]
    left = len(piece) - len(piece.lstrip())
    return Span(start + left, max(start + left, start + len(piece.rstrip())))

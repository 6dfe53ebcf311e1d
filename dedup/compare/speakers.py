"""Speakers: who says something, so that "he warned" can be read with a name. English only."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dedup.text.lexicon import DAYS, MONTHS
from dedup.text.spans import Span

NEUTRAL = (
    "said says say told tells added adds stated states noted notes explained explains wrote writes reported reports "
    "described describes announced announces declared declares called calls asked asks pointed recalled emphasized "
    "emphasised emphasizes stressed stresses reiterated remarked commented mentioned outlined urged urges"
)
LOADED = {
    "claim": "claimed claims claim alleged alleges alleging accused accuses accusing asserted asserts insisted insists "
    "maintained maintains argued argues contended",
    "confirm": "confirmed confirms acknowledged acknowledges admitted admits conceded concedes revealed reveals "
    "disclosed discloses",
    "deny": "denied denies deny rejected rejects dismissed dismisses refuted refutes disputed disputes",
    "warn": "warned warns threatened threatens vowed vows cautioned cautions pledged pledges",
}
VERB_CLASSES = dict.fromkeys(NEUTRAL.split(), "said") | {
    word: kind for kind, words in LOADED.items() for word in words.split()
}
_VERBS = "(?:" + "|".join(sorted(VERB_CLASSES, key=len, reverse=True)) + ")"
_INVERTED = "(?:said|says|added|adds|told|asked|wrote)"
# Atomic and of bounded length: a page in capitals, all of it one run of names, must not cost its square.
_NAME = r"(?:(?<!\w)[A-Z][\w’'-]++(?>(?:\s+(?:[A-Z][\w’'-]++|(?:de|van|von|al|bin)\b)){0,7}))"
_BETWEEN = r"(?:\w+ly\s+|also\s+|has\s+|had\s+|have\s+|later\s+|further\s+)*"
_NOT_A_PLACE = "".join(rf"(?<!\b{word} )" for word in ("in", "at", "of", "from", "to", "near"))
SUBJECT = re.compile(rf"{_NOT_A_PLACE}(?P<name>{_NAME})(?:,[^,.]{{1,60}},)?\s+{_BETWEEN}(?P<verb>{_VERBS})\b")
# "Kremlin spokesman Dmitry Peskov": the first name is not the speaker's.
_OFFICE = (
    r"(?:[A-Z][\w’'-]+\s+(?=(?:\w+\s+)?(?:spokes\w+|minister|president|premier|chancellor|leader|aide|advis[eo]r|official|"
    r"chief|head|governor|mayor|senator|ambassador|envoy|secretary|lawmaker|commander|reporter)\s+[A-Z]))?"
)
INVERTED = re.compile(
    rf"[,”\"’]\s*(?P<verb>{_INVERTED})\s+(?:the\s+)?{_OFFICE}(?:\w+\s+){{0,4}}?(?P<name>{_NAME})"
    rf"|(?i:(?P<source>according\ to))\s+(?:the\s+)?{_OFFICE}(?:\w+\s+){{0,4}}?(?P<other>{_NAME})"
)
PRONOUN = re.compile(
    rf"^(?:[\"“‘'(]*)(?P<first>He|She)\b|\b(?P<subject>he|she)\s+{_BETWEEN}{_VERBS}\b"
    rf"|{_INVERTED}\s+(?P<inverted>he|she)\b"
)
_MARK = re.compile('[“”"]')
VERB = re.compile(rf"\b(?P<verb>{_VERBS}|(?i:according to))\b")
_NO_NAMES = {name.title() for name in (*DAYS, *MONTHS)}.union(
    "The A An He She It They We I In On At This That But And However Meanwhile Officials Police According President "
    "Minister Mr Mrs Ms Dr Sgt Foreign Prime Chief Judge General Senior Secretary Sheriff Capt Lt".split()
)


def resolve_pronouns(sentences: Sequence[str]) -> list[str]:
    """Return the sentences of one text, "he" and "she" replaced by the speaker last named where they speak.

    >>> resolve_pronouns(["Mr Lavrov said so.", "He warned of more."])
    ['Mr Lavrov said so.', 'Lavrov warned of more.']
    """
    resolved: list[str] = []
    for sentence, speaker in zip(sentences, list_last_speakers(sentences), strict=True):
        found = PRONOUN.search(sentence)
        if found and speaker:
            start, end = found.span(found.lastgroup or 0)
            resolved.append(sentence[:start] + speaker + sentence[end:])
        else:
            resolved.append(sentence)
    return resolved


def list_last_speakers(sentences: Sequence[str]) -> list[str | None]:
    """Return for each sentence of one text the speaker that was named last before it, if there is one.

    >>> list_last_speakers(["Mr Lavrov said so.", "He warned of more."])
    [None, 'Lavrov']
    """
    speakers: list[str | None] = [None]
    for sentence in sentences:
        speakers.append(next((named.name for named in find_speakers(sentence)), speakers[-1]))
    return speakers[:-1]


def list_quoted_speakers(sentences: Sequence[str]) -> list[str | None]:
    """Return for each sentence of one text the speaker of what it says: of a quotation that goes on, the one behind.

    Otherwise it is the speaker that was named last before it.

    >>> list_quoted_speakers(["Mr Lavrov said so.", "“It is bad.", "It gets worse,” Mr Peskov said."])
    [None, 'Peskov', 'Lavrov']
    """
    speakers = list_last_speakers(sentences)
    behind: str | None = None
    for number in range(len(sentences) - 1, -1, -1):
        named, marks = find_speakers(sentences[number]), _MARK.findall(sentences[number])
        is_odd = len(marks) % 2 == 1
        starts = sentences[number].lstrip().startswith(tuple(marks[:1]))
        goes_on = is_odd and starts and marks[-1] != "”"
        if goes_on and not named:
            speakers[number] = behind or speakers[number]
        elif named and is_odd and not starts:
            behind = named[0].name
        elif named or marks:
            behind = None
    return speakers


class Speaker(NamedTuple):
    """Where somebody who says something is named, and the last name."""

    span: Span
    name: str


@lru_cache(maxsize=8192)
def find_speakers(sentence: str) -> tuple[Speaker, ...]:
    """Return those who are said to say something, in order."""
    found = []
    for pattern in (SUBJECT, INVERTED):
        for match in pattern.finditer(sentence):
            group = "name" if match["name"] else "other"
            name = last_name(match[group])
            if name:
                start = match.start(group) + match[group].rindex(name)
                found.append(Speaker(Span(start, start + len(name)), name))
    return tuple(sorted(found))


def last_name(name: str) -> str | None:
    """Return the last word of a name that is a name and not a title."""
    words = [word for word in name.split() if word not in _NO_NAMES and len(word) > 2]
    return words[-1] if words else None

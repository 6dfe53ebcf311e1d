"""Numbers that say one thing wherever a text says it: ages of people, dead and injured, counted things, measures.

What a number is the number of is its key: texts disagree where they have other numbers for one key. English only.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from dedup.compare.sentence_facts import UNITS, CountedNumber, Word, read_numbers, split_at, split_content
from dedup.compare.terms import fold, stem
from dedup.text.language import ENGLISH
from dedup.text.lexicon import NUMBER_VALUES
from dedup.text.number_phrases import find_numbers
from dedup.text.spans import Span

MAX_QUALITIES = 3  # words between a number and the noun that it counts
MAX_GAP = 4  # words between a number and the word that says what became of those it counts
MAX_AGE = 120  # years
_CAPITAL = r"(?>[A-Z][\w’'.-]{0,40})"  # atomic and of bounded length: "A-A-A" must not cost its square
_NAME = rf"(?P<name>(?:{_CAPITAL}\s+){{1,4}}{_CAPITAL})"
_AGE = r"(?P<age>\d{1,3})"
_AGES = (
    re.compile(rf"\b{_NAME}\s?[,(]\s?(?:aged?\s+)?{_AGE}(?=\s?[,;)](?!\d)|\s+of\s+[A-Z]|\.?\s*$)"),
    re.compile(
        rf"\b(?P<age>\d{{1,3}}|[A-Za-z]+(?:-[a-z]+)?)[\s-]{{1,3}}years?[\s-]{{1,3}}old,?\s+(?:[a-z][\w-]*\s+){{0,3}}{_NAME}"
    ),
)
# What became of people, by the words that say it.
OUTCOMES = {
    "dead": "die died dies dead death deaths kill killed kills killing slain fatalities perished lives",
    "hurt": "injured injures injuring injuries hurt hurting wounded wounds wounding",
    "held": "arrested arrests arresting detained detains detaining custody",
}
_OUTCOMES = {word: name for name, words in OUTCOMES.items() for word in words.split()}
_GAP_ENDS = frozenset("and or but while with as in at on after before when by from than including to if not no".split())
_ANYBODY = frozenset(map(stem, "people person persons others lives deaths fatalities injuries arrests".split()))
_PARTS = frozenset(map(stem, "extra additional further more other remaining new".split()))
_PLURALS = frozenset("people men women children police policemen policewomen firemen fishermen troops".split())
_SINGULARS = ("ss", "us", "is", "'s", "’s")
# A part of what is counted elsewhere: "two of the three", "another four".
_PART_BEHIND = re.compile(
    r"\s+(?:of\s+(?:the|them|those|whom|his|her|its|their)\b|others?\b|more\b|additional\b)", re.IGNORECASE
)
_PART_BEFORE = re.compile(
    r"\b(?:including|among (?:them|whom)|(?:a|an)\s+\w+|another|other|each|every)\s+\W{0,2}$", re.IGNORECASE
)
_PART_WORDS = frozenset("of the those them whom his her its their other more".split())
_LISTED = re.compile(
    rf"\b(?:\d+|{'|'.join(NUMBER_VALUES)})\s+\S+\s+and\s+\W{{0,2}}$", re.IGNORECASE
)  # 12 Somali and 11 Yemeni pirates
_GLUED = re.compile(r"[^\W\d_]-$")  # AK-47
_BREAK = re.compile(r"[.;:!?()\[\]“”\"–—]|,(?!\d)")


class StoryFact(NamedTuple):
    """A number with the key of what it is the number of.

    qualities  stems of the words between the number and the noun it counts: "speed" boats
    about      stems of the content words of the sentence
    """

    key: str
    number: CountedNumber
    qualities: frozenset[str]
    about: frozenset[str]
    is_part: bool


class Age(NamedTuple):
    """How old somebody is said to be: where that stands, the years, and the name."""

    span: Span
    value: str
    names: tuple[str, ...]


def read_ages(text: str) -> tuple[Age, ...]:
    """Return the ages of a sentence that stand beside a name.

    >>> [(age.value, age.names) for age in read_ages("Ann Lee, 34, met 36-year-old baker Bo Li.")]
    [('34', ('ann', 'lee')), ('36', ('bo', 'li'))]
    """
    found = []
    for pattern in _AGES:
        for match in pattern.finditer(text):
            numbers = find_numbers(match["age"])
            if len(numbers) == 1 and float(numbers[0].value) <= MAX_AGE:
                names = tuple(fold(name).strip(".").removesuffix("'s") for name in match["name"].split())
                found.append(Age(Span(*match.span("age")), numbers[0].value, names))
    return tuple(found)


def read_story_facts(text: str) -> tuple[StoryFact, ...]:
    """Return the numbers of a sentence that have a key."""
    words = split_content(text)
    about = frozenset(word.key for word in words if word.is_content)
    found = []
    values = frozenset(number.value for number in read_numbers(text, ENGLISH))
    for number in read_numbers(text, ENGLISH):
        before = text[max(0, number.span.start - 30) : number.span.start]
        if _GLUED.search(before):
            continue
        is_listed = _LISTED.search(before) or _PART_BEFORE.search(before)
        is_part = number.is_given or bool(is_listed or _PART_BEHIND.match(text, number.span.end))
        phrase = read_phrase(text, number.span, words)
        head = phrase[-1].key if phrase else ""
        outcome = find_outcome(text, number.span, words)
        key = f"{outcome} {'' if head in _ANYBODY else head}".strip() if outcome else head
        qualities = frozenset(word.key for word in phrase[:-1] if word.is_content)
        others = about - {head} | values - {number.value}
        is_part |= bool(qualities & _PARTS)
        has_value = number.value.count(".") < 2  # of "1.2.3" updates
        if key and key != "year" and has_value and not qualities & UNITS:
            found.append(StoryFact(key, number, qualities, others, is_part))
    return tuple(found)


def read_phrase(text: str, span: Span, words: Sequence[Word]) -> Sequence[Word]:
    """Return the words behind a number up to the first plural, which is what it counts; none if there is no plural."""
    behind = split_at(words, span).behind[: MAX_QUALITIES + 1]
    end = span.end
    for number, word in enumerate(behind):
        spelled = fold(word.span.cut(text))
        is_inner = (spelled[0].isdecimal() and text[end : word.span.start] == "-") or spelled in _PART_WORDS
        if _BREAK.search(text[end : word.span.start]) or not (word.is_content or is_inner):
            break
        if is_plural(spelled) or (is_inner and spelled.endswith("s")):
            return behind[: number + 1]
        end = word.span.end
    return ()


def is_plural(word: str) -> bool:
    """Return whether an English word behind a number is the noun that it counts."""
    return word in _PLURALS or (len(word) > 3 and word.endswith("s") and not word.endswith(_SINGULARS))


def find_outcome(text: str, span: Span, words: Sequence[Word]) -> str:
    """Return what is said to have become of those that a number counts: "dead", "hurt" or "held", else ""."""
    around = split_at(words, span)
    return _find_outcome(text, span.end, around.behind) or _find_outcome(text, span.start, around.before[::-1])


def _find_outcome(text: str, place: int, words: Sequence[Word]) -> str:
    """Return the outcome that the nearest word of one names, if only words of the same clause are between."""
    for word in words[: MAX_GAP + 1]:
        gap = text[word.span.end : place] if word.span.end <= place else text[place : word.span.start]
        spelled = fold(word.span.cut(text))
        if spelled in _GAP_ENDS or _BREAK.search(gap) or spelled[0].isdecimal():
            return ""
        if spelled in _OUTCOMES:
            return _OUTCOMES[spelled]
        place = word.span.end if word.span.start >= place else word.span.start
    return ""

"""Where two sentences that say the same do not agree: in a number, a date, a quotation or a name."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import Indel, JaroWinkler

from dedup.compare.model import FactKind
from dedup.compare.opposite_words import NO, is_negation
from dedup.compare.quotes import Quote
from dedup.compare.sentence_facts import UNITS, CountedNumber, DatedFact, Word
from dedup.compare.speakers import SUBJECT, VERB_CLASSES, Speaker, last_name
from dedup.compare.terms import fold, stem
from dedup.text.lexicon import STOP_WORDS
from dedup.text.spans import Span

MIN_CONTEXT = 2  # words around two facts that both have: what the facts are facts of
MIN_QUOTE_WORDS = 0.7  # 2 * common words / words of both, from which two quotations are of one utterance
MIN_SAME_WORDS = 0.8  # the same where the two have other speakers
MIN_RUN_WORDS = 0.45  # or so many, of which
MIN_QUOTE_RUN = 4  # words are in a row
SURE = frozenset(["claim", "confirm"])  # verbs that say how sure something is; who denies is an opposite
MIN_CLAIM_WORDS = 0.5  # the same of what is claimed and what is confirmed
MIN_UNIT_CONTEXT = 3
MIN_ROUND = 100  # a number that ends with two zeros may be another one, rounded
SMALL_WORDS = frozenset("now get got let put yes yet hey lot too out one etc per via way how why gonna kinda".split())
MIN_LETTERS, MIN_FOREIGN_LETTERS = 3, 4  # of a content word in English, and elsewhere: "les", "der" are none
_CONTRACTED = re.compile(r"(?:n['’]t|['’](?:re|ve|ll|m|s|d))$")


class Slot(NamedTuple):
    """A fact: where it is in its sentence, its value in a form that can be compared, and stems of what it counts."""

    span: Span
    value: str
    about: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Said:
    """A sentence with its words, its quotations, its speakers, and the speaker named last before it."""

    text: str
    words: Sequence[Word]
    quotes: Sequence[Quote]
    speakers: Sequence[Speaker]
    last_speaker: str | None = None
    is_english: bool = True

    def cut(self, word: int) -> str:
        """Return a word as it is written."""
        return self.words[word].span.cut(self.text)

    def is_of_another(self, other: "Said") -> bool:
        """Return whether each sentence names one speaker, and not the same."""
        return len(self.speakers) == len(other.speakers) == 1 and self.quotes_another(other)

    @property
    def speaker(self) -> str | None:
        """Return the only speaker of the sentence; of a sentence without one the last one before it."""
        names: list[str | None] = [named.name for named in self.speakers] or [self.last_speaker]
        return names[0] if len(names) == 1 else None

    def quotes_another(self, other: "Said") -> bool:
        """Return whether each sentence has a speaker, and not the same."""
        known = {self.speaker, other.speaker} - {None}
        return len(known) == 2 and str(self.speaker) not in other.text and str(other.speaker) not in self.text

    def names_one(self, other: "Said") -> bool:
        """Return whether both sentences name somebody in common, outside of quotations."""
        names = [
            {
                word.key
                for word in side.words
                if word.is_name and not any(quote.span.covers(word.span) for quote in side.quotes)
            }
            for side in (self, other)
        ]
        return bool(names[0] & names[1])


class Conflict(NamedTuple):
    """Two facts that do not agree."""

    kind: FactKind
    a: Slot
    b: Slot


def differ_in_numbers(a: Sequence[CountedNumber], b: Sequence[CountedNumber]) -> Iterator[Conflict]:
    """Yield the numbers that count the same and are not the same.

    Each sentence has one number of its kind: of two, which one answers the other's cannot be known. A number that both
    have answers itself. Sentences whose numbers differ more often than they agree are about different things.
    """
    ours, theirs = ({number.value for number in side} for side in (a, b))
    if count_other_things(ours, theirs):
        return
    pairs = []
    for number in a:
        rivals = [other for other in b if number.counts_as(other)]
        mates = [other for other in a if any(other.counts_as(rival) for rival in rivals)]
        if max(len(rivals), len(mates)) > 1 and number.action:  # of killed and wounded, each answers its like
            rivals, mates = ([n for n in side if n.action == number.action] for side in (rivals, mates))
        if len(rivals) == len(mates) == 1 and number.value not in theirs and rivals[0].value not in ours:
            pairs.append((number, rivals[0]))
    num_agreed = sum(any(n.value == m.value and n.counted & m.counted for m in b) for n in a)
    for first, second in pairs if len(pairs) <= max(1, num_agreed) else ():
        if count_otherwise(first, second):
            slots = [Slot(side.span, side.value, side.counted) for side in (first, second)]
            yield Conflict(FactKind.NUMBER, slots[0], slots[1])


def count_other_things(ours: AbstractSet[str], theirs: AbstractSet[str]) -> bool:
    """Return whether the numbers of two sentences differ more often than they agree."""
    return len(ours & theirs) < min(len(ours), len(theirs)) // 2


def count_otherwise(a: CountedNumber, b: CountedNumber) -> bool:
    """Return whether two numbers cannot both be right of what they count.

    The words around them agree in what is counted and in more than that; of a unit, which counts anything, in more
    still, also right beside it: "plunged 5 %" and "closed down 3 %" can both be right. They do not name different
    people or places.
    """
    counted, shared = a.counted & b.counted, a.context & b.context
    if counted & UNITS and a.counted - counted and b.counted - counted:
        return False  # "a four-time NBA star", "a five-time NBA coach"
    if counted <= UNITS:
        shared = shared - UNITS
    least = MIN_UNIT_CONTEXT if counted <= UNITS else MIN_CONTEXT
    if a.is_given or b.is_given or len(shared) < least or a.unit != b.unit:
        return False
    if (counted <= UNITS and not a.nearest & b.nearest) or are_apart(a.names, b.names) or are_apart(a.owner, b.owner):
        return False
    return exclude_each_other(a, b)


def exclude_each_other(a: CountedNumber, b: CountedNumber) -> bool:
    """Return whether two numbers of one thing cannot both be right: neither is the other rounded, or leaves room."""
    try:
        x, y = float(a.value), float(b.value)
    except ValueError:
        return False
    if x == y or is_rounded(x, y) or is_rounded(y, x) or is_scaled(x, y):
        return False
    if "~" in (a.bound, b.bound) and abs(x - y) <= 0.15 * max(x, y):
        return False
    return not (admits(a.bound, x, y) or admits(b.bound, y, x))


def are_apart(names: frozenset[str], others: frozenset[str]) -> bool:
    """Return whether both sides name somebody, and nobody in common."""
    return bool(names and others and not names & others)


def admits(bound: str, value: float, other: float) -> bool:
    """Return whether a number with its bound leaves room for another one: "at least 10" for 12."""
    return (bound == ">" and other > value) or (bound == "<" and other < value)


def is_rounded(value: float, other: float) -> bool:
    """Return whether a number is another one rounded: 600 for 612, 6 for 5.9.

    >>> is_rounded(600, 612), is_rounded(10, 12), is_rounded(6, 5.9)
    (True, False, True)
    """
    if value >= MIN_ROUND and value % MIN_ROUND == 0:
        return abs(value - other) < MIN_ROUND / 2 if value < 10_000 else abs(value - other) < 0.05 * value
    return value == int(value) and other != int(other) and abs(value - other) <= 0.5


def is_scaled(value: float, other: float) -> bool:
    """Return whether one number is the other in thousands or millions: "$150 million" beside "$150"."""
    small, large = sorted((value, other))
    return any(abs(small * scale - large) < 1e-9 * large for scale in (1e3, 1e6, 1e9))


def differ_in_dates(a: Sequence[DatedFact], b: Sequence[DatedFact]) -> Iterator[Conflict]:
    """Yield the dates that are not the same of what happened; each sentence has one such date."""
    ours, theirs = ([fact for fact in side if not fact.is_of_saying] for side in (a, b))
    if len(ours) != 1 or len(theirs) != 1:
        return
    first, second = ours[0], theirs[0]
    if first.zone and second.zone and first.zone != second.zone:
        return  # eleven in the evening here is the next day there
    values = [fact.value if first.zone == second.zone else fact.value.drop_times() for fact in (first, second)]
    if (
        first.is_planned == second.is_planned
        and values[0].differs(values[1])
        and len(first.context & second.context) >= MIN_CONTEXT
        and first.nearest & second.nearest
        and not (are_apart(first.names, second.words) and are_apart(second.names, first.words))
    ):
        yield Conflict(FactKind.DATE, Slot(first.span, str(first.value)), Slot(second.span, str(second.value)))


def differ_in_quotes(a: Said, b: Said) -> Iterator[Conflict]:
    """Yield the quotations of one utterance that are worded otherwise."""
    letters = MIN_LETTERS if a.is_english and b.is_english else MIN_FOREIGN_LETTERS
    for quote in a.quotes:
        for other in b.quotes:
            if is_one_utterance(quote, other, a, b) and is_worded_otherwise(quote, other, letters):
                slots = [Slot(side.span, " ".join(side.words)) for side in (quote, other)]
                yield Conflict(FactKind.QUOTE, slots[0], slots[1])


def is_one_utterance(a: Quote, b: Quote, first: Said, second: Said) -> bool:
    """Return whether two quotations are of one utterance: by most of their words or, of one speaker, by a run.

    Where the speakers differ, or where one of them is not known, nearly all words are the same.
    """
    likeness = Indel.normalized_similarity(a.words, b.words)
    is_unknown = None in (first.speaker, second.speaker) and not first.names_one(second)
    if is_unknown or first.quotes_another(second):
        return likeness >= MIN_SAME_WORDS
    return likeness >= MIN_QUOTE_WORDS or (likeness >= MIN_RUN_WORDS and first.names_one(second) and has_run(a, b))


def has_run(a: Quote, b: Quote) -> bool:
    """Return whether MIN_QUOTE_RUN words are common, and others are before or behind them on both sides."""
    for op in Indel.opcodes(a.words, b.words):
        before = min(op.src_start, op.dest_start)
        behind = min(len(a.words) - op.src_end, len(b.words) - op.dest_end)
        if op.tag == "equal" and op.src_end - op.src_start >= MIN_QUOTE_RUN and max(before, behind) >= 2:
            return True
    return False


def is_worded_otherwise(a: Quote, b: Quote, letters: int) -> bool:
    """Return whether a content word between the first and the last common one is nowhere in the other quotation.

    Spellings, forms, order and function words are no wording. Of a run alone, the words before or behind it differ.
    """
    ops = list(Indel.opcodes(a.words, b.words))
    equal = [number for number, op in enumerate(ops) if op.tag == "equal"]
    inner = ops[equal[0] : equal[-1] + 1] if equal else []
    gone = [word for op in inner if op.tag in {"delete", "replace"} for word in a.words[op.src_start : op.src_end]]
    new = [word for op in inner if op.tag in {"insert", "replace"} for word in b.words[op.dest_start : op.dest_end]]
    sides: list[tuple[Sequence[str], Sequence[str]]] = [(gone, b.words), (new, a.words)]
    differs = any(is_other_word(word, others, letters) for words, others in sides for word in words)
    if not differs and Indel.normalized_similarity(a.words, b.words) < MIN_QUOTE_WORDS:
        sides = [(a.words, b.words), (b.words, a.words)]
        differs = all(any(is_other_word(word, others, letters) for word in words) for words, others in sides)
    return differs


def is_other_word(word: str, others: Sequence[str], letters: int = MIN_LETTERS) -> bool:
    """Return whether a number, or a content word of so many letters, is none of the others in another form.

    >>> is_other_word("handover", ["hand", "over"]), is_other_word("didn't", ["not"]), is_other_word("sad", ["bad"])
    (False, False, True)
    """
    if word[:1].isdecimal():
        return word.removesuffix(":00") not in ("1", "00", *(other.removesuffix(":00") for other in others))
    if word.endswith(("n't", "n’t", "cannot")) and not any(is_negation(other) or other in NO for other in others):
        return True
    word = _CONTRACTED.sub("", word.replace("cannot", "can"))
    if len(word) < letters or word in STOP_WORDS or word in SMALL_WORDS or word in "".join(others):
        return False
    return not any(is_same_spelling(word, other) or stem(word) == stem(other) for other in others)


def is_same_spelling(a: str, b: str) -> bool:
    """Return whether two words are one, spelled alike or nearly so.

    >>> is_same_spelling("zelenskyy", "zelensky"), is_same_spelling("wang", "wong")
    (True, False)
    """
    return a == b or (min(len(a), len(b)) >= 5 and a[:2] == b[:2] and JaroWinkler.similarity(a, b) >= 0.92)


def differ_in_attribution(a: Said, b: Said) -> Iterator[Conflict]:
    """Yield the verbs by which one speaker is said to claim something here, and to confirm the same there."""
    verbs = [[verb for verb in SUBJECT.finditer(side.text) if VERB_CLASSES[verb["verb"]] in SURE] for side in (a, b)]
    if [len(found) for found in verbs] != [1, 1]:
        return
    first, second = (found[0] for found in verbs)
    names = [fold(last_name(verb["name"]) or "") for verb in (first, second)]
    said = [
        {word.key for word in side.words if word.is_content and word.span.start >= verb.end()}
        for side, verb in ((a, first), (b, second))
    ]
    if 2 * len(said[0] & said[1]) < MIN_CLAIM_WORDS * (len(said[0]) + len(said[1])) or not all(names):
        return
    slots = [Slot(Span(*verb.span("verb")), VERB_CLASSES[verb["verb"]]) for verb in (first, second)]
    if slots[0].value != slots[1].value and is_same_spelling(*names):
        yield Conflict(FactKind.ATTRIBUTION, slots[0], slots[1])

"""The facts of the sentences of several texts, and in which of them two sentences do not agree."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from dedup.compare.differ import (
    Conflict,
    Said,
    Slot,
    differ_in_attribution,
    differ_in_dates,
    differ_in_numbers,
    differ_in_quotes,
)
from dedup.compare.frames import are_elsewhere, are_of_one_event, are_shifted, have_one_scope, is_sum, tells_which
from dedup.compare.model import FactKind, Outlet, Place
from dedup.compare.opposite_words import COMMON_NAMES
from dedup.compare.opposites import Claim, read_claims
from dedup.compare.other_names import differ_in_names, differ_in_speakers
from dedup.compare.quotes import Quote, read_quotes
from dedup.compare.scores import NUM_LEADS
from dedup.compare.sentence_facts import (
    CountedNumber,
    DatedFact,
    read_dates,
    read_numbers,
    split_content,
)
from dedup.compare.speakers import find_speakers, list_quoted_speakers
from dedup.compare.terms import fold
from dedup.text.date_phrases import DateValue
from dedup.text.language import ENGLISH, UNKNOWN, identify_language
from dedup.text.quotations import join_marks
from dedup.text.spans import Span
from dedup.text.words import split_word_spans

Found = TypeVar("Found")

_NOT = re.compile(r"\b(?:not|never|no)\b|n['’]t\b", re.IGNORECASE)
_HYPHENATED = re.compile(r"\b[^\W\d_]\w*(?:-\w+)+")
MAX_LENGTH = 10_000  # characters; the patterns take the square of a sentence at worst


class PlacedSlot(NamedTuple):
    """A fact in a text: its sentence, where it is in the text, and its value in a form that can be compared."""

    place: Place
    span: Span
    value: str


class PlacedClaim(NamedTuple):
    """A claim of a sentence."""

    place: Place
    claim: Claim

    def put(self, reader: "FactReader") -> PlacedSlot:
        """Return where the claim is in its text; a word of denial denies, whatever the verb is."""
        return reader.put(self.place, Slot(self.claim.span, "denied" if self.claim.has_cue else "asserted"))


class PlacedConflict(NamedTuple):
    """Two facts of different texts that do not agree."""

    kind: FactKind
    a: PlacedSlot
    b: PlacedSlot


class FactReader:
    """The facts of all sentences that are compared, each read once."""

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        self.outlets = outlets
        self._said: dict[Place, Said] = {}
        self.languages = [identify_language(outlet.text) for outlet in outlets]

    @cached_property
    def places(self) -> list[Place]:
        """Return the sentences that facts are looked for in."""
        return [
            Place(o, s)
            for o, outlet in enumerate(self.outlets)
            for s, sentence in enumerate(outlet.sentences)
            if sentence.omission is None and sentence.span.end - sentence.span.start <= MAX_LENGTH
        ]

    @cached_property
    def _known(self) -> set[Place]:
        return set(self.places)

    def cut(self, place: Place) -> str:
        """Return the wording of a sentence, as long as it is, with one mark for two: ''."""
        return join_marks(self.outlets[place.outlet].cut(place.sentence))

    def differ(self, a: Place, b: Place) -> Iterator[PlacedConflict]:
        """Yield the facts in which two sentences do not agree, if neither text says elsewhere what the other says."""
        if a not in self._known or b not in self._known or self.cut(a) == self.cut(b):
            return
        first, second = self.read_said(a), self.read_said(b)
        found = [
            *self._differ_in_event(a, b),
            *differ_in_quotes(first, second),
            *self._differ_in_name(a, b),
            *differ_in_attribution(first, second),
        ]
        for conflict in found:
            if not (self.says(a.outlet, conflict.kind, conflict.b) or self.says(b.outlet, conflict.kind, conflict.a)):
                yield PlacedConflict(conflict.kind, self.put(a, conflict.a), self.put(b, conflict.b))

    def _differ_in_event(self, a: Place, b: Place) -> list[Conflict]:
        """Return the numbers or the dates that differ; sentences in which both do, or the places, tell two events."""
        text, other = self.cut(a), self.cut(b)
        numbers = list(differ_in_numbers(self.read_numbers(a), self.read_numbers(b)))
        is_denied = [bool(_NOT.search(side)) for side in (text, other)]
        days = [] if any(is_denied) and not all(is_denied) else [self.read_dates(place) for place in (a, b)]
        dates = list(differ_in_dates(*days)) if days else []
        dates = [c for c in dates if not (tells_which(text, c.a.span) or tells_which(other, c.b.span))]
        if (numbers and dates) or are_elsewhere(text, other):
            return []
        counts = [read_values(self.read_numbers(place)) for place in (a, b)]
        numbers = [] if numbers and are_shifted(text, counts[0], other, counts[1]) else numbers
        numbers = [c for c in numbers if have_one_scope(text, c.a.span, other, c.b.span)]
        sides = ((slot, others) for c in numbers for slot, others in ((c.a, counts[1]), (c.b, counts[0])))
        sums = {slot for slot, others in sides if is_sum(float(slot.value), others)}
        numbers = [c for c in numbers if not {c.a, c.b} & sums]
        return numbers + [c for c in dates if are_of_one_event(text, c.a.span, other, c.b.span)]

    def _differ_in_name(self, a: Place, b: Place) -> list[Conflict]:
        """Return the names that differ; another number or day beside another name is another event."""
        numbers = [{number.value for number in self.read_numbers(place)} for place in (a, b)]
        if self.are_of_other_days(a, b) or (all(numbers) and not numbers[0] & numbers[1]):
            return []
        first, second = self.read_said(a), self.read_said(b)
        return list(differ_in_names(first, second)) or list(differ_in_speakers(first, second))

    def are_of_other_days(self, a: Place, b: Place) -> bool:
        """Return whether both sentences have days of what happened, and none in common."""
        days = [[fact.value for fact in self.read_dates(place) if not fact.is_of_saying] for place in (a, b)]
        return all(days) and all(day.differs(other) for day in days[0] for other in days[1])

    def report_other_days(self, a: Place, b: Place) -> bool:
        """Return whether two texts begin with days of what happened, and have none in common: two quakes."""
        days = [self._first_days[place.outlet] for place in (a, b)]
        return all(days) and all(day.differs(other) for day in days[0] for other in days[1])

    def agree(self, a: Place, b: Place) -> Iterator[str]:
        """Yield the numbers and dates that two sentences agree in."""
        if a not in self._known or b not in self._known:
            return
        numbers = self.read_numbers(b)
        for number in self.read_numbers(a):
            if any(number.value == other.value and number.counted & other.counted for other in numbers):
                yield number.value
        days = {str(day.value) for day in self.read_dates(b) if not day.is_of_saying}
        yield from ({str(day.value) for day in self.read_dates(a) if not day.is_of_saying} & days) - {""}

    def says(self, outlet: int, kind: FactKind, slot: Slot) -> bool:
        """Return whether a text has a fact of another one anywhere."""
        if kind is FactKind.NUMBER:
            return any(n.value == slot.value and n.counted & slot.about for n in self._numbers[outlet])
        if kind is FactKind.DATE:
            return slot.value in self._dates[outlet]
        if kind is FactKind.NAME:  # one man may be called otherwise: "Sir Ian", "Kennedy"
            return any(word in self._names[outlet] for word in slot.value.split())
        return kind is FactKind.QUOTE and slot.value in self._quotes[outlet]

    def put(self, place: Place, slot: Slot) -> PlacedSlot:
        """Return a fact of a sentence as one of its text."""
        start = self.outlets[place.outlet].sentences[place.sentence].span.start
        return PlacedSlot(place, Span(start + slot.span.start, start + slot.span.end), slot.value)

    def read_numbers(self, place: Place) -> Sequence[CountedNumber]:
        """Return the numbers of a sentence."""
        return read_numbers(self.cut(place), self.languages[place.outlet])

    def read_dates(self, place: Place) -> Sequence[DatedFact]:
        """Return the dates of a sentence."""
        return read_dates(self.cut(place))

    def read_quotes(self, place: Place) -> Sequence[Quote]:
        """Return the quotations of a sentence."""
        return read_quotes(self.cut(place))

    def read_said(self, place: Place) -> Said:
        """Return the words of a sentence, and who says what in quotation marks."""
        if place not in self._said:
            text = self.cut(place)
            self._said[place] = Said(
                text,
                split_content(text),
                self.read_quotes(place),
                find_speakers(text),
                self._last_speakers[place.outlet][place.sentence],
                self.is_english(place),
            )
        return self._said[place]

    def read_names(self, place: Place) -> set[str]:
        """Return the stems of the words with capitals of a sentence, but those that many names have."""
        text = self.cut(place)
        names = {word.key for word in split_content(text) if word.is_content and text[word.span.start].isupper()}
        return names - COMMON_NAMES

    def read_claims(self, place: Place) -> Sequence[Claim]:
        """Return what a sentence says happens, or does not; only English is read."""
        return read_claims(self.cut(place)) if self.is_english(place) else ()

    def is_english(self, place: Place) -> bool:
        """Return whether a sentence is read as English: that of a text too short to tell is."""
        return self.languages[place.outlet] in (ENGLISH, UNKNOWN)

    @cached_property
    def _last_speakers(self) -> list[list[str | None]]:
        return [
            list_quoted_speakers([self.cut(Place(o, number))[:MAX_LENGTH] for number in range(len(outlet.sentences))])
            for o, outlet in enumerate(self.outlets)
        ]

    @cached_property
    def _numbers(self) -> list[list[CountedNumber]]:
        return self._gather(self.read_numbers)

    @cached_property
    def _first_days(self) -> list[list[DateValue]]:
        """Return, for each text, the days of what happened that its first NUM_LEADS sentences name."""
        days: list[list[DateValue]] = [[] for _ in self.outlets]
        seen = Counter[int]()
        for place in self.places:
            seen[place.outlet] += 1
            if seen[place.outlet] <= NUM_LEADS:
                facts = (fact for fact in self.read_dates(place) if not (fact.is_of_saying or fact.is_planned))
                days[place.outlet] += [fact.value for fact in facts if fact.value.days or fact.value.weekdays]
        return days

    @cached_property
    def _dates(self) -> list[set[str]]:
        return [{str(fact.value) for fact in facts} for facts in self._gather(self.read_dates)]

    @cached_property
    def _names(self) -> list[set[str]]:
        return [list_names(outlet.text) for outlet in self.outlets]

    @cached_property
    def _quotes(self) -> list[set[str]]:
        return [{" ".join(quote.words) for quote in quotes} for quotes in self._gather(self.read_quotes)]

    def _gather(self, read: Callable[[Place], Sequence[Found]]) -> list[list[Found]]:
        """Return what there is of a kind in each text."""
        found: list[list[Found]] = [[] for _ in self.outlets]
        for place in self.places:
            found[place.outlet] += read(place)
        return found


def read_values(numbers: Sequence[CountedNumber]) -> list[float]:
    """Return the values of those numbers that have one: "1.2.3" has none."""
    return [float(number.value) for number in numbers if number.value.count(".") < 2]


def list_names(text: str) -> set[str]:
    """Return the words of a text that have a capital, of any script, and those that are joined by hyphens.

    >>> sorted(list_names("Lucja Żuraw's aide met al-Sadr and Όλγα."))
    ['al-sadr', 'lucja', 'sadr', 'żuraw', 'όλγα']
    """
    words = [fold(word) for span in split_word_spans(text) if (word := span.cut(text))[0].isupper()]
    return {word.removesuffix("'s") for word in words if len(word) > 1} | {*map(fold, _HYPHENATED.findall(text))}

"""Ages, counts and dates in which two texts do not agree, wherever in their texts they are. English only."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple, TypeVar

from dedup.compare.differ import Slot, are_apart, count_other_things, exclude_each_other
from dedup.compare.fact_reader import FactReader, PlacedConflict
from dedup.compare.frames import are_elsewhere, find_event_verb, have_one_scope, tells_which
from dedup.compare.model import FactKind, Place
from dedup.compare.sentence_facts import DatedFact
from dedup.compare.sentence_times import is_of_past
from dedup.compare.story_facts import OUTCOMES, Age, StoryFact, read_ages, read_story_facts

MIN_ABOUT = 2  # words and other numbers that the sentences of two counts have in common
MIN_DATED = 3  # words around two dates that both have
MAX_RATIO = 3  # of two counts of one thing: what is further apart counts other things
MAX_TOLD = 40  # facts of one key in a text: one with more is a table


class ToldAge(NamedTuple):
    """An age of a sentence."""

    place: Place
    age: Age


class ToldCount(NamedTuple):
    """A count of a sentence."""

    place: Place
    fact: StoryFact

    @property
    def value(self) -> float:
        """Return the number."""
        return float(self.fact.number.value)


class ToldDate(NamedTuple):
    """The date of something that was done."""

    place: Place
    fact: DatedFact


Told = TypeVar("Told", ToldAge, ToldCount, ToldDate)


def find_story_conflicts(reader: FactReader) -> Iterator[PlacedConflict]:
    """Yield the ages of people, the counts of things and the dates of deeds in which two texts differ."""
    places = [place for place in reader.places if reader.is_english(place)]
    ages = (ToldAge(place, age) for place in places for age in read_ages(reader.cut(place)))
    for a, b in pair_texts((told.age.names[-1], told) for told in ages):
        yield from differ_in_age(reader, a, b)
    counts = (ToldCount(place, fact) for place in places for fact in read_story_facts(reader.cut(place)))
    for ours, theirs in pair_texts((told.fact.key, told) for told in counts):
        yield from differ_in_count(reader, ours, theirs)
    dates = (ToldDate(place, fact) for place in places for fact in reader.read_dates(place))
    deeds = ((find_event_verb(reader.cut(told.place), told.fact.span), told) for told in dates)
    for before, after in pair_texts((verb, told) for verb, told in deeds if verb):
        yield from differ_in_date(reader, before, after)


def pair_texts(told: Iterable[tuple[Hashable, Told]]) -> Iterator[tuple[list[Told], list[Told]]]:
    """Yield what two texts each tell of one key, for every key and every two texts that tell of it."""
    by_key: dict[Hashable, dict[int, list[Told]]] = {}
    for key, one in told:
        by_key.setdefault(key, {}).setdefault(one.place.outlet, []).append(one)
    for by_text in by_key.values():
        for first, second in combinations(sorted(by_text), 2):
            if max(len(by_text[first]), len(by_text[second])) <= MAX_TOLD:
                yield by_text[first], by_text[second]


def differ_in_age(reader: FactReader, ours: Sequence[ToldAge], theirs: Sequence[ToldAge]) -> Iterator[PlacedConflict]:
    """Yield the ages of one person, if all whom a text calls by that last name have one first name and one age."""
    known = [{(told.age.names[0], told.age.value) for told in side} for side in (ours, theirs)]
    if [len(side) for side in known] != [1, 1] or ours[0].age.names[0] != theirs[0].age.names[0]:
        return
    if known[0] != known[1]:
        slots = [reader.put(told.place, Slot(told.age.span, told.age.value)) for told in (ours[0], theirs[0])]
        yield PlacedConflict(FactKind.NUMBER, slots[0], slots[1])


def differ_in_count(
    reader: FactReader, ours: Sequence[ToldCount], theirs: Sequence[ToldCount]
) -> Iterator[PlacedConflict]:
    """Yield two counts of one key, if each text has one value of it only; of dead and injured, the greatest."""
    if ours[0].fact.key.split()[0] in OUTCOMES:
        if reader.report_other_days(ours[0].place, theirs[0].place):
            return
        ours, theirs = keep_most(ours), keep_most(theirs)
    elif any(told.fact.is_part for told in (*ours, *theirs)):
        return
    values = [{told.value for told in side} for side in (ours, theirs)]
    if values[0] & values[1] or max(map(len, values)) > 1:
        return
    pairs = [(a, b) for a in ours for b in theirs if count_one(reader, a, b)]
    if pairs:
        best = max(pairs, key=lambda pair: len(pair[0].fact.about & pair[1].fact.about))
        numbers = [(told.place, told.fact.number) for told in best]
        slots = [reader.put(place, Slot(number.span, number.value, number.counted)) for place, number in numbers]
        yield PlacedConflict(FactKind.NUMBER, slots[0], slots[1])


def keep_most(told: Sequence[ToldCount]) -> list[ToldCount]:
    """Return those with the greatest number, parts left out."""
    whole = [one for one in told if not one.fact.is_part]
    most = max((one.value for one in whole), default=0)
    return [one for one in whole if one.value == most]


def count_one(reader: FactReader, a: ToldCount, b: ToldCount) -> bool:
    """Return whether two numbers of one key are of the same, and not both right."""
    first, second = a.fact, b.fact
    text, other = reader.cut(a.place), reader.cut(b.place)
    return (
        len(first.about & second.about) >= MIN_ABOUT
        and len(first.qualities ^ second.qualities) <= 1
        and first.number.unit == second.number.unit
        and max(a.value, b.value) <= MAX_RATIO * min(a.value, b.value)
        and exclude_each_other(first.number, second.number)
        and not count_other_things(*({n.value for n in reader.read_numbers(told.place)} for told in (a, b)))
        and not are_apart(first.number.names, second.number.names)
        and is_of_past(text) == is_of_past(other)
        and not are_elsewhere(text, other)
        and not reader.are_of_other_days(a.place, b.place)
        and have_one_scope(text, first.number.span, other, second.number.span)
    )


def differ_in_date(
    reader: FactReader, ours: Sequence[ToldDate], theirs: Sequence[ToldDate]
) -> Iterator[PlacedConflict]:
    """Yield the dates of one deed in which two texts differ, neither of which has the other's date anywhere."""
    for a in ours:
        for b in theirs:
            first, second = a.fact, b.fact
            if not first.value.differs(second.value) or len(first.context & second.context) < MIN_DATED:
                continue
            slots = [Slot(fact.span, str(fact.value)) for fact in (first, second)]
            is_said = reader.says(a.place.outlet, FactKind.DATE, slots[1])
            is_said |= reader.says(b.place.outlet, FactKind.DATE, slots[0])
            if (
                first.nearest & second.nearest
                and not is_said
                and tell_one(reader, a, b)
                and is_of_deed(reader, a)
                and is_of_deed(reader, b)
            ):
                yield PlacedConflict(FactKind.DATE, reader.put(a.place, slots[0]), reader.put(b.place, slots[1]))


def tell_one(reader: FactReader, a: ToldDate, b: ToldDate) -> bool:
    """Return whether two sentences may tell one event: another name or number beside another day is another event."""
    numbers = [{number.value for number in reader.read_numbers(told.place)} for told in (a, b)]
    is_named = are_apart(a.fact.names, b.fact.words) and are_apart(b.fact.names, a.fact.words)
    return not is_named and not (all(numbers) and not numbers[0] & numbers[1])


def is_of_deed(reader: FactReader, told: ToldDate) -> bool:
    """Return whether a date says when something was done; in "the May 3 vote" it says which vote."""
    is_told = not (told.fact.is_of_saying or told.fact.is_planned or told.fact.value.minutes)
    return is_told and not tells_which(reader.cut(told.place), told.fact.span)

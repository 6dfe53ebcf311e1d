"""Disagreements: facts in which sentences that say the same do not agree, and claims that one text denies.

Every rule prefers to list nothing: what a text says elsewhere as the other one does is no disagreement.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple, TypeVar

from dedup.compare.differ import (
    Said,
    Slot,
    differ_in_attribution,
    differ_in_dates,
    differ_in_names,
    differ_in_numbers,
    differ_in_quotes,
    differ_in_speakers,
)
from dedup.compare.model import Disagreement, Fact, FactKind, Link, Outlet, Place, Row, Strength
from dedup.compare.opposites import Claim, read_claims
from dedup.compare.sentence_facts import (
    CountedNumber,
    DatedFact,
    Quote,
    read_dates,
    read_numbers,
    read_quotes,
    split_content,
)
from dedup.compare.speakers import find_speakers, list_last_speakers
from dedup.text.language import ENGLISH, UNKNOWN, identify_language
from dedup.text.number_phrases import SPELLED
from dedup.text.spans import Span

Found = TypeVar("Found")

MAX_CLAIMS = 300  # with one verb, on either side, that are held against each other
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


def explain_long_sentences(outlets: Sequence[Outlet]) -> tuple[str, ...]:
    """Return the limit of sentences that are too long to look for facts in, if there are any."""
    count = sum(
        s.span.end - s.span.start > MAX_LENGTH for outlet in outlets for s in outlet.sentences if s.omission is None
    )
    if not count:
        return ()
    return (f"no disagreements are looked for in {count} sentence{'s' * (count > 1)} beyond {MAX_LENGTH:,} characters",)


def explain_languages(outlets: Sequence[Outlet]) -> tuple[str, ...]:
    """Return what is not read in the languages of the texts that are not English."""
    known = {outlet.name: identify_language(outlet.text) for outlet in outlets}
    others = {name: code for name, code in known.items() if code not in (ENGLISH, UNKNOWN)}
    unspelled = sorted({code for code in others.values() if code not in SPELLED})
    found = []
    if others:
        codes = ", ".join(sorted(set(others.values())))
        found.append(f"speakers, verbs of saying and opposites are read in English only, not in {codes}")
    if unspelled:
        found.append(f"number words are not read in {', '.join(unspelled)}")
    return tuple(found)


def find_disagreements(outlets: Sequence[Outlet], rows: Sequence[Row], links: Sequence[Link]) -> list[Disagreement]:
    """Return the disagreements by row and kind, numbers first, each with all texts that have such a fact."""
    reader = FactReader(outlets)
    conflicts = [found for link in links if link.strength is Strength.STRONG for found in reader.differ(link.a, link.b)]
    conflicts += find_opposites(reader, links)
    home = {Place(c.outlet, s): number for number, row in enumerate(rows) for c in row.cells for s in c.whole}
    names = [outlet.name for outlet in outlets]
    found = [build_disagreement(group, home, names) for group in group_conflicts(conflicts)]
    order = list(FactKind)
    return sorted(found, key=lambda d: (d.row, order.index(d.kind), d.facts[0].spans))


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
        """Return the wording of a sentence."""
        return self.outlets[place.outlet].cut(place.sentence)

    def differ(self, a: Place, b: Place) -> Iterator[PlacedConflict]:
        """Yield the facts in which two sentences do not agree, if neither text says elsewhere what the other says."""
        if a not in self._known or b not in self._known or self.cut(a) == self.cut(b):
            return
        first, second = self.read_said(a), self.read_said(b)
        found = [
            *differ_in_numbers(self.read_numbers(a), self.read_numbers(b)),
            *differ_in_dates(self.read_dates(a), self.read_dates(b)),
            *differ_in_quotes(first, second),
            *(list(differ_in_names(first, second)) or differ_in_speakers(first, second)),
            *differ_in_attribution(first, second),
        ]
        for conflict in found:
            if not (self.says(a.outlet, conflict.kind, conflict.b) or self.says(b.outlet, conflict.kind, conflict.a)):
                yield PlacedConflict(conflict.kind, self.put(a, conflict.a), self.put(b, conflict.b))

    def says(self, outlet: int, kind: FactKind, slot: Slot) -> bool:
        """Return whether a text has a fact of another one anywhere."""
        if kind is FactKind.NUMBER:
            return any(n.value == slot.value and n.counted & slot.about for n in self._numbers[outlet])
        if kind is FactKind.DATE:
            return slot.value in self._dates[outlet]
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
            )
        return self._said[place]

    def read_names(self, place: Place) -> set[str]:
        """Return the stems of the words with capitals of a sentence."""
        text = self.cut(place)
        return {word.key for word in split_content(text) if word.is_content and text[word.span.start].isupper()}

    def read_claims(self, place: Place) -> Sequence[Claim]:
        """Return what a sentence says happens, or does not; only English is read."""
        return read_claims(self.cut(place)) if self.languages[place.outlet] in (ENGLISH, UNKNOWN) else ()

    @cached_property
    def _last_speakers(self) -> list[list[str | None]]:
        return [
            list_last_speakers([outlet.cut(number)[:MAX_LENGTH] for number in range(len(outlet.sentences))])
            for outlet in self.outlets
        ]

    @cached_property
    def _numbers(self) -> list[list[CountedNumber]]:
        return self._gather(self.read_numbers)

    @cached_property
    def _dates(self) -> list[set[str]]:
        return [{str(fact.value) for fact in facts} for facts in self._gather(self.read_dates)]

    @cached_property
    def _quotes(self) -> list[set[str]]:
        return [{" ".join(quote.words) for quote in quotes} for quotes in self._gather(self.read_quotes)]

    def _gather(self, read: Callable[[Place], Sequence[Found]]) -> list[list[Found]]:
        """Return what there is of a kind in each text."""
        found: list[list[Found]] = [[] for _ in self.outlets]
        for place in self.places:
            found[place.outlet] += read(place)
        return found


def find_opposites(reader: FactReader, links: Sequence[Link]) -> list[PlacedConflict]:
    """Return the claims that another text denies, of texts that say one of the two only.

    The two are in sentences with a strong link; or they are plain, name somebody in common, and are about something
    that at least half of the texts speak of.
    """
    linked = {frozenset({link.a, link.b}) for link in links if link.strength is Strength.STRONG}
    claims: dict[str, list[PlacedClaim]] = {}
    spoken: dict[str, set[int]] = {}
    for place in reader.places:
        for claim in reader.read_claims(place):
            claims.setdefault(claim.concept, []).append(PlacedClaim(place, claim))
            for thing in claim.objects | claim.context:
                spoken.setdefault(thing, set()).add(place.outlet)
    central = {thing for thing, outlets in spoken.items() if 2 * len(outlets) >= len(reader.outlets)}
    found = []
    for alike in claims.values():
        no = [claim for claim in alike if claim.claim.is_denied][:MAX_CLAIMS]
        yes = [claim for claim in alike if not claim.claim.is_denied][:MAX_CLAIMS]
        pairs = [(denied, said) for denied in no for said in yes if denied.claim.contradicts(said.claim)]
        own = (pair for pair in pairs if pair[0].place.outlet == pair[1].place.outlet)
        contested = {side for pair in own for side in pair}
        for denied, said in pairs:
            if denied.place.outlet == said.place.outlet or {denied, said} & contested:
                continue
            is_plain = denied.claim.contradicts_plainly(said.claim)
            is_about = is_plain and central & denied.claim.objects & said.claim.objects
            is_linked = frozenset({denied.place, said.place}) in linked
            if is_linked or (is_about and reader.read_names(denied.place) & reader.read_names(said.place)):
                found.append(PlacedConflict(FactKind.OPPOSITE, denied.put(reader), said.put(reader)))
    return found


def group_conflicts(conflicts: Iterable[PlacedConflict]) -> Iterator[list[PlacedConflict]]:
    """Yield the conflicts in groups of one kind that share facts, in the order of their first."""
    groups: list[list[PlacedConflict]] = []
    home: dict[tuple[FactKind, PlacedSlot], int] = {}
    for conflict in conflicts:
        keys = [(conflict.kind, slot) for slot in (conflict.a, conflict.b)]
        known = sorted({home[key] for key in keys if key in home})
        target = known[0] if known else len(groups)
        if not known:
            groups.append([])
        for other in known[1:]:
            groups[target] += groups[other]
            groups[other] = []
        groups[target].append(conflict)
        moved = groups[target] if known[1:] else [conflict]
        home.update(((found.kind, slot), target) for found in moved for slot in (found.a, found.b))
    yield from filter(None, groups)


def build_disagreement(
    conflicts: Sequence[PlacedConflict], home: Mapping[Place, int], names: Sequence[str]
) -> Disagreement:
    """Return the disagreement of a group, its facts by text; `home` is the row of each sentence.

    Its row is that of the text whose name is first, so that the order of the texts does not choose it.
    """
    slots = sorted({slot for conflict in conflicts for slot in (conflict.a, conflict.b)})
    facts = []
    for outlet in sorted({slot.place.outlet for slot in slots}):
        own = [slot for slot in slots if slot.place.outlet == outlet]
        sentences = tuple(sorted({slot.place.sentence for slot in own}))
        facts.append(Fact(outlet, sentences, tuple(slot.span for slot in own), tuple(slot.value for slot in own)))
    first = min(slots, key=lambda slot: (names[slot.place.outlet], slot.span))
    return Disagreement(home[first.place], conflicts[0].kind, tuple(facts))

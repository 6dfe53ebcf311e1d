"""Disagreements: facts in which sentences that say the same do not agree, and claims that one text denies.

Every rule prefers to list nothing: what a text says elsewhere as the other one does is no disagreement.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dedup.compare.fact_reader import MAX_LENGTH, FactReader, PlacedClaim, PlacedConflict, PlacedSlot
from dedup.compare.model import Disagreement, Fact, FactKind, Link, Outlet, Place, Row, Strength
from dedup.compare.opposite_words import COMMON_NAMES
from dedup.compare.story_conflicts import find_story_conflicts
from dedup.text.language import ENGLISH, UNKNOWN, identify_language
from dedup.text.number_phrases import SPELLED

MAX_CLAIMS = 300  # with one verb, on either side, that are held against each other
EVENT_FACTS = frozenset([FactKind.NUMBER, FactKind.DATE])  # by which one event is told from another


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
    conflicts = list(drop_other_events(reader, [link for link in links if link.strength is Strength.STRONG]))
    conflicts += find_opposites(reader, links)
    conflicts += find_story_conflicts(reader)
    home = {Place(c.outlet, s): number for number, row in enumerate(rows) for c in row.cells for s in c.whole}
    names = [outlet.name for outlet in outlets]
    found = [build_disagreement(group, home, names) for group in group_conflicts(conflicts)]
    order = list(FactKind)
    return sorted(found, key=lambda d: (d.row, order.index(d.kind), d.facts[0].spans))


def drop_other_events(reader: FactReader, links: Sequence[Link]) -> Iterator[PlacedConflict]:
    """Yield the conflicts of linked sentences, but numbers and dates of two texts that differ more than they agree.

    Such texts tell two events of one kind: two quakes, two matches.
    """
    found: dict[frozenset[int], list[PlacedConflict]] = {}
    agreed: dict[frozenset[int], set[str]] = {}
    for link in links:
        texts = frozenset({link.a.outlet, link.b.outlet})
        found.setdefault(texts, []).extend(reader.differ(link.a, link.b))
        agreed.setdefault(texts, set()).update(reader.agree(link.a, link.b))
    for texts, conflicts in found.items():
        slots = {(c.kind, c.a.value, c.b.value) for c in conflicts if c.kind in EVENT_FACTS}
        is_other = len(slots) > max(1, len(agreed[texts]))
        yield from (c for c in conflicts if not (is_other and c.kind in EVENT_FACTS))


def find_opposites(reader: FactReader, links: Sequence[Link]) -> list[PlacedConflict]:
    """Return the claims that another text denies, of texts that say one of the two only; one for two sentences.

    The two are in sentences with a strong link; or a word of denial denies one of them, both name somebody in common,
    and they share an object that at least half of the texts speak of, or have a weak link.
    """
    strengths = {frozenset({link.a, link.b}): link.strength for link in links}
    claims: dict[str, list[PlacedClaim]] = {}
    spoken: dict[str, set[int]] = {}
    for place in reader.places:
        for claim in reader.read_claims(place):
            claims.setdefault(claim.concept, []).append(PlacedClaim(place, claim))
            for thing in claim.objects | claim.context:
                spoken.setdefault(thing, set()).add(place.outlet)
    central = {thing for thing, outlets in spoken.items() if 2 * len(outlets) >= len(reader.outlets)}
    found: dict[frozenset[Place], PlacedConflict] = {}
    for denied, said in pair_claims(reader, claims.values()):
        places = frozenset({denied.place, said.place})
        strength = strengths.get(places)
        shared = denied.claim.contradicts_plainly(said.claim)
        names_one = denied.claim.actor & said.claim.actor - COMMON_NAMES or (
            reader.read_names(denied.place) & reader.read_names(said.place)
        )
        is_central = shared & central and denied.claim.is_sure(said.claim)
        is_told = names_one and (is_central or (shared and strength is Strength.WEAK))
        if strength is Strength.STRONG or is_told:
            found.setdefault(places, PlacedConflict(FactKind.OPPOSITE, denied.put(reader), said.put(reader)))
    return list(found.values())


def pair_claims(
    reader: FactReader, claims: Iterable[Sequence[PlacedClaim]]
) -> Iterator[tuple[PlacedClaim, PlacedClaim]]:
    """Yield what one text denies with what another one says, both of one concept; who says both contradicts nobody."""
    for alike in claims:
        no = [claim for claim in alike if claim.claim.is_denied][:MAX_CLAIMS]
        yes = [claim for claim in alike if not claim.claim.is_denied][:MAX_CLAIMS]
        pairs = [(denied, said) for denied in no for said in yes if denied.claim.contradicts(said.claim)]
        own = (pair for pair in pairs if pair[0].place.outlet == pair[1].place.outlet)
        contested = {side for pair in own for side in pair}
        for denied, said in pairs:
            is_apart = reader.are_of_other_days(denied.place, said.place)
            if denied.place.outlet != said.place.outlet and not {denied, said} & contested and not is_apart:
                yield denied, said


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

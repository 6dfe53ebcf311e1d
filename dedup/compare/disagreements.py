"""Disagreements: where the wordings of one statement do not agree in a fact."""

from collections.abc import Callable, Collection, Sequence
from itertools import combinations

from dedup.compare.facts import FINDERS, FoundFact, disagree, find_names, is_same_name
from dedup.compare.model import Cell, Disagreement, Fact, FactKind, Outlet, Row, Wording
from dedup.text.spans import Span

MAX_LENGTH = 10_000  # characters; the patterns take the square of a sentence at worst


def explain_long_sentences(outlets: Sequence[Outlet]) -> tuple[str, ...]:
    """Return the limit of sentences that are too long to look for facts in, if there are any."""
    count = sum(
        s.span.end - s.span.start > MAX_LENGTH for outlet in outlets for s in outlet.sentences if s.omission is None
    )
    if not count:
        return ()
    return (f"no disagreements are looked for in {count} sentence{'s' * (count > 1)} beyond {MAX_LENGTH:,} characters",)


def find_disagreements(
    outlets: Sequence[Outlet], rows: Sequence[Row], relations: Sequence[Sequence[tuple[Wording | None, ...]]]
) -> list[Disagreement]:
    """Return the disagreements, row by row; each names every cell that has a fact of its kind.

    If one wording is an edit of the other, all names are compared. Free wordings name different people and places as a
    matter of course, so between them only the names of speakers are compared.
    """
    found = []
    for number, row in enumerate(rows):
        if len(row.cells) < 2:
            continue
        for kind in FINDERS:
            facts = [
                fact for cell in row.cells if (fact := read_fact(outlets[cell.outlet], cell, FINDERS[kind])).values
            ]
            pairs = combinations(facts, 2)
            if any(disagree(kind, a.values, b.values) for a, b in pairs):
                found.append(Disagreement(number, kind, tuple(facts)))
            elif kind is FactKind.NAME:
                found += find_changed_names(number, outlets, row, relations)
    return found


def find_changed_names(
    number: int, outlets: Sequence[Outlet], row: Row, relations: Sequence[Sequence[tuple[Wording | None, ...]]]
) -> list[Disagreement]:
    """Return the disagreement of a row in which an edit put one name for another."""
    names = {cell.outlet: read_fact(outlets[cell.outlet], cell, find_names) for cell in row.cells}
    changed: dict[int, set[str]] = {}
    for a, b in combinations(row.outlets, 2):
        a_names, b_names = names[a].values, names[b].values
        if relations[a][b][number] is Wording.EDITED and disagree(FactKind.NAME, a_names, b_names):
            changed.setdefault(a, set()).update(list_others(a_names, b_names))
            changed.setdefault(b, set()).update(list_others(b_names, a_names))
    facts = tuple(keep_values(names[outlet], changed[outlet]) for outlet in sorted(changed))
    return [Disagreement(number, FactKind.NAME, facts)] if facts else []


def list_others(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return the names that are none of the others."""
    return [name for name in names if not any(is_same_name(name, other) for other in others)]


def keep_values(fact: Fact, values: Collection[str]) -> Fact:
    """Return a fact with some of its values only."""
    kept = [(span, value) for span, value in zip(fact.spans, fact.values, strict=True) if value in values]
    return Fact(fact.outlet, fact.sentences, tuple(span for span, _ in kept), tuple(value for _, value in kept))


def read_fact(outlet: Outlet, cell: Cell, find: Callable[[str], list[FoundFact]]) -> Fact:
    """Return what a cell has of one kind."""
    spans: list[Span] = []
    values: list[str] = []
    for sentence in cell.sentences:
        start, end = outlet.sentences[sentence].span
        if end - start > MAX_LENGTH:
            continue
        for span, value in find(outlet.cut(sentence)):
            spans.append(Span(start + span.start, start + span.end))
            values.append(value)
    return Fact(cell.outlet, cell.sentences, tuple(spans), tuple(values))

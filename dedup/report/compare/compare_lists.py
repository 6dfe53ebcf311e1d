"""Lists of statements and of disagreements, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.compare.model import Comparison, FactKind, Grade, LeftOut
from dedup.report.compare.compare_text import KIND_NAMES, list_facts, name_letter


@dataclass(frozen=True, slots=True)
class PageList:
    """Statements of one text under a title: (row, wording, who says it)."""

    outlet: int
    letter: str
    name: str
    items: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class PageDisagreement:
    """Facts that do not agree: (letter, name, wordings) of each text."""

    row: int
    kind: str
    facts: tuple[tuple[str, str, tuple[str, ...]], ...]


def list_only_here(found: Comparison) -> list[PageList]:
    """Return, for each text, what no other says."""
    return [
        build_list(found, outlet, [(row, name_letter(outlet)) for row in found.only_here(outlet)])
        for outlet in range(len(found.outlets))
    ]


def list_left_out(found: Comparison) -> list[PageList]:
    """Return, for each text, what others say and nothing in it comes near: what most say first."""
    lists: list[list[LeftOut]] = [[] for _ in found.outlets]
    for entry in found.left_out:
        if entry.grade is Grade.LEFT_OUT:
            lists[entry.outlet].append(entry)
    count = len(found.outlets)
    return [
        build_list(found, outlet, [(entry.row, describe_who(entry.outlets, count)) for entry in entries])
        for outlet, entries in enumerate(lists)
    ]


def build_list(found: Comparison, outlet: int, rows: Sequence[tuple[int, str]]) -> PageList:
    """Return statements, each with who makes it, under the name of one text."""
    items = tuple((number, found.quote(number, found.reference(number)), who) for number, who in rows)
    return PageList(outlet, name_letter(outlet), found.outlets[outlet].name, items)


def describe_who(outlets: Sequence[int], count: int) -> str:
    """Return who makes a statement."""
    letters = " ".join(name_letter(outlet) for outlet in outlets)
    return f"all but one: {letters}" if len(outlets) == count - 1 and count > 2 else letters


def build_disagreements(found: Comparison) -> list[tuple[str, list[PageDisagreement]]]:
    """Return the disagreements by kind: numbers first, attribution last."""
    groups = []
    for kind in FactKind:
        items = [
            PageDisagreement(
                disagreement.row,
                KIND_NAMES[kind],
                tuple(
                    (name_letter(outlet), found.outlets[outlet].name, tuple(texts))
                    for outlet, texts in list_facts(found, disagreement)
                ),
            )
            for disagreement in found.disagreements
            if disagreement.kind is kind
        ]
        if items:
            groups.append((KIND_NAMES[kind], items))
    return groups

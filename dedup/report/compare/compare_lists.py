"""Lists of statements and of discrepancies, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.compare.model import Comparison, FactKind, Row
from dedup.report.compare.compare_text import KIND_NAMES, list_facts, name_letter

MIN_LEFT_OUT = 2  # other texts that say what one is said to leave out


@dataclass(frozen=True, slots=True)
class PageList:
    """Statements of one text under a title: (row, wording, who says it)."""

    outlet: int
    letter: str
    name: str
    items: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class PageDiscrepancy:
    """Facts that do not agree: (letter, name, wordings) of each text."""

    row: int
    kind: str
    facts: tuple[tuple[str, str, tuple[str, ...]], ...]


def list_only_here(found: Comparison) -> list[PageList]:
    """Return, for each text, what no other says."""
    return [build_list(found, outlet, found.only_here(outlet)) for outlet in range(len(found.outlets))]


def list_left_out(found: Comparison) -> list[PageList]:
    """Return, for each text, what at least MIN_LEFT_OUT others say and it does not: what most say first."""
    lists = []
    for outlet in range(len(found.outlets)):
        rows = [
            number
            for number, row in enumerate(found.rows)
            if outlet not in row.outlets and len(row.cells) >= min(MIN_LEFT_OUT, len(found.outlets) - 1)
        ]
        lists.append(
            build_list(found, outlet, sorted(rows, key=lambda number: (-len(found.rows[number].cells), number)))
        )
    return lists


def build_list(found: Comparison, outlet: int, rows: Sequence[int]) -> PageList:
    """Return statements under the name of one text."""
    items = tuple(
        (number, found.quote(number, found.reference(number)), describe_who(found.rows[number], len(found.outlets)))
        for number in rows
    )
    return PageList(outlet, name_letter(outlet), found.outlets[outlet].name, items)


def describe_who(row: Row, count: int) -> str:
    """Return who makes a statement."""
    letters = " ".join(name_letter(outlet) for outlet in row.outlets)
    return f"all but one: {letters}" if len(row.cells) == count - 1 and count > 2 else letters


def build_discrepancies(found: Comparison) -> list[tuple[str, list[PageDiscrepancy]]]:
    """Return the discrepancies by kind: numbers first, attribution last."""
    groups = []
    for kind in FactKind:
        items = [
            PageDiscrepancy(
                discrepancy.row,
                KIND_NAMES[kind],
                tuple(
                    (name_letter(outlet), found.outlets[outlet].name, tuple(texts))
                    for outlet, texts in list_facts(found, discrepancy)
                ),
            )
            for discrepancy in found.discrepancies
            if discrepancy.kind is kind
        ]
        if items:
            groups.append((KIND_NAMES[kind], items))
    return groups

"""A diff as one HTML page: no script, nothing loaded, safe with hostile text."""

from dataclasses import dataclass, replace
from itertools import pairwise

from dedup.diff.model import Block, ChangeKind, Diff, TextNames, UnitChange
from dedup.report.diff.diff_rows import (
    Departure,
    Fold,
    ShownRow,
    is_white_space,
    lay_out,
    list_facts,
    name_anchor,
    starts_move,
)
from dedup.report.diff.diff_text import RELATIONS, describe_fact, describe_fold, describe_move, summarise
from dedup.report.page import render_page
from dedup.report.wrapping import show_white_space

_SIGNS = {
    UnitChange.ADDED: "+",
    UnitChange.DROPPED: "−",
    UnitChange.EDITED: "~",
    UnitChange.SPLIT: "~",
    UnitChange.MERGED: "~",
}


@dataclass(frozen=True, slots=True)
class TaggedText:
    """A run of text as the page shows it: `tag` is "", "ins" or "del"."""

    tag: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of the page; which fields are filled depends on `kind`: unit, departure or fold.

    `last` and `next` are the anchors of the changed rows before and behind a changed one.
    """

    kind: str
    anchor: str = ""
    move_anchor: str = ""
    sign: str = ""
    label: str = ""
    link: str = ""
    css: str = ""
    inline: tuple[TaggedText, ...] = ()
    old: tuple[TaggedText, ...] = ()
    new: tuple[TaggedText, ...] = ()
    rows: tuple["DiffRow", ...] = ()
    last: str = ""
    next: str = ""


def render_html(diff: Diff, names: TextNames) -> str:
    """Return the page; `names` are those of the old and the new text."""
    values = {
        "names": names,
        "summary": summarise(diff),
        "stats": diff.stats,
        "shares": measure_shares(diff),
        "limits": diff.limits,
        "facts": [(describe_fact(fact), name_anchor(fact.block)) for fact in list_facts(diff)],
        "rows": link_changes(describe_rows(diff)),
    }
    return render_page("diff.html", values, ("diff.css",))


def describe_rows(diff: Diff, prefix: str = "") -> list[DiffRow]:
    """Return all rows of the comparison as a page shows them; their anchors begin with `prefix`."""
    return [_describe_row(diff, row, prefix) for row in lay_out(diff)]


def link_changes(rows: list[DiffRow]) -> list[DiffRow]:
    """Return the rows with links from each changed one to the one before and the one behind."""
    changed = [number for number, row in enumerate(rows) if row.kind == "unit" and row.css != UnitChange.EQUAL]
    linked = list(rows)
    for before, behind in pairwise(changed):
        linked[before] = replace(linked[before], next=rows[behind].anchor)
        linked[behind] = replace(linked[behind], last=rows[before].anchor)
    return linked


def measure_shares(diff: Diff) -> list[tuple[str, int, float]]:
    """Return (name, words, percent) of the bar at the top."""
    stats = diff.stats
    counts = {name: int(getattr(stats, f"num_{name}")) for name in ("kept", "moved", "added", "dropped")}
    total = sum(counts.values()) or 1
    return [(name, count, round(100 * count / total, 2)) for name, count in counts.items()]


def _describe_row(diff: Diff, row: ShownRow, prefix: str) -> DiffRow:
    if isinstance(row, Fold):
        inner = tuple(_describe_row(diff, block, prefix) for block in row.blocks)
        return DiffRow("fold", label=describe_fold(diff, row), rows=inner)
    if isinstance(row, Departure):
        words = " ".join(diff.moves[row.move].old.cut(diff.old).split()[:12])
        label = describe_move(diff, row.move, is_arrival=False)
        return DiffRow(
            "departure",
            anchor=f"{prefix}from-{row.move + 1}",
            sign="↷",
            label=label,
            link=f"#{prefix}move-{row.move + 1}",
            inline=(TaggedText("", f"{words} …"),),
        )
    return _describe_block(diff, row, prefix)


def _describe_block(diff: Diff, block: Block, prefix: str) -> DiffRow:
    label, link, move_anchor = RELATIONS.get(block.relation, ""), "", ""
    if block.move is not None and starts_move(diff, block):
        label = "; ".join(filter(None, (describe_move(diff, block.move, is_arrival=True), label)))
        link, move_anchor = f"#{prefix}from-{block.move + 1}", f"{prefix}move-{block.move + 1}"
    sign = _SIGNS.get(block.relation, "")
    css = block.relation.value if block.move is None else f"{block.relation.value} moved"
    return DiffRow(
        "unit",
        anchor=prefix + name_anchor(block),
        move_anchor=move_anchor,
        sign=sign if block.move is None else f"↷{sign}",
        label=label,
        link=link,
        css=css,
        inline=_cut_pieces(diff, block, is_old=True, is_new=True),
        old=_cut_pieces(diff, block, is_old=True, is_new=False),
        new=_cut_pieces(diff, block, is_old=False, is_new=True),
    )


def _cut_pieces(diff: Diff, block: Block, *, is_old: bool, is_new: bool) -> tuple[TaggedText, ...]:
    pieces: list[TaggedText] = []
    for change in block.changes:
        if change.kind is ChangeKind.EQUAL:
            pieces.append(TaggedText("", change.new.cut(diff.new)))
            continue
        title = ", ".join(f"{mark.value} changed" for mark in change.marks)
        show = show_white_space if is_white_space(diff, change) else str
        if is_old and not change.old.is_empty:
            pieces.append(TaggedText("del", show(change.old.cut(diff.old)), title))
        if is_new and not change.new.is_empty:
            pieces.append(TaggedText("ins", show(change.new.cut(diff.new)), title))
    return tuple(pieces)

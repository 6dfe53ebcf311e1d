"""A diff for a terminal: inline, or side by side where there is room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dedup.diff.model import Block, ChangeKind, Diff, TextNames, UnitChange
from dedup.report.diff.diff_rows import CONTEXT, Departure, Fold, is_white_space, lay_out, list_facts, starts_move
from dedup.report.diff.diff_text import RELATIONS, describe_fact, describe_fold, describe_move, summarise
from dedup.report.wording import count_things
from dedup.report.wrapping import Line, Piece, Style, add_signs, hang, pad, paint, show_white_space, wrap_pieces
from dedup.text.control_characters import make_safe, show_line

GUTTER = 4  # columns
MIN_SIDE_BY_SIDE = 110  # columns; below, two columns hold fewer than seven words a line
MAX_LINE = 100  # columns of running text: longer lines are hard to read
_SIGNS = {
    UnitChange.EQUAL: " ",
    UnitChange.EDITED: "~",
    UnitChange.SPLIT: "~",
    UnitChange.MERGED: "~",
    UnitChange.ADDED: "+",
    UnitChange.DROPPED: "-",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """What the output is shown on, and how many unchanged units beside each change."""

    width: int = 80
    is_coloured: bool = False
    is_side_by_side: bool = False
    context: int = CONTEXT


def render_terminal(diff: Diff, names: TextNames, screen: Screen) -> str:
    """Return the diff as lines of text; `names` are those of the old and the new text."""
    lines = [*_write_head(diff, names, screen.width), *_write_body(diff, screen)]
    return "".join(f"{paint(line, is_coloured=screen.is_coloured).rstrip()}\n" for line in lines)


def _write_head(diff: Diff, names: TextNames, width: int) -> Iterator[Line]:
    stats = diff.stats
    heads = [
        Piece(f"old: {show_line(names[0])} ({count_things(stats.num_old_words, 'word')})", Style.STRONG),
        Piece(f"new: {show_line(names[1])} ({count_things(stats.num_new_words, 'word')})", Style.STRONG),
        Piece(summarise(diff)),
        *(Piece(f"LIMIT: {limit}", Style.STRONG) for limit in diff.limits),
    ]
    for head in heads:
        yield from wrap_pieces([head], width)
    facts = list_facts(diff)
    if facts:
        yield ()
        yield from wrap_pieces([Piece("Numbers, dates and quoted words that changed:", Style.STRONG)], width)
    for fact in facts:
        yield from hang("  ! ", wrap_pieces([Piece(make_safe(describe_fact(fact)))], width - GUTTER))


def _write_body(diff: Diff, screen: Screen) -> Iterator[Line]:
    rows = lay_out(diff, screen.context)
    if rows:
        yield ()
    for row in rows:
        if isinstance(row, Fold):
            yield (Piece(f"    ... {describe_fold(diff, row)} ...", Style.FAINT),)
        elif isinstance(row, Departure):
            yield from _write_departure(diff, row, screen)
        else:
            yield from _write_note(diff, row, screen)
            yield from (_write_pair if screen.is_side_by_side else _write_block)(diff, row, screen)


def _write_departure(diff: Diff, row: Departure, screen: Screen) -> Iterator[Line]:
    move = diff.moves[row.move]
    words = " ".join(move.old.cut(diff.old).split()[:8])
    text = f"{describe_move(diff, row.move, is_arrival=False)}: {make_safe(words)} …"
    yield from hang("<   ", wrap_pieces([Piece(text, Style.MOVED)], _measure_text(screen)))


def _write_block(diff: Diff, block: Block, screen: Screen) -> Iterator[Line]:
    pieces = _show_pieces(diff, block, screen, is_old=True, is_new=True)
    yield from hang(_choose_sign(block), wrap_pieces(pieces, _measure_text(screen)))


def _write_pair(diff: Diff, block: Block, screen: Screen) -> Iterator[Line]:
    """Yield the old and the new wording beside each other."""
    width = (screen.width - GUTTER - 3) // 2
    sides = [_show_pieces(diff, block, screen, is_old=is_old, is_new=not is_old) for is_old in (True, False)]
    columns = [wrap_pieces(pieces, width) for pieces in sides]
    height = max(map(len, columns))
    left, right = (column + [()] * (height - len(column)) for column in columns)
    sign = _choose_sign(block)
    for number, (old_line, new_line) in enumerate(zip(left, right, strict=True)):
        style = Style.PLAIN if block.move is None else Style.MOVED
        gutter = Piece(sign if number == 0 else " " * GUTTER, style)
        yield (gutter, *pad(old_line, width), Piece(" │ ", Style.FAINT), *new_line)


def _write_note(diff: Diff, block: Block, screen: Screen) -> Iterator[Line]:
    notes = []
    if block.move is not None and starts_move(diff, block):
        notes.append(describe_move(diff, block.move, is_arrival=True))
    if block.relation in RELATIONS:
        notes.append(RELATIONS[block.relation])
    for note in notes:
        yield from hang("    ", wrap_pieces([Piece(f"({note})", Style.MOVED)], _measure_text(screen)))


def _show_pieces(diff: Diff, block: Block, screen: Screen, *, is_old: bool, is_new: bool) -> list[Piece]:
    """Return the pieces of a block as the screen shows them: without colour changes get signs, unless all is one."""
    pieces = _cut_pieces(diff, block, is_old=is_old, is_new=is_new)
    if screen.is_coloured:
        return pieces
    is_whole = block.relation in {UnitChange.ADDED, UnitChange.DROPPED}
    return [Piece(piece.text) for piece in (pieces if is_whole else add_signs(pieces))]


def _cut_pieces(diff: Diff, block: Block, *, is_old: bool, is_new: bool) -> list[Piece]:
    """Return the text of a block as pieces: of the old wording, the new, or both."""
    plain = Style.PLAIN if block.move is None else Style.MOVED
    pieces: list[Piece] = []
    for change in block.changes:
        if change.kind is ChangeKind.EQUAL:
            pieces.append(Piece(_flatten(change.new.cut(diff.new)), plain))
            continue
        show = show_white_space if is_white_space(diff, change) else _flatten
        if is_old and not change.old.is_empty:
            pieces.append(Piece(show(change.old.cut(diff.old)), Style.DELETED))
        if is_new and not change.new.is_empty:
            pieces.append(Piece(show(change.new.cut(diff.new)), Style.INSERTED))
    return _trim_end(pieces)


def _flatten(text: str) -> str:
    return make_safe(text.replace("\r\n", " ").replace("\n", " ").replace("\r", " "))


def _trim_end(pieces: Sequence[Piece]) -> list[Piece]:
    trimmed = list(pieces)
    while trimmed and not trimmed[-1].text.strip():
        trimmed.pop()
    if trimmed:
        trimmed[-1] = Piece(trimmed[-1].text.rstrip(), trimmed[-1].style)
    return trimmed


def _choose_sign(block: Block) -> str:
    """Return what the gutter shows beside a block."""
    sign = _SIGNS[block.relation]
    return f"{sign if block.move is None else f'>{sign}'.strip():<{GUTTER}}"


def _measure_text(screen: Screen) -> int:
    return max(20, min(screen.width, MAX_LINE + GUTTER) - GUTTER)

"""A comparison of N texts for a terminal: an overview that a person can read."""

from collections.abc import Iterator, Sequence

from dedup.compare.model import Comparison, Strength, Wording
from dedup.report.compare.compare_text import (
    KIND_NAMES,
    RELATION_SIGNS,
    describe_base,
    describe_derivation,
    describe_engine,
    describe_order,
    list_facts,
    name_letter,
    percent,
)
from dedup.report.wrapping import Line, Piece, Style, measure_width, paint, wrap_pieces
from dedup.text.control_characters import make_safe, show_line

MAX_LINE = 100
MAX_ROWS = 8  # rows shown whole: those of the most texts
MAX_LISTED = 5  # sentences of each list
MAX_MATRIX = 12  # texts whose matrix of all pairs is readable


def render_terminal(found: Comparison, width: int, *, is_coloured: bool = False) -> str:
    """Return the overview as lines of text."""
    width = min(width, MAX_LINE)
    parts = [
        write_head(found, width),
        write_shares(found, width),
        write_matrix(found, width),
        write_rows(found, width),
        write_disagreements(found, width),
        write_lists(found, width),
    ]
    lines: list[Line] = []
    for part in parts:
        block = list(part)
        if block:
            lines += [*([()] if lines else []), *block]
    return "".join(f"{paint(line, is_coloured=is_coloured).rstrip()}\n" for line in lines)


def write_head(found: Comparison, width: int) -> Iterator[Line]:
    """Yield what was compared, by what, against what."""
    shared = sum(len(row.cells) > 1 for row in found.rows)
    strong = sum(link.strength is Strength.STRONG for link in found.links)
    yield (
        Piece(f"{len(found.outlets)} texts, {shared} statements in two or more of them", Style.STRONG),
        Piece(f" ({strong} strong links)"),
    )
    for text in (show_line(describe_engine(found)), *(f"LIMIT: {limit}" for limit in found.limits)):
        yield from wrap_pieces([Piece(text, Style.FAINT)], width)


def write_shares(found: Comparison, width: int) -> Iterator[Line]:
    """Yield a table: how much of the base each text kept, and how."""
    yield (Piece(f"What became of {show_line(describe_base(found))}, in shares of its words", Style.STRONG),)
    names = [show_line(outlet.name) for outlet in found.outlets]
    room = max(8, min(max(map(measure_width, names)), width - 66))
    heads = ("words", "verbatim", "edited", "reworded", "partial", "dropped", "new")
    yield (Piece(" " * (room + 5) + "".join(f"{head:>9}" for head in heads), Style.FAINT),)
    for number, outlet in enumerate(found.outlets):
        label = f"{name_letter(number):>2}  {fit(names[number], room)} "
        if number == found.base:
            yield (Piece(label), Piece(f"{outlet.num_words:>9,}"), Piece("  the base", Style.FAINT))
            continue
        shares = found.shares[number][found.base]
        kept = (shares.verbatim, shares.edited, shares.reworded, shares.partial, shares.dropped, shares.new)
        yield (Piece(f"{label}{outlet.num_words:>9,}" + "".join(f"{percent(share):>9}" for share in kept)),)
        note = f"{describe_derivation(shares)}, {describe_order(shares.tau)}"
        yield (Piece(f"{'':{room + 5}}  {note}", Style.FAINT),)


def write_matrix(found: Comparison, width: int) -> Iterator[Line]:
    """Yield how much of each text every other one says."""
    count = len(found.outlets)
    if not 2 < count <= MAX_MATRIX:
        return
    yield (Piece("How much of the text in the row the text in the column says", Style.STRONG),)
    yield (Piece("      " + "".join(f"{name_letter(number):>7}" for number in range(count)), Style.FAINT),)
    for row in range(count):
        said = [
            "      ." if column == row else f"{percent(1 - found.shares[column][row].dropped):>7}"
            for column in range(count)
        ]
        yield (Piece(f"{name_letter(row):>4}  {''.join(said)}"[:width]),)


def write_rows(found: Comparison, width: int) -> Iterator[Line]:
    """Yield the statements that most texts make, each in all its wordings."""
    shared = [number for number, row in enumerate(found.rows) if len(row.cells) > 1]
    chosen = sorted(sorted(shared, key=lambda number: (-len(found.rows[number].cells), number))[:MAX_ROWS])
    if not chosen:
        yield (Piece("No statement stands in two of the texts.", Style.STRONG),)
        return
    signs = ", ".join(f"{sign} {relation.value}" for relation, sign in RELATION_SIGNS.items())
    more = f" (the {len(chosen)} that most texts make, of {len(shared)})" if len(shared) > len(chosen) else ""
    yield (Piece(f"Statements{more}", Style.STRONG), Piece(f"   {signs}", Style.FAINT))
    for number in chosen:
        yield ()
        yield from write_row(found, number, width)


def write_row(found: Comparison, number: int, width: int) -> Iterator[Line]:
    """Yield one statement: the reference first, then the others with their relation to it."""
    row, reference = found.rows[number], found.reference(number)
    missing = [name_letter(o) for o in range(len(found.outlets)) if o not in row.outlets]
    note = f"   not in {' '.join(missing)}" if missing else "   in all"
    yield (Piece(f"{number + 1:>4}.", Style.STRONG), Piece(note, Style.FAINT))
    for outlet in sorted(row.outlets, key=lambda o: (o != reference, o)):
        relation = found.relation(number, outlet, reference)
        sign = " " if outlet == reference else RELATION_SIGNS[relation or Wording.REWORDED]
        text = show_line(found.quote(number, outlet))
        yield from hang(f"  {sign} {name_letter(outlet):<3}", text, width)


def write_disagreements(found: Comparison, width: int) -> Iterator[Line]:
    """Yield where the wordings of one statement do not agree in a fact."""
    if not found.disagreements:
        return
    yield (Piece("Within one statement, these do not agree (which is right is not ours to say)", Style.STRONG),)
    for disagreement in found.disagreements:
        facts = [
            f"{name_letter(outlet)}: {make_safe(' / '.join(texts))}"
            for outlet, texts in list_facts(found, disagreement)
        ]
        yield from hang(f"{disagreement.row + 1:>4}. ", f"{KIND_NAMES[disagreement.kind]}: {'; '.join(facts)}", width)


def write_lists(found: Comparison, width: int) -> Iterator[Line]:
    """Yield what only one text has, and what all have but one."""
    titles = (("Only in", found.only_here), ("In all but", found.all_but))
    first = True
    for title, choose in titles:
        for outlet in range(len(found.outlets)):
            rows = choose(outlet)
            if not rows:
                continue
            if not first:
                yield ()
            first = False
            count = f" ({len(rows)})"
            yield (
                Piece(f"{title} {name_letter(outlet)} {show_line(found.outlets[outlet].name)}{count}", Style.STRONG),
            )
            yield from write_list(found, rows, width)


def write_list(found: Comparison, rows: Sequence[int], width: int) -> Iterator[Line]:
    """Yield the first few statements of a list, each cut to one line."""
    for number in rows[:MAX_LISTED]:
        text = " ".join(found.quote(number, found.reference(number)).split())
        yield (Piece(f"{number + 1:>4}. {fit(make_safe(text), width - 6).rstrip()}"),)
    if len(rows) > MAX_LISTED:
        yield (Piece(f"      and {len(rows) - MAX_LISTED} more (--format json or html has all)", Style.FAINT),)


def hang(head: str, text: str, width: int) -> Iterator[Line]:
    """Yield a text wrapped behind a head."""
    for number, line in enumerate(wrap_pieces([Piece(text)], width - len(head))):
        yield (Piece(head if number == 0 else " " * len(head)), *line)


def fit(text: str, room: int) -> str:
    """Return the text in exactly `room` columns, cut with an ellipsis or filled with spaces."""
    shown, used = text, 0
    for place, character in enumerate(text):
        used += measure_width(character)
        if used > room:
            shown = text[:place]
            while measure_width(shown) > room - 1:
                shown = shown[:-1]
            shown += "…"
            break
    return shown + " " * (room - measure_width(shown))

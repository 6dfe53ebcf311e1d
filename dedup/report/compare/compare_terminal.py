"""A comparison of N texts for a terminal: an overview that a person can read."""

from collections.abc import Iterable, Iterator, Sequence

from dedup.compare.model import Comparison, Grade, Strength, Wording
from dedup.report.compare.compare_names import call_outlet, find_headline, name_letter, name_outlet, number_statements
from dedup.report.compare.compare_opening import MAX_QUOTE, write_opening
from dedup.report.compare.compare_text import (
    KIND_NAMES,
    KINDS,
    RELATION_SIGNS,
    count_common,
    cut_fact,
    describe_derivation,
    describe_engine,
    describe_order,
    group_wordings,
    percent,
)
from dedup.report.wording import clip_words, count_things
from dedup.report.wrapping import Line, Piece, Style, hang, measure_width, paint, wrap_pieces
from dedup.text.control_characters import make_safe, show_line

MAX_LINE = 100
MAX_ROWS = 8  # rows shown whole: those of the most texts
MAX_LISTED = 5  # sentences of each list
MAX_MATRIX = 12  # texts whose matrix of all pairs is readable
MAX_NAME = 40  # columns of a name in a heading
MAX_SHORT = 60  # characters of a quotation in the summary ...
MAX_TEXTS = 6  # ... and its texts


def render_terminal(found: Comparison, width: int, *, is_coloured: bool = False) -> str:
    """Return the overview as lines of text."""
    width = min(width, MAX_LINE)
    parts = [
        write_head(found),
        write_opening_lines(found, width),
        write_texts(found, width, len(found.outlets)),
        write_engine(found, width),
        write_shares(found, width),
        write_matrix(found, width),
        write_rows(found, width),
        write_disagreements(found, width),
        write_lists(found, width),
    ]
    return join_parts(parts, is_coloured=is_coloured)


def render_summary(found: Comparison, width: int, *, is_coloured: bool = False) -> str:
    """Return the opening and the texts: one screen of 24 lines where the terminal has 80 columns."""
    width = min(width, MAX_LINE)
    parts = [
        write_head(found),
        write_opening_lines(found, width, MAX_SHORT),
        write_texts(found, width, MAX_TEXTS),
        write_limits(found, width),
    ]
    return join_parts(parts, is_coloured=is_coloured)


def join_parts(parts: Iterable[Iterator[Line]], *, is_coloured: bool) -> str:
    """Return parts as text, an empty line between them."""
    lines: list[Line] = []
    for part in parts:
        block = list(part)
        if block:
            lines += [*([()] if lines else []), *block]
    return "".join(f"{paint(line, is_coloured=is_coloured).rstrip()}\n" for line in lines)


def write_head(found: Comparison) -> Iterator[Line]:
    """Yield how many texts make how many statements."""
    shared = sum(len(row.cells) > 1 for row in found.rows)
    strong = sum(link.strength is Strength.STRONG for link in found.links)
    yield (
        Piece(f"{len(found.outlets)} texts, {count_things(shared, 'statement')} in two or more of them", Style.STRONG),
        Piece(f" ({count_things(strong, 'strong link')})"),
    )


def write_opening_lines(found: Comparison, width: int, max_quote: int = MAX_QUOTE) -> Iterator[Line]:
    """Yield the sentences of the opening, a line or several each."""
    for sentence in write_opening(found):
        shown = [p.text if p.row is None else f"“{clip_words(p.text, max_quote)}”" for p in sentence]
        yield from wrap_pieces([Piece(show_line("".join(shown)))], width)


def write_texts(found: Comparison, width: int, most: int) -> Iterator[Line]:
    """Yield a line for each text: its letter, name, date, words and headline."""
    for number, outlet in enumerate(found.outlets[:most]):
        known = (name_outlet(outlet), outlet.date, count_things(outlet.num_words, "word"), find_headline(outlet))
        yield (Piece(fit(f"{name_letter(number):>2}  {show_line(' · '.join(filter(None, known)))}", width).rstrip()),)
    if len(found.outlets) > most:
        yield (Piece(f"    and {len(found.outlets) - most} more", Style.FAINT),)


def write_engine(found: Comparison, width: int) -> Iterator[Line]:
    """Yield what compared the texts, and the limits that were reached."""
    yield from wrap_pieces([Piece(show_line(describe_engine(found)), Style.FAINT)], width)
    yield from write_limits(found, width)


def write_limits(found: Comparison, width: int) -> Iterator[Line]:
    """Yield the limits that were reached."""
    for limit in found.limits:
        yield from wrap_pieces([Piece(f"LIMIT: {limit}", Style.FAINT)], width)


def write_shares(found: Comparison, width: int) -> Iterator[Line]:
    """Yield a table: how much of the base each text kept, and how."""
    names = [show_line(name_outlet(outlet)) for outlet in found.outlets]
    base = f"base {name_letter(found.base)} {names[found.base]}".rstrip()
    yield (Piece(f"What became of {base}, in shares of its words", Style.STRONG),)
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
    """Yield how many statements each two texts have in common."""
    count = len(found.outlets)
    if not 2 < count <= MAX_MATRIX:
        return
    yield (Piece("Statements that two texts have in common", Style.STRONG),)
    yield (Piece("      " + "".join(f"{name_letter(number):>7}" for number in range(count)), Style.FAINT),)
    for row, common in enumerate(count_common(found)):
        yield (Piece(f"{name_letter(row):>4}  {''.join(f'{each:>7,}' for each in common)}"[:width]),)


def write_rows(found: Comparison, width: int) -> Iterator[Line]:
    """Yield the statements that most texts make, each in all its wordings."""
    shared = [number for number, row in enumerate(found.rows) if len(row.cells) > 1]
    chosen = sorted(sorted(shared, key=lambda number: (-len(found.rows[number].cells), number))[:MAX_ROWS])
    if not chosen:
        yield (Piece("No statement is in two of the texts.", Style.STRONG),)
        return
    signs = ", ".join(f"{sign} {relation.value}" for relation, sign in RELATION_SIGNS.items())
    more = f" (the {len(chosen)} that most texts make, of {len(shared)})" if len(shared) > len(chosen) else ""
    yield (Piece(f"Statements{more}", Style.STRONG), Piece(f"   {signs}", Style.FAINT))
    numbers = number_statements(found)
    for row in chosen:
        yield ()
        yield from write_row(found, row, numbers[row], width)


def write_row(found: Comparison, row: int, number: int, width: int) -> Iterator[Line]:
    """Yield one statement: the reference first, then the others with their relation to it; the same words once."""
    reference, outlets = found.reference(row), found.rows[row].outlets
    missing = [name_letter(o) for o in range(len(found.outlets)) if o not in outlets]
    note = f"   not in {' '.join(missing)}" if missing else "   in all"
    yield (Piece(f"{number:>4}.", Style.STRONG), Piece(note, Style.FAINT))
    for group in group_wordings(found, row):
        relation = found.relation(row, group[0], reference)
        sign = " " if group[0] == reference else RELATION_SIGNS[relation or Wording.REWORDED]
        letters = " ".join(map(name_letter, group))
        head = f"  {sign} {letters:<3}"
        yield from hang(
            head, wrap_pieces([Piece(show_line(" ".join(found.quote(row, group[0]).split())))], width - len(head))
        )


def write_disagreements(found: Comparison, width: int) -> Iterator[Line]:
    """Yield where the texts do not agree: opposites first, then facts."""
    if not found.disagreements:
        return
    numbers = number_statements(found)
    yield (Piece("These do not agree (which is right is not ours to say)", Style.STRONG),)
    for case in sorted(found.disagreements, key=lambda case: KINDS.index(case.kind)):
        facts = [f"{name_letter(fact.outlet)}: {make_safe(' / '.join(cut_fact(found, fact)))}" for fact in case.facts]
        told = Piece(f"{KIND_NAMES[case.kind]}: {'; '.join(facts)}")
        yield from hang(head := f"{numbers[case.row]:>4}. ", wrap_pieces([told], width - len(head)))


def write_lists(found: Comparison, width: int) -> Iterator[Line]:
    """Yield what only one text has, and what each leaves out."""
    outlets = range(len(found.outlets))
    only = "Of the texts in its script only in" if found.scripts else "Only in"
    lists = [(only, outlet, found.only_here(outlet), "") for outlet in outlets]
    for outlet in outlets:
        mine = [entry for entry in found.omissions if entry.outlet == outlet]
        rows = [entry.row for entry in mine if entry.grade is Grade.LEFT_OUT]
        more = f", and perhaps {len(mine) - len(rows)} more" if len(mine) > len(rows) else ""
        lists.append(("Left out by", outlet, rows, more))
    shown = [(title, outlet, rows, more) for title, outlet, rows, more in lists if rows]
    for place, (title, outlet, rows, more) in enumerate(shown):
        if place:
            yield ()
        name = fit(show_line(call_outlet(found.outlets[outlet])), MAX_NAME).rstrip()
        yield (Piece(f"{title} {name_letter(outlet)} {name} ({len(rows)}{more})", Style.STRONG),)
        yield from write_list(found, rows, width)


def write_list(found: Comparison, rows: Sequence[int], width: int) -> Iterator[Line]:
    """Yield the first few statements of a list, each cut to one line, with whose words it is in."""
    numbers = number_statements(found)
    for row in rows[:MAX_LISTED]:
        text = " ".join(found.quote_telling(row).split())
        line = f"{numbers[row]:>4}. {name_letter(found.telling[row].place.outlet)}: {make_safe(text)}"
        yield (Piece(fit(line, width).rstrip()),)
    if len(rows) > MAX_LISTED:
        yield (Piece(f"      and {len(rows) - MAX_LISTED} more (--format json or html has all)", Style.FAINT),)


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

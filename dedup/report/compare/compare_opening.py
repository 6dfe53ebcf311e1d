"""The opening of a comparison: four or five sentences from its numbers, the same in every format.

What all tell, who contradicts whom, what only one has, who copied whom, what a text prints twice. What a text says is
quoted, never put in our words.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import chain, groupby, permutations
from typing import NamedTuple

from dedup.compare.model import Comparison, Disagreement, Fact, FactKind, Grade, Omission, Outlet
from dedup.compare.shares import MIN_REUSED
from dedup.report.compare.compare_examples import choose_example, choose_surest, list_plain
from dedup.report.compare.compare_marks import MarkedText, mark_own
from dedup.report.compare.compare_names import name_letter
from dedup.report.compare.compare_text import KIND_NAMES, KINDS, cut_fact, percent
from dedup.report.wording import clip_words, count_things
from dedup.text.dates import parse_moment

MAX_QUOTE = 140  # characters
MAX_SHARED = 2  # statements of all texts that are quoted ...
MAX_NAMED = 6  # texts that a sentence names
MAX_COPIES = 3  # pairs of texts whose shared words are told, and texts whose repeats are


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence: words, a text that is named (`outlet`), or a quotation of a statement (`row`).

    `pieces` are its words with those marked that only one text has.
    """

    text: str
    outlet: int | None = None
    row: int | None = None
    pieces: tuple[MarkedText, ...] = ()


Phrases = list[Phrase]


def write_opening(found: Comparison) -> list[Phrases]:
    """Return the sentences of the opening."""
    parts = (tell_shared, tell_disagreements, tell_alone, tell_copies, tell_repeats)
    return [sentence for part in parts if (sentence := part(found))]


def say_opening(found: Comparison) -> list[str]:
    """Return the same as plain text."""
    return ["".join(f"“{p.text}”" if p.row is not None else p.text for p in s) for s in write_opening(found)]


def compose(*parts: str | Phrase | Sequence[int]) -> Phrases:
    """Return parts as one sentence; texts are named by their letters, or counted where they are too many."""
    sentence: Phrases = []
    for part in parts:
        if isinstance(part, str | Phrase):
            sentence.append(Phrase(part) if isinstance(part, str) else part)
        elif len(part) > MAX_NAMED:
            sentence.append(Phrase(f"{len(part)} texts"))
        else:
            sentence += enumerate_all([[Phrase(name_letter(outlet), outlet=outlet)] for outlet in part])
    return sentence


def enumerate_all(items: Sequence[Phrases], last: str = " and ") -> Phrases:
    """Return items as a list in a sentence: one, two and three."""
    listed: Phrases = []
    for place, item in enumerate(items):
        listed += [*([Phrase(last if place == len(items) - 1 else ", ")] if place else []), *item]
    return listed


def quote_row(found: Comparison, row: int) -> Phrases:
    """Return the sentence of a statement that its other texts cover best as a quotation, and whose words it is in."""
    text = clip_words(" ".join(found.quote_telling(row).split()), MAX_QUOTE)
    quote = Phrase(text, row=row, pieces=mark_own(found, row, text))
    return compose(quote, " (in the words of ", [found.telling[row].place.outlet], ")")


def tell_shared(found: Comparison) -> Phrases:
    """Return what all texts tell, or most of them; what one of them does not plainly say is no example."""
    count = len(found.outlets)
    shared = [row for row, held in enumerate(found.rows) if len(held.cells) > 1]
    if not shared:
        return compose("No statement is in two of the texts.")
    plain = list_plain(found, shared)
    most = max(len(found.rows[row].cells) for row in shared)
    is_all = most == count
    widest = [row for row in shared if len(found.rows[row].cells) == most]
    sure = [row for row in plain if row in widest]
    examples = sorted(sure, key=lambda row: -found.telling[row].score)[:MAX_SHARED]
    quotes = enumerate_all([quote_row(found, row) for row in examples])
    are = "is" if len(shared) == 1 else "are"
    more = f"; {len(shared)} of the {len(found.rows)} statements {are} in two texts or more"
    rest = "." if len(shared) == len(found.rows) else f"{more}."
    who = "Both" if count == 2 else f"All {count}"
    told = f"{who} texts have {count_things(len(widest), 'statement')} more or less in common"
    if not is_all:
        are = "is" if len(widest) == 1 else "are"
        told = (
            f"No statement is in all {count} texts; the most widely told {are} in {most}{', more or less' * (not sure)}"
        )
    if sure:
        told += ": " if len(widest) == 1 else ", for example "
    return compose(told, *quotes, rest)


def tell_disagreements(found: Comparison) -> Phrases:
    """Return who may contradict whom, both wordings of the gravest case, and how many cases of each kind there are."""
    if not found.disagreements:
        return compose(
            "No contradiction was found in claims, numbers, dates, quotations and names; "
            "what is not listed may differ too."
        )
    first = min(found.disagreements, key=lambda case: KINDS.index(case.kind))
    sides = list_sides(first)[:2]
    outlets = [[fact.outlet for fact in side] for side in sides]
    against = enumerate_all([quote_side(found, first, side) for side in sides], " against ")
    counts = Counter(case.kind for case in found.disagreements)
    listed = ", ".join(f"{counts[kind]} in {KIND_NAMES[kind]}" for kind in KINDS if counts[kind])
    count = len(found.disagreements)
    rest = f"; {count} disagreements were found: {listed}." if count > 1 else "."
    if first.kind is FactKind.OPPOSITE and len(sides) > 1:
        return compose(outlets[0], " may contradict ", outlets[1], ": ", *against, rest)
    return compose(sorted(chain(*outlets)), f" differ in {KIND_NAMES[first.kind]}: ", *against, rest)


def list_sides(case: Disagreement) -> list[list[Fact]]:
    """Return the facts of a disagreement by their values; the first two sides differ most."""
    sides: dict[frozenset[str], list[Fact]] = {}
    for fact in case.facts:
        sides.setdefault(frozenset(fact.values), []).append(fact)
    first = next(iter(sides))
    return [sides[values] for values in sorted(sides, key=lambda values: (values != first, len(values & first)))]


def quote_side(found: Comparison, case: Disagreement, side: Sequence[Fact]) -> Phrases:
    """Return what one side says, in its shortest wording: of an opposite a whole sentence."""
    wordings = []
    for fact in side:
        outlet = found.outlets[fact.outlet]
        whole = [outlet.cut(sentence) for sentence in fact.sentences]
        texts = [min(whole, key=len)] if case.kind is FactKind.OPPOSITE else cut_fact(found, fact)
        wordings.append((" / ".join(" ".join(text.split()) for text in texts), fact.outlet))
    text, number = min(wordings, key=lambda wording: len(wording[0]))
    return compose(Phrase(clip_words(text, MAX_QUOTE), row=case.row), " (", [number], ")")


def say_count(count: int, outlets: Sequence[int]) -> list[str | Sequence[int]]:
    """Return how many statements there are in each text, before one of them is quoted."""
    if len(outlets) > 1:
        return [f", {count:,} statement{'s' * (count > 1)} each, ", outlets[:1], " for example "]
    return [", 1 statement, " if count == 1 else f", {count:,} statements, such as "]


def find_first(counts: Sequence[int]) -> list[int]:
    """Return the places of the highest count."""
    return [place for place, count in enumerate(counts) if count == max(counts)]


def tell_alone(found: Comparison) -> Phrases:
    """Return who tells most that no other does, and who leaves out most."""
    outlets = range(len(found.outlets))
    alone = [found.only_here(outlet) for outlet in outlets]
    most = find_first([len(rows) for rows in alone])
    is_single = any(len(row.cells) == 1 for row in found.rows)
    head = compose(
        "Nothing was found that surely one text alone tells" if is_single else "No statement is in one text alone"
    )
    if alone[most[0]]:
        row = choose_example(found, alone[most[0]])
        size = say_count(len(alone[most[0]]), most)
        among = " in its script" if found.scripts else ""
        head = compose(f"Most that no other text{among} tells is in ", most, *size, *quote_row(found, row)[:1])
    missing = [entry for entry in found.omissions if entry.grade is Grade.LEFT_OUT]
    if not missing:
        perhaps = count_things(len({entry.row for entry in found.omissions}), "statement")
        surely = f" surely leaves out, {perhaps} perhaps." if found.omissions else " leaves out."
        return [*head, Phrase(f"; nothing was found that one{surely}")]
    counts = Counter(entry.outlet for entry in missing)
    least = find_first([counts[outlet] for outlet in outlets])
    of_one = [entry for entry in missing if entry.outlet == least[0]]
    shown = quote_row(found, choose_surest(found, of_one).row)
    verb = f" surely leave{'s' * (len(least) == 1)} out most that others tell"
    return [*head, *compose("; ", least, verb, *say_count(len(of_one), least), *shown, ".")]


class Reuse(NamedTuple):
    """How much of one text is in the words of another; `is_dated` where the dates say that the other is earlier."""

    share: float
    outlet: int
    source: int
    is_dated: bool


def list_reuse(found: Comparison) -> list[Reuse]:
    """Return what is shared by each two texts, most first: of the later text, or of the one that shares more."""
    dates = [parse_moment(outlet.date) for outlet in found.outlets]
    cases = []
    for a, b in permutations(range(len(found.outlets)), 2):
        share, other = found.shares[a][b].reused, found.shares[b][a].reused
        order = order_dates(dates[a], dates[b])
        if order > 0 if order else (share, b) > (other, a):
            cases.append(Reuse(share, a, b, order != 0))
    return sorted(cases, key=lambda case: (-case.share, case.outlet, case.source))


def order_dates(a: datetime | None, b: datetime | None) -> int:
    """Return 1 where a is later than b, -1 where it is earlier, 0 where that is unknown: by times where both have one.

    >>> order_dates(parse_moment("2024-01-29"), parse_moment("2024-01-29T10:00"))
    0
    """
    if a is None or b is None:
        return 0
    if time() in {a.time(), b.time()}:  # a day alone
        return (a.date() > b.date()) - (a.date() < b.date())
    return (a > b) - (a < b)


def tell_copies(found: Comparison) -> Phrases:
    """Return whose words are in whose text: the three surest pairs, or how little it is."""
    cases = list_reuse(found)
    told = [case for case in cases[:MAX_COPIES] if case.share >= MIN_REUSED]
    pairs = permutations(range(len(found.outlets)), 2)
    highest = max(
        (Reuse(found.shares[a][b].reused, a, b, is_dated=False) for a, b in pairs), key=lambda case: case.share
    )
    if not highest.share:
        return compose("No run of four words is in two of the texts.")
    parts = [
        compose(
            f"{percent(case.share)} of ",
            [case.outlet],
            f" is in runs of four words and more of {'the earlier ' * case.is_dated}",
            [case.source],
        )
        for case in told or [highest]
    ]
    return compose(
        "In shared words: " if told else "None of these texts takes much from another: at most ",
        *enumerate_all(parts),
        ".",
    )


def tell_repeats(found: Comparison) -> Phrases:
    """Return which texts print how many of their characters twice."""
    repeats = sorted(((count_repeated(outlet), -n) for n, outlet in enumerate(found.outlets)), reverse=True)
    repeats = [(count, -n) for count, n in repeats if count]
    told = [part for count, n in repeats[:MAX_COPIES] for part in ([n], f" prints {count:,} characters twice, ")]
    more = f"{count_things(len(repeats) - MAX_COPIES, 'other text')} less, " if len(repeats) > MAX_COPIES else ""
    return compose(*told, f"{more}and the second printing is not compared.") if repeats else []


def count_repeated(outlet: Outlet) -> int:
    """Return the characters that a text prints again: of each run from its first word to the end of its last."""
    total = 0
    for omission, run in groupby(outlet.sentences, key=lambda sentence: sentence.omission):
        if omission is Omission.REPEAT:
            spans = [sentence.span for sentence in run]
            total += len(re.sub(r"\W+$", "", outlet.text[spans[0].start : spans[-1].end]))
    return total

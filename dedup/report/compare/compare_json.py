"""A comparison of N texts as JSON: the schema is in docs/json.md, section "compare"."""

import re

from dedup.compare.model import Comparison, Disagreement, LeftOut, Link, Outlet, Place
from dedup.compare.outlet_shares import OutletShares
from dedup.report.compare.compare_names import digest_text, find_headline, number_statements
from dedup.report.compare.compare_opening import say_opening
from dedup.report.encode import encode_json

_SURROGATE = re.compile("[\\ud800-\\udfff]")
SHARES = ("verbatim", "edited", "reworded", "partial", "dropped", "new", "reused")


def render_json(found: Comparison) -> str:
    """Return the comparison as one JSON object, indented; texts, rows and sentences are named by position, from 0."""
    outlets = range(len(found.outlets))
    return encode_json(
        {
            "engine": found.engine,
            "base": found.base,
            "summary": list(map(make_valid, say_opening(found))),
            "documents": [describe_document(outlet) for outlet in found.outlets],
            "rows": [describe_row(found, row, number) for row, number in enumerate(number_statements(found))],
            "left_out": [describe_left_out(found, entry) for entry in found.omissions],
            "disagreements": [describe_disagreement(found, disagreement) for disagreement in found.disagreements],
            "shares": [describe_shares(o, b, found.shares[o][b]) for o in outlets for b in outlets if o != b],
            "only_here": [found.only_here(outlet) for outlet in outlets],
            "all_but": [found.all_but(outlet) for outlet in outlets],
            "links": [describe_link(found, link) for link in found.links],
            "limits": found.limits,
        }
    )


def make_valid(text: str) -> str:
    """Return the text with half surrogate pairs, which no JSON in UTF-8 can hold, as U+FFFD: places stay the same."""
    return _SURROGATE.sub("\ufffd", text)


def describe_document(outlet: Outlet) -> dict[str, object]:
    """Return one of the texts."""
    return {
        "name": make_valid(outlet.name),
        "date": make_valid(outlet.date) or None,
        "title": make_valid(outlet.title) or None,
        "headline": make_valid(find_headline(outlet)),
        "sha256": digest_text(outlet),
        "num_words": outlet.num_words,
        "sentences": [{**s.span._asdict(), "kind": s.kind, "omitted": s.omission} for s in outlet.sentences],
    }


def describe_row(found: Comparison, row: int, number: int) -> dict[str, object]:
    """Return one row; how its cells relate is said of its reference: the base, or the first text that has the row."""
    reference = found.reference(row)
    cells = [
        {
            "doc": cell.outlet,
            "sentences": cell.sentences,
            "spans": found.outlets[cell.outlet].list_spans(cell),
            "relation": found.relation(row, cell.outlet, reference),
            "text": make_valid(found.quote(row, cell.outlet)),
        }
        for cell in found.rows[row].cells
    ]
    return {"number": number, "reference": reference, "cells": cells}


def describe_left_out(found: Comparison, entry: LeftOut) -> dict[str, object]:
    """Return one statement that a text leaves out: who says it and where, and what comes nearest."""
    nearest = entry.nearest
    return {
        "doc": entry.outlet,
        "grade": entry.grade,
        "row": entry.row,
        "says": [{"doc": place.outlet, **cut_span(found, place)} for place in entry.says],
        "nearest": nearest and {"doc": nearest.place.outlet, **cut_span(found, nearest.place), "score": nearest.score},
    }


def describe_disagreement(found: Comparison, disagreement: Disagreement) -> dict[str, object]:
    """Return one disagreement: where each fact is, its text, and its value in comparable form."""
    facts = [
        {
            "doc": fact.outlet,
            "sentences": fact.sentences,
            "spans": fact.spans,
            "texts": [make_valid(span.cut(found.outlets[fact.outlet].text)) for span in fact.spans],
            "values": [make_valid(value) for value in fact.values],
        }
        for fact in disagreement.facts
    ]
    return {"row": disagreement.row, "kind": disagreement.kind, "facts": facts}


def describe_shares(outlet: int, base: int, shares: OutletShares) -> dict[str, object]:
    """Return how one text relates to another, shares rounded to 4 places."""
    return {
        "doc": outlet,
        "base": base,
        **{name: round(getattr(shares, name), 4) for name in SHARES},
        "tau": None if shares.tau is None else round(shares.tau, 4),
        "derivation": shares.derivation,
    }


def describe_link(found: Comparison, link: Link) -> dict[str, object]:
    """Return one link; its relation is that of b to a."""
    return {
        "a": describe_place(found, link.a),
        "b": describe_place(found, link.b),
        "score": link.score,
        "strength": link.strength,
        "relation": link.relation,
    }


def describe_place(found: Comparison, place: Place) -> dict[str, int]:
    """Return a sentence by position and characters."""
    return {"doc": place.outlet, "sentence": place.sentence, **cut_span(found, place)}


def cut_span(found: Comparison, place: Place) -> dict[str, int]:
    """Return the first character of a sentence, and the one after its last."""
    return found.outlets[place.outlet].sentences[place.sentence].span._asdict()

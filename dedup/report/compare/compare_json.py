"""A comparison of N texts as JSON: the schema is in docs/json.md, section "compare"."""

import re

import msgspec

from dedup.compare.model import Comparison, Discrepancy, Link, Outlet, OutletShares, Place, Row

_SURROGATE = re.compile("[\\ud800-\\udfff]")


class JsonSentence(msgspec.Struct, frozen=True):
    """Characters `[start, end)` of a text; `omitted` is why a sentence is not compared."""

    start: int
    end: int
    kind: str
    omitted: str | None


class JsonDocument(msgspec.Struct, frozen=True):
    """One of the texts."""

    name: str
    date: str | None
    title: str | None
    num_words: int
    sentences: list[JsonSentence]


class JsonPlace(msgspec.Struct, frozen=True):
    """A sentence of one of the documents, by position, and its characters."""

    doc: int
    sentence: int
    start: int
    end: int


class JsonLink(msgspec.Struct, frozen=True):
    """Two sentences that say alike; `relation` is how b stands to a."""

    a: JsonPlace
    b: JsonPlace
    score: float
    strength: str
    relation: str


class JsonCell(msgspec.Struct, frozen=True):
    """What one document says of a statement; `relation` is how it stands to the row's reference."""

    doc: int
    sentences: list[int]
    relation: str
    text: str


class JsonRow(msgspec.Struct, frozen=True):
    """One statement; `reference` is the base, or the first document of the row where the base lacks it."""

    reference: int
    cells: list[JsonCell]


class JsonFact(msgspec.Struct, frozen=True):
    """What one document has of a kind: where, as it stands there, and in comparable form."""

    doc: int
    spans: list[tuple[int, int]]
    texts: list[str]
    values: list[str]


class JsonDiscrepancy(msgspec.Struct, frozen=True):
    """Facts of one kind that do not agree within a row."""

    row: int
    kind: str
    facts: list[JsonFact]


class JsonShares(msgspec.Struct, frozen=True):
    """How a document stands to a base; shares of words."""

    doc: int
    base: int
    verbatim: float
    edited: float
    reworded: float
    partial: float
    dropped: float
    new: float
    reused: float
    tau: float | None
    derivation: str


class JsonEngine(msgspec.Struct, frozen=True):
    """What ran."""

    name: str
    model: str | None
    sha256: str | None
    reason: str | None


class JsonComparison(msgspec.Struct, frozen=True):
    """The whole comparison; documents, rows and sentences are named by position, from 0."""

    engine: JsonEngine
    base: int
    documents: list[JsonDocument]
    rows: list[JsonRow]
    discrepancies: list[JsonDiscrepancy]
    shares: list[JsonShares]
    only_here: list[list[int]]
    all_but: list[list[int]]
    links: list[JsonLink]
    limits: list[str]


def render_json(found: Comparison) -> str:
    """Return the comparison as one JSON object, indented, with a line end."""
    return msgspec.json.format(msgspec.json.encode(describe_comparison(found)), indent=1).decode() + "\n"


def make_valid(text: str) -> str:
    """Return the text with half surrogate pairs, which no JSON in UTF-8 can hold, as U+FFFD: places stay the same."""
    return _SURROGATE.sub("\ufffd", text)


def describe_comparison(found: Comparison) -> JsonComparison:
    """Return what the JSON holds."""
    outlets = range(len(found.outlets))
    engine = found.engine
    return JsonComparison(
        engine=JsonEngine(engine.name, engine.model, engine.sha256, engine.reason),
        base=found.base,
        documents=[describe_document(outlet) for outlet in found.outlets],
        rows=[describe_row(found, number, row) for number, row in enumerate(found.rows)],
        discrepancies=[describe_discrepancy(found, discrepancy) for discrepancy in found.discrepancies],
        shares=[describe_shares(o, b, found.shares[o][b]) for o in outlets for b in outlets if o != b],
        only_here=[found.only_here(outlet) for outlet in outlets],
        all_but=[found.all_but(outlet) for outlet in outlets],
        links=[describe_link(found, link) for link in found.links],
        limits=list(found.limits),
    )


def describe_document(outlet: Outlet) -> JsonDocument:
    """Return one of the texts."""
    sentences = [
        JsonSentence(s.span.start, s.span.end, s.kind.value, s.omission.value if s.omission else None)
        for s in outlet.sentences
    ]
    name, date, title = (make_valid(text or "") for text in (outlet.name, outlet.article.date, outlet.article.title))
    return JsonDocument(name, date or None, title or None, outlet.num_words, sentences)


def describe_row(found: Comparison, number: int, row: Row) -> JsonRow:
    """Return one row."""
    reference = found.reference(number)
    cells = []
    for cell in row.cells:
        relation = found.relation(number, cell.outlet, reference)
        assert relation is not None
        cells.append(
            JsonCell(cell.outlet, list(cell.sentences), relation.value, make_valid(found.quote(number, cell.outlet)))
        )
    return JsonRow(reference, cells)


def describe_discrepancy(found: Comparison, discrepancy: Discrepancy) -> JsonDiscrepancy:
    """Return one discrepancy."""
    facts = [
        JsonFact(
            fact.outlet,
            [(span.start, span.end) for span in fact.spans],
            [make_valid(span.cut(found.outlets[fact.outlet].article.text)) for span in fact.spans],
            [make_valid(value) for value in fact.values],
        )
        for fact in discrepancy.facts
    ]
    return JsonDiscrepancy(discrepancy.row, discrepancy.kind.value, facts)


def describe_shares(outlet: int, base: int, shares: OutletShares) -> JsonShares:
    """Return how one text stands to another, shares rounded to 4 places."""
    return JsonShares(
        doc=outlet,
        base=base,
        verbatim=round(shares.verbatim, 4),
        edited=round(shares.edited, 4),
        reworded=round(shares.reworded, 4),
        partial=round(shares.partial, 4),
        dropped=round(shares.dropped, 4),
        new=round(shares.new, 4),
        reused=round(shares.reused, 4),
        tau=None if shares.tau is None else round(shares.tau, 4),
        derivation=shares.derivation.value,
    )


def describe_link(found: Comparison, link: Link) -> JsonLink:
    """Return one link."""
    a, b = (describe_place(found, place) for place in (link.a, link.b))
    return JsonLink(a, b, link.score, link.strength.value, link.relation.value)


def describe_place(found: Comparison, place: Place) -> JsonPlace:
    """Return a sentence by position and characters."""
    span = found.outlets[place.outlet].sentences[place.sentence].span
    return JsonPlace(place.outlet, place.sentence, span.start, span.end)

"""Comparing N texts: sentences, terms, coverage, scores, links, rows, what is left out, disagreements, shares."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.compare.choose_engine import choose_engine
from dedup.compare.disagreements import explain_languages, explain_long_sentences, find_disagreements
from dedup.compare.encoder import Encoder
from dedup.compare.guests import adopt_lone, find_guests
from dedup.compare.left_out import FAR, NEAR, Bounds, Nearness, find_left_out
from dedup.compare.links import Wordings, find_links, relate_rows
from dedup.compare.model import Cell, Comparison, Link, Outlet, Place, Row, Strength, Wording
from dedup.compare.outlet_shares import OutletShares
from dedup.compare.read_units import split_documents
from dedup.compare.relate_wordings import lift_copies
from dedup.compare.rows import Guest, build_rows, cluster_sentences
from dedup.compare.scores import THRESHOLDS, Thresholds, fit_thresholds, score_pairs
from dedup.compare.scripts import drop_unmatched, explain_scripts, part_scripts
from dedup.compare.sentence_times import part_times
from dedup.compare.shares import LinkedOutlet, measure_shares, number_runs, pair_rows
from dedup.compare.speakers import resolve_pronouns
from dedup.compare.spoken import measure_coverage, read_spoken
from dedup.errors import DedupError
from dedup.model.documents import Document
from dedup.story_config import MAX_TEXTS, CompareConfig
from dedup.text.dates import parse_moment
from dedup.text.spans import Span
from dedup.text.units import UnitKind, split_paragraphs

Matrix = npt.NDArray[np.float32]
Linked = dict[tuple[int, int], set[int]]

MAX_CHARACTERS = 3_000_000  # far more than MAX_SENTENCES have, but known before a text is taken apart
MAX_PARAGRAPHS = 60_000  # the same: those that say something twice, and furniture, are no sentences
MAX_SENTENCES = 6000  # the matrices of all pairs take 150 MB each at that


@dataclass(frozen=True)
class Scored:
    """The sentences that are compared: places, coverage, scores, thresholds of this story, clusters, their guests."""

    places: list[Place]
    coverage: Matrix
    score: Matrix
    thresholds: Thresholds
    clusters: list[list[int]]
    guests: list[Guest]


def compare_documents(
    documents: Sequence[Document], config: CompareConfig, boilerplate: Sequence[str] = ()
) -> Comparison:
    """Compare 2 to 50 documents about one event; their ids are the names of the outlets.

    `boilerplate` are texts that are not compared. The fields `date` (ISO 8601) and `title` are used where they are
    known.

    Raises `DedupError` on fewer or more documents, on a base that is none of them, on two of one name, and where the
    engine that was asked for cannot run.
    """
    check_texts(documents, config)
    engine, encoder = choose_engine(documents, config)
    outlets = split_documents(documents, boilerplate)
    scored = score_outlets(outlets, encoder, THRESHOLDS[engine.name])
    wordings = Wordings(outlets, scored.places, scored.coverage)
    links = find_links(scored.places, scored.score, scored.thresholds, wordings)
    linked = collect_linked(links)
    base = choose_base(outlets, linked, config.base)
    rows = build_rows(scored.clusters, scored.places, base, scored.guests)
    relations = relate_rows(rows, len(outlets), wordings)
    nearness = Nearness(scored.places, scored.score, [outlets[p.outlet].cut(p.sentence) for p in scored.places])
    omitted = find_left_out(rows, links, nearness, len(outlets), Bounds(NEAR[engine.name], FAR[engine.name]))
    scripts = part_scripts(outlets, links)
    omitted = drop_unmatched(omitted, rows, scripts)
    return Comparison(
        outlets=outlets,
        base=base,
        links=tuple(links),
        rows=tuple(rows),
        omissions=omitted.left_out,
        alone=omitted.alone,
        telling=tuple(map(wordings.choose_telling, rows)),
        disagreements=tuple(find_disagreements(outlets, rows, links)),
        relations=relations,
        shares=share_all(wordings, rows, relations, linked),
        engine=engine,
        scripts=scripts,
        limits=(*explain_scripts(scripts), *explain_long_sentences(outlets), *explain_languages(outlets)),
    )


def check_texts(documents: Sequence[Document], config: CompareConfig) -> None:
    """Raise `DedupError` on what cannot be compared."""
    if not 2 <= len(documents) <= MAX_TEXTS:
        raise DedupError(f"{len(documents)} text{'s' * (len(documents) != 1)} to compare. Name 2 to {MAX_TEXTS}.")
    size = sum(len(document.text) for document in documents)
    if size > MAX_CHARACTERS:
        raise DedupError(f"{size:,} characters in all; up to {MAX_CHARACTERS:,} can be compared. Name fewer texts.")
    paragraphs = sum(len(split_paragraphs(document.text)) for document in documents)
    if paragraphs > MAX_PARAGRAPHS:
        raise DedupError(f"{paragraphs:,} lines in all; up to {MAX_PARAGRAPHS:,} can be compared. Name fewer texts.")
    names = [document.id for document in documents]
    for name in names:
        if names.count(name) > 1:
            raise DedupError(f'two texts are called "{name}". Give each a name of its own.')
    if config.base is not None and config.base not in names:
        raise DedupError(f'--base "{config.base}" is none of the texts: {", ".join(names)}.')


def score_outlets(outlets: Sequence[Outlet], encoder: Encoder | None, thresholds: Thresholds) -> Scored:
    """Return the scores of all pairs of sentences, and their clusters.

    Worked out in the order of names, so that the order of the texts changes no score, not even by rounding.
    """
    order = sorted(range(len(outlets)), key=lambda number: (outlets[number].name, outlets[number].text))
    places: list[Place] = []
    texts: list[str] = []
    for number in order:
        outlet = outlets[number]
        compared = [s for s, sentence in enumerate(outlet.sentences) if sentence.omission is None]
        places += [Place(number, s) for s in compared]
        texts += resolve_pronouns([outlet.cut(s) for s in compared])
    if len(texts) > MAX_SENTENCES:
        raise DedupError(f"{len(texts):,} sentences in all; up to {MAX_SENTENCES:,} can be compared. Name fewer texts.")
    numbers = np.array([order.index(place.outlet) for place in places], np.int64)
    headings = np.array([outlets[p.outlet].sentences[p.sentence].kind is UnitKind.HEADING for p in places], bool)
    spoken = read_spoken(texts, encoder)
    coverage = measure_coverage(spoken)
    score = part_times(score_pairs(coverage, numbers, headings), texts)
    thresholds = fit_thresholds(thresholds, score, numbers)
    score = lift_copies(score, coverage, texts, numbers, max(thresholds.strong, thresholds.row))
    clusters = cluster_sentences(score, numbers, thresholds.row)
    clusters = adopt_lone(clusters, score, numbers, thresholds.lone)
    found = find_guests(clusters, score, numbers, spoken, texts, thresholds)
    guests = place_guests(found, texts, outlets, places)
    back = sorted(range(len(places)), key=places.__getitem__)
    position = {old: new for new, old in enumerate(back)}
    return Scored(
        places=[places[i] for i in back],
        coverage=coverage[np.ix_(back, back)],
        score=score[np.ix_(back, back)],
        thresholds=thresholds,
        clusters=[sorted(position[i] for i in cluster) for cluster in clusters],
        guests=[Guest(position[guest.position], guest.cluster, guest.span) for guest in guests],
    )


def place_guests(
    found: Sequence[tuple[int, int, Span]], read: Sequence[str], outlets: Sequence[Outlet], places: Sequence[Place]
) -> Iterator[Guest]:
    """Yield the guests with their spans in the original text; `read` are the sentences with their pronouns resolved."""
    for i, cluster, span in found:
        outlet, sentence = outlets[places[i].outlet], places[i].sentence
        text, start = outlet.cut(sentence), outlet.sentences[sentence].span.start
        ends = [
            position if text[:position] == read[i][:position] else position - len(read[i]) + len(text)
            for position in span
        ]
        yield Guest(i, cluster, Span(start + max(0, ends[0]), start + ends[1]))


def collect_linked(links: Sequence[Link]) -> Linked:
    """Return, for each two outlets, the sentences of the first that a strong link joins to the second."""
    linked: Linked = {}
    for link in links:
        if link.strength is Strength.STRONG:
            for a, b in ((link.a, link.b), (link.b, link.a)):
                linked.setdefault((a.outlet, b.outlet), set()).add(a.sentence)
    return linked


def choose_base(outlets: Sequence[Outlet], linked: Linked, name: str | None) -> int:
    """Return the text that the others are compared with: the one named, else the earliest, else the medoid.

    The medoid is the text that says most of the others. Of each other text it says the share of the words in sentences
    with a strong link to it.
    """
    names = [outlet.name for outlet in outlets]
    if name is not None:
        return names.index(name)
    dates = [parse_moment(outlet.date) for outlet in outlets]
    known = [date for date in dates if date is not None]
    if len(known) == len(outlets) and len(set(known)) > 1:
        return min(range(len(outlets)), key=lambda number: (known[number], names[number]))

    def centrality(number: int) -> float:
        shares = [0.0]
        for other, outlet in enumerate(outlets):
            if other == number or outlet.num_words == 0:
                continue
            said = linked.get((other, number), set())
            shares.append(sum(outlet.sentences[s].num_words for s in said) / outlet.num_words)
        return sum(shares)

    return min(range(len(outlets)), key=lambda number: (-round(centrality(number), 9), names[number]))


def share_all(
    wordings: Wordings,
    rows: Sequence[Row],
    relations: Sequence[Sequence[tuple[Wording | None, ...]]],
    linked: Linked,
) -> list[list[OutletShares]]:
    """Return how each outlet relates to each base."""
    outlets = wordings.outlets
    numbers = range(len(outlets))
    runs = number_runs([wordings.words_of(number) for number in numbers])
    cells: list[dict[int, Cell]] = [{} for _ in numbers]
    for number, row in enumerate(rows):
        for cell in row.cells:
            cells[cell.outlet][number] = cell

    def share(number: int, base: int) -> OutletShares:
        side = LinkedOutlet(outlets[number], linked.get((number, base), set()), runs[number])
        base_side = LinkedOutlet(outlets[base], linked.get((base, number), set()), runs[base])
        return measure_shares(side, base_side, pair_rows(cells[number], cells[base], relations[number][base]))

    return [[share(number, base) for base in numbers] for number in numbers]

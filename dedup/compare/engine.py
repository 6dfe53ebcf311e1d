"""Comparing N texts: sentences, terms, coverage, scores, links, rows, what is left out, disagreements, shares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.compare.choose_engine import choose_engine
from dedup.compare.coverage_lexical import measure_lexical_coverage
from dedup.compare.coverage_semantic import check_terms, measure_semantic_coverage
from dedup.compare.disagreements import explain_long_sentences, find_disagreements
from dedup.compare.encoder import Encoder, pool_words
from dedup.compare.left_out import FAR, Nearness, find_left_out
from dedup.compare.links import Wordings, find_links, relate_rows
from dedup.compare.model import Comparison, Link, Outlet, Place, Row, Strength, Wording
from dedup.compare.outlet_shares import OutletShares
from dedup.compare.read_units import split_document
from dedup.compare.relate_wordings import lift_copies
from dedup.compare.rows import build_rows, cluster_sentences
from dedup.compare.scores import THRESHOLDS, Thresholds, score_pairs
from dedup.compare.shares import LinkedOutlet, measure_shares, pair_rows
from dedup.compare.speakers import resolve_pronouns
from dedup.compare.terms import Term, split_terms, weigh_terms
from dedup.errors import DedupError
from dedup.model.documents import Document
from dedup.story_config import CompareConfig
from dedup.text.dates import parse_moment
from dedup.text.units import UnitKind

Matrix = npt.NDArray[np.float32]
Linked = dict[tuple[int, int], set[int]]

WORDS_WEIGHT = 0.1  # share of a coverage by sense that words give: a name of the model's own making is no other name
MAX_TEXTS = 50
MAX_CHARACTERS = 10_000_000  # far more than MAX_SENTENCES have, but known before a text is taken apart
MAX_SENTENCES = 6000  # the matrices of all pairs take 150 MB each at that


@dataclass(frozen=True)
class Scored:
    """The sentences that are compared: their places, the coverage matrix, the scores and the clusters."""

    places: list[Place]
    coverage: Matrix
    score: Matrix
    clusters: list[list[int]]


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
    outlets = tuple(split_document(document, boilerplate) for document in documents)
    scored = score_outlets(outlets, encoder, THRESHOLDS[engine.name])
    wordings = Wordings(outlets, scored.places, scored.coverage)
    links = find_links(scored.places, scored.score, THRESHOLDS[engine.name], wordings)
    linked = collect_linked(links)
    base = choose_base(outlets, linked, config.base)
    rows = build_rows(scored.clusters, scored.places, base)
    relations = relate_rows(rows, len(outlets), wordings)
    nearness = Nearness(scored.places, scored.score, FAR[engine.name])
    omitted = find_left_out(rows, links, nearness, len(outlets))
    return Comparison(
        outlets=outlets,
        base=base,
        links=tuple(links),
        rows=tuple(rows),
        omissions=omitted.left_out,
        alone=omitted.alone,
        disagreements=tuple(find_disagreements(outlets, rows, links)),
        relations=relations,
        shares=share_all(wordings, rows, relations, linked),
        engine=engine,
        limits=explain_long_sentences(outlets),
    )


def check_texts(documents: Sequence[Document], config: CompareConfig) -> None:
    """Raise `DedupError` on what cannot be compared."""
    if not 2 <= len(documents) <= MAX_TEXTS:
        raise DedupError(f"{len(documents)} text{'s' * (len(documents) != 1)} to compare. Name 2 to {MAX_TEXTS}.")
    size = sum(len(document.text) for document in documents)
    if size > MAX_CHARACTERS:
        raise DedupError(f"{size:,} characters in all; up to {MAX_CHARACTERS:,} can be compared. Name fewer texts.")
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
    coverage = measure_coverage(texts, encoder)
    score = score_pairs(coverage, numbers, headings)
    score = lift_copies(score, coverage, texts, numbers, max(thresholds.strong, thresholds.row))
    clusters = cluster_sentences(score, numbers, thresholds.row)
    back = sorted(range(len(places)), key=places.__getitem__)
    position = {old: new for new, old in enumerate(back)}
    return Scored(
        places=[places[i] for i in back],
        coverage=coverage[np.ix_(back, back)],
        score=score[np.ix_(back, back)],
        clusters=[sorted(position[i] for i in cluster) for cluster in clusters],
    )


def measure_coverage(texts: Sequence[str], encoder: Encoder | None) -> Matrix:
    """Return float32[n, n]: the share of sentence i that sentence j says, by words or, with an encoder, by sense."""
    terms = [split_terms(text) for text in texts]
    weights = weigh_terms(terms)
    coverage = measure_lexical_coverage(terms, weights)
    if encoder is not None:
        check_terms(terms)
        pieces = encoder.encode(texts)
        dim = max((found.vectors.shape[1] for found in pieces), default=1)
        vectors = [pool_words(p, [term.span for term in t], dim) for p, t in zip(pieces, terms, strict=True)]
        by_sense = measure_semantic_coverage(terms, vectors, weights)
        coverage = WORDS_WEIGHT * coverage + (1 - WORDS_WEIGHT) * by_sense
    return cover_equal_sentences(coverage, terms)


def cover_equal_sentences(coverage: Matrix, terms: Sequence[Sequence[Term]]) -> Matrix:
    """Return the shares with those of sentences of the same words set to 1, whatever a model made of them."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for number, found in enumerate(terms):
        if found:
            alike.setdefault(tuple(term.key for term in found), []).append(number)
    for numbers in alike.values():
        coverage[np.ix_(numbers, numbers)] = 1
    return coverage


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
    words = [wordings.words_of(number) for number in numbers]

    def share(number: int, base: int) -> OutletShares:
        side = LinkedOutlet(outlets[number], linked.get((number, base), set()), words[number])
        base_side = LinkedOutlet(outlets[base], linked.get((base, number), set()), words[base])
        return measure_shares(side, base_side, pair_rows(rows, number, base, relations[number][base]))

    return [[share(number, base) for base in numbers] for number in numbers]

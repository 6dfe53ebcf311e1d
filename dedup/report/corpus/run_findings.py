"""The findings of a run, as its first page and the page of the threshold show them."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import IO

import numpy as np

from dedup.config import InputConfig
from dedup.corpus.values import read_value
from dedup.kernels.novelty import find_novel
from dedup.model.documents import CopyRelation
from dedup.near.sketcher import tokenise_text
from dedup.output.finished_run import read_records
from dedup.output.passage_records import BoilerplateRecord
from dedup.output.records import RejectedRecord
from dedup.output.run_folder import BOILERPLATE, REJECTED, SUSPICIOUS
from dedup.output.suspicious_series import SuspiciousRecord
from dedup.report.corpus.corpus_model import (
    AlikePair,
    Card,
    CorpusFindings,
    DayCount,
    DocumentPair,
    LosingPair,
    OutletCount,
    OutletPair,
    SeriesEntry,
    TextPair,
)
from dedup.report.corpus.removal_table import NO_WITNESS, Clusters, Keys, RemovalTable
from dedup.report.corpus.run_tables import NearMisses, RunTables
from dedup.report.corpus.survey import UNDATED, ShownDocuments, Survey, read_shown
from dedup.report.diff.diff_html import TaggedText
from dedup.report.wording import keep_ends
from dedup.text.slot_words import load_slot_words
from dedup.text.token_spans import TokenOffsets

CONTEXT = 160  # characters of known text beside novel words
MAX_CHARACTERS = 4_000  # of a text on the page
STEPS = 50  # of similarity from 0 to 1
MAX_BOILERPLATE = 100
MAX_REJECTIONS = 20


def describe_findings(
    run: RunTables, fields: InputConfig, survey: Survey, misses: NearMisses | None, documents: IO[bytes]
) -> CorpusFindings:
    """Return the numbers of the run; `documents` is the file of shown documents."""
    crossings = count_crossings(survey, run.removals)
    shown = survey.shown
    return CorpusFindings(
        name=run.out.absolute().name,
        summary=run.summary,
        fields=fields,
        outlets=count_outlets(survey, crossings),
        days=count_days(survey),
        num_undated=survey.by_day.documents[UNDATED],
        sizes=tuple(sorted(Counter((run.clusters.sizes + 1).tolist()).items())),
        similarities=count_similarities(run.removals),
        crossings=crossings,
        above=tuple(pair_texts(run.nearest, shown.find, documents, run.clusters)),
        below=tuple(pair_texts(misses.below, shown.find_kept, documents)) if misses else None,
        yet_kept=tuple(pair_texts(misses.yet_kept, shown.find_kept, documents)) if misses else None,
        boilerplate=tuple(
            islice(read_records(run.out, BOILERPLATE, BoilerplateRecord, may_lack=True), MAX_BOILERPLATE)
        ),
        rejections=tuple(islice(read_records(run.out, REJECTED, RejectedRecord), MAX_REJECTIONS)),
        num_elsewhere=int((run.removals.witness == NO_WITNESS).sum()),
        losing=tuple(map(mark_novel, pair_texts(run.losing, shown.find, documents, run.clusters))),
        num_losing=int((run.removals.novel > 0).sum()),
        alike={relation: tuple(describe_alike(run, relation, shown, documents)) for relation in run.alike},
        series=tuple(read_series(run.out)),
    )


def pair_texts(
    table: RemovalTable, find: Callable[[Keys], Keys], documents: IO[bytes], clusters: Clusters | None = None
) -> Iterator[TextPair]:
    """Yield pairs with both texts, and with the page of their cluster; `find` returns where documents are."""
    offsets = zip(find(table.witness).tolist(), find(table.removed).tolist(), strict=True)
    for row, (first, second) in enumerate(offsets):
        old, new = read_shown(documents, first), read_shown(documents, second)
        page = clusters.find_page(int(table.witness[row])) if clusters else None
        yield TextPair(table.pair(row, old.card, new.card, page), old.text, new.text)


def describe_alike(run: RunTables, relation: str, shown: ShownDocuments, documents: IO[bytes]) -> Iterator[AlikePair]:
    """Yield the most similar pairs of a relation that stay."""
    for record in run.alike[relation]:
        first, second = (shown.read_card(documents, run.find_key(side), side) for side in record.sides)
        yield AlikePair(DocumentPair(first, second, relation, record.similarity), record.novel_words, record.conflicts)


def read_series(out: Path) -> Iterator[SeriesEntry]:
    """Yield the suspicious series of a run."""
    for record in read_records(out, SUSPICIOUS, SuspiciousRecord, may_lack=True):
        members = (
            Card(read_value(bytes(m.id)), m.path, m.line, record.outlet or "", m.date or "", m.title or "", "")
            for m in record.members
        )
        yield SeriesEntry(record.kind, record.documents, record.reason, tuple(members))


def mark_novel(removal: TextPair) -> LosingPair:
    """Return a removal with its novel words marked; known text far from them is left out."""
    text = removal.new
    novel = find_novel(tokenise_text(text), tokenise_text(removal.old), load_slot_words())
    pieces: list[TaggedText] = []
    used = 0
    offsets = TokenOffsets(text)
    edges = [0, *(np.flatnonzero(np.diff(novel)) + 1).tolist(), len(novel)]
    at = 0
    for first, last in pairwise(edges):
        if used > MAX_CHARACTERS:
            break
        if novel[first]:
            span = offsets.span(first, last)
            pieces += [TaggedText("", shorten(text[at : span.start], is_first=not pieces, is_last=False))]
            pieces += [TaggedText("ins", text[span.start : span.end][:MAX_CHARACTERS])]
            at = span.end
            used += sum(len(piece.text) for piece in pieces[-2:])
    else:
        pieces.append(TaggedText("", shorten(text[at:], is_first=False, is_last=True)))
    return LosingPair(removal.pair, int(novel.sum()), len(novel), tuple(pieces), used > MAX_CHARACTERS)


def shorten(known: str, *, is_first: bool, is_last: bool) -> str:
    """Return known text between novel words: all, or its ends that are beside them.

    >>> shorten("word " * 100, is_first=True, is_last=False) == "… " + "word " * 31
    True
    """
    if len(known) <= 2 * CONTEXT + 40:
        return known
    shown = keep_ends(known, 0 if is_first else CONTEXT, 0 if is_last else CONTEXT)
    return shown.lstrip() if is_first else shown.rstrip() if is_last else shown


def count_crossings(survey: Survey, removals: RemovalTable) -> tuple[OutletPair, ...]:
    """Return how many documents of each outlet were removed for one of each outlet, most first."""
    names = survey.outlets
    known = removals.witness != NO_WITNESS
    sides = (survey.find_outlets(keys[known]).tolist() for keys in (removals.removed, removals.witness))
    counts = Counter(zip(*sides, strict=True))
    pairs = [OutletPair(names[removed], names[kept], number) for (removed, kept), number in counts.items()]
    return tuple(sorted(pairs, key=lambda pair: (-pair.num_documents, pair.removed, pair.kept)))


def count_outlets(survey: Survey, crossings: tuple[OutletPair, ...]) -> tuple[OutletCount, ...]:
    """Return the outlets, those with most removed documents first."""
    covered: Counter[str] = Counter()
    for pair in crossings:
        covered[pair.kept] += pair.num_documents
    tally = survey.by_outlet
    counts = [
        OutletCount(name, tally.documents[number], tally.removed[number], covered[name])
        for number, name in enumerate(survey.outlets)
    ]
    return tuple(sorted(counts, key=lambda count: (-count.num_removed, -count.num_documents, count.name)))


def count_days(survey: Survey) -> tuple[DayCount, ...]:
    """Return the days in order."""
    tally = survey.by_day
    return tuple(
        DayCount(day, tally.documents[day], tally.removed[day]) for day in sorted(tally.documents) if day != UNDATED
    )


def count_similarities(removals: RemovalTable) -> dict[str, tuple[int, ...]]:
    """Return the histogram of similarities for each relation but exact copies."""
    steps = np.minimum((removals.similarity * STEPS + 1e-9).astype(np.int64), STEPS - 1)
    return {
        relation.label: tuple(np.bincount(steps[removals.relation == relation], minlength=STEPS).tolist())
        for relation in CopyRelation
        if relation is not CopyRelation.EXACT
    }

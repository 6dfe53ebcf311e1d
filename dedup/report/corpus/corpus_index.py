"""The first page of a corpus report: the numbers of the run, and the ways to everything else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dedup.report.charts import Axis, Caption, Chart, Column, Tick, draw_columns
from dedup.report.corpus.chart_bins import bin_days, bin_sizes
from dedup.report.corpus.corpus_model import ClusterEntry, CorpusFindings, OutletPair
from dedup.report.corpus.corpus_page import (
    MAX_NAME,
    THRESHOLD_PAGE,
    fit,
    link_count,
    measure_pair,
    measure_row,
    read_id,
    render_corpus_page,
)
from dedup.report.corpus.corpus_relations import RELATIONS, SERIES
from dedup.report.corpus.report_tables import list_settings
from dedup.report.wording import clip, count_things, format_share

# The page stays below 1 MB: this many bytes for each of its longest tables.
OUTLETS_BYTES, BOILERPLATE_BYTES, PAIRS_BYTES = 420_000, 120_000, 60_000
BOILERPLATE_CHARACTERS = 400
FIRST_OUTLETS, FIRST_PAIRS = 20, 10  # rows that are not folded away
MAX_OUTLETS, MAX_CROSSINGS, MAX_FILES = 1000, 30, 50
LARGEST = 10  # clusters that the index names
MATRIX_SIZE, MAX_DAYS = 12, 10
HEAT_STEPS = 5
LEGEND = {"contained": "contained (may lie below the threshold)"}
FIRST_DRAWN = ("edited", "contained")


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A cell of the matrix: a count, and how strongly it is tinted (0 to 5)."""

    count: int
    heat: int
    is_own: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Outlet by outlet: `cells[i][j]` documents of outlet i were removed for kept ones of outlet j."""

    names: tuple[str, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]
    num_outlets: int


def render_index(findings: CorpusFindings, entries: Sequence[ClusterEntry], links: Mapping[object, str]) -> str:
    """Return the page; `entries` are the clusters with a page, largest first, `links` lead to what counts count."""
    outlets = findings.outlets[:MAX_OUTLETS]
    crossings = [pair for pair in findings.crossings if pair.removed != pair.kept]
    values = {
        "run": findings,
        "counts": findings.summary.counts,
        "largest": entries[:LARGEST],
        "num_pages": len(entries),
        "outlets": fit(outlets, lambda outlet: measure_row(clip(outlet.name, MAX_NAME)), OUTLETS_BYTES),
        "first_outlets": FIRST_OUTLETS,
        "first_pairs": FIRST_PAIRS,
        "most_removed": max((outlet.num_removed for outlet in outlets), default=0),
        "matrix": draw_matrix(findings.crossings),
        "crossings": crossings[:MAX_CROSSINGS],
        "num_crossings": len(crossings),
        "links": links,
        "days": chart_days(findings, links),
        "top_days": list_top_days(findings),
        "sizes": chart_sizes(findings),
        "similarities": chart_similarities(findings, links),
        "drawn": [(name, LEGEND.get(name, name)) for name in list_drawn(findings)],
        "above": fit([removal.pair for removal in findings.above], measure_pair, PAIRS_BYTES),
        "below": findings.below and fit([miss.pair for miss in findings.below], measure_pair, PAIRS_BYTES),
        "yet_kept": fit([miss.pair for miss in findings.yet_kept or ()], measure_pair, PAIRS_BYTES),
        "threshold_page": THRESHOLD_PAGE,
        "boilerplate": fit(
            findings.boilerplate,
            lambda record: measure_row(record.text[:BOILERPLATE_CHARACTERS], read_id(record.doc_id)[:MAX_NAME]),
            BOILERPLATE_BYTES,
        ),
        "boilerplate_characters": BOILERPLATE_CHARACTERS,
        "most_files": MAX_FILES,
        "settings": list(list_settings(findings.summary)),
        "meanings": RELATIONS,
        "series_names": SERIES,
    }
    return render_corpus_page("corpus_index.html", values)


def chart_days(findings: CorpusFindings, links: Mapping[object, str]) -> Chart:
    """Return the removed documents by day, or by the longer unit that fits."""
    unit, bins, axis = bin_days(findings.days)
    columns = [Column(label, (("removed", removed),)) for label, _, removed in bins]
    rows = [
        (label, f"{documents:,}", link_count(removed, links.get(("day", label))), format_share(removed, documents))
        for label, documents, removed in bins
        if documents
    ]
    top = max(bins, key=lambda entry: entry[2], default=("", 0, 0))
    description = (
        f"Removed documents by {unit} of publication, {bins[0][0]} to {bins[-1][0]}; most in {top[0]}: {top[2]:,}."
        if bins
        else "No document has a date."
    )
    caption = Caption("days", f"Copies by {unit}", description, (unit.capitalize(), "Documents", "Removed", "Share"))
    return draw_columns(caption, columns, rows, axis)


def list_top_days(findings: CorpusFindings) -> list[tuple[str, int, int]]:
    """Return (day, documents, removed) of the days with most removed documents."""
    top = sorted(findings.days, key=lambda day: (-day.num_removed, day.day))[:MAX_DAYS]
    return [(date.fromordinal(d.day).isoformat(), d.num_documents, d.num_removed) for d in top if d.num_removed]


def chart_sizes(findings: CorpusFindings) -> Chart:
    """Return how many clusters there are of each size."""
    bins = bin_sizes(findings.sizes)
    largest = max((size for size, _ in findings.sizes), default=0)
    description = (
        f"Clusters by number of documents, the kept one included: {count_things(bins[0][1], 'cluster')} of two, "
        f"the largest of {largest:,}."
        if bins
        else "There are no clusters."
    )
    caption = Caption("sizes", "Cluster sizes", description, ("Documents", "Clusters"))
    columns = [Column(label, (("removed", count),)) for label, count in bins]
    return draw_columns(caption, columns, [(label, f"{count:,}") for label, count in bins])


def chart_similarities(findings: CorpusFindings, links: Mapping[object, str]) -> Chart:
    """Return how similar the removed documents are to their witnesses, exact copies left out."""
    steps, drawn = findings.similarities, list_drawn(findings)
    num = len(steps[drawn[0]])
    first = min((step for counts in steps.values() for step, count in enumerate(counts) if count), default=num)
    first = max(0, min(first, int(findings.threshold * num + 1e-9)) - 1)
    shown = range(first, num)
    columns = [
        Column(f"{step / num:.1f}", tuple((relation, steps[relation][step]) for relation in drawn)) for step in shown
    ]
    rows = [
        (
            f"{step / num:.2f} to {(step + 1) / num:.2f}",
            *(link_count(steps[relation][step], links.get(("similarity", relation, step))) for relation in drawn),
        )
        for step in shown
        if any(steps[relation][step] for relation in drawn)
    ]
    mark = Tick(100 * (findings.threshold * num - first) / (num - first), f"threshold {findings.threshold:g}")
    total = sum(map(sum, steps.values()))
    description = (
        f"Exact Jaccard similarity of {count_things(total, 'removed document')} to the kept ones, "
        f"in steps of {1 / num:.2f}; exact copies are left out."
    )
    caption = Caption(
        "similarity", "How similar the copies are", description, ("Similarity", *map(str.capitalize, drawn))
    )
    return draw_columns(caption, columns, rows, Axis(num // 10, -first % (num // 10), is_scale=True, mark=mark))


def list_drawn(findings: CorpusFindings) -> list[str]:
    """Return the relations that a chart of similarities shows: those that occur, and the first two in any case."""
    found = findings.summary.counts.removed_by_relation
    return [
        relation for relation in RELATIONS if relation != "exact" and (found.get(relation) or relation in FIRST_DRAWN)
    ]


def draw_matrix(crossings: Sequence[OutletPair]) -> Matrix:
    """Return the matrix of the outlets that are removed for others, or have others removed for them, most often."""
    weights: dict[str, list[int]] = {}
    for pair in crossings:
        for name in {pair.removed, pair.kept}:
            weight = weights.setdefault(name, [0, 0])
            weight[0] += pair.num_documents if pair.removed != pair.kept else 0
            weight[1] += pair.num_documents
    names = sorted(weights, key=lambda name: ([-weight for weight in weights[name]], name))[:MATRIX_SIZE]
    counts = {(pair.removed, pair.kept): pair.num_documents for pair in crossings}
    most = max((counts.get((a, b), 0) for a in names for b in names), default=0)

    def tint(a: str, b: str) -> MatrixCell:
        count = counts.get((a, b), 0)  # by its square root, so that small counts look different
        return MatrixCell(count, 1 + int((HEAT_STEPS - 1) * (count / most) ** 0.5) if count else 0, a == b)

    return Matrix(tuple(names), tuple(tuple(tint(a, b) for b in names) for a in names), len(weights))

"""Report on a finished clean run: read OUT, count, set aside what is shown, write the pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from dedup.config import FieldNames
from dedup.diff.engine import diff_texts
from dedup.model.documents import CopyRelation
from dedup.model.run import Summary
from dedup.output.replay import Originals, read_removals
from dedup.output.restore_input import read_summary
from dedup.output.run_folder import PASSAGES
from dedup.pipeline.job import Progress
from dedup.pipeline.report_clusters import (
    MOST_COPIES,
    MOST_PASSAGES,
    ClusterPlan,
    Clusters,
    PlannedCopy,
    make_card,
    make_entry,
    order_plans,
    write_cluster_pages,
)
from dedup.pipeline.report_folder import INDEX, report_folder
from dedup.pipeline.report_near_misses import MOST_NEAREST, NearMisses, find_near_misses
from dedup.pipeline.report_numbers import (
    count_crossings,
    count_days,
    count_outlets,
    count_similarities,
    count_sizes,
    read_boilerplate,
    read_rejections,
)
from dedup.pipeline.report_survey import (
    NO_WITNESS,
    Keys,
    Removals,
    Spool,
    Survey,
    Wanted,
    find_keys,
    make_key,
    read_spooled,
)
from dedup.report.corpus.corpus_clusters import render_lists
from dedup.report.corpus.corpus_index import render_index
from dedup.report.corpus.corpus_model import ClusterEntry, CorpusFindings, DocumentPair, NearMiss
from dedup.report.corpus.corpus_page import THRESHOLD_PAGE
from dedup.report.corpus.corpus_threshold import render_threshold

LARGEST = 10  # clusters that the index names


@dataclass(frozen=True)
class ReportRun:
    """Everything a report is asked for; without `near_misses` no pairs below the threshold are looked for."""

    out: Path
    target: Path
    fields: FieldNames
    max_clusters: int
    near_misses: bool = True
    workers: int = 1
    overwrite: bool = False


@dataclass(frozen=True)
class Written:
    """A finished report: its first page, and how many of how many clusters have a page."""

    index: Path
    num_pages: int
    num_clusters: int


def report(run: ReportRun, progress: Progress) -> Written:
    """Write the report of a finished run."""
    summary = read_summary(run.out)
    places = {file.path: place for place, file in enumerate(summary.inputs)}
    removals = Removals.collect(read_removals(run.out), places)
    clusters = Clusters.group(removals, run.max_clusters)
    with report_folder(run.target, run.out, overwrite=run.overwrite) as (pages, scratch):
        misses = find_near_misses(run.out, summary, scratch, run.workers, progress) if run.near_misses else None
        survey = survey_documents(run, (summary, removals, clusters, misses or ()), scratch, progress)
        plans = order_plans(plan_clusters(clusters, survey, run.out, places))
        entries = write_pages(run, (summary, clusters, misses), (survey, plans), pages)
        progress.begin("report", len(plans), "page")
        write_cluster_pages(plans, survey.spool.path, run.out / PASSAGES, pages, (run.workers, progress.advance))
        progress.end()
    return Written(run.target / INDEX, len(entries), len(clusters.sizes))


def nearest_removals(removals: Removals) -> np.ndarray:
    """Return the rows of the near-copies that are nearest above the threshold, nearest first."""
    is_near = np.isin(removals.relation, [CopyRelation.EDITED, CopyRelation.TEMPLATE])
    near = np.flatnonzero(is_near & (removals.witness != NO_WITNESS))
    return near[np.argsort(removals.similarity[near], kind="stable")][:MOST_NEAREST]


def survey_documents(
    run: ReportRun, found: tuple[Summary, Removals, Clusters, tuple[NearMisses, ...]], scratch: Path, progress: Progress
) -> Survey:
    """Go over all documents once."""
    summary, removals, clusters, misses = found
    nearest = nearest_removals(removals)
    keys = [clusters.wanted_keys(removals), removals.removed[nearest], removals.witness[nearest]]
    kept = [np.empty(0, np.int64), *(side for pairs in misses for side in (pairs.first, pairs.second))]
    wanted = Wanted(np.unique(np.concatenate(keys)), np.unique(np.concatenate(kept)))
    paths = [file.path for file in summary.inputs]
    survey = Survey(wanted, removals, Spool(scratch / "documents"), paths)
    roles = run.fields.roles
    progress.begin("survey", summary.counts.documents, "doc")
    for place, block in Originals(run.out, summary, roles, scratch).read():
        survey.add(place, block)
        progress.advance(len(block.ids))
    progress.end()
    survey.spool.close()
    return survey


def plan_clusters(clusters: Clusters, survey: Survey, out: Path, places: dict[str, int]) -> Iterator[ClusterPlan]:
    """Yield what the page of each shown cluster is made of, in order."""
    removals = survey.removals
    passages = find_passages(out / PASSAGES, places, survey.wanted.keys)
    for place in clusters.shown.tolist():
        rows, witness = clusters.rows_of(place), int(clusters.witness[place])
        shown = rows[:MOST_COPIES]
        keys = [witness, *removals.removed[shown].tolist()]
        found = [offset for key in keys for offset in passages.get(key, ())]
        everyone = np.append(removals.removed[rows], witness)
        yield ClusterPlan(
            number=place + 1,
            place=find_place(survey, witness),
            num_copies=len(rows),
            num_outlets=len(np.unique(survey.outlet_of[find_keys(survey.named, everyone)])),
            lowest=float(removals.similarity[rows].min()),
            copies=[plan_copy(survey, int(row)) for row in shown],
            passages=found[:MOST_PASSAGES],
            num_passages=len(found),
        )


def plan_copy(survey: Survey, row: int) -> PlannedCopy:
    """Return where a removed document is, and how it relates to its witness."""
    removals = survey.removals
    covered = float(removals.covered[row])
    return PlannedCopy(
        find_place(survey, int(removals.removed[row])),
        int(removals.relation[row]),
        float(removals.similarity[row]),
        None if np.isnan(covered) else covered,
    )


def find_place(survey: Survey, key: int) -> int:
    """Return where the spool holds a wanted document."""
    place = int(survey.places[find_keys(survey.wanted.keys, np.array([key]))[0]])
    assert place >= 0, "a document that OUT names is not in it"
    return place


class PassagePlace(msgspec.Struct, gc=False):
    """The document of a passage."""

    path: str
    line: int


def find_passages(path: Path, places: dict[str, int], wanted: Keys) -> dict[int, list[int]]:
    """Return where `passages.jsonl` holds the passages of the wanted documents, by key."""
    found: dict[int, list[int]] = {}
    if not path.exists():
        return found
    keys, decoder, offset = set(wanted.tolist()), msgspec.json.Decoder(PassagePlace), 0
    with path.open("rb") as lines:
        for line in lines:
            passage = decoder.decode(line)
            key = make_key(places[passage.path], passage.line)
            if key in keys:
                found.setdefault(key, []).append(offset)
            offset += len(line)
    return found


def write_pages(
    run: ReportRun,
    found: tuple[Summary, Clusters, tuple[NearMisses, NearMisses] | None],
    surveyed: tuple[Survey, list[ClusterPlan]],
    pages: Path,
) -> list[ClusterEntry]:
    """Write the index, the list of clusters and the pairs near the threshold; return the clusters with a page."""
    summary, clusters, near = found
    survey, plans = surveyed
    with survey.spool.path.open("rb") as spool:
        entries = [make_entry(plan, make_card(read_spooled(spool, plan.place))) for plan in plans]
        findings = describe_findings(run, summary, (survey, clusters, near), spool)
    save = partial(save_page, pages)
    save(INDEX, render_index(findings, entries[:LARGEST], len(entries)))
    misses = [(miss, diff_texts(miss.old, miss.new)) for miss in (*(findings.below or ()), *(findings.yet_kept or ()))]
    if misses:
        save(THRESHOLD_PAGE, render_threshold(findings.threshold, misses))
    for name, page in render_lists(entries, len(clusters.sizes)):
        save(name, page)
    return entries


def save_page(pages: Path, name: str, page: str) -> None:
    """Write one page."""
    path = pages / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8", newline="\n")


def describe_findings(
    run: ReportRun,
    summary: Summary,
    found: tuple[Survey, Clusters, tuple[NearMisses, NearMisses] | None],
    spool: IO[bytes],
) -> CorpusFindings:
    """Return the numbers of the run."""
    survey, clusters, misses = found
    crossings = count_crossings(survey)
    days, num_undated = count_days(survey)
    return CorpusFindings(
        name=run.out.absolute().name,
        summary=summary,
        fields=run.fields,
        outlets=count_outlets(survey, crossings),
        days=days,
        num_undated=num_undated,
        sizes=count_sizes(clusters),
        similarities=count_similarities(survey.removals),
        crossings=crossings,
        above=tuple(describe_removals(survey, clusters, spool)),
        below=None if misses is None else tuple(describe_misses(survey, misses[0], spool)),
        yet_kept=None if misses is None else tuple(describe_misses(survey, misses[1], spool)),
        boilerplate=read_boilerplate(run.out),
        rejections=read_rejections(run.out),
        num_elsewhere=int((survey.removals.witness == NO_WITNESS).sum()),
    )


def describe_removals(survey: Survey, clusters: Clusters, spool: IO[bytes]) -> Iterator[DocumentPair]:
    """Yield the removals nearest above the threshold."""
    removals = survey.removals
    shown = set(clusters.shown.tolist())
    for row in nearest_removals(removals).tolist():
        keys = int(removals.witness[row]), int(removals.removed[row])
        cluster = int(np.searchsorted(clusters.witness, keys[0]))
        first, second = (make_card(read_spooled(spool, find_place(survey, key))) for key in keys)
        relation = CopyRelation(removals.relation[row]).label
        number = cluster + 1 if cluster in shown else None
        yield DocumentPair(first, second, relation, float(removals.similarity[row]), number)


def describe_misses(survey: Survey, misses: NearMisses, spool: IO[bytes]) -> Iterator[NearMiss]:
    """Yield the pairs nearest below the threshold, with their texts."""
    for row in range(len(misses.first)):
        kept = np.array([misses.first[row], misses.second[row]])
        places = survey.kept_places[find_keys(survey.wanted.kept, kept)].tolist()
        old, new = (read_spooled(spool, place) for place in places)
        relation = CopyRelation(misses.relation[row]).label
        pair = DocumentPair(make_card(old), make_card(new), relation, float(misses.similarity[row]), None)
        yield NearMiss(pair, old.text, new.text)

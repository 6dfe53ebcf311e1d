"""Write what a search for sources found: lines, tables, pages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dedup.errors import InputError
from dedup.model.run import Limit
from dedup.near.fetch_texts import fetch_texts
from dedup.output.records import write_lines
from dedup.output.run_folder import LOCATED, RunFolder
from dedup.output.story_file import read_stories
from dedup.output.write_sources import (
    MAX_MEMBERS,
    LocatedSources,
    SourceSummary,
    describe_articles,
    describe_families,
    describe_stories,
    find_documents,
)
from dedup.pipeline.job import Job, Progress
from dedup.pipeline.list_sources import SourceRun, find_sources, make_source_job
from dedup.report.corpus.report_folder import report_folder, save_page
from dedup.report.corpus.report_tables import Table
from dedup.report.sources.source_matrix import SourceMatrix, make_matrix
from dedup.report.sources.sources_html import render_cells, render_index
from dedup.report.sources.sources_stories import show_stories
from dedup.sources.families import Family
from dedup.sources.flows import Flow, count_flows, find_days, list_parts, summarise_known, summarise_outlets
from dedup.sources.found_sources import FoundSources, StoryCount, count_independent
from dedup.version import __version__


@dataclass(frozen=True)
class WrittenSources:
    """What was found, in numbers: for a summary."""

    summary: SourceSummary
    matrix: SourceMatrix


def write_sources(
    run: SourceRun, target: Path, stories: str | None, progress: Progress, *, overwrite: bool
) -> WrittenSources:
    """Find families and likely sources, and write them to a folder; `stories` is a file of `dedup stories`."""
    with report_folder(target, None, overwrite=overwrite) as (pages, scratch):
        job = make_source_job(run, scratch, progress)
        RunFolder(target).refuse_overlap(file.user_file.location for file in run.files)
        with job.working() as ready:
            found = find_sources(run, ready)
            located = LocatedSources.read(found, ready.list_parts(LOCATED))
            counts = count_stories(located, stories)
            with ready.timer.measure("write"):
                return write_all(located, counts, ready, pages, is_named=stories is not None)


def count_stories(located: LocatedSources, stories: str | None) -> list[StoryCount]:
    """Return the independent texts of each story of a file; without one each family is a story."""
    found = located.found
    if stories is None:
        groups = {f"family {f.number}": [m.document for m in f.members] for f in found.families}
    else:
        listed = {f"story {number}": places for number, places in read_stories(stories).items()}
        there = find_documents(located, {place: name for name, places in listed.items() for place in places})
        if listed and not there:
            raise InputError(
                f"{stories}: none of its articles is in the input. Name the input as `dedup stories` had it."
            )
        groups = {name: there[name] for name in listed if name in there}
    known = {document for document, article in enumerate(found.articles) if article.known}
    return [
        count_independent(name, [d for d in documents if d not in known], found.assigned, found.verdicts)
        for name, documents in groups.items()
    ]


def write_all(
    located: LocatedSources, stories: Sequence[StoryCount], job: Job, pages: Path, *, is_named: bool
) -> WrittenSources:
    """Write all files of the folder; `is_named` if the user named the stories, else they are the families."""
    found = located.found
    parts = list_parts(found)
    write_lines(pages / "families.jsonl", describe_families(located))
    write_lines(pages / "articles.jsonl", describe_articles(located))
    write_lines(pages / "stories.jsonl", describe_stories(located, stories))
    Table.of(Flow, count_flows(parts)).write(pages / "flows.csv")
    summary = summarise(found, stories if is_named else (), job)
    matrix = make_matrix(found, parts)
    (pages / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n")
    save_page(pages / "index.html", render_index(summary, matrix, parts, show_stories(found, stories)))
    for name, page in render_cells(located, matrix, fetch_shown(found, matrix, job)):
        save_page(pages / name, page)
    return WrittenSources(summary, matrix)


def fetch_shown(found: FoundSources, matrix: SourceMatrix, job: Job) -> Mapping[int, str]:
    """Return the texts of the documents that pages show, by their number in order."""
    shown = {d for cell in matrix.cells.values() for pair in cell.pairs for d in (pair.document, pair.other)}
    by_index = {int(found.order[document]): document for document in shown}
    texts = fetch_texts(found.segments, by_index, job.settings.input)
    return {by_index[index]: text for index, text in texts.items()}


def summarise(found: FoundSources, stories: Sequence[StoryCount], job: Job) -> SourceSummary:
    """Return the numbers of a run."""
    members = {m.document for f in found.families for m in f.members if not found.articles[m.document].known}
    verdicts = [found.verdicts[family.number] for family in found.families]
    own = [document for document, article in enumerate(found.articles) if not article.known]
    first, last = find_days([found.articles[document].day for document in own])
    articles = sum(story.num_articles for story in stories)
    independent = sum(len(story.groups) for story in stories)
    return SourceSummary(
        version=__version__,
        documents=len(found.articles),
        known_documents=sum(bool(article.known) for article in found.articles),
        undated=sum(not article.day for article in found.articles),
        first=first,
        last=last,
        known_sources=summarise_known(found),
        independent_texts=len(count_independent("all", own, found.assigned, found.verdicts).groups),
        families=len(found.families),
        articles_in_families=len(members),
        claims=sum(verdict.is_claim for verdict in verdicts),
        by_basis=dict(Counter(verdict.basis.value for verdict in verdicts).most_common()),
        by_kind=dict(Counter(verdict.kind.value for verdict in verdicts).most_common()),
        stories=len(stories),
        independent_share=round(independent / articles, 4) if articles else None,
        outlets=summarise_outlets(found),
        limits=list_limits(found.families),
        rejections=found.segments.count_rejections(),
        seconds={stage.stage: stage.seconds for stage in job.timer.stages},
    )


def list_limits(families: Sequence[Family]) -> list[Limit]:
    """Return the bounds that were hit."""
    large = sum(len(family.members) > MAX_MEMBERS for family in families)
    effect = "A family lists its first members only; articles.jsonl has all of them"
    return [Limit("max_members", MAX_MEMBERS, large, effect)] if large else []

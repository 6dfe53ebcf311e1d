"""Find the text that outlets share and its likely sources: read, match, group, judge, write."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings, InputConfig, PassageConfig
from dedup.corpus.files import SourceFile
from dedup.corpus.shards import Shard, read_shard
from dedup.errors import InputError
from dedup.near.sketches import Sketches
from dedup.passages.boilerplate import NO_BOILERPLATE
from dedup.passages.cut_documents import Findings
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.passage_table import Passages
from dedup.passages.remove_contained import gather_kept
from dedup.pipeline.cut_passages import locate
from dedup.pipeline.job import CleanRun, Job, Progress, make_job
from dedup.pipeline.no_index import NO_INDEX
from dedup.pipeline.sketch_shards import sketch
from dedup.sources.articles import Article, WireField, read_articles, settle_credits
from dedup.sources.families import group_families
from dedup.sources.found_sources import FoundSources, keep_passages
from dedup.sources.likely_source import judge_family
from dedup.sources.shared_text import (
    add_formulas,
    find_formulas,
    find_shared_boilerplate,
    find_shared_text,
    order_documents,
)


@dataclass(frozen=True)
class SourceRun:
    """Everything that is asked of a search for sources.

    wire_files   files of `files` whose records are all of a known source, by real path, each with its name
    wires        what a field holds in the records of a known source
    credit_field field of the author
    """

    files: Sequence[SourceFile]
    wire_files: dict[str, str] = field(default_factory=dict)
    wires: tuple[WireField, ...] = ()
    input: InputConfig = field(default_factory=InputConfig)
    credit_field: str = "author"
    min_tokens: int = 20
    workers: int = 1

    @property
    def roles(self) -> dict[str, str]:
        """Return the fields that are read, by what they are read as."""
        wires = {wire.role: wire.role.partition("=")[2] for wire in self.wires if wire.role != "outlet"}
        return self.input.facts | {"credit": self.credit_field} | wires


def make_source_job(run: SourceRun, scratch: Path, progress: Progress) -> Job:
    """Return the job of a run that works in a scratch folder."""
    settings = CleanSettings(
        passages=PassageConfig("across", run.min_tokens, contained=None, shingle_size=4, window=1), input=run.input
    )
    return make_job(CleanRun(run.files, scratch / "run", settings, run.workers), progress, NO_INDEX)


def find_sources(run: SourceRun, job: Job) -> FoundSources:
    """Return families and their likely sources; the places of passages are in the parts of the job."""
    sketches = sketch(job)
    with job.timer.measure("credits"):
        by_index = read_all(replace(run, input=job.settings.input), job)  # with the fields that were found
    refuse_unknown_wires(run.wires, {number for article in by_index for number in article.wires})
    known = np.array([bool(article.known) for article in by_index], bool)
    order = order_documents(sketches, np.array([article.moment for article in by_index]), known)
    articles = [by_index[index] for index in order.tolist()]
    with job.timer.measure("families"):
        tokens, passages = match(sketches, order, articles, job)
        families = group_families(passages, tokens.own_tokens, articles)
        verdicts = {family.number: judge_family(family, articles) for family in families}
        families, passages = keep_passages(families, passages)
    with job.timer.measure("locate"):
        numbered = replace(passages.renumber(order), may_cut=np.zeros(len(passages), bool))
        locate(sketches.segments, Findings(numbered, NO_BOILERPLATE, job.settings.passages), job)
    return FoundSources(sketches.segments, order, tokens.own_tokens, articles, passages, families, verdicts)


def refuse_unknown_wires(wires: Sequence[WireField], found: Collection[int]) -> None:
    """Raise `InputError` where no article is of a known source that the user named by a field; `found` are numbers."""
    for number, wire in enumerate(wires):
        if number not in found:
            field = wire.role.removeprefix("wire=")
            raise InputError(f'--wire: no record has the {field} "{wire.value}", and there is no file of that name.')


def read_all(run: SourceRun, job: Job) -> list[Article]:
    """Return all articles in the order of the input."""
    return settle_credits([*chain.from_iterable(job.visit_shards("credits", partial(read_one, run=run)))])


def read_one(shard: Shard, *, run: SourceRun) -> list[Article]:
    """Return the articles of one shard."""
    found: list[Article] = []
    names = [run.wire_files.get(os.path.realpath(file.user_file.location), "") for file in shard.files]
    for block in read_shard(shard, run.input, run.roles, lambda _: None):
        found += read_articles(block, names, run.wires, run.input.date_order)
    return found


def match(
    sketches: Sketches, order: npt.NDArray[np.int64], articles: Sequence[Article], job: Job
) -> tuple[DocumentTokens, Passages]:
    """Return the tokens of the documents, in their order, and the passages that they share, but for boilerplate."""
    config, count = job.settings.passages, len(order)
    boilerplate = find_shared_boilerplate(sketches, order, PassageConfig(), job.workers)
    every = np.ones(count, bool)
    masked = sketches.with_masks(job.folder.masked, boilerplate.document, boilerplate.span)
    tokens = gather_kept(masked, every, boilerplate).tokens[order]
    with job.show("passages", 2 * count, "doc"):
        passages = find_shared_text(tokens, config, job.progress.advance, job.workers)
        numbers: dict[str, int] = {}
        names = ["" if article.known else article.outlet for article in articles]  # a known source has no formulas
        outlets = np.array([numbers.setdefault(name, len(numbers)) if name else -1 for name in names], np.int64)
        days = np.array([article.day for article in articles], np.int64)
        formulas = find_formulas(passages, tokens.num_tokens, outlets, days)
        formulas[:, 0] = order[formulas[:, 0]]
        boilerplate = add_formulas(boilerplate, formulas)
        masked = sketches.with_masks(
            job.folder.masked.with_name("formulas.arrow"), boilerplate.document, boilerplate.span
        )
        tokens = gather_kept(masked, every, boilerplate).tokens[order]
        return tokens, find_shared_text(tokens, config, job.progress.advance, job.workers)

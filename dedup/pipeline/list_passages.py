"""List the passages that files hold more than once: the stages of `clean` without removing anything."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from dedup.config import InputConfig
from dedup.model.documents import Document, ListedPassages, Passage
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_texts
from dedup.near.segments import Segments
from dedup.output.output_file import open_output
from dedup.output.passage_records import describe_passages
from dedup.output.records import write_lines
from dedup.output.run_folder import LOCATED, PASSAGES
from dedup.passages.boilerplate import NO_BOILERPLATE
from dedup.passages.containment import find_across
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import Passages
from dedup.passages.plan import plan_kept
from dedup.passages.remove_contained import gather_kept
from dedup.pipeline.cut_passages import locate
from dedup.pipeline.find_passages import explain
from dedup.pipeline.job import CleanRun, Job, Progress, make_job
from dedup.pipeline.no_index import NO_INDEX
from dedup.pipeline.sketch_shards import sketch


def list_passages(run: CleanRun, progress: Progress, target: Path | None, biggest: int = 0) -> ListedPassages:
    """Write every passage that occurs twice to a file, if one is named; return how many there are, and the biggest.

    The work is done in a folder beside `run.out`.
    """
    work = run.out.with_name(f".{run.out.name}.work")  # the file itself may exist: it is replaced
    job = make_job(replace(run, out=work, overwrite=True), progress, NO_INDEX)
    with job.working() as ready:
        try:
            return list_in_folder(ready, target, biggest)
        finally:
            job.folder.discard()  # nobody can go on with it


def list_in_folder(job: Job, target: Path | None, biggest: int) -> ListedPassages:
    """Do the work of `list_passages` in its folder."""
    sketches = sketch(job)
    segments, config = sketches.segments, job.settings.passages
    decisions = Decisions.keep_all(len(sketches))
    with job.show("passages", len(sketches), "doc"):
        kept = gather_kept(sketches, decisions.kept, NO_BOILERPLATE)
        shared = find_across(kept.tokens, config, job.progress.advance, job.workers)
        passages = plan_kept(segments, decisions, shared, config, cut_across=False)
    passages = replace(passages, may_cut=np.zeros(len(passages), bool))
    locate(segments, Findings(passages, NO_BOILERPLATE, config), job)
    write_lines(job.folder.output / PASSAGES, describe_passages(job.list_parts(LOCATED), passages, segments))
    examples = choose_biggest(segments, passages, job.settings.input, biggest)
    if target is not None:
        inputs = [file.user_file.location for file in job.run.files]
        with open_output(target, inputs) as file, (job.folder.output / PASSAGES).open("rb") as listed:
            shutil.copyfileobj(listed, file)
    return ListedPassages(len(passages), examples, segments.count_rejections())


def choose_biggest(segments: Segments, passages: Passages, config: InputConfig, count: int) -> list[Passage]:
    """Return the longest passages, those that can be fetched."""
    lengths = passages.span[:, 1] - passages.span[:, 0]
    rows = np.argsort(-lengths, kind="stable")[:count].tolist()
    chosen = passages.select(np.array(rows, np.int64))
    texts = fetch_texts(segments, {*chosen.document.tolist(), *chosen.source.tolist()}, config)
    documents = {number: Document(segments.name(number).raw_id.decode(), text) for number, text in texts.items()}
    fetched = [
        row for row in range(len(chosen)) if {int(chosen.document[row]), int(chosen.source[row])} <= documents.keys()
    ]
    return explain(documents, chosen.select(np.array(fetched, np.int64)))

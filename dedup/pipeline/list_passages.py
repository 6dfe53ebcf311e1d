"""List the passages that files hold more than once: the stages of `clean` without removing anything."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from dedup.config import InputConfig
from dedup.model.run import Excerpt, PassageInContext
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_text
from dedup.near.segments import Segments
from dedup.output.output_file import open_output
from dedup.output.passage_records import write_passages
from dedup.output.run_folder import LOCATED, PASSAGES
from dedup.passages.boilerplate import NO_BOILERPLATE
from dedup.passages.containment import find_across
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import Passages
from dedup.passages.plan import plan_kept
from dedup.passages.remove_contained import gather_kept
from dedup.pipeline.cut_passages import locate
from dedup.pipeline.index_session import NO_INDEX
from dedup.pipeline.job import CleanRun, Job, Progress, make_job
from dedup.pipeline.sketch_shards import sketch
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets

CONTEXT = 60  # characters shown before and after a passage


def list_passages(
    run: CleanRun, progress: Progress, target: Path | None, biggest: int = 0
) -> tuple[int, list[PassageInContext]]:
    """Write every passage that occurs twice to a file, if one is named; return how many there are, and the biggest.

    The work is done in a folder beside `run.out`.
    """
    work = run.out.with_name(f".{run.out.name}.work")  # the file itself may exist: it is replaced
    job = make_job(replace(run, out=work, overwrite=True), progress, NO_INDEX)
    with job.working():
        return list_in_folder(job, target, biggest)


def list_in_folder(job: Job, target: Path | None, biggest: int) -> tuple[int, list[PassageInContext]]:
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
    write_passages(job.folder.output / PASSAGES, job.list_parts(LOCATED), passages, segments)
    examples = choose_biggest(segments, passages, job.settings.input, biggest)
    if target is not None:
        inputs = [file.location for file in job.run.files]
        with open_output(target, inputs) as file, (job.folder.output / PASSAGES).open("rb") as listed:
            shutil.copyfileobj(listed, file)
    job.folder.discard()
    return len(passages), examples


def choose_biggest(segments: Segments, passages: Passages, config: InputConfig, count: int) -> list[PassageInContext]:
    """Return the longest passages with the context of both places."""
    lengths = passages.span[:, 1] - passages.span[:, 0]
    rows = np.argsort(-lengths, kind="stable")[:count].tolist()
    found = []
    for row in rows:
        sides = []
        for document, tokens in (
            (int(passages.document[row]), passages.span[row].tolist()),
            (int(passages.source[row]), passages.source_span[row].tolist()),
        ):
            text = fetch_text(segments, document, config)
            if text is None:
                break
            name = segments.name(document)
            span = TokenOffsets(text).span(*tokens)
            sides.append(cut_excerpt(name.raw_id.decode(), text, span))
        if len(sides) == 2:
            similarity = float(passages.similarity[row])
            found.append(
                PassageInContext(sides[0], sides[1], int(lengths[row]), similarity, int(passages.num_documents[row]))
            )
    return found


def cut_excerpt(doc_id: str, text: str, span: Span) -> Excerpt:
    """Return a span of a text with what is before and after it."""
    before, after = text[max(span.start - CONTEXT, 0) : span.start], text[span.end : span.end + CONTEXT]
    return Excerpt(doc_id, span.start, span.end, before, span.cut(text), after)

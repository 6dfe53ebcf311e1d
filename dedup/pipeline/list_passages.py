"""List the passages that files hold more than once: the stages of `clean` without removing anything."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np

from dedup.config import InputConfig, NearConfig, PassageConfig, fingerprint
from dedup.corpus.files import SourceFile
from dedup.corpus.shards import plan_shards
from dedup.errors import InputError
from dedup.model.run import Excerpt, PassageInContext
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_text
from dedup.near.segments import Segments
from dedup.output.locate_shard import split_findings
from dedup.output.passage_records import write_passages
from dedup.output.run_folder import LOCATED, PASSAGES, RunFolder
from dedup.passages.boilerplate import Boilerplate, merge_ranges
from dedup.passages.cut_documents import Findings
from dedup.passages.passage_table import Passages
from dedup.pipeline.clean_files import forget_results, locate_one
from dedup.pipeline.cut_passages import decide_passages
from dedup.pipeline.job import CleanRun, Progress
from dedup.pipeline.sketch_shards import load_kernels, sketch_shards
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets
from dedup.workers import run_tasks

CONTEXT = 60  # characters shown before and after a passage


@dataclass(frozen=True)
class PassageRun:
    """Everything that listing passages is asked to do; `out` is the file to write."""

    files: Sequence[SourceFile]
    out: Path
    passages: PassageConfig = field(default_factory=PassageConfig)
    input: InputConfig = field(default_factory=InputConfig)
    workers: int = 1


def list_passages(run: PassageRun, progress: Progress, biggest: int = 0) -> tuple[int, list[PassageInContext]]:
    """Write every passage that stands twice to a file; return how many there are, and the biggest with context."""
    folder = RunFolder(run.out.with_name(f".{run.out.name}.work"))  # the file itself may exist: it is replaced
    folder.refuse_overlap(file.location for file in run.files)
    with folder.begin(fingerprint(run.passages, run.input, *run.files), resume=False, overwrite=True):
        try:
            return run_stages(run, folder, progress, biggest)
        except InputError:
            folder.discard()
            raise


def run_stages(
    run: PassageRun, folder: RunFolder, progress: Progress, biggest: int
) -> tuple[int, list[PassageInContext]]:
    """Do the work of `list_passages` in its folder."""
    near = NearConfig()
    load_kernels(near, run.passages, progress)
    shards = plan_shards(run.files)
    sketch_shards(CleanRun(run.files, run.out, near, run.passages, run.input, run.workers), folder, shards, progress)
    segments = Segments(folder.segments, shards)
    everyone = keep_all(segments.num_documents)
    progress.begin("passages", segments.num_documents, "doc")
    _, passages = decide_passages(
        segments, everyone, (None, None), (near, run.passages), (progress.advance, run.workers), cuts=False
    )
    progress.end()
    passages = replace(passages, may_cut=np.zeros(len(passages), bool))
    progress.begin("locate", sum(shard.size for shard in shards), "B")
    findings = split_findings(Findings(passages, no_boilerplate(), run.passages), segments)
    task = partial(locate_one, folder=folder, shards=tuple(shards), config=run.input)
    run_tasks(task, findings, run.workers, progress.advance)
    progress.end()
    forget_results()
    write_passages(folder.output / PASSAGES, [folder.part(s.index, LOCATED) for s in shards], passages, segments)
    examples = choose_biggest(segments, passages, run.input, biggest)
    os.replace(folder.output / PASSAGES, run.out)
    folder.discard()
    return len(passages), examples


def no_boilerplate() -> Boilerplate:
    """Return boilerplate of no document: a list of passages leaves nothing out."""
    return merge_ranges(np.empty((0, 5), np.int32), 1)


def keep_all(count: int) -> Decisions:
    """Return decisions that keep every document."""
    return Decisions(np.full(count, -1, np.int64), np.zeros(count), np.zeros(count, np.uint8), np.zeros(count))


def choose_biggest(segments: Segments, passages: Passages, config: InputConfig, count: int) -> list[PassageInContext]:
    """Return the longest passages with what stands around both places."""
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

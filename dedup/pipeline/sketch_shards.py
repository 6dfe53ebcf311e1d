"""The first pass over the input: every shard becomes a segment."""

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import CleanSettings, NearConfig
from dedup.corpus.blocks import view_texts
from dedup.corpus.json_file import read_first
from dedup.corpus.rejections import refuse_no_text
from dedup.corpus.shards import Shard, read_shard
from dedup.near.read_facts import read_facts
from dedup.near.segment_files import NO_REPEATS, SegmentColumns, SegmentWriter, is_whole, segment_folder
from dedup.near.segments import Segments
from dedup.near.sketcher import Sketch, Sketcher
from dedup.near.sketches import Sketches
from dedup.near.text_proofs import Prover, describe_proofs
from dedup.output.records import refuse_rejection
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.place_repeats import place_all
from dedup.passages.search import find_repeats
from dedup.pipeline.compile_ahead import CLEAN, compile_ahead
from dedup.pipeline.job import Job, Progress
from dedup.text.token_spans import TokenOffsets
from dedup.workers import run_tasks


def load_kernels(settings: CleanSettings, progress: Progress) -> float:
    """Load the kernels that workers use before they are forked, so that they share them.

    The first run on a machine compiles all that any run can need. Returns the seconds of that, 0 at other runs.
    """
    compile_s = compile_ahead(CLEAN, progress)
    texts = pa.array(["a"], pa.large_string())
    list_placed(texts, get_sketcher(settings.near).sketch(*view_texts(texts)), settings)
    if settings.passages.is_on:
        TokenOffsets("a")
    return compile_s


def sketch(job: Job) -> Sketches:
    """Return the sketches of all documents; shards that have a whole segment are not read again."""
    job.timer.add_compiling(load_kernels(job.settings, job.progress))
    root = job.folder.segments
    with job.timer.measure("sketch"):
        seed = job.index.secret(job)
        run = f"{job.fingerprint} {seed}"
        todo = [shard for shard in job.shards if not is_whole(segment_folder(root, shard), seal_of(shard, run))]
        prover = None if seed is None else Prover.of(seed)
        task = partial(sketch_shard, settings=job.settings, root=root, prover=prover, run=run)
        with job.show("sketch", sum(shard.size for shard in todo), "B"):
            run_tasks(task, todo, job.workers, job.progress.advance)
        segments = Segments(root, job.shards)
    if segments.num_documents == 0:
        refuse_no_text(segments.count_rejections(), job.settings.input, read_first(job.run.files))
    if job.run.strict:
        refuse_rejections(segments)
    return Sketches.of(segments)


def refuse_rejections(segments: Segments) -> None:
    """Raise `InputError` on the first record that was set aside."""
    for shard in segments.shards:
        for rejection in segments.rejections(shard):
            refuse_rejection(shard.files[rejection.file].path, rejection.line, rejection.error)


def seal_of(shard: Shard, run: str) -> str:
    """Return what the segment of a shard is sealed with, so that it is no other shard's, and no other run's."""
    return f"{run} {shard.index} {shard.start} {shard.stop}"


def sketch_shard(
    shard: Shard,
    report: Callable[[int], None],
    *,
    settings: CleanSettings,
    root: Path,
    prover: Prover | None = None,
    run: str = "",
) -> None:
    """Read, tokenise, shingle, sign and band the documents of one shard into its segment, with their repeats.

    A prover says what an index has to know of them; `run` is the run that the segment is sealed for.
    """
    sketcher = get_sketcher(settings.near)
    with SegmentWriter(segment_folder(root, shard), seal_of(shard, run)) as writer:
        for block in read_shard(shard, settings.input, settings.roles, report):
            texts = view_texts(block.texts)
            sketch = sketcher.sketch(*texts)
            columns: SegmentColumns = {
                "num_tokens": sketch.num_tokens,
                "num_shingles": sketch.num_shingles,
                "content": sketch.content,
                "keys": sketch.keys,
                "signature": sketch.signature,
            }
            if prover:
                columns |= describe_proofs(prover.prove_block(*texts, np.zeros(len(block.ids), np.bool_))[0])
            facts = read_facts(block.fields, len(block.ids), settings.input.date_order)
            writer.add(block, columns, sketch.tokens, facts, list_placed(block.texts, sketch, settings))


def list_placed(texts: pa.Array, sketch: Sketch, settings: CleanSettings) -> pa.RecordBatch:
    """Return what documents print twice, in the columns of REPEAT_SCHEMA; `texts` are large strings."""
    if not settings.passages.within:
        return NO_REPEATS
    tokens = DocumentTokens.unmasked(sketch.token_addresses, sketch.num_tokens)
    return place_all(list_repeats(sketch, settings), texts, tokens, settings.passages)


def list_repeats(sketch: Sketch, settings: CleanSettings) -> npt.NDArray[np.int32]:
    """Return what documents print twice, int32[k, 6]: the document, its span, that of its source, equal tokens."""
    if not settings.passages.within:
        return np.empty((0, 6), np.int32)
    tokens = DocumentTokens.unmasked(sketch.token_addresses, sketch.num_tokens)
    is_counted = settings.near.shingle_size == settings.passages.shingle_size
    found = find_repeats(tokens, settings.passages, sketch.num_shingles if is_counted else None)
    return np.column_stack([found.document, found.span, found.source_span, found.equal])


@cache
def get_sketcher(near: NearConfig) -> Sketcher:
    """Return the sketcher of this process: its permutations, table and buffers are made once."""
    return Sketcher(near)

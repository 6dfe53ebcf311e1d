"""The first pass over the input: every shard becomes a segment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from dedup.config import InputConfig, NearConfig, PassageConfig
from dedup.corpus.blocks import view_texts
from dedup.corpus.shards import Shard, read_shard
from dedup.near.segment_files import SegmentWriter, segment_folder
from dedup.near.sketcher import Sketcher
from dedup.output.run_folder import RunFolder
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.search import find_repeats
from dedup.pipeline.compile_ahead import CLEAN, compile_ahead
from dedup.pipeline.job import CleanRun, Progress
from dedup.text.token_spans import TokenOffsets
from dedup.workers import run_tasks


def load_kernels(near: NearConfig, passages: PassageConfig | None, progress: Progress) -> float:
    """Load the kernels that workers use before they are forked, so that they share them.

    The first run on a machine compiles all that any run can need. Returns the seconds of that, 0 at other runs.
    """
    compile_s = compile_ahead(CLEAN, progress)
    sketch = get_sketcher(near).sketch(np.frombuffer(b"a", np.uint8), np.array([0, 1]))
    if passages:
        TokenOffsets("a")
    if passages and passages.within:
        find_repeats(DocumentTokens.unmasked(sketch.token_addresses, sketch.num_tokens), passages)
    return compile_s


def sketch_shards(run: CleanRun, folder: RunFolder, shards: Sequence[Shard], progress: Progress) -> None:
    """Sketch the shards that have no finished segment yet."""
    todo = [shard for shard in shards if not segment_folder(folder.segments, shard).exists()]
    progress.begin("sketch", sum(shard.size for shard in todo), "B")
    task = partial(sketch_shard, run=SketchRun(run.near, run.passages, run.input), root=folder.segments)
    run_tasks(task, todo, run.workers, progress.advance)
    progress.end()


@dataclass(frozen=True)
class SketchRun:
    """The settings of the sketch stage."""

    near: NearConfig
    passages: PassageConfig | None
    input: InputConfig


def sketch_shard(shard: Shard, report: Callable[[int], None], *, run: SketchRun, root: Path) -> None:
    """Read, tokenise, shingle, sign and band the documents of one shard into its segment, with their repeats."""
    sketcher = get_sketcher(run.near)
    roles = {"key": run.near.keep.field} if run.near.keep.field else {}
    if run.passages and run.passages.series_field != run.input.text_field:
        roles["series"] = run.passages.series_field
    with SegmentWriter(segment_folder(root, shard)) as writer:
        for block in read_shard(shard, run.input, roles, report):
            sketch = sketcher.sketch(*view_texts(block.texts))
            columns: dict[str, np.ndarray] = {
                "num_tokens": sketch.num_tokens,
                "num_shingles": sketch.num_shingles,
                "content": sketch.content,
                "keys": sketch.keys,
                "signature": sketch.signature,
            }
            repeats = np.empty((0, 6), np.int32)
            if run.passages and run.passages.within:
                found = find_repeats(DocumentTokens.unmasked(sketch.token_addresses, sketch.num_tokens), run.passages)
                repeats = np.column_stack([found.document, found.span, found.source_span, found.equal])
            writer.add(block, columns, sketch.tokens, repeats)


@cache
def get_sketcher(near: NearConfig) -> Sketcher:
    """Return the sketcher of this process: its permutations, table and buffers are made once."""
    return Sketcher(near)

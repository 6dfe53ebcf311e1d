"""Confirm removals on the texts, under a seed that nobody knows."""

import os
from collections.abc import Callable
from functools import partial

from dedup.config import InputConfig
from dedup.corpus.files import at_rest
from dedup.corpus.shards import Shard
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.near.sketches import Sketches
from dedup.output.confirmation import judge_removals
from dedup.output.run_folder import READ_AGAIN, RunFolder
from dedup.output.texts_again import Doubted, TextsAgain, read_again
from dedup.pipeline.job import Job
from dedup.workers import run_tasks


def confirm(sketches: Sketches, decisions: Decisions, job: Job) -> Decisions:
    """Return the decisions without removals that the texts do not confirm; of stored documents there is no text."""
    doubted = Doubted.of(decisions, seed=int.from_bytes(os.urandom(8), "little"))
    if doubted.removed.size == 0:
        return decisions
    segments, config = sketches.segments, job.settings.input
    task = partial(read_one, doubted=doubted, folder=job.folder, segments=segments, config=config)
    with job.timer.measure("confirm"):
        with job.show("confirm", job.size, "B"):
            run_tasks(task, job.shards, job.workers, job.progress.advance)
        again = TextsAgain(doubted, job.list_parts(READ_AGAIN))
        return judge_removals(sketches, decisions, doubted, again, job.settings)


def read_one(
    shard: Shard,
    report: Callable[[int], None],
    *,
    doubted: Doubted,
    folder: RunFolder,
    segments: Segments,
    config: InputConfig,
) -> None:
    """Read the documents of one shard again."""
    with at_rest(shard.files):
        read_again(shard, doubted, folder, segments, config)
    report(shard.size)

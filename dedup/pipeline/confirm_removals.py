"""Confirm removals on the texts, under a seed that nobody knows."""

import os
from functools import partial

from dedup.near.decisions import Decisions
from dedup.near.sketches import Sketches
from dedup.output.confirmation import judge_removals
from dedup.output.run_folder import READ_AGAIN
from dedup.output.texts_again import Doubted, TextsAgain, read_again
from dedup.pipeline.job import Job


def confirm(sketches: Sketches, decisions: Decisions, job: Job) -> Decisions:
    """Return the decisions without removals that the texts do not confirm; of stored documents there is no text."""
    doubted = Doubted.of(decisions, seed=int.from_bytes(os.urandom(8), "little"))
    if doubted.removed.size == 0:
        return decisions
    segments, config = sketches.segments, job.settings.input
    with job.timer.measure("confirm"):
        read = partial(read_again, doubted=doubted, folder=job.folder, segments=segments, config=config)
        job.visit_shards("confirm", read)
        again = TextsAgain(doubted, job.list_parts(READ_AGAIN))
        return judge_removals(sketches, decisions, doubted, again, job.settings)

"""Confirm removals on the texts, under a seed that nobody knows."""

import os
from functools import partial

import numpy as np
import pyarrow as pa

from dedup.near.arrow_files import map_arrow
from dedup.near.decisions import Decisions
from dedup.near.relation_rule import rule_of
from dedup.near.sketches import Sketches
from dedup.near.text_proofs import Proofs
from dedup.output.confirmation import Doubted, Judge, read_again
from dedup.output.run_folder import READ_AGAIN
from dedup.pipeline.job import Job


def confirm(sketches: Sketches, decisions: Decisions, job: Job) -> Decisions:
    """Return the decisions without removals that the texts do not confirm."""
    seed = job.index.secret(job)
    secret = int.from_bytes(os.urandom(8), "little") if seed is None else seed
    doubted = Doubted.of(decisions, secret, sketches.stored.content)
    if doubted.removed.size == 0:
        return decisions
    segments, config = sketches.segments, job.settings.input
    with job.timer.measure("confirm"):
        read = partial(read_again, doubted=doubted, folder=job.folder, segments=segments, config=config)
        job.visit_shards("confirm", read)
        parts = [part for part in job.list_parts(READ_AGAIN) if part.exists()]
        readers = [pa.ipc.open_file(map_arrow(part)) for part in parts]
        batches = [reader.get_batch(i) for reader in readers for i in range(reader.num_record_batches)]
        num_shingles = sketches.join("num_shingles")
        if doubted.stored.size:
            ordinals = sketches.stored.ordinals[doubted.stored - len(sketches)]
            stored = job.index.find_proofs(ordinals)
            batches.append(stored.rows)
            num_shingles = np.append(num_shingles, np.zeros(len(sketches.stored), np.int32))
            num_shingles[doubted.stored] = stored.num_shingles
        judge = Judge(
            job.settings.near,
            rule_of(job.settings),
            num_shingles,
            lambda document: (sketches.tokens_of(document), sketches.facts_of(document)),
            doubted.stored,
        )
        proofs = Proofs(np.append(doubted.documents, doubted.stored), batches)
        return judge.judge(decisions, doubted.removed, proofs)

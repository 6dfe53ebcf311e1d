"""The boilerplate of a run: found before documents are compared, and masked in what is compared."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.near.decisions import Decisions
from dedup.near.sketches import Sketches
from dedup.passages.boilerplate import NO_BOILERPLATE, Boilerplate, Series, find_boilerplate, mask_tokens
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.pipeline.job import Job


def mask_boilerplate(sketches: Sketches, job: Job) -> tuple[Sketches, Boilerplate]:
    """Find the boilerplate of all documents; return the sketches with it masked in the tokens that are compared."""
    if not job.settings.passages.is_on:
        return sketches, NO_BOILERPLATE
    with job.timer.measure("boilerplate"):
        found = find_in_sketches(sketches, job.settings.passages, job.workers)
        tokens_of = sketches.segments.tokens_of
        masks = ((doc, mask_tokens(tokens_of(doc), found.span[rows])) for doc, rows in found.rows_by_document())
        return sketches.with_masks(job.folder.masked, masks), found


def find_in_sketches(sketches: Sketches, config: PassageConfig, threads: int) -> Boilerplate:
    """Return the boilerplate of all documents, each text counted once."""
    batches = sketches.segments.batches
    _, firsts = np.unique(sketches.join("content", np.uint64)[:, 0], return_index=True)
    counted = np.zeros(len(sketches), bool)
    counted[firsts] = True
    series = [hash_values(batch.documents.column("series").to_pylist()) for batch in batches]
    tokens = join_tokens([DocumentTokens.unmasked(b.token_addresses, b.column("num_tokens")) for b in batches])
    every_series = np.concatenate([np.empty(0, np.uint64), *series])
    return find_boilerplate(tokens, Series(every_series, counted), config, threads)


def keep_standing(boilerplate: Boilerplate, decisions: Decisions) -> Boilerplate:
    """Return the ranges with those of removed documents left out, but for the first holder of each."""
    return boilerplate.select(decisions.kept[boilerplate.document] | boilerplate.is_first)


def hash_values(values: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """Return a hash of each value, 0 of an empty one."""
    hashes = {value: zlib.crc32(value) << 32 | zlib.adler32(value) if value else 0 for value in set(values)}
    return np.array([hashes[value] for value in values], np.uint64)

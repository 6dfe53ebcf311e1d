"""The boilerplate of a run: found before documents are compared, and masked in what is compared."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.near.decisions import Decisions
from dedup.near.segments import Segments
from dedup.passages.boilerplate import Boilerplate, Series, find_boilerplate, mask_tokens
from dedup.passages.document_tokens import DocumentTokens, join_tokens


def find_corpus_boilerplate(segments: Segments, config: PassageConfig, path: Path, threads: int) -> Boilerplate:
    """Find the boilerplate of all documents and mask it in the tokens that are compared (written to `path`)."""
    batches = segments.batches
    content = [batch.column("content", np.uint64)[:, 0] for batch in batches]
    series = [hash_values(batch.documents.column("series").to_pylist()) for batch in batches]
    _, firsts = np.unique(np.concatenate(content) if content else np.empty(0), return_index=True)
    counted = np.zeros(segments.num_documents, bool)
    counted[firsts] = True
    tokens = join_tokens([DocumentTokens.unmasked(b.token_addresses, b.column("num_tokens")) for b in batches])
    every_series = np.concatenate(series) if series else np.empty(0, np.uint64)
    found = find_boilerplate(tokens, Series(every_series, counted), config, threads)
    rows = ((doc, mask_tokens(segments.tokens_of(doc), found.span[here])) for doc, here in found.rows_by_document())
    segments.mask(path, rows)
    return found


def keep_standing(boilerplate: Boilerplate, decisions: Decisions) -> Boilerplate:
    """Return the ranges with those of removed documents left out, but for the first holder of each."""
    rows = (decisions.witness[boilerplate.document] < 0) | boilerplate.is_first
    return boilerplate.select(rows)


def hash_values(values: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """Return a hash of each value, 0 of an empty one."""
    hashes = {value: zlib.crc32(value) << 32 | zlib.adler32(value) if value else 0 for value in set(values)}
    return np.array([hashes[value] for value in values], np.uint64)

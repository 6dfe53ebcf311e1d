"""The text that documents share, found in an order that does not depend on that of the input."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.near.sketches import Sketches
from dedup.passages.boilerplate import Boilerplate, Series, find_boilerplate, merge_ranges
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.passages.passage_table import Passages
from dedup.passages.search import compare_pairs, find_shared

MAX_SOURCES = 32  # with which a document is compared as a whole
FORMULA_DAYS = 3  # on which an outlet prints a formula
REPRINT = 0.9  # share of equal words from which an article is printed again as a whole


def order_documents(
    sketches: Sketches, moments: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Return the doc_indices (int64[n]): known sources first, then by moment, undated (0) last.

    Ties are decided by the words, the outlet, the URL and the id, so never by the order of the input.
    """
    facts, content = sketches.gather_facts(), sketches.join("content", np.uint64)
    ids = [raw for batch in sketches.segments.batches for raw in batch.raw_ids(np.arange(len(batch)))]
    hashes = np.array([int.from_bytes(blake2b(raw, digest_size=8).digest(), "little") for raw in ids], np.uint64)
    when = np.where(moments == 0, np.inf, moments)
    return np.lexsort((hashes, facts["url"], facts["outlet"], content[:, 1], content[:, 0], when, ~known))


def find_shared_boilerplate(
    sketches: Sketches, order: npt.NDArray[np.int64], config: PassageConfig, threads: int
) -> Boilerplate:
    """Return the boilerplate by doc_index; each text counts once, for the first outlet that has it.

    What many outlets have is no boilerplate: it may be of an agency.
    """
    tokens = join_tokens(
        [DocumentTokens.unmasked(b.token_addresses, b.column("num_tokens")) for b in sketches.segments.batches]
    )
    _, firsts = np.unique(sketches.join("content", np.uint64)[order, 0], return_index=True)
    counted = np.zeros(len(order), bool)
    counted[firsts] = True
    outlets = sketches.gather_facts()["outlet"][order]
    found = find_boilerplate(tokens[order], Series(outlets, counted, not outlets.any()), config, threads)
    document = order[found.document].astype(np.int32)
    rows = np.lexsort((found.span[:, 0], document))
    return replace(found, document=document).select(rows)


def find_formulas(
    passages: Passages, num_tokens: npt.NDArray[np.int32], outlets: npt.NDArray[np.int64], days: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Return what an outlet prints on three days or more: weather, prices, background (int32[m, 3]: document, span).

    An article that is printed again as a whole is no formula. Documents are numbered in their order; `outlets` are -1
    where they are unknown.
    """
    a, b = passages.document, passages.source
    again = (outlets[a] == outlets[b]) & (outlets[a] >= 0) & (days[a] != days[b])
    again &= passages.equal < REPRINT * np.maximum(num_tokens[a], num_tokens[b])
    rows = passages.select(again)
    rows = rows.select(np.argsort(rows.source, kind="stable"))
    found: list[tuple[int, int, int]] = []
    for source, start, end in split_groups(rows.source):
        counts = np.zeros(num_tokens[source] + 1, np.int32)
        last = np.zeros(num_tokens[source] + 1, np.int64)
        for row in sorted(range(start, end), key=lambda row: days[rows.document[row]]):
            place, day = slice(*rows.source_span[row].tolist()), days[rows.document[row]]
            counts[place] += last[place] != day
            last[place] = day
        formula = counts >= FORMULA_DAYS - 1
        for row in range(start, end):
            place = slice(*rows.source_span[row].tolist())
            if 2 * formula[place].sum() >= place.stop - place.start:
                found += [(source, place.start, place.stop), (int(rows.document[row]), *rows.span[row].tolist())]
    return np.array(found, np.int32).reshape(-1, 3)


def split_groups(column: npt.NDArray[np.int32]) -> list[tuple[int, int, int]]:
    """Return (value, first row, end) of each run of equal values."""
    begins = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(begins, len(column))[1:]
    return list(zip(column[begins].tolist(), begins.tolist(), ends.tolist(), strict=True))


def add_formulas(boilerplate: Boilerplate, formulas: npt.NDArray[np.int32]) -> Boilerplate:
    """Return boilerplate with formulas (document by doc_index, span) among it."""
    ones = np.ones((len(formulas), 2), np.int32)
    known = (boilerplate.document, *boilerplate.span.T, boilerplate.num_documents, boilerplate.is_first)
    return merge_ranges(
        np.concatenate([np.column_stack(known), np.column_stack([formulas, ones])]).astype(np.int32), boilerplate.stride
    )


def find_shared_text(
    tokens: DocumentTokens, config: PassageConfig, advance: Callable[[int], None], threads: int
) -> Passages:
    """Return all passages of each document and its sources, sorted by both; documents are numbered in their order.

    First each fingerprint leads to the first document that has it. Then each pair is compared as a whole: a part of the
    text may have come by another source too.
    """
    found = find_shared(tokens, config, advance, threads)
    passages = compare_pairs(choose_pairs(found), tokens, config, threads)
    return passages.select(np.lexsort((passages.span[:, 0], passages.source, passages.document)))


def choose_pairs(found: Passages) -> npt.NDArray[np.int32]:
    """Return the pairs (document, source; int32[m, 2]): of each document the MAX_SOURCES with most equal words."""
    pairs, group = np.unique(np.stack([found.document, found.source], axis=1), axis=0, return_inverse=True)
    equal = np.bincount(group.ravel(), found.equal, minlength=len(pairs))
    order = np.lexsort((pairs[:, 1], -equal, pairs[:, 0]))
    ranked = pairs[order]
    begins = np.flatnonzero(np.diff(ranked[:, 0], prepend=-1))
    rank = np.arange(len(ranked)) - np.repeat(begins, np.diff(begins, append=len(ranked)))
    return np.ascontiguousarray(ranked[rank < MAX_SOURCES])

"""Decide on all documents from their sketches, in the order of the keep policy."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedup.config import CleanSettings, KeepPolicy
from dedup.kernels.buffers import as_read_only
from dedup.kernels.shared_buckets import find_marked
from dedup.model.documents import CopyRelation
from dedup.near.decisions import Decisions
from dedup.near.keep_policy import decode_value, rank_documents
from dedup.near.leaders import Cover, number_contents
from dedup.near.relation_rule import rule_of
from dedup.near.shared_keys import SharedKeys
from dedup.near.sketches import Sketches

KEY_MARKS = 1 << 22  # a power of two, in which band keys are looked up by their lowest bits


def decide_documents(
    sketches: Sketches, settings: CleanSettings, advance: Callable[[int], None], threads: int = 1
) -> Decisions:
    """Return the decisions on all documents, against the stored ones and each other."""
    order = None if settings.keep.rule == "first" else order_documents(sketches, settings.keep)
    decisions = decide_in_order(sketches, settings, order, advance, threads)
    return with_covered(decisions if order is None else by_input(decisions, order), sketches)


def decide_in_order(
    sketches: Sketches,
    settings: CleanSettings,
    order: npt.NDArray[np.int64] | None,
    advance: Callable[[int], None],
    threads: int,
) -> Decisions:
    """Return the decisions on all documents by their places in `order`: doc_indices, None for that of the input."""
    shared, first = SharedKeys.find(sketches, settings.near, threads), 0
    stored = shared.of_stored(sketches.stored)
    cover = Cover(len(sketches), settings.near, stored, rule_of(settings), shared.table_size)
    for documents in sketches.views() if order is None else sketches.gather(order):
        past = first + len(documents.keys)
        cover.offer(shared.of_offered(documents, slice(first, past) if order is None else order[first:past]))
        advance(past - first)
        first = past
    return cover.result()


def decide_alone(sketches: Sketches, settings: CleanSettings) -> Decisions:
    """Return the decisions on all documents, each against the stored ones alone: none is an exact copy of another."""
    stored, own = sketches.stored, number_contents(len(sketches))
    cover = Cover(len(sketches), settings.near, stored, rule_of(settings))
    known = np.concatenate([stored.content, stored.removed.content])[:, 0]
    for batch, documents in zip(sketches.segments.batches, sketches.views(), strict=True):
        is_known = np.isin(documents.content[:, 0], known)[:, None]
        content = np.where(is_known, documents.content, own[batch.first : batch.first + len(batch)])
        cover.offer(documents._replace(content=content), enter=False)
    return with_covered(cover.result(), sketches)


def decide_again(
    sketches: Sketches, settings: CleanSettings, kept: npt.NDArray[np.int64], others: npt.NDArray[np.int64]
) -> Decisions:
    """Decide some documents anew against those that are kept, and in their order against each other.

    Both are doc_indices. Returns the decisions on `others`, witnesses by doc_index. Those that are kept stay so.
    """
    kept = kept[may_share_key(sketches, others)[kept]]
    order = np.concatenate([kept, others])
    cover = Cover(len(order), settings.near, sketches.stored, rule_of(settings))
    for documents in sketches.gather(kept):
        cover.enter(documents)
    for documents in sketches.gather(others):
        cover.offer(documents)
    decided = cover.result().by_document(order, len(sketches))
    return decided.take(slice(len(order) - len(others), None))


def find_relatives(
    sketches: Sketches, settings: CleanSettings, kept: npt.NDArray[np.int64], some: npt.NDArray[np.int64]
) -> npt.NDArray[np.void]:
    """Return the relatives (RELATIVE[m]) of `some` kept documents among the kept ones before them.

    Both are doc_indices in the order of the keep policy; `kept` are all.
    """
    order = kept[may_share_key(sketches, some)[kept]]
    is_asked, first = np.isin(order, some), 0
    cover = Cover(len(order), settings.near, sketches.stored, rule_of(settings))
    for documents in sketches.gather(order):
        asked = is_asked[first : first + len(documents.keys)]
        first += len(asked)
        for begin, end in pairwise([0, *(np.flatnonzero(np.diff(asked)) + 1).tolist(), len(asked)]):
            (cover.offer if asked[begin] else cover.enter)(documents.take(slice(begin, end)))
    return cover.result().by_document(order, len(sketches)).relative[is_asked]


def by_input(decisions: Decisions, order: npt.NDArray[np.int64]) -> Decisions:
    """Return the decisions in the order of the input where they were made by rank: `order[rank]` is a doc_index."""
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return decisions.by_document(order, len(order)).take(place)


def with_covered(decisions: Decisions, sketches: Sketches) -> Decisions:
    """Return the decisions with the covered share of documents that an earlier run removed as contained."""
    removed = sketches.stored.removed
    if not np.any(removed.covered):
        return decisions
    seen = np.flatnonzero(decisions.is_seen & (decisions.relation == CopyRelation.CONTAINED))
    covered = decisions.covered.copy()
    covered[seen] = removed.find_covered(sketches.join("content", np.uint64)[seen])
    return replace(decisions, covered=covered)


def may_share_key(sketches: Sketches, others: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which documents may have a band key of one of the others: all that do, and a few more."""
    marks = np.zeros(KEY_MARKS, bool)
    lowest = np.uint64(KEY_MARKS - 1)
    marks[sketches.take(others).keys & lowest] = True
    marks.flags.writeable = False
    found = np.empty(len(sketches), np.bool_)
    for batch in sketches.segments.batches:
        keys = as_read_only(batch.column("keys", np.uint64))
        find_marked(keys, marks, found[batch.first : batch.first + len(batch)])
    return found


def order_documents(sketches: Sketches, keep: KeepPolicy) -> npt.NDArray[np.int64]:
    """Return all doc_indices in the order of the policy."""
    values: list[object] = []
    if keep.field:
        batches = sketches.segments.batches
        values = [decode_value(raw) for batch in batches for raw in batch.documents.column("key").to_pylist()]
    return rank_documents(values, sketches.join("num_tokens"), keep)

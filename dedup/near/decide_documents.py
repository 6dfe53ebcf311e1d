"""Decide on all documents from their sketches, in the order of the keep policy."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from dedup.config import KeepPolicy, NearConfig
from dedup.near.keep_policy import decode_value, rank_documents
from dedup.near.leaders import Comparable, Cover, CoverResult, Offered
from dedup.near.segments import Batch
from dedup.near.stored import KnownDocuments

KEY_MARKS = 1 << 22  # in which band keys are looked up by their lowest bits
GATHERED = 65_536  # documents whose band keys are copied together when the order is not that of the input


def cover_batches(
    batches: Sequence[Batch],
    config: NearConfig,
    report: Callable[[int], None],
    known: KnownDocuments | None = None,
) -> CoverResult:
    """Return the decisions on all documents of the batches, rows and witnesses by doc_index."""
    total = sum(map(len, batches))
    cover = Cover(total, config, known)
    if config.keep.rule == "first":
        for batch in batches:
            cover.offer(view_batch(batch))
            report(len(batch))
        return cover.result()
    order = order_documents(batches, config.keep)
    for begin in range(0, total, GATHERED):
        chosen = order[begin : begin + GATHERED]
        cover.offer(gather(batches, chosen))
        report(len(chosen))
    return reorder(cover.result(), order)


def view_batch(batch: Batch) -> Offered:
    """Return the documents of one batch as they are mapped, without copying."""
    return Offered(
        batch.column("keys", np.uint64),
        batch.column("signature", np.uint64),
        batch.column("content", np.uint64),
        batch.column("num_tokens"),
        batch.column("num_shingles"),
        batch.token_addresses,
        batch.masked_addresses,
    )


def view_comparable(batch: Batch) -> Comparable:
    """Return what tells which documents these are compared with."""
    offered = view_batch(batch)
    return Comparable(offered.keys, offered.signature, offered.num_tokens, offered.num_shingles)


def gather(batches: Sequence[Batch], chosen: npt.NDArray[np.int64]) -> Offered:
    """Return documents from anywhere in the corpus in the order of `chosen` (doc_index)."""
    batch_index = np.searchsorted([batch.first for batch in batches], chosen, "right") - 1
    by_batch = np.argsort(batch_index, kind="stable")
    present, begins = np.unique(batch_index[by_batch], return_index=True)
    parts = [
        view_batch(batches[index]).take(docs - batches[index].first)
        for index, docs in zip(present.tolist(), np.split(chosen[by_batch], begins[1:]), strict=True)
    ]
    back = np.empty_like(by_batch)
    back[by_batch] = np.arange(len(by_batch))
    return Offered(*(np.concatenate(columns) for columns in zip(*parts, strict=True))).take(back)


def cover_again(
    batches: Sequence[Batch],
    config: NearConfig,
    kept: npt.NDArray[np.int64],
    others: npt.NDArray[np.int64],
    known: KnownDocuments | None = None,
) -> CoverResult:
    """Decide some documents anew against those that are kept, and in their order against each other.

    Both are doc_indices. Returns the decisions on `others`, witnesses by doc_index.
    """
    num_documents = sum(map(len, batches))
    kept = kept[may_share_key(batches, others)[kept]]
    order = np.concatenate([kept, others])
    cover = Cover(len(order), config, known)
    for begin in range(0, len(order), GATHERED):
        cover.offer(gather(batches, order[begin : begin + GATHERED]))
    result = cover.result()
    witness = name_witnesses(result.witness, order, num_documents)[len(kept) :]
    return replace(
        result, witness=witness, similarity=result.similarity[len(kept) :], relation=result.relation[len(kept) :]
    )


def may_share_key(batches: Sequence[Batch], others: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return which documents may have a band key of one of the others: all that do, and a few more."""
    marks = np.zeros(KEY_MARKS, bool)
    marks[gather(batches, others).keys % np.uint64(KEY_MARKS)] = True
    return np.concatenate(
        [marks[batch.column("keys", np.uint64) % np.uint64(KEY_MARKS)].any(axis=1) for batch in batches]
    )


def reorder(result: CoverResult, order: npt.NDArray[np.int64]) -> CoverResult:
    """Return the decisions by doc_index where they were made by rank: `order[rank]` is a doc_index."""
    witness = np.empty_like(result.witness)
    witness[order] = name_witnesses(result.witness, order, len(order))
    similarity, relation = np.empty_like(result.similarity), np.empty_like(result.relation)
    similarity[order], relation[order] = result.similarity, result.relation
    return replace(result, witness=witness, similarity=similarity, relation=relation)


def name_witnesses(
    witness: npt.NDArray[np.int64], order: npt.NDArray[np.int64], num_documents: int
) -> npt.NDArray[np.int64]:
    """Return witnesses by doc_index where they are named by their place in `order`; those known before follow on."""
    count = len(order)
    own = order[np.minimum(witness, count - 1)] if count else witness
    return np.where(witness < 0, -1, np.where(witness < count, own, witness - count + num_documents))


def order_documents(batches: Sequence[Batch], keep: KeepPolicy) -> npt.NDArray[np.int64]:
    """Return all doc_indices in the order of the policy."""
    values: list[object] = []
    if keep.field:
        values = [decode_value(raw) for batch in batches for raw in batch.documents.column("key").to_pylist()]
    num_tokens = np.concatenate([batch.column("num_tokens") for batch in batches] or [np.empty(0, np.int32)])
    return rank_documents(values, num_tokens, keep)

"""Which kept documents others may contain: fingerprints by shuffle, links by range, pairs that passages cover.

The kernels are those of the local search. A *link* says that a fingerprint of a document has its source in an earlier
one. Links of one document are gathered in the range of that document, which also gets the tokens of their sources.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import CleanSettings
from dedup.kernels.buffers import as_read_only
from dedup.kernels.fingerprints import FIRST_SOURCE, Fingerprints, Part, Winnowing, link_block, list_repeated
from dedup.kernels.repeats_within import MinShare, drop_small_pairs
from dedup.passages.containment import WORTH_ALIGNING, WORTH_COMPARING, choose_pairs, compare_whole
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.fingerprint_links import SLOTS_PER_FINGERPRINT
from dedup.passages.search import align_links
from dedup.spark.members import Hidden, join_column, mask_batches
from dedup.spark.spark_tables import (
    MAX_NUMBER_ROWS,
    as_struct,
    byte_addresses,
    deal,
    find_shared_keys,
    mark_small,
    view_bytes,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.candidates import CoverPlan
    from dedup.spark.spark_tables import Checkpoints

MAX_PART_FINGERPRINTS = 8_000_000  # that one task links: about 400 MB
ANY_SHINGLE = np.full(1, 0xFF, np.uint8)  # as the marks of `list_repeated`: every shingle may occur again
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # parts are dealt by other bits than those that say the slot in a table
# Columns as bytes: uint64[n], int32[n] three times. Sizes are those of the documents, without boilerplate.
FINGERPRINT_SCHEMA = pa.schema(
    {"part": pa.int32(), **dict.fromkeys(("hashes", "documents", "positions", "sizes"), pa.binary())}
)
LINK_SCHEMA = pa.schema({"range": pa.int32(), "links": pa.binary()})  # int32[n, 6]: a link, the sizes of both
MEMBER_SCHEMA = pa.schema({"range": pa.int32(), "doc": pa.int64(), "links": pa.binary()})  # int32[n, 4]
PAIR_SCHEMA = pa.schema({"contained": pa.int64(), "container": pa.int64()})


@dataclass(frozen=True)
class LinkTask:
    """What is fixed for the search: its settings, documents in a range, parts of the fingerprints."""

    settings: CleanSettings
    range_size: int
    parts: int

    @property
    def winnowing(self) -> Winnowing:
        """Return which shingles are fingerprints."""
        passages = self.settings.passages
        return Winnowing(passages.shingle_size, passages.window)


def find_pairs(
    kept: "DataFrame", num_tokens: int, plan: "CoverPlan", settings: CleanSettings, checkpoints: "Checkpoints"
) -> "DataFrame":
    """Return (contained, container), by `doc`: pairs of kept documents of which passages of one cover the other.

    `kept` has `doc`, `num_tokens`, `tokens`, `masked`.
    """
    expected = 2 * num_tokens // (settings.passages.window + 1)
    task = LinkTask(
        settings, plan.range_size, max(-(-expected // MAX_PART_FINGERPRINTS), min(plan.parts, plan.num_ranges))
    )
    kept = kept.select("doc", "num_tokens", "tokens", "masked")
    listed = kept.mapInArrow(partial(list_fingerprints_of, task=task), as_struct(FINGERPRINT_SCHEMA))
    dealt = listed.repartitionById(task.parts, F.col("part"))
    links = dealt.mapInArrow(partial(link_part, task=task), as_struct(LINK_SCHEMA))
    by_range = links.repartitionById(plan.num_ranges, F.col("range"))
    members = checkpoints.save("links", by_range.mapInArrow(partial(choose_links, task=task), as_struct(MEMBER_SCHEMA)))
    joined = kept.join(mark_small(members, members.count(), MAX_NUMBER_ROWS), "doc")
    joined = joined.repartitionById(plan.num_ranges, F.col("range"))
    return checkpoints.save("pairs", joined.mapInArrow(partial(align_members, task=task), as_struct(PAIR_SCHEMA)))


def list_fingerprints_of(batches: Iterator[pa.RecordBatch], *, task: LinkTask) -> Iterator[pa.RecordBatch]:
    """Deal the fingerprints of documents to parts."""
    for batch in batches:
        if len(batch) == 0:
            continue
        hidden = mask_batches([batch])
        tokens = tokens_of([batch], hidden).shareable()
        listed = Fingerprints.list(
            int(tokens.num_tokens.sum()),
            len(tokens),
            lambda *arrays, tokens=tokens: list_repeated(
                tokens.address, tokens.num_tokens, task.winnowing, ANY_SHINGLE, Part(0, 1), *arrays
            ),
        )
        owners = np.repeat(np.arange(len(tokens)), np.diff(listed.ends, prepend=0))
        documents = batch.column("doc").to_numpy()[owners].astype(np.int32)
        columns = listed.hashes, documents, listed.positions, tokens.own_tokens[owners]
        yield deal(FINGERPRINT_SCHEMA, listed.hashes * SPREAD, columns, task.parts)


def tokens_of(batches: Sequence[pa.RecordBatch], hidden: Hidden) -> DocumentTokens:
    """Return where the tokens of the documents of batches are, boilerplate masked."""
    address = np.concatenate([byte_addresses(batch.column("tokens")) for batch in batches])
    num_tokens = join_column(batches, "num_tokens")
    return DocumentTokens(
        np.where(hidden.address != 0, hidden.address, address), num_tokens, num_tokens - hidden.num_masked
    )


def link_part(batches: Iterator[pa.RecordBatch], *, task: LinkTask) -> Iterator[pa.RecordBatch]:
    """Yield the links of the fingerprints of one part, by the range of their document."""
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    columns = [
        np.concatenate([view_bytes(b.column(name), np.uint64 if name == "hashes" else np.int32) for b in given])
        for name in FINGERPRINT_SCHEMA.names[1:]
    ]
    shared = find_shared_keys(columns[0])
    hashes, documents, positions, sizes = (column[shared] for column in columns)
    order = np.lexsort((positions, documents))
    hashes, documents, positions, sizes = (column[order] for column in (hashes, documents, positions, sizes))
    names, firsts, counts = np.unique(documents, return_index=True, return_counts=True)
    table = np.zeros(int(len(hashes) * SLOTS_PER_FINGERPRINT) + 1024, FIRST_SOURCE)
    links = np.empty((len(hashes), 4), np.int32)
    found = links[: link_block(table, len(table), 0, hashes, positions, np.cumsum(counts), links)]
    rows = np.empty((len(found), 6), np.int32)
    rows[:, :2], rows[:, 2:4], rows[:, 4:] = names[found[:, :2]], found[:, 2:], sizes[firsts][found[:, :2]]
    ranges, begins = np.unique(rows[:, 0] // task.range_size, return_index=True)
    pieces = [piece.tobytes() for piece in np.split(rows, begins[1:])] if len(rows) else []
    yield pa.RecordBatch.from_arrays([pa.array(ranges, pa.int32()), pa.array(pieces, pa.binary())], schema=LINK_SCHEMA)


def choose_links(batches: Iterator[pa.RecordBatch], *, task: LinkTask) -> Iterator[pa.RecordBatch]:
    """Yield the links of pairs that are worth aligning, and the sources, which that range has to see."""
    given = [view_bytes(batch.column("links"), np.int32) for batch in batches]
    rows = np.concatenate([np.empty(0, np.int32), *given]).reshape(-1, 6)
    if len(rows) == 0:
        return
    rows = rows[np.lexsort((rows[:, 3], rows[:, 1], rows[:, 0]))]
    names, places = np.unique(rows[:, :2], return_inverse=True)
    places = places.reshape(-1, 2).astype(np.int32)
    sizes = np.zeros(len(names), np.int32)
    sizes[places] = rows[:, 4:]
    links = np.ascontiguousarray(np.concatenate([places, rows[:, 2:4]], axis=1))
    links = links[: drop_small_pairs(links, task.winnowing, MinShare(WORTH_ALIGNING, as_read_only(sizes)))]
    ranges = names[links[:, 0]] // task.range_size
    links[:, :2] = names[links[:, :2]]
    by_document = np.flatnonzero(np.diff(links[:, 0], prepend=-1))
    sources = np.unique(np.stack([ranges, links[:, 1]], axis=1), axis=0)
    pieces = [piece.tobytes() for piece in np.split(links, by_document[1:])] if len(links) else []
    columns = [
        pa.array(np.concatenate([ranges[by_document], sources[:, 0]]), pa.int32()),
        pa.array(np.concatenate([links[by_document, 0], sources[:, 1]]), pa.int64()),
        pa.array([*pieces, *[None] * len(sources)], pa.binary()),
    ]
    yield pa.RecordBatch.from_arrays(columns, schema=MEMBER_SCHEMA)


def align_members(batches: Iterator[pa.RecordBatch], *, task: LinkTask) -> Iterator[pa.RecordBatch]:
    """Yield the pairs of a range of which passages of one document cover the other."""
    given, config = [batch for batch in batches if len(batch)], task.settings.passages
    links = np.concatenate([np.empty(0, np.int32), *(view_bytes(b.column("links"), np.int32) for b in given)])
    if links.size == 0 or config.contained is None:
        return
    names, firsts = np.unique(join_column(given, "doc"), return_index=True)
    hidden = mask_batches(given)
    tokens = tokens_of(given, hidden)[firsts]
    links = links.reshape(-1, 4)
    links = links[np.lexsort((links[:, 3], links[:, 1], links[:, 0]))]
    links[:, :2] = np.searchsorted(names, links[:, :2])
    passages = align_links(links, tokens, config, WORTH_ALIGNING, WORTH_COMPARING)
    pairs = choose_pairs(passages, tokens.own_tokens)
    found = compare_whole(pairs, tokens, task.settings)
    columns = [pa.array(names[side]) for side in (found.contained, found.container)]
    yield pa.RecordBatch.from_arrays(columns, schema=PAIR_SCHEMA)

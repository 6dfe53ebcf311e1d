"""Containment on a cluster: documents that can change each other's fate are one group, which one task settles.

A group is settled by the functions of the local engine. Nothing outside of it has a say in what becomes of its
documents: a container, what it contains, what either stood for or is alike, and the kept documents that such an orphan
may be compared with.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import functions as F

from dedup.config import CleanSettings
from dedup.model.documents import CopyRelation
from dedup.near.relate_documents import settle_relatives
from dedup.near.sketches import sketches_of
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.remove_contained import Candidates, KeptDocuments, remove_contained
from dedup.spark.candidates import MAX_RANGE_DOCUMENTS
from dedup.spark.fates import DECIDED_SCHEMA, FATE_COLUMNS, describe_fates, fill_rows, read_fates
from dedup.spark.members import SKETCH_COLUMNS, gather_members, join_column
from dedup.spark.rounds import SparkDecisions
from dedup.spark.spark_tables import MAX_NUMBER_ROWS, as_struct, mark_small, view_bytes

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dedup.spark.spark_tables import Checkpoints

PAIR = ("contained", "container")
SHARED_SCHEMA = pa.schema({"rank": pa.int64(), "key": pa.int64()})
Numbers = npt.NDArray[np.int64]


class Edges(NamedTuple):
    """Who may change whose fate: int64[m] twice."""

    a: Numbers
    b: Numbers


def settle_contained(
    documents: "DataFrame",
    decisions: SparkDecisions,
    pairs: "DataFrame",
    settings: CleanSettings,
    checkpoints: "Checkpoints",
) -> SparkDecisions:
    """Return the decisions with documents removed that others contain; `pairs` are those of `find_pairs`."""
    named, num_pairs = pairs, pairs.count()
    for side in PAIR:
        ranks = documents.select(F.col("doc").alias(side), F.col("rank").alias(f"{side}_rank"))
        named = ranks.join(mark_small(named, num_pairs, MAX_NUMBER_ROWS), side)
    named = named.select(*(f"{side}_rank" for side in PAIR))
    containers = pairs.groupBy(F.col("contained").alias("doc")).agg(F.collect_list("container").alias("containers"))
    containers = mark_small(containers, num_pairs, MAX_NUMBER_ROWS)
    further = np.empty(0, np.int64)
    for number in count(1):
        groups = form_groups(documents, decisions.fates, named, further)
        if groups is None:
            return decisions
        dealt = groups.deal(documents, decisions.fates, containers)
        settled = dealt.mapInArrow(partial(settle_group, settings=settings), as_struct(DECIDED_SCHEMA))
        changed = checkpoints.save(f"settled-{number}", settled)
        made = decisions.revise(changed, checkpoints, f"contained-{number}")
        broken = find_broken(made.fates)
        if broken.size == 0:
            return made
        grown = np.union1d(further, broken)
        assert grown.size > further.size, "the witness of a group was removed itself: please report this bug"
        further = grown
    raise AssertionError


def find_broken(fates: "DataFrame") -> Numbers:
    """Return the removed documents that others are said to be copies of, or alike: their groups were too small."""
    removed = fates.filter("removed").select(F.col("rank").alias("other"))
    return collect_column(fates.select("other").join(removed, "other", "left_semi").distinct())


class Groups(NamedTuple):
    """The groups of documents: (rank, group) of `size` documents; how many groups."""

    members: "DataFrame"
    size: int
    number: int

    def deal(self, documents: "DataFrame", fates: "DataFrame", containers: "DataFrame") -> "DataFrame":
        """Return the members with their fates and containers, a task for each group.

        Documents, which hold the tokens, are shuffled only after the others are left out.
        """
        members = mark_small(self.members, self.size, MAX_NUMBER_ROWS)
        names = [column for column in FATE_COLUMNS if column not in {"slots", "num_words"}]
        known = mark_small(fates.select(*names).join(members, "rank", "left_semi"), self.size, MAX_NUMBER_ROWS)
        rows = documents.join(members, "rank").join(known, "rank", "left").join(containers, "doc", "left")
        rows = rows.select("group", "doc", *names, "containers", *SKETCH_COLUMNS, "masked")
        return rows.repartitionById(self.number, F.col("group"))


def form_groups(documents: "DataFrame", fates: "DataFrame", pairs: "DataFrame", further: Numbers) -> Groups | None:
    """Return the groups of those that containment may change, None where there are none; `further` may go too."""
    extended = fates.filter((F.col("relation") == int(CopyRelation.EXTENDED)) & ~F.col("removed"))
    edges = [collect_edges(pairs), collect_edges(extended.select("rank", "other"))]
    involved = np.unique(np.concatenate([*edges[0], *edges[1], further]))
    if involved.size == 0:
        return None
    spark = documents.sparkSession
    table = mark_small(spark.createDataFrame(pa.table({"other": involved})), involved.size, MAX_NUMBER_ROWS)
    followers = fates.join(table, "other")
    edges.append(collect_edges(followers.select("rank", "other")))
    edges.append(share_keys(documents, fates, collect_column(followers.select("rank"))))
    ranks, labels = label_components(edges)
    numbers = number_groups(labels)
    members = spark.createDataFrame(pa.table({"rank": ranks, "group": numbers}))
    return Groups(members, len(ranks), int(numbers.max()) + 1)


def collect_edges(rows: "DataFrame") -> Edges:
    """Return a table of two columns of ranks."""
    return Edges(*(column.to_numpy() for column in rows.toArrow().columns))


def collect_column(rows: "DataFrame") -> Numbers:
    """Return a table of one column of ranks."""
    return np.asarray(rows.toArrow().column(0).to_numpy(), np.int64)


def share_keys(documents: "DataFrame", fates: "DataFrame", orphans: Numbers) -> Edges:
    """Return the edges of orphans, which are compared anew, with each other and the kept documents of their buckets.

    A bucket has an edge from its first member to each other one.
    """
    if orphans.size == 0:
        return Edges(orphans, orphans)
    spark = documents.sparkSession
    table = mark_small(spark.createDataFrame(pa.table({"rank": orphans})), orphans.size, MAX_NUMBER_ROWS)
    sketched = documents.filter("num_tokens > 0").select("rank", "keys")
    chosen = sketched.join(table, "rank")
    wanted = np.unique(
        np.concatenate([view_bytes(chunk, np.uint64) for chunk in chosen.toArrow().column("keys").chunks])
    )
    removed = fates.filter("removed").select("rank").join(table, "rank", "left_anti")
    others = sketched.join(mark_small(removed, removed.count(), MAX_NUMBER_ROWS), "rank", "left_anti")
    shared = others.mapInArrow(partial(list_shared, wanted=wanted), as_struct(SHARED_SCHEMA)).toArrow()
    ranks, keys = (shared.column(name).to_numpy() for name in SHARED_SCHEMA.names)
    order = np.lexsort((ranks, keys))
    ranks, keys = ranks[order], keys[order]
    is_first = np.diff(keys, prepend=keys[:1] - 1) != 0
    firsts = ranks[is_first][np.cumsum(is_first) - 1]
    return Edges(firsts, ranks)


def list_shared(batches: Iterator[pa.RecordBatch], *, wanted: npt.NDArray[np.uint64]) -> Iterator[pa.RecordBatch]:
    """Yield the band keys of documents that are among the wanted ones (ascending)."""
    for batch in batches:
        if len(batch):
            keys = view_bytes(batch.column("keys"), np.uint64)
            places = np.minimum(np.searchsorted(wanted, keys), len(wanted) - 1)
            found = np.flatnonzero(wanted[places] == keys)
            ranks = batch.column("rank").to_numpy()[found // (len(keys) // len(batch))]
            yield pa.RecordBatch.from_arrays(
                [pa.array(ranks), pa.array(keys[found].view(np.int64))], schema=SHARED_SCHEMA
            )


def label_components(edges: Sequence[Edges]) -> Edges:
    """Return all documents of the edges and a number for each: that of its connected component."""
    from scipy.sparse import coo_array  # noqa: PLC0415 (datasketch has it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 (the same)

    ends = np.stack([np.concatenate(side) for side in zip(*edges, strict=True)])
    ranks, places = np.unique(ends, return_inverse=True)
    a, b = places.reshape(2, -1)
    graph = coo_array((np.ones(len(a), np.int8), (a, b)), shape=(len(ranks), len(ranks)))
    _, labels = connected_components(graph, directed=False)
    return Edges(ranks, labels.astype(np.int64))


def number_groups(labels: Numbers) -> npt.NDArray[np.int32]:
    """Return the task of each document: a component is in one, and a task has about MAX_RANGE_DOCUMENTS of them."""
    sizes = np.bincount(labels)
    tasks = (np.cumsum(sizes) - sizes) // MAX_RANGE_DOCUMENTS
    _, numbers = np.unique(tasks, return_inverse=True)
    return np.asarray(numbers.ravel()[labels], np.int32)


def settle_group(batches: Iterator[pa.RecordBatch], *, settings: CleanSettings) -> Iterator[pa.RecordBatch]:
    """Yield the fates of those documents of a group that are others than before, as DECIDED_SCHEMA.

    One that stays after all and has no relative has no `other`.
    """
    given = [batch for batch in batches if len(batch)]
    if not given:
        return
    order = np.argsort(join_column(given, "doc"))
    members = gather_members(given)
    offered = members.offered.take(order)
    ranks, doc = join_column(given, "rank")[order], join_column(given, "doc")[order]
    before, outside = read_fates(given, order)
    sketches = sketches_of(offered)
    kept = np.flatnonzero(before.kept)
    address = np.where(offered.masked != 0, offered.masked, offered.address)
    tokens = DocumentTokens(address[kept], offered.num_tokens[kept], members.own_tokens[order][kept])
    containers = [row for batch in given for row in batch.column("containers").to_pylist()]
    pairs = [(doc[place], other) for place, row in enumerate(order.tolist()) for other in containers[row] or ()]
    places = np.searchsorted(doc[kept], np.array(pairs, np.int64).reshape(-1, 2)).astype(np.int32)
    candidates = Candidates(KeptDocuments(kept, tokens), places)
    by_rank = partial(np.argsort, ranks)
    made = remove_contained(sketches, before, candidates, settings, 1, by_rank)
    made = settle_relatives(sketches, made, settings, by_rank)
    changed = np.flatnonzero((made.witness != before.witness) | (made.relative != before.relative))
    yield fill_rows(0, describe_fates(offered, np.concatenate([ranks, outside]), made, changed))

"""The second pass over the texts: find the characters of passages, and cut records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.near.arrow_files import RowWriter, read_batches, write_rows
from dedup.near.fetch_texts import RecordText, read_records
from dedup.near.segment_files import NOTHING_PLACED
from dedup.near.segments import Batch, Segments, pick_bytes
from dedup.output.run_folder import EDITS, LOCATED, RunFolder
from dedup.passages.cut_documents import BOILERPLATE, COPY, SOURCE, Findings, LocatedSpan, cut_document
from dedup.passages.passage_table import WITHIN
from dedup.text.token_spans import TokenOffsets, cut_spans

EDITS_SCHEMA = pa.schema({"document": pa.int64(), "record": pa.large_binary()})  # by doc_index, ascending
LOCATED_SCHEMA = pa.schema(
    {
        "row": pa.int64(),
        "side": pa.int8(),
        "start": pa.int64(),
        "end": pa.int64(),
        "text": pa.large_string(),
        "cuts": pa.list_(pa.int64()),
    }
)


class PlacedPassages(NamedTuple):
    """Passages inside documents of which nothing is cut: where they are was found with them, and no text is read again.

    ```
    rows       int64[n]     by place among those of all shards, ascending
    documents  int32[n]     ascending
    spans      int64[n, 4]  [start, end) of the copy and of its source, in characters
    texts      of the copies, UTF-8
    ```
    """

    rows: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int32]
    spans: npt.NDArray[np.int64]
    texts: list[bytes]

    def write(self, located: RowWriter, documents: range) -> None:
        """Write those of some documents, as `LocatedSpan`s."""
        first, stop = np.searchsorted(self.documents, [documents.start, documents.stop]).tolist()
        rows, (starts, ends, *held) = self.rows[first:stop].tolist(), self.spans[first:stop].T.tolist()
        texts, same = self.texts[first:stop], stop - first
        copies = zip(rows, [COPY] * same, starts, ends, texts, [()] * same, strict=True)
        located.extend(list(copies), sum(map(len, texts)))
        sources = zip(rows, [SOURCE] * same, *held, [b""] * same, [()] * same, strict=True)
        located.extend(list(sources), 0)


def take_placed(
    found: Findings, numbers: npt.NDArray[np.int64], batches: Sequence[Batch]
) -> tuple[Findings, npt.NDArray[np.int64], PlacedPassages]:
    """Return the findings in documents of a shard that are read again, and the passages of all others.

    `numbers` are those of the passages among the ones of all shards; those of the passages that are left come second.
    """
    passages, placed = found.passages, [NOTHING_PLACED, *(batch.placed_repeats for batch in batches)]
    keys, may_go = (np.concatenate([repeats[field] for repeats in placed]) for field in (0, 2))
    rows = np.flatnonzero(passages.scope == WITHIN)
    places = np.searchsorted(keys, passages.document[rows].astype(np.int64) << 32 | passages.span[rows, 0])
    is_left = np.ones(len(passages), np.bool_)
    is_left[rows] = passages.may_cut[rows] & may_go[places]
    shown = found.boilerplate.document[found.shows]
    is_left |= np.isin(passages.document, np.concatenate([passages.document[is_left], passages.source[is_left], shown]))
    places = places[~is_left[rows]]
    bases = np.cumsum([0, *(len(repeats.keys) for repeats in placed)])
    parts = [places[slice(*np.searchsorted(places, edges))] - edges[0] for edges in pairwise(bases)]
    spans = np.concatenate([repeats.spans[part] for repeats, part in zip(placed, parts, strict=True)])
    texts = [text for repeats, part in zip(placed, parts, strict=True) for text in pick_bytes(repeats.texts, part)]
    plain = PlacedPassages(numbers[~is_left], passages.document[~is_left], spans, texts)
    return replace(found, passages=passages.select(is_left)), numbers[is_left], plain


def documents_of(segments: Segments, shard: Shard) -> range:
    """Return the doc_indices of a shard."""
    batches = segments.batches_of(shard)
    return range(batches[0].first, batches[-1].first + len(batches[-1])) if batches else range(0)


def locate_shard(shard: Shard, findings: Findings, folder: RunFolder, segments: Segments, config: InputConfig) -> None:
    """Find the characters of what was found in a shard's documents, and make the records whose text is cut."""
    within = documents_of(segments, shard)

    def is_inside(column: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        return (column >= within.start) & (column < within.stop)

    passages = np.flatnonzero(is_inside(findings.passages.document) | is_inside(findings.passages.source))
    boilerplate = np.flatnonzero(is_inside(findings.boilerplate.document))
    found = Findings(findings.passages.select(passages), findings.boilerplate.select(boilerplate), findings.config)
    found, passages, placed = take_placed(found, passages, segments.batches_of(shard))
    sides = found.list_sides(within)
    documents = sorted(sides)
    places = segments.find_records(documents)
    reader, rows = RecordText(shard.files[0], config), (passages.tolist(), boilerplate.tolist())
    raws, edges = read_records(shard, places, config.text_field), [within.start, *documents]
    with (
        write_rows(folder.part(shard.index, LOCATED), LOCATED_SCHEMA) as located,
        write_rows(folder.part(shard.index, EDITS), EDITS_SCHEMA) as edits,
    ):
        for (before, doc), raw in zip(pairwise(edges), raws, strict=True):
            placed.write(located, range(before, doc))
            text = reader.get(raw)
            cut = cut_document(TokenOffsets(text), segments.tokens_of(doc), sides[doc], found)
            for span in cut.located:
                located.add((rows[span.side == BOILERPLATE][span.row], *span[1:]), len(span.text))
            if cut.cuts:
                record = reader.put(raw, cut_spans(text, cut.cuts))
                edits.add((doc, record), len(record))
        placed.write(located, range(edges[-1], within.stop))


def read_sources(paths: Sequence[Path], count: int) -> npt.NDArray[np.int64]:
    """Return where the sources of `count` passages are, int64[count, 2], in characters."""
    spans = np.zeros((count, 2), np.int64)
    for batch in read_batches(paths):
        is_source = batch.column("side").to_numpy() == SOURCE
        rows = batch.column("row").to_numpy()[is_source]
        spans[rows, 0] = batch.column("start").to_numpy()[is_source]
        spans[rows, 1] = batch.column("end").to_numpy()[is_source]
    return spans


def read_side(paths: Sequence[Path], side: int) -> Iterator[list[LocatedSpan]]:
    """Yield the spans of one side, batch by batch."""
    for batch in read_batches(paths):
        rows = np.flatnonzero(batch.column("side").to_numpy() == side)
        numbers = (batch.column(name).to_numpy()[rows].tolist() for name in ("row", "side", "start", "end"))
        texts = (raw.decode() for raw in pick_bytes(batch.column("text"), rows))
        edges, offsets = batch.column("cuts").values.to_numpy().tolist(), batch.column("cuts").offsets.to_numpy()
        cuts = (edges[a:b] for a, b in zip(offsets[rows].tolist(), offsets[rows + 1].tolist(), strict=True))
        yield list(map(LocatedSpan._make, zip(*numbers, texts, cuts, strict=True)))


def count_cuts(paths: Sequence[Path]) -> int:
    """Return how many passages are cut."""
    lists = (batch.column("cuts") for batch in read_batches(paths))
    return sum(int((np.diff(cuts.offsets.to_numpy()) > 0).sum()) for cuts in lists)


def read_edits(path: Path) -> dict[int, bytes]:
    """Return the edited records of one shard by doc_index; none where nothing was edited."""
    edits: dict[int, bytes] = {}
    for batch in read_batches([path] if path.exists() else []):
        edits.update(zip(batch["document"].to_pylist(), batch["record"].to_pylist(), strict=True))
    return edits


def count_edits(paths: Iterable[Path]) -> int:
    """Return how many documents are edited."""
    return sum(len(batch) for batch in read_batches([path for path in paths if path.exists()]))

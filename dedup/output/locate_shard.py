"""The second pass over the texts: find the characters of passages, and cut records."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.near.arrow_files import read_batches, write_rows
from dedup.near.fetch_texts import RecordText, read_records
from dedup.near.segments import Segments, pick_bytes
from dedup.output.run_folder import EDITS, LOCATED, RunFolder
from dedup.passages.cut_documents import BOILERPLATE, SOURCE, Findings, LocatedSpan, cut_document
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
    sides = found.list_sides(within)
    documents = sorted(sides)
    places = segments.find_records(documents)
    reader, rows = RecordText(shard.files[0], config), (passages.tolist(), boilerplate.tolist())
    with (
        write_rows(folder.part(shard.index, LOCATED), LOCATED_SCHEMA) as located,
        write_rows(folder.part(shard.index, EDITS), EDITS_SCHEMA) as edits,
    ):
        for doc, raw in zip(documents, read_records(shard, places, config.text_field), strict=True):
            text = reader.get(raw)
            cut = cut_document(TokenOffsets(text), segments.tokens_of(doc), sides[doc], found)
            for span in cut.located:
                located.add((rows[span.side == BOILERPLATE][span.row], *span[1:]), len(span.text))
            if cut.cuts:
                record = reader.put(raw, cut_spans(text, cut.cuts))
                edits.add((doc, record), len(record))


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
        yield [LocatedSpan(*values) for values in zip(*numbers, texts, cuts, strict=True)]


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

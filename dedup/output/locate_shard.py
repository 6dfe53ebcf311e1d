"""The second pass over the texts: find the characters of passages, and cut records."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig
from dedup.corpus.shards import Shard
from dedup.near.fetch_texts import RecordText, read_records
from dedup.near.segments import Segments
from dedup.output.located_spans import EDITS_SCHEMA, LOCATED_SCHEMA
from dedup.output.row_files import write_rows
from dedup.output.run_folder import EDITS, LOCATED, RunFolder
from dedup.passages.cut_documents import BOILERPLATE, Findings, cut_document
from dedup.text.token_spans import TokenOffsets, cut_spans


class ShardFindings(NamedTuple):
    """What was found in the documents of one shard.

    ```
    passages, boilerplate  int64[...]  rows of the findings among those of all shards
    ```
    """

    findings: Findings
    passages: npt.NDArray[np.int64]
    boilerplate: npt.NDArray[np.int64]


def select_findings(findings: Findings, documents: range) -> ShardFindings:
    """Return the passages that have either side in some documents, and their boilerplate."""

    def is_inside(column: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        return (column >= documents.start) & (column < documents.stop)

    passages = np.flatnonzero(is_inside(findings.passages.document) | is_inside(findings.passages.source))
    boilerplate = np.flatnonzero(is_inside(findings.boilerplate.document))
    selected = Findings(findings.passages.select(passages), findings.boilerplate.select(boilerplate), findings.config)
    return ShardFindings(selected, passages, boilerplate)


def documents_of(segments: Segments, shard: Shard) -> range:
    """Return the doc_indices of a shard."""
    batches = segments.batches_of(shard)
    return range(batches[0].first, batches[-1].first + len(batches[-1])) if batches else range(0)


def locate_shard(shard: Shard, findings: Findings, folder: RunFolder, segments: Segments, config: InputConfig) -> None:
    """Find the characters of what was found in a shard's documents, and make the records whose text is cut."""
    within = documents_of(segments, shard)
    found = select_findings(findings, within)
    sides = found.findings.list_sides(within)
    documents = sorted(sides)
    places = segments.find_records(documents)
    reader, rows = RecordText(shard.files[0], config), (found.passages.tolist(), found.boilerplate.tolist())
    with (
        write_rows(folder.part(shard.index, LOCATED), LOCATED_SCHEMA) as located,
        write_rows(folder.part(shard.index, EDITS), EDITS_SCHEMA) as edits,
    ):
        for doc, raw in zip(documents, read_records(shard, places, config.text_field), strict=True):
            text = reader.get(raw)
            cut = cut_document(TokenOffsets(text), segments.tokens_of(doc), sides[doc], found.findings)
            for span in cut.located:
                located.add((rows[span.side == BOILERPLATE][span.row], *span[1:]), len(span.text))
            if cut.cuts:
                record = reader.put(raw, cut_spans(text, cut.cuts))
                edits.add((doc, record), len(record))

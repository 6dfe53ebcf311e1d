"""What documents print twice, in characters: found while their texts are in memory, so that few are read again."""

from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PassageConfig
from dedup.corpus.blocks import view_texts
from dedup.kernels.buffers import as_read_only
from dedup.kernels.locate import RepeatRule, place_repeats
from dedup.near.segment_files import REPEAT_SCHEMA
from dedup.passages.document_tokens import DocumentTokens
from dedup.text.boundaries import FARTHEST
from dedup.text.folding import load_folding_table


@cache
def list_letters() -> npt.NDArray[np.bool_]:
    """Return which of the first 65,536 code points are letters or digits, bool[65536]."""
    letters = np.fromiter(map(str.isalnum, map(chr, range(1 << 16))), np.bool_)
    letters.flags.writeable = False
    return letters


def place_all(
    rows: npt.NDArray[np.int32],
    texts: pa.Array,
    tokens: DocumentTokens,
    config: PassageConfig,
) -> pa.RecordBatch:
    """Return the repeats of a block of documents in the columns of REPEAT_SCHEMA.

    `rows` are int32[m, 6], in the first columns of it, ascending by document; `texts` are large strings.
    """
    spans, text_spans = np.empty((len(rows), 4), np.int64), np.empty((len(rows), 2), np.int64)
    may_go = np.empty(len(rows), np.bool_)
    rule = RepeatRule(config.min_tokens, config.cut_share, FARTHEST, list_letters())
    data, offsets = (as_read_only(part) for part in view_texts(texts))
    where = (tokens.address, tokens.num_tokens)
    place_repeats(data, offsets, load_folding_table(), *where, as_read_only(rows), rule, spans, text_spans, may_go)
    copies = pa.array([data[start:end].tobytes() for start, end in text_spans.tolist()], pa.large_string())
    columns = [pa.array(column) for column in (*rows.T.copy(), *spans.T.copy(), may_go.view(np.uint8))]
    return pa.RecordBatch.from_arrays([*columns, copies], schema=REPEAT_SCHEMA)

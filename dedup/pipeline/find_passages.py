"""Passages among texts in memory: the stages of `dedup passages` without files, with the same result."""

from collections.abc import Iterable, Mapping
from typing import Unpack

import numpy as np

from dedup.config import NearConfig, PassageConfig
from dedup.model.argument_types import require_type
from dedup.model.documents import Document, Passage
from dedup.passages.document_tokens import DocumentTokens, join_tokens
from dedup.passages.passage_table import ACROSS, Passages, join_passages
from dedup.passages.plan import plan_passages
from dedup.passages.search import find_repeats, find_shared
from dedup.pipeline.sketch_texts import SketchedTexts
from dedup.pipeline.take_documents import FieldNames, take_documents
from dedup.report.result_tables import ResultList
from dedup.text.token_spans import TokenOffsets

COLUMNS = {
    "id": "string",
    "start": "int64",
    "end": "int64",
    "text": "string",
    "witness_id": "string",
    "witness_start": "int64",
    "witness_end": "int64",
    "similarity": "float64",
    "scope": "string",
    "num_documents": "int64",
    "num_tokens": "int64",
}


def find_passages(
    documents: Iterable[object], config: PassageConfig | None = None, **names: Unpack[FieldNames]
) -> ResultList[Passage]:
    r"""Find what texts or documents hold more than once, within one and across several, with exact spans.

    `documents` and the names of their fields as for `deduplicate`. Every passage is the later copy and
    points at the first place that holds it.

    >>> from dedup import find_passages
    >>> body = "The minister said on Monday that the talks in the capital would go on in spite of what happened there."
    >>> [passage] = find_passages([f"A headline.\n{body}{body}"])
    >>> passage.text == body.rstrip("."), passage.witness_start
    (True, 12)
    """
    require_type("config", config, PassageConfig | None)
    config = config or PassageConfig()
    texts = SketchedTexts.of(take_documents(documents, **names), NearConfig())
    tokens = join_tokens([DocumentTokens.unmasked(each.token_addresses, each.num_tokens) for each in texts.sketches])
    slices = tokens.slices() if config.within else []
    repeats = [find_repeats(tokens[here], config).renumber(np.arange(here.start, here.stop)) for here in slices]
    shared = find_shared(tokens, config, lambda _: None) if config.across else join_passages([])
    planned = plan_passages(join_passages(repeats), shared, config, cut_across=False)
    return ResultList(explain(dict(enumerate(texts.documents)), planned), COLUMNS, list_rows)


def list_rows(_number: int, found: Passage) -> list[tuple[object, ...]]:
    """Return the one row of a passage."""
    copy, source = (found.document.id, found.start, found.end), (found.witness_start, found.witness_end)
    measures = (found.similarity, found.scope, found.num_documents, found.num_tokens)
    return [(*copy, found.text, found.witness.id, *source, *measures)]


def explain(documents: Mapping[int, Document], found: Passages) -> list[Passage]:
    """Return the passages in characters; `documents` are theirs by number."""
    offsets: dict[int, TokenOffsets] = {}

    def locate(index: int) -> TokenOffsets:
        if index not in offsets:
            offsets[index] = TokenOffsets(documents[index].text)
        return offsets[index]

    passages = []
    for row in range(len(found)):
        document, holder = int(found.document[row]), int(found.source[row])
        span = locate(document).span(*found.span[row].tolist())
        held = locate(holder).span(*found.source_span[row].tolist())
        passages.append(
            Passage(
                document=documents[document],
                start=span.start,
                end=span.end,
                witness=documents[holder],
                witness_start=held.start,
                witness_end=held.end,
                similarity=float(found.similarity[row]),
                scope="across" if found.scope[row] == ACROSS else "within",
                num_documents=int(found.num_documents[row]),
                num_tokens=int(found.span[row, 1] - found.span[row, 0]),
            )
        )
    return passages

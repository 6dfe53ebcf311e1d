"""A few removals to show to a person at the end of a run."""

import msgspec
import numpy as np

from dedup.config import InputConfig
from dedup.model.documents import CopyRelation
from dedup.model.run import Example, ExampleDocument
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_text
from dedup.near.segments import Segments


def choose_examples(segments: Segments, decisions: Decisions, config: InputConfig, count: int = 3) -> list[Example]:
    """Return the first removal of each relation, then further ones in input order, up to `count`."""
    removed = np.flatnonzero(decisions.witness >= 0)
    relations = decisions.relation[removed]
    firsts = [int(removed[relations == relation][0]) for relation in CopyRelation if (relations == relation).any()]
    others = [int(doc) for doc in removed[: count + len(firsts)] if doc not in firsts]
    chosen = sorted((firsts + others)[:count])
    return [
        Example(
            describe_document(segments, doc, config),
            describe_document(segments, int(decisions.witness[doc]), config),
            CopyRelation(decisions.relation[doc]),
            float(decisions.similarity[doc]),
        )
        for doc in chosen
    ]


def describe_document(segments: Segments, doc_index: int, config: InputConfig) -> ExampleDocument:
    """Return a document for showing."""
    name = segments.name(doc_index)
    text = fetch_text(segments, doc_index, config) if name.run is None else None
    shown = str(msgspec.json.decode(name.raw_id)) if name.raw_id.startswith(b'"') else name.raw_id.decode()
    return ExampleDocument(shown, name.path, name.line, text)

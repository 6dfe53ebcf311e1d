"""A few removals to show to a person at the end of a run."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from dedup.config import InputConfig
from dedup.corpus.values import read_value
from dedup.model.documents import CopyRelation, Document, DocumentPlace, Removal
from dedup.near.decisions import Decisions
from dedup.near.fetch_texts import fetch_texts
from dedup.near.segments import Segments
from dedup.output.passage_records import PassageRecord
from dedup.output.run_folder import PASSAGES

NO_ID = "(no id)"
MAX_EXAMPLES = 2
MAX_READ = 20_000  # passages
RELATIONS = (*(relation for relation in CopyRelation if relation != CopyRelation.EXACT), CopyRelation.EXACT)


def choose_examples(segments: Segments, decisions: Decisions, config: InputConfig) -> list[Removal]:
    """Return a removal of each of the first two relations that there are, nearer than three quarters of its kind."""
    removed = np.flatnonzero(decisions.witness >= 0)
    chosen: list[int] = []
    for relation in RELATIONS:
        rows = removed[decisions.relation[removed] == relation]
        if rows.size and len(chosen) < MAX_EXAMPLES:
            chosen.append(int(rows[np.argsort(decisions.similarity[rows], kind="stable")[rows.size * 3 // 4]]))
    witnesses = decisions.witness[chosen].tolist()
    texts = fetch_texts(segments, (each for each in (*chosen, *witnesses) if each < len(decisions)), config)
    examples = []
    for doc, witness in zip(chosen, witnesses, strict=True):
        relation = CopyRelation(decisions.relation[doc])
        documents = [describe_document(segments, each, texts) for each in (doc, witness)]
        similarity, novel = float(decisions.similarity[doc]), int(decisions.difference["novel"][doc])
        examples.append(Removal(documents[0], relation.reason, relation.label, documents[1], similarity, novel))
    return examples


def describe_document(segments: Segments, doc_index: int, texts: Mapping[int, str]) -> Document:
    """Return a document for showing; one of an index, or too far to fetch, has no text."""
    name = segments.name(doc_index)
    place = DocumentPlace(name.path, name.line)
    fields = {"run": name.run} if name.run else {}
    return Document(read_value(name.raw_id) or NO_ID, texts.get(doc_index, ""), fields, place)


def read_example_cut(out: Path) -> PassageRecord | None:
    """Return the longest exact passage that a run cut out of a document, among the first that it lists."""
    if not (out / PASSAGES).is_file():
        return None
    decoder = msgspec.json.Decoder(PassageRecord)
    with (out / PASSAGES).open("rb") as lines:
        records = map(decoder.decode, islice(lines, MAX_READ))
        cuts = (r for r in records if (r.scope, r.action, r.relation) == ("within", "removed", "exact"))
        return max(cuts, key=lambda record: len(record.text), default=None)

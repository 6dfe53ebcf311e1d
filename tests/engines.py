"""The ways in which documents are decided on, as functions of one shape: all of them must give the same decisions.

An engine is `engine(documents, config: NearConfig) -> list[(witness, similarity, relation)]`, one triple for each
document: the position of the document that justifies its removal with their similarity and its relation, or
(None, None, None) for a kept one. A document is a text, or an article: a mapping with "text", "title", "outlet", "date"
and "url", all of them texts. Add another engine to ENGINES.
"""

import json
import tempfile
from itertools import pairwise
from pathlib import Path

from commands import clean_quietly
from corpora import read_lines, write_jsonl
from spark_engine import decide_on_spark

from dedup import deduplicate
from dedup.config import PassageConfig

KEPT = (None, None, None)


def to_article(document):
    """Return a document as a mapping with its text and what is known of it."""
    return {"text": document} if isinstance(document, str) else document


def decide_locally(documents, config):
    """Decide in memory, all at once."""
    decisions = [KEPT] * len(documents)
    for removal in deduplicate(documents, config, passages=PassageConfig("off")).removed:
        decisions[int(removal.document.id)] = (int(removal.witness.id), removal.similarity, removal.relation)
    return decisions


def decide_through_an_index(documents, config, cuts=None):
    """Decide in several runs, one after the other, through an index; `cuts` are where the days begin."""
    edges = [0, *(cuts if cuts is not None else [len(documents) // 3, 2 * len(documents) // 3]), len(documents)]
    decisions = [KEPT] * len(documents)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for day, (start, stop) in enumerate(pairwise(edges)):
            path = folder / f"day{day}.jsonl"
            write_jsonl(path, [{"id": start + i, **to_article(each)} for i, each in enumerate(documents[start:stop])])
            out = folder / f"out{day}"
            clean_quietly([path], out, near=config, passages=PassageConfig("off"), index=folder / "index.duckdb")
            for record in read_lines(out / "removed.jsonl"):
                earlier = record["witness"]["id"] < start
                assert (record["reason"] == "seen-in-index") == earlier, json.dumps(record)
                decisions[record["id"]] = (record["witness"]["id"], record["similarity"], record["relation"])
    return decisions


QUICK = {"local": decide_locally, "index": decide_through_an_index}
ENGINES = {**QUICK, "spark": decide_on_spark}

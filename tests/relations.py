"""The rule of relations as the naive twin takes it, and what it knows of a record."""

import json

import naive

from dedup.text.slot_words import SLOT_WORDS_PATH

RULE = naive.RelationRule(
    slot_words={word: kind for kind, words in json.loads(SLOT_WORDS_PATH.read_text("utf-8")).items() for word in words}
)
REMOVE_ALL = "exact,edited,template,contained,update,extended"


def know_record(record):
    """Return the tokens of a record and what is known of it, by the usual fields; its date begins with YYYY-MM-DD."""
    title, url = tuple(naive.tokenise(record.get("title") or "")), record.get("url")
    day, outlet = (record.get("date") or "")[:10] or None, record.get("outlet") or None
    facts = naive.Facts(title, day, outlet, naive.normalise_url(url.encode()) if url else None)
    return naive.Known(naive.tokenise(record["text"]), facts)


def relate_records(record, witness, rule=RULE, *, is_contained=False):
    """Return the relation of a record to its witness as the naive twin has it."""
    similarity = naive.similarity(record["text"], witness["text"])
    return naive.relate(know_record(record), know_record(witness), similarity, rule, is_contained=is_contained)

"""The rule of relations as the naive twin takes it, and what it knows of a record."""

import json
import re
from itertools import chain, zip_longest

import naive
from hypothesis import strategies as st

from dedup.text.slot_words import SLOT_WORDS_PATH

RULE = naive.RelationRule(
    slot_words={word: kind for kind, words in json.loads(SLOT_WORDS_PATH.read_text("utf-8")).items() for word in words}
)
REMOVE_ALL = "exact,edited,template,contained,update,extended"
REMOVED = ["exact,edited,contained", "exact", "edited,template", REMOVE_ALL]

TEXTS = [
    "a b c d 7 May",
    "a b c d 8 May",
    "a b c d 8 June",
    "a b c d e",
    "a b c d e f g h",
    "4 a b c d e 5",
    "6 a b c d e 7 f",
    "a b c d e f 7 g h i j Oslo k l m Rome n o p Bonn q r s",
    "a b c d e f 8 g h i j Bern k l m Kyiv n o p Lima q r s",
    "a b c d e f 7 g h i j Bern k l m Rome n o p Bonn q r s",
    "> a b c d e f g h\ni j",
    ": a b c d e f g h\nk",
    "a b c d e f g\n--\nh i",
]

# Articles in which all that is known takes part: few texts, titles, outlets, days and URLs, so that they meet.
articles = st.fixed_dictionaries(
    {
        "text": st.sampled_from(TEXTS),
        "title": st.sampled_from(
            ["", "a 7", "a 8", "a trip to Oslo", "a trip to Rome", "a trip to New York", "a trip, corrected"]
        ),
        "outlet": st.sampled_from(["", "p", "q"]),
        "date": st.sampled_from(["", "2024-01-01", "2024-01-02", "2024-02-02"]),
        "url": st.sampled_from(["", "http://p.org/1"]),
    }
)


SLOT_WORDS = {"May", "June", "corrected"}


def mix_worlds(corpora):
    """Return the documents of several small corpora as one, in turns; each corpus has words of its own.

    So one run decides many corpora. What they still share, numbers and months, the naive twin sees as well.
    """
    worlds = [[put_in_world(each, chr(ord("q") + place)) for each in corpus] for place, corpus in enumerate(corpora)]
    return [each for each in chain(*zip_longest(*worlds)) if each is not None]


def put_in_world(document, letter):
    """Return a text or an article whose words end with a letter more."""
    if isinstance(document, str):
        return re.sub(r"\b[A-Za-z]\w*", lambda word: word[0] + letter * (word[0] not in SLOT_WORDS), document)
    return {**document, **{name: put_in_world(document[name], letter) for name in ("text", "title")}}


def know_article(article):
    """Return an article as the naive twin takes it."""
    day, outlet, url = (article[name] or None for name in ("date", "outlet", "url"))
    return naive.Article(article["text"], naive.Facts(tuple(naive.tokenise(article["title"])), day, outlet, url))


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

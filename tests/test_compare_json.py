"""The JSON of a comparison and its documentation."""

import json
import re
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from json_schemas import JsonComparison, list_fields
from story_texts import FIRE, SCRIPTS, SEEDS

from dedup.compare.engine import compare_documents
from dedup.compare.model import FactKind, Omission, Strength, Wording
from dedup.compare.outlet_shares import Derivation
from dedup.model.documents import Document
from dedup.report.compare.compare_json import render_json
from dedup.story_config import CompareConfig

ROOT = Path(__file__).resolve().parent.parent
TEXTS = {"fire": FIRE, "seeds": SEEDS, "Thai": dict(zip("ab", SCRIPTS["Thai"], strict=True))}


def make(texts):
    return compare_documents([Document(name, text) for name, text in texts.items()], CompareConfig("lexical"))


@pytest.fixture(params=TEXTS)
def pair(request):
    """Return (texts, JSON)."""
    texts = TEXTS[request.param]
    return list(texts.values()), json.loads(render_json(make(texts)))


def read_section():
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    return text.split("## compare\n")[1].split("\n## ")[0]


def test_the_json_decodes_to_its_schema():
    found = msgspec.json.decode(render_json(make(FIRE)), type=JsonComparison, strict=True)
    assert ["ap", "bbc", "cnn"] == [document.name for document in found.documents]


def test_every_field_is_documented_and_every_documented_field_exists():
    fields = list_fields(json.loads(render_json(make(FIRE))))
    assert fields == set(re.findall(r"^\| `(\w+)`", read_section(), re.MULTILINE))


@pytest.mark.parametrize("kind", [Derivation, FactKind, Omission, Wording, Strength])
def test_every_word_that_a_field_can_hold_is_documented(kind):
    assert [] == [member for member in kind if f"`{member.value}`" not in read_section()]


def test_the_documented_example_is_what_is_written():
    example = re.search(r"```json\n(.*?)```", read_section(), re.DOTALL).group(1)
    sources = [Document("a.txt", "Nine people died in the fire."), Document("b.txt", "Ten people died in the fire.")]
    assert json.loads(example) == json.loads(render_json(compare_documents(sources, CompareConfig("lexical"))))


def test_the_spans_of_sentences_and_links_cut_the_texts(pair):
    texts, found = pair
    for link in found["links"]:
        for place in (link["a"], link["b"]):
            sentence = found["documents"][place["doc"]]["sentences"][place["sentence"]]
            assert (sentence["start"], sentence["end"]) == (place["start"], place["end"])
    for document, text in zip(found["documents"], texts, strict=True):
        for sentence in document["sentences"]:
            cut = text[sentence["start"] : sentence["end"]]
            assert cut == cut.strip() != ""


def test_the_text_of_a_cell_is_that_of_its_sentences(pair):
    texts, found = pair
    for row in found["rows"]:
        for cell in row["cells"]:
            text = texts[cell["doc"]]
            expected = " ".join(text[start:end] for start, end in cell["spans"])
            assert expected.split() == cell["text"].replace("[...]", "").split()
            assert all(piece.strip() in text for piece in cell["text"].split("[...]"))
            gaps = (text[a[1] : b[0]] for a, b in pairwise(cell["spans"]))
            assert cell["text"].strip("[. ]").count(" [...] ") == sum(bool(gap.strip()) for gap in gaps)


def test_the_texts_of_facts_stand_where_their_spans_say(pair):
    texts, found = pair
    for disagreement in found["disagreements"]:
        docs = [cell["doc"] for cell in found["rows"][disagreement["row"]]["cells"]]
        tellers = {fact["doc"] for fact in disagreement["facts"]}
        assert tellers & set(docs)
        for fact in disagreement["facts"]:
            sentences = [found["documents"][fact["doc"]]["sentences"][number] for number in fact["sentences"]]
            assert all(any(s["start"] <= a < b <= s["end"] for s in sentences) for a, b in fact["spans"])
            assert fact["texts"] == [texts[fact["doc"]][start:end] for start, end in fact["spans"]]


def test_rows_hold_every_compared_sentence_whole_once(pair):
    _, found = pair
    compared = [
        (doc, number)
        for doc, document in enumerate(found["documents"])
        for number, sentence in enumerate(document["sentences"])
        if sentence["omitted"] is None
    ]
    cells = [cell for row in found["rows"] for cell in row["cells"]]
    held = [(c["doc"], *one) for c in cells for one in zip(c["sentences"], c["spans"], strict=True)]
    whole = [(doc, s) for doc, s, span in held if span == find_span(found, doc, s)]
    assert compared == sorted(whole)
    for doc, sentence, (start, end) in held:
        first, last = find_span(found, doc, sentence)
        assert first <= start < end <= last


def find_span(found, doc, number):
    """Return the characters of a sentence."""
    sentence = found["documents"][doc]["sentences"][number]
    return [sentence["start"], sentence["end"]]


def test_shares_are_given_for_every_two_documents_and_add_up(pair):
    _, found = pair
    count = len(found["documents"])
    assert [(a, b) for a in range(count) for b in range(count) if a != b] == [
        (shares["doc"], shares["base"]) for shares in found["shares"]
    ]
    for shares in found["shares"]:
        kept = sum(shares[name] for name in ("verbatim", "edited", "reworded", "partial", "dropped"))
        assert pytest.approx(1, abs=0.0005) == kept


def test_what_is_left_out_is_said_by_two_others_and_only_here_by_one(pair):
    _, found = pair
    count = len(found["documents"])
    holders = [[cell["doc"] for cell in row["cells"]] for row in found["rows"]]
    for entry in found["left_out"]:
        tellers = {place["doc"] for place in entry["says"]}
        assert tellers >= set(holders[entry["row"]])
        assert entry["doc"] not in tellers
        assert len(tellers) >= min(2, count - 1)
        assert entry["nearest"] is None or entry["nearest"]["doc"] == entry["doc"]
    for doc in range(count):
        assert all(holders[row] == [doc] for row in found["only_here"][doc])
        others = set(range(count)) - {doc}
        mine = [e for e in found["left_out"] if e["doc"] == doc and e["grade"] == "left_out"]
        expected = [e["row"] for e in mine if {place["doc"] for place in e["says"]} == others]
        assert (expected if count > 2 else []) == found["all_but"][doc]


def test_a_limit_that_was_hit_is_told():
    texts = {"a": "nine " * 3000, "b": "ten " * 3000}
    assert 1 == len(json.loads(render_json(make(texts)))["limits"])

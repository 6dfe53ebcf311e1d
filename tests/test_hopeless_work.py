"""Work that would take hours is refused before it starts, or left out, and that is told."""

import random
from time import process_time

import pytest
from commands import clean_quietly
from corpora import make_text, write_jsonl

from dedup import compare_texts
from dedup.errors import DedupError
from dedup.near.decisions import Decisions
from dedup.output import run_summary
from dedup.passages import document_tokens


def test_texts_that_are_too_long_to_compare_are_refused_before_they_are_taken_apart():
    for text, told in (
        ("A sentence of some words. " * 4_000, "characters in all; up to 3,000,000 can be compared"),
        ("x\n" * 1_500, "75,000 lines in all; up to 60,000 can be compared"),
    ):
        with pytest.raises(DedupError, match=told):
            compare_texts({str(number): text for number in range(50)})


@pytest.mark.parametrize(("bound", "num_within", "limits"), [(10**6, 1, []), (500, 0, [("max_tokens", 500, 1)])])
def test_no_passages_are_looked_for_in_a_very_long_document(tmp_path, monkeypatch, bound, num_within, limits):
    for module in (document_tokens, run_summary):
        monkeypatch.setattr(module, "MAX_TOKENS", bound)
    part = make_text("twice", 300)
    write_jsonl(tmp_path / "a.jsonl", [{"text": f"{part}.\n\n{part}."}, {"text": make_text("short")}])
    summary, _ = clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out")
    assert summary.passages.within == num_within
    assert [(limit.limit, limit.value, limit.hits) for limit in summary.limits] == limits


def test_documents_that_are_mostly_one_word_are_not_compared_place_by_place(tmp_path):
    text = "\u7684" * 100_000
    records = [
        {"text": text},
        {"text": f"{text[:50_000]} A sentence. {text[50_000:]}"},
        {"text": text + make_text("b")},
    ]
    write_jsonl(tmp_path / "a.jsonl", records)
    summary, _ = clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out")
    assert [(limit.limit, limit.hits) for limit in summary.limits] == [("max_tokens", 3)]


def test_long_texts_of_a_short_period_take_no_product_of_their_lengths(tmp_path):
    def edit(seed):
        source = random.Random(seed)
        return [word if source.random() < 0.98 else f"x{source.randrange(10**6)}" for word in "abcdef" * 7_000]

    write_jsonl(tmp_path / "a.jsonl", [{"text": " ".join(edit(seed))} for seed in range(3)])
    began = process_time()
    summary, _ = clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out")
    assert process_time() - began < 15  # seconds; the products take twice that, what is right a tenth
    assert summary.counts.documents == 3


def test_repeats_that_are_far_apart_do_not_each_go_over_what_is_between(tmp_path):
    """Letters beyond the first plane count as none: each repeat looked for one in all the text."""
    source = random.Random(1)
    blocks = ["".join(chr(0x20000 + source.randrange(20_000)) for _ in range(40)) for _ in range(4_000)]
    write_jsonl(tmp_path / "a.jsonl", [{"text": "".join(blocks + source.sample(blocks, len(blocks)))}])
    began = process_time()
    summary, _ = clean_quietly([tmp_path / "a.jsonl"], tmp_path / "out", workers=1)
    assert process_time() - began < 6  # seconds; going over it takes twice that, what is right a tenth
    assert summary.passages.within > 3_000


def test_columns_of_all_documents_are_not_made_anew_for_each_document(monkeypatch, tmp_path):
    """`Decisions.kept` is as long as the corpus. Asked for each removal that differs, it made time quadratic."""
    asked = []
    kept = Decisions.kept.fget
    monkeypatch.setattr(Decisions, "kept", property(lambda self: asked.append(1) or kept(self)))
    for count in (5, 50):
        texts = [f"{make_text(number // 2, 60)} on {number} May 2024" for number in range(2 * count)]
        write_jsonl(tmp_path / f"{count}.jsonl", [{"id": str(i), "text": text} for i, text in enumerate(texts)])
        clean_quietly([tmp_path / f"{count}.jsonl"], tmp_path / f"out_{count}")
        asked.append(0)  # the end of a run
    few, many = "".join(map(str, asked)).split("0")[:2]
    assert few == many

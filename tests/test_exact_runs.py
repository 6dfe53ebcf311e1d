"""Which repeats inside a document are cut, and which are only reported."""

import numpy as np
import pyarrow as pa
import pytest
from commands import clean_quietly
from corpora import make_text, read_lines, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedup.config import PassageConfig
from dedup.near.sketcher import tokenise_text
from dedup.output import locate_shard
from dedup.output.locate_shard import PlacedPassages
from dedup.passages import repeated_runs
from dedup.passages.copied_span import CopiedSpan
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.place_repeats import place_all
from dedup.passages.repeated_runs import CutRule, choose_repeats, find_exact_runs
from dedup.passages.search import find_repeats
from dedup.text.token_spans import TokenOffsets

PARAGRAPHS = [f"{make_text(i, 40)}." for i in range(6)]


def clean_one(folder, text):
    path = write_jsonl(folder / "in.jsonl", [{"id": "a", "text": text}])
    clean_quietly([path], folder / "out")
    (record,) = read_lines(folder / "out" / "kept" / "in.jsonl")
    return record["text"]


def check_stays(folder, text):
    """Assert that a text is kept as it is and that its repeat is reported."""
    assert clean_one(folder, text) == text
    assert {row["action"] for row in read_lines(folder / "out" / "passages.jsonl")} == {"reported"}


def test_an_edited_repeat_stays(tmp_path):
    """A body that was corrected is no mistake of a publishing system: which of the two is right is not known."""
    a, b, c, d, e, f = PARAGRAPHS
    copy = [a, f"Five words were added here. {b}", c, f"And three more. {d}", e]
    check_stays(tmp_path, "\n\n".join([f, a, b, c, d, e, "Printed again below:", *copy]))


def test_an_excerpt_before_the_full_text_stays(tmp_path):
    a, b, c, d, e, f = PARAGRAPHS
    parts = [f, a, b, "The full letter is here and below:", e, a, b, c, d]
    check_stays(tmp_path, "\n\n".join(parts))


def test_a_quotation_at_the_end_stays(tmp_path):
    check_stays(tmp_path, "\n\n".join([*PARAGRAPHS, PARAGRAPHS[2]]))


def test_a_sentence_that_a_list_repeats_stays(tmp_path):
    items = [f"Office {number}: {make_text(f'item {number}', 6)}.\n{PARAGRAPHS[0]}" for number in range(4)]
    check_stays(tmp_path, "\n\n".join(items))


def test_half_a_body_that_is_printed_again_at_the_end_is_cut(tmp_path):
    body = "\n\n".join(PARAGRAPHS)
    again = "\n\n".join(PARAGRAPHS[:3])
    assert clean_one(tmp_path, f"Headline.\n\n{body}\n\n{again}") == f"Headline.\n\n{body}"


def test_the_share_of_a_repeat_is_that_of_what_is_left(tmp_path):
    """A fifth of the whole document, more than a quarter of it without the paragraphs that are printed twice."""
    body = "\n\n".join(PARAGRAPHS)
    quoted = f"A {make_text('quoted', 110)}."
    first = f"B {make_text('head', 20)}. {quoted} C\n\n{body}"
    assert clean_one(tmp_path, f"{first}\n\n{body}\n\n{quoted}") == first


@given(st.lists(st.integers(0, 3), min_size=8, max_size=60), st.data())
def test_exact_runs_are_equal_lie_apart_and_are_long_enough(letters, data):
    tokens = np.array(letters, np.uint32) << np.uint32(2)
    start = data.draw(st.integers(1, len(letters) - 1))
    end = data.draw(st.integers(start + 1, len(letters)))
    held = data.draw(st.integers(0, start - 1))
    held_end = data.draw(st.integers(held + 1, start))
    least = data.draw(st.integers(1, 5))
    reached = 0
    for run in find_exact_runs(tokens, CopiedSpan(start, end, 0, held, held_end, 0), least):
        assert run.start >= reached
        assert run.end - run.start >= least
        assert letters[run.start : run.end] == letters[run.source_start : run.source_end]
        assert 0 <= run.source_start < run.start
        reached = run.end


@pytest.mark.parametrize("period", [1, 2, 5])
def test_a_periodic_text_has_few_exact_runs(period):
    tokens = np.tile(np.arange(period, dtype=np.uint32) << np.uint32(2), 20_000 // period)
    runs = find_exact_runs(tokens, CopiedSpan(10_000, 19_000, 0, 100, 9_000, 0), 20)
    assert 1 <= len(runs) <= 3


PIECES = [
    "The fire spread to the hall",
    "two died",
    "-- # --",
    "\n\n",
    ". ",
    " ",
    "e\u0301",
    "A" * 90,
    "x " * 50,
    "!",
    "1",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.lists(st.sampled_from(PIECES), max_size=8), st.data())
def test_what_is_passed_over_would_not_have_been_cut(between, after, data):
    """A repeat that is neither near its source nor near the end of the text is not looked at closely."""
    body = "The minister said on Monday that talks would go on in spite of it all."
    text = "".join([body, *between, body, *after])
    offsets, size = TokenOffsets(text), len(TokenOffsets(body))
    tokens = tokenise_text(text)
    start = data.draw(st.integers(size, max(len(tokens) - size, size)))
    length = data.draw(st.integers(1, len(tokens) - start)) if start < len(tokens) else 0
    if length == 0 or length > start:
        return
    copies = [CopiedSpan.exact(start, start + length, 0, 0)]
    rule = CutRule(3, 0.25)
    chosen = choose_repeats(offsets, tokens, copies, [], rule)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(repeated_runs, "may_go", lambda *_: True)
        assert choose_repeats(offsets, tokens, copies, [], rule) == chosen


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.lists(st.sampled_from(PIECES), max_size=8))
def test_repeats_that_are_placed_with_their_sketch_are_those_of_the_text(between, after):
    """Their characters are those of their tokens, and what may not go would not have been cut."""
    body = "The minister said on Monday that “talks” would go on in spite of it all – 雨が 降る."
    text = "".join([body, *between, body.replace("spite", "view"), *after])
    offsets, tokens, config = TokenOffsets(text), tokenise_text(text), PassageConfig(min_tokens=5)
    texts = pa.array(["é", text], pa.large_string())[1:]
    owned = DocumentTokens.unmasked(*(np.array([value]) for value in (np.uint64(tokens.ctypes.data), len(tokens))))
    found = find_repeats(owned, config)
    rows = np.column_stack([found.document, found.span, found.source_span, found.equal])
    placed = place_all(rows, texts, owned, config).to_pylist()
    copies = list(found.list_copies())
    for copy, row in zip(copies, placed, strict=True):
        span, held = offsets.span(copy.start, copy.end), offsets.span(copy.source_start, copy.source_end)
        assert (row["start_char"], row["end_char"], row["held_start_char"], row["held_end_char"]) == (*span, *held)
        assert row["text"] == span.cut(text)
    if not any(row["may_go"] for row in placed):
        assert not any(choose_repeats(offsets, tokens, copies, [], CutRule(5, config.cut_share)))


def test_passages_of_texts_that_are_read_again_are_those_of_the_others(tmp_path, monkeypatch):
    """A text is read again where something may be cut of it; what is found in it does not depend on that."""
    orders = ([0, 1, 0, 2], [2, 0, 0, 1], [0, 1, 2, 1, 3, 4, 5, 2], [1, 0, 2, 3, 4, 4])
    texts = ["\n\n".join(f"É {make_text(10 * i + part, 40)}." for part in order) for i, order in enumerate(orders)]
    path = write_jsonl(tmp_path / "in.jsonl", [{"id": str(i), "text": text} for i, text in enumerate(texts)])
    clean_quietly([path], tmp_path / "out", workers=1)
    placed = read_lines(tmp_path / "out" / "passages.jsonl")
    none = PlacedPassages(np.empty(0, np.int64), np.empty(0, np.int32), np.empty((0, 4), np.int64), [])
    monkeypatch.setattr(locate_shard, "take_placed", lambda found, rows, _: (found, rows, none))
    clean_quietly([path], tmp_path / "again", workers=1)
    assert placed == read_lines(tmp_path / "again" / "passages.jsonl")
    assert [row["action"] for row in placed] == ["reported", "removed", "reported", "reported", "removed"]


def test_no_text_is_passed_over_when_fewer_can_be_read_again(tmp_path, monkeypatch):
    text = "\n\n".join(PARAGRAPHS[n] for n in (0, 1, 0, 1))
    path = write_jsonl(tmp_path / "in.jsonl", [{"id": "a", "text": text}])
    monkeypatch.setattr(locate_shard, "read_records", lambda *_: iter([]))
    with pytest.raises(ValueError, match="shorter"):
        clean_quietly([path], tmp_path / "out", workers=1)

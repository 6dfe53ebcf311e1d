"""What is cut inside a document of a repeat that was edited, and of several repeats that count together."""

import numpy as np
import pytest
from commands import clean_quietly
from corpora import make_text, read_lines, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedup.passages.copied_span import CopiedSpan
from dedup.passages.repeated_runs import find_exact_runs

PARAGRAPHS = [f"{make_text(i, 40)}." for i in range(6)]


def clean_one(folder, text):
    path = write_jsonl(folder / "in.jsonl", [{"id": "a", "text": text}])
    clean_quietly([path], folder / "out")
    (record,) = read_lines(folder / "out" / "kept" / "in.jsonl")
    return record["text"]


def test_every_exact_paragraph_of_an_edited_repeat_is_cut(tmp_path):
    """Words were added in the first and in the third paragraph: the one between is on neither end's diagonal."""
    a, b, c, d, e, f = PARAGRAPHS
    copy = [a, f"Five words were added here. {b}", c, f"And three more. {d}", e]
    kept = clean_one(tmp_path, "\n\n".join([f, a, b, c, d, e, "Printed again below:", *copy]))
    assert all(kept.count(paragraph) == 1 for paragraph in (a, c, e))


def test_repeats_that_stand_side_by_side_count_together(tmp_path):
    """Each is a tenth of the document, both are a fifth and more: no quotation."""
    a, b = (f"A{i} {make_text(f'side {i}', 40)}." for i in range(2))
    first = f"B {make_text('one', 70)}. {a} C {make_text('two', 70)}. {b} D {make_text('three', 70)}. "
    assert clean_one(tmp_path, f"{first}{a} {b} The end.") == f"{first}The end."


def test_repeats_apart_count_alone(tmp_path):
    a, b = (f"A{i} {make_text(f'side {i}', 40)}." for i in range(2))
    first = f"B {make_text('one', 70)}. {a} C {make_text('two', 70)}. {b} D {make_text('three', 70)}. "
    text = f"{first}{a} Between. {b} The end."
    assert clean_one(tmp_path, text) == text


def test_the_share_of_a_repeat_is_that_of_what_is_left(tmp_path):
    """Less than a sixth of the whole document, a fifth of it without the paragraphs that are printed twice."""
    body = "\n\n".join(PARAGRAPHS)
    quoted = f"A {make_text('quoted', 110)}."
    first = f"B {make_text('head', 20)}. {quoted} C\n\n{body}"
    assert clean_one(tmp_path, f"{first}\n\n{body}\n\nHe said. {quoted} So.") == f"{first}\n\nHe said. So."


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


@pytest.mark.parametrize("period", [1, 2, 7])
def test_a_periodic_text_has_few_exact_runs(period):
    tokens = np.tile(np.arange(period, dtype=np.uint32) << np.uint32(2), 20_000 // period)
    runs = find_exact_runs(tokens, CopiedSpan(10_000, 19_000, 0, 100, 9_000, 0), 20)
    assert 1 <= len(runs) <= 3

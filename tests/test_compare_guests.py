"""The part of a sentence that another row says, against a slow twin."""

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.compare import guests
from dedup.compare.spoken import read_spoken
from dedup.pipeline.compare_in_memory import compare_texts
from dedup.text.spans import Span

TWO = "The talks on the harbour broke down on Friday, and the dockers will strike for nine days from Monday."
TALKS = "The talks on the harbour broke down late on Friday."
STRIKE = "The dockers will strike for nine days from Monday."


@given(st.integers(0, 10**6))
def test_how_near_a_sentence_is_to_a_cluster(seed):
    rng = np.random.default_rng(seed)
    outlets = np.sort(rng.integers(0, 4, 9))
    score = rng.random((9, 9)).astype(np.float32)
    cluster = sorted(rng.choice(9, int(rng.integers(1, 5)), replace=False).tolist())
    expected = naive.approach(score.tolist(), outlets.tolist(), cluster)
    assert expected == pytest.approx(guests.measure_nearness(score, outlets, cluster).tolist(), abs=1e-6)


def test_a_lone_sentence_joins_the_cluster_that_it_comes_near():
    outlets = np.array([0, 1, 2, 2])
    score = np.array([[0, 0.9, 0.5, 0], [0.9, 0, 0.5, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 0]], np.float32)
    assert [[0, 1, 2], [3]] == guests.adopt_lone([[0, 1], [2], [3]], score, outlets, 0.4)
    assert [[0, 1], [2], [3]] == guests.adopt_lone([[0, 1], [2], [3]], score, outlets, 0.6)


def test_the_part_is_what_the_other_row_says():
    spoken = read_spoken([TWO, TALKS, STRIKE], None)
    part = guests.find_part(spoken, 0, [2], [1])
    assert "and the dockers will strike for nine days from Monday" == part.cut(TWO)
    assert "and the dockers will strike for nine days from Monday." == guests.widen(TWO, part).cut(TWO)


def test_a_sentence_that_one_row_says_whole_has_no_part():
    spoken = read_spoken([STRIKE, STRIKE, TALKS], None)
    assert guests.find_part(spoken, 0, [2], [1]) is None


def test_a_part_between_no_marks_stays_as_it_is():
    assert Span(4, 9) == guests.widen("The talks on the harbour broke down.", Span(4, 9))


def test_a_part_behind_a_resolved_pronoun_is_a_part_of_the_text():
    texts = {
        "a": "Lavrov spoke on Monday about grain. He warned of mines in the strait, and the dockers will strike for "
        "nine days from Friday. The weather was mild.",
        "b": f"Lavrov warned of mines in the strait. {STRIKE} Bread was cheap.",
        "c": f"Mines lie in the strait, warned Lavrov. {STRIKE} Chess is a game.",
    }
    found = compare_texts(texts, engine="lexical")
    cells = [cell for row in found.rows for cell in row.cells]
    for cell in cells:
        for part in cell.parts:
            assert found.outlets[cell.outlet].sentences[part.sentence].span.covers(part.span)

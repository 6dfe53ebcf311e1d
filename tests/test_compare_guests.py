"""The part of a sentence that another row says, against a slow twin."""

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.compare import guests
from dedup.compare.scores import THRESHOLDS
from dedup.compare.spoken import read_spoken
from dedup.compare.terms import split_terms
from dedup.pipeline.compare_in_memory import compare_texts

TWO = "The talks on the harbour broke down on Friday, and the dockers will strike for nine days from Monday."
TALKS = "The talks on the harbour broke down late on Friday."
STRIKE = "The dockers will strike for nine days from Monday."


@given(st.integers(0, 10**6))
def test_how_near_a_sentence_is_to_a_cluster(seed):
    rng = np.random.default_rng(seed)
    outlets = np.sort(rng.integers(0, 4, 9))
    half = rng.random((9, 9)).astype(np.float32)
    score = np.maximum(half, half.T)
    cluster = sorted(rng.choice(9, int(rng.integers(1, 5)), replace=False).tolist())
    expected = naive.approach(score.tolist(), outlets.tolist(), cluster)
    assert expected == pytest.approx(guests.measure_nearness(score, outlets, cluster).tolist(), abs=1e-6)


def test_a_lone_sentence_joins_the_cluster_that_it_comes_near():
    outlets = np.array([0, 1, 2, 2])
    score = np.array([[0, 0.9, 0.5, 0], [0.9, 0, 0.5, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 0]], np.float32)
    assert [[0, 1, 2], [3]] == guests.adopt_lone([[0, 1], [2], [3]], score, outlets, 0.4)
    assert [[0, 1], [2], [3]] == guests.adopt_lone([[0, 1], [2], [3]], score, outlets, 0.6)


def list_guests(texts, clusters):
    spoken = read_spoken(texts, None)
    score = np.where(np.eye(len(texts), dtype=bool), 0, 1).astype(np.float32)
    return guests.find_guests(clusters, score, np.arange(len(texts)), spoken, texts, THRESHOLDS["lexical"])


def test_the_part_is_what_the_other_row_says():
    ((sentence, cluster, part),) = list_guests([TWO, TALKS, STRIKE], [[0, 1], [2]])
    assert (0, 1) == (sentence, cluster)
    assert "and the dockers will strike for nine days from Monday." == part.cut(TWO)


def test_a_sentence_that_one_row_says_whole_has_no_part():
    assert [] == list_guests([STRIKE, STRIKE, TALKS], [[0, 1], [2]])


def test_a_sentence_that_is_not_linked_to_a_row_has_no_part_in_it():
    texts = [TWO, TALKS, STRIKE]
    nothing = np.zeros((3, 3), np.float32)
    found = guests.find_guests(
        [[0, 1], [2]], nothing, np.arange(3), read_spoken(texts, None), texts, THRESHOLDS["lexical"]
    )
    assert [] == found


@given(st.lists(st.sampled_from(["a", "with,", "and", "long;", "words", "that", "-", "some."]), max_size=30))
def test_the_parts_of_a_sentence_hold_each_of_its_terms_once(words):
    text = " ".join(words)
    terms = split_terms(text)
    parts = guests.split_parts(text, terms)
    assert list(range(len(terms))) == [number for part in parts for number in range(len(terms))[part.terms]]
    for part in parts:
        assert all(part.span.covers(term.span) for term in terms[part.terms])
        assert len(parts) == 1 or len(terms[part.terms]) >= guests.MIN_TERMS


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

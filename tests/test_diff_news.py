"""The promises of the diff on real news: revisions, moves, readability; benchmarks/bench_diff.py prints the figures."""

import random

import pytest
from amounts import nightly_after
from news_data import read_examples, require_shared_data
from test_diff_engine import assert_tiles

from dedup.diff.adapter import apply_patch, format_patch
from dedup.diff.engine import diff_texts


def read_near_copies():
    """Return pairs of press releases in examples/ of which one was made of the other."""
    from exact_pairs import find_pairs

    texts = [record["text"] for record in read_examples()]
    pairs = find_pairs(texts, 0.5)
    return [(texts[a], texts[b]) for a, b in zip(pairs.first, pairs.second, strict=True) if texts[a] != texts[b]]


def read_revisions(name):
    """Return the consecutive versions of a shared data set."""
    from news import read_revisions

    require_shared_data()
    return read_revisions(name)


REVISIONS = {
    "near copies": (read_near_copies, 60),
    "current events": (lambda: read_revisions("wp_current_events_revs_dev"), 500),
    "wiki": (lambda: read_revisions("wiki_versions_dev"), None),
}


@pytest.mark.parametrize(
    "name", ["near copies", *(pytest.param(n, marks=pytest.mark.shared) for n in ("current events", "wiki"))]
)
def test_real_revisions_are_sound_readable_and_whole(name):
    from bench_diff import count_minimal, count_torn

    read, count = REVISIONS[name]
    pairs = read()
    pairs = pairs if count is None else random.Random(1).sample(pairs, count)
    shown = minimal = 0
    for old, new in pairs:
        diff = diff_texts(old, new)
        assert new == diff.apply(old)
        assert diff == diff.invert().invert()
        assert 0 == count_torn(diff)
        assert_tiles(diff)
        assert new == apply_patch(format_patch(diff), old)
        shown += diff.stats.num_added + diff.stats.num_dropped
        minimal += count_minimal(diff)
    assert shown <= 1.15 * minimal


@pytest.mark.parametrize("count", nightly_after(1, [80, 300]))
def test_moved_sentences_and_paragraphs_are_moves(congress, count):
    from bench_diff import score_moves
    from planted_moves import plant_moves

    rng = random.Random(1)
    texts = [record["text"] for record in congress if 2_000 < len(record["text"]) < 8_000]
    scores = []
    while len(scores) < count:
        planted = plant_moves(rng.choice(texts), rng, by_paragraph=rng.random() < 0.5)
        if planted and planted.moved:
            scores.append(score_moves(planted, diff_texts(planted.old, planted.new)))
    moved, hit, reported, right, deleted = (sum(column) for column in zip(*scores, strict=True))
    assert hit >= 0.95 * moved
    assert right >= 0.95 * reported
    assert 0 == deleted


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ja_wikinews", "lk_news_2024_01_02"])
def test_other_scripts_are_sound(name):
    from news import read_texts

    require_shared_data()
    texts = [text for text in read_texts(name) if len(text) < 6_000]
    rng = random.Random(1)
    for old in rng.sample(texts, 60):
        new = old.replace("。", "、", 1)[: rng.randrange(len(old))] + rng.choice(texts)[:400]
        diff = diff_texts(old, new)
        assert new == diff.apply(old)
        assert_tiles(diff)

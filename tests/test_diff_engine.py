import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.diff.engine import diff_texts
from dedup.diff.model import ChangeKind, UnitChange
from dedup.diff.sequences import compare_sequences

WORDS = st.sampled_from(
    [
        "the",
        "a",
        "cat",
        "dog",
        "sat",
        "ran",
        "2013",
        "2023",
        "U.S.",
        "didn't",
        "“yes”",
        "—",
        "日本。",
        "👩‍🚀",
        "e\u0301",
        "กำ",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: f"{' '.join(words).capitalize()}.")
TEXTS = st.lists(st.tuples(SENTENCES, st.sampled_from([" ", "\n", "\n\n", "\r\n", ""])), max_size=8).map(
    lambda parts: "".join(map("".join, parts))
)
ANYTHING = st.text(max_size=60)


def assert_tiles(diff):
    """The non-empty spans of each side, in order, are the text; empty ones lie at their borders."""
    for side, text in (("old", diff.old), ("new", diff.new)):
        spans = sorted(getattr(change, side) for change in diff.changes)
        borders = [0]
        for span in spans:
            if not span.is_empty:
                assert borders[-1] == span.start
                borders.append(span.end)
        assert len(text) == borders[-1]
        assert {span.start for span in spans if span.is_empty} <= set(borders)


def assert_sound(old, new):
    diff = diff_texts(old, new)
    assert new == diff.apply(old)
    assert old == diff.invert().apply(new)
    assert diff == diff.invert().invert()
    assert_tiles(diff)
    assert_tiles(diff.invert())
    for change in diff.changes:
        assert (change.kind is ChangeKind.EQUAL) == (change.old.cut(old) == change.new.cut(new))
        assert (change.kind is ChangeKind.INSERT) == change.old.is_empty
        assert (change.kind is ChangeKind.DELETE) == change.new.is_empty


@given(TEXTS, TEXTS)
def test_any_two_news_texts_give_a_sound_diff(old, new):
    assert_sound(old, new)


@given(ANYTHING, ANYTHING)
def test_any_two_strings_give_a_sound_diff(old, new):
    assert_sound(old, new)


@given(st.lists(SENTENCES, min_size=2, max_size=8, unique=True), st.randoms(use_true_random=False))
def test_moved_sentences_give_a_sound_diff(sentences, rng):
    shuffled = sentences[:]
    rng.shuffle(shuffled)
    assert_sound("\n".join(sentences), "\n".join(shuffled))


@given(
    st.text(st.sampled_from(" \t\r\n\u00a0\u3000a."), max_size=20),
    st.text(st.sampled_from(" \t\r\n\u00a0\u3000a."), max_size=20),
)
def test_white_space_gives_a_sound_diff(old, new):
    assert_sound(old, new)


@given(TEXTS)
def test_a_text_compared_with_itself_has_no_edit(text):
    diff = diff_texts(text, text)
    assert ((), (), True) == (diff.edits, diff.moves, diff.is_identical)


@given(TEXTS, TEXTS)
def test_the_counts_of_words_add_up(old, new):
    stats = diff_texts(old, new).stats
    assert stats.num_old_words == stats.num_kept + stats.num_moved + stats.num_dropped
    assert stats.num_new_words == stats.num_kept + stats.num_moved + stats.num_added
    assert 0.0 <= stats.similarity <= 1.0


def show(old, new):
    """Return the edits as (kind, old text, new text)."""
    diff = diff_texts(old, new)
    return [(change.kind.value, change.old.cut(old), change.new.cut(new)) for change in diff.edits]


def test_a_word_is_replaced_whole():
    assert [("replace", "sat", "sits")] == show("The cat sat on the mat.", "The cat sits on the mat.")


def test_an_added_word_comes_with_one_space():
    assert [("insert", "", "black ")] == show("The cat sat.", "The black cat sat.")


def test_a_phrase_that_shares_only_a_small_word_is_one_change():
    assert [("replace", "head of state", "leader of government")] == show(
        "He met the head of state yesterday in Kyiv for talks.",
        "He met the leader of government yesterday in Kyiv for talks.",
    )


def test_line_ends_alone_are_changes_of_white_space():
    old, new = "One two.\nThree four.\n", "One two.\r\nThree four.\r\n"
    assert [("replace", "\n", "\r\n")] * 2 == show(old, new)
    assert 4 == diff_texts(old, new).stats.num_kept


def test_from_nothing_everything_is_added():
    assert [("insert", "", "One. "), ("insert", "", "Two.")] == show("", "One. Two.")
    assert [("delete", "One.", "")] == show("One.", "")


def test_a_missing_last_line_end_is_seen():
    assert [("delete", "\n", "")] == show("One.\n", "One.")


STORY = [
    "The ministry said the bridge would open in June after two years of repairs.",
    "Residents of the northern district had waited for a decision since the flood of 2019.",
    "Engineers found that the central pillar stood on soft ground and had to be replaced.",
    "The opposition called the cost of forty million euros a scandal.",
    "A spokesman declined to comment on the figures.",
]


def test_a_sentence_that_changed_place_is_a_move_and_nothing_is_deleted():
    diff = diff_texts(" ".join(STORY), " ".join([STORY[3], *STORY[:3], STORY[4]]))
    assert [STORY[3]] == [move.old.cut(diff.old).strip() for move in diff.moves]
    assert [0] == [move.new.start for move in diff.moves]
    assert {UnitChange.EQUAL} == {block.relation for block in diff.blocks}


def test_words_edited_inside_a_move_are_shown_in_the_move():
    edited = STORY[3].replace("forty", "fifty").replace("scandal", "disgrace")
    diff = diff_texts("\n".join(STORY), "\n".join([edited, *STORY[:3], STORY[4]]))
    found = [(change.old.cut(diff.old), change.new.cut(diff.new), change.move) for change in diff.edits]
    assert [("forty", "fifty", 0), ("scandal", "disgrace", 0)] == found
    assert diff.moves[0].is_edited


def test_sentences_that_move_together_are_one_move():
    diff = diff_texts("\n".join(STORY), "\n".join([*STORY[3:], *STORY[:3]]))
    assert 1 == len(diff.moves)
    assert "\n".join(STORY[3:]) == diff.moves[0].old.cut(diff.old).strip()


def test_inverted_moves_go_back():
    diff = diff_texts("\n".join(STORY), "\n".join([STORY[3], *STORY[:3], STORY[4]]))
    assert [(move.new, move.old) for move in diff.moves] == [(move.old, move.new) for move in diff.invert().moves]


def test_a_split_sentence_is_recognised():
    old = "Engineers found that the central pillar stood on soft ground and it had to be replaced at great cost."
    new = "Engineers found that the central pillar stood on soft ground. It had to be replaced at great cost."
    assert [UnitChange.SPLIT] == [block.relation for block in diff_texts(old, new).blocks]
    assert [UnitChange.MERGED] == [block.relation for block in diff_texts(new, old).blocks]


def test_a_repeated_line_that_was_dropped_is_no_move():
    old = "Read more\n" + "\nRead more\n".join(STORY)
    diff = diff_texts(old, "\n".join(STORY))
    assert ((), 0) == (diff.moves, diff.stats.num_added)


def test_unrelated_texts_share_nothing():
    diff = diff_texts("\n".join(STORY[:2]), "Shares of the bank fell on Monday.\nAnalysts expect worse.")
    assert {UnitChange.ADDED, UnitChange.DROPPED} == {block.relation for block in diff.blocks}


def test_a_passage_too_large_to_look_into_is_named():
    rng = random.Random(3)
    words = [" ".join(rng.choices(["red", "blue"], k=16_000)) for _ in range(2)]
    diff = diff_texts(*words)
    assert 1 == len(diff.limits)
    assert words[1] == diff.apply(words[0])


def test_a_large_pair_is_cut_at_anchors_and_gives_the_same_changes():
    rng = random.Random(3)
    words = [f"w{rng.randrange(5000)}" for _ in range(3000)]
    edited = [word if rng.random() > 0.02 else "edited" for word in words]
    whole = compare_sequences(words, edited, is_cleaned=True)
    cut = compare_sequences(words, edited, is_cleaned=True, max_cells=100_000, min_piece=100)
    assert len(cut.runs) > len(whole.runs) > 50, "equal runs are cut, too"
    assert (list_changed(whole), False) == (list_changed(cut), cut.is_limited)


def list_changed(found):
    """Return the runs that changed."""
    return [run for run in found.runs if not run.is_equal]


@pytest.mark.parametrize("size", [1_000_000])
def test_one_huge_word_takes_no_time(size):
    diff = diff_texts("a" * size, "b" * size)
    assert [ChangeKind.REPLACE] == [change.kind for change in diff.edits]


def test_a_diff_refuses_another_text():
    with pytest.raises(ValueError, match="another text"):
        diff_texts("a", "b").apply("c")

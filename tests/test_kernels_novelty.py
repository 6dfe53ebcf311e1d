"""What a document has that its witness lacks, and what it is of its witness, against the naive twins."""

import json

import naive
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.kernels.novelty import compare_pairs_of_words, find_novel
from dedup.near.sketcher import tokenise_text
from dedup.text.slot_words import SLOT_WORDS_PATH, load_slot_words

SLOT_WORDS = {word: kind for kind, words in json.loads(SLOT_WORDS_PATH.read_text("utf-8")).items() for word in words}
WORDS = [
    "a",
    "b",
    "c",
    "Bonn",
    "Cork",
    "7",
    "8",
    "May",
    "June",
    "Monday",
    "Friday",
    "spring",
    "two",
    "mai",
    ".",
    "\n>",
    "\n",
]
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def compare_all(pairs, room=50):
    """Return for each pair the numbers of a `Difference` and the slots, as the kernel has them."""
    tokens = [[tokenise_text(text) for text in pair] for pair in pairs]
    address = np.array([[side.ctypes.data for side in pair] for pair in tokens], np.uint64).reshape(-1, 2)
    sizes = np.array([[side.size for side in pair] for pair in tokens], np.int32).reshape(-1, 2)
    slots, found = np.zeros((len(pairs), room, 4), np.int32), np.empty((len(pairs), 7), np.int32)
    compare_pairs_of_words(address, sizes, load_slot_words(), slots, found)
    each = zip(found.tolist(), slots.tolist(), strict=True)
    return [(*difference, tuple(map(tuple, places[: difference[3]]))) for difference, places in each]


def compare(text, witness, room=50):
    """Return the same for one pair."""
    return compare_all([(text, witness)], room)[0]


def expect(text, witness):
    """Return the same as the naive twin has it."""
    d = naive.compare_words(naive.tokenise(text), naive.tokenise(witness), SLOT_WORDS)
    return (d.num_novel, d.longest_run, d.num_gaps, d.num_slots, d.num_facts, d.num_own, d.num_lost, d.slots)


@given(texts, texts)
@example("", "")
@example("a", "")
@example("", "a")
def test_the_difference_of_two_texts_is_that_of_the_naive_twin(text, witness):
    assert compare(text, witness) == expect(text, witness)


@given(texts, texts)
@example("", "a")
def test_novel_words_are_those_of_the_naive_twin_and_as_many_as_are_counted(text, witness):
    found = find_novel(tokenise_text(text), tokenise_text(witness), load_slot_words()).tolist()
    assert (naive.find_novel(naive.tokenise(text), naive.tokenise(witness)), compare(text, witness)[0]) == (
        found,
        sum(found),
    )


@given(st.lists(st.tuples(texts, texts), max_size=4))
def test_the_differences_of_many_pairs_are_those_of_each(pairs):
    assert compare_all(pairs) == [expect(*pair) for pair in pairs]


@given(st.data())
def test_the_difference_of_a_rewritten_text_is_that_of_the_naive_twin(data):
    """Words replaced, dropped, added and moved in blocks: slots, and alignments that go on elsewhere."""
    words = data.draw(st.lists(st.sampled_from([*WORDS, *(f"w{n}" for n in range(30))]), min_size=1, max_size=60))
    rewritten = list(words)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(rewritten)))
        end = min(start + data.draw(st.integers(0, 9)), len(rewritten))
        block = data.draw(st.lists(st.sampled_from(WORDS), max_size=5))
        moved = rewritten[start:end] if data.draw(st.booleans()) else []
        rewritten[start:end] = block
        place = data.draw(st.integers(0, len(rewritten)))
        rewritten[place:place] = moved
    assert compare(" ".join(rewritten), " ".join(words)) == expect(" ".join(rewritten), " ".join(words))


FRAME = "the office of the member will hold open hours on {} {} in {} from nine until noon and all are welcome to come"


@pytest.mark.parametrize(
    ("ours", "theirs", "slots", "facts"),
    [
        (("May", "7", "Bonn"), ("May", "7", "Bonn"), 0, 0),
        (("May", "7", "Bonn"), ("June", "7", "Bonn"), 1, 1),
        (("May", "7", "Bonn"), ("May", "8", "Cork"), 1, 1),
        (("May", "7", "Bonn"), ("May", "7", "Cork"), 1, 0),
        (("mai", "7", "Bonn"), ("juillet", "7", "Bonn"), 1, 1),
        (("May", "seven", "Bonn"), ("May", "eight", "Bonn"), 1, 1),
        (("May", "7", "here"), ("May", "7", "there"), 0, 0),
    ],
)
def test_a_slot_conflicts_if_both_sides_have_another_number_date_or_name(ours, theirs, slots, facts):
    found = compare(FRAME.format(*ours), FRAME.format(*theirs))
    assert (found[3], found[4]) == (slots, facts)


def test_a_paragraph_that_the_witness_lacks_is_one_run_of_novel_words():
    old = " ".join(f"w{n}" for n in range(60))
    new = " ".join(f"x{n}" for n in range(25))
    assert compare(f"{old} {new}", old)[:2] == (25, 25)
    assert compare(old, f"{old} {new}")[:2] == (0, 0)


def test_words_that_moved_are_not_novel():
    first, second = (" ".join(f"{letter}{n}" for n in range(40)) for letter in "ab")
    assert compare(f"{first} {second}", f"{second} {first}")[:2] == (0, 0)


def test_slots_are_written_as_far_as_there_is_room():
    ours, theirs = (FRAME.format(*slots) * 3 for slots in (("May", "7", "Bonn"), ("June", "8", "Cork")))
    full = compare(ours, theirs)
    assert full[3] == 3
    assert compare(ours, theirs, room=2)[-1] == full[-1][:2]

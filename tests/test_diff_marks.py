import pytest

from dedup.diff.engine import diff_texts
from dedup.diff.fact_kinds import find_quotations
from dedup.text.spans import Span


def list_marks(old, new):
    return [[mark.value for mark in change.marks] for change in diff_texts(old, new).edits]


@pytest.mark.parametrize(
    ("old", "new", "marks"),
    [
        ("The law of 2013 stands as it was.", "The law of 2023 stands as it was.", ["number", "date"]),
        ("Russia shot down 91 drones at night.", "Russia shot down 89 drones at night.", ["number"]),
        ("Some three people were hurt there.", "Some five people were hurt there.", ["number"]),
        ("It cost 3 million euros in all.", "It cost 3 billion euros in all.", ["number"]),
        ("They met late on Sunday in Kyiv.", "They met late on Monday in Kyiv.", ["date"]),
        ("He left on March 5 with his son.", "He left on April 5 with his son.", ["date"]),
        ("The call began at 10:30 in Moscow.", "The call began at 11:30 in Moscow.", ["number", "date"]),
        ("2013年に始まった計画です。", "2023年に始まった計画です。", ["number", "date"]),
        ('He called it "completely false" again.', 'He called it "partly false" again.', ["quote"]),
        ("He called it “a fabrication” on TV.", "He called it “an invention” on TV.", ["quote"]),
        ("She said 'I trust him' to the press.", "She said 'I like him' to the press.", ["quote"]),
        ("He may leave the house at any time.", "He might leave the house at any time.", []),
        ("They paid 1,000 dollars for the car.", "They paid 1000 dollars for the car.", []),
        ("The cat's paw and the dog's tail hurt.", "The cat's leg and the dog's tail hurt.", []),
        ("One of the men was seen on the road.", "Some of the men was seen on the road.", []),
    ],
)
def test_a_changed_fact_is_marked(old, new, marks):
    assert [marks] == list_marks(old, new)


def test_a_number_that_was_dropped_is_marked():
    assert [["number"]] == list_marks("It was hit by 91 drones at night.", "It was hit by drones at night.")


def test_whole_sentences_that_were_added_are_not_marked():
    assert [[], []] == list_marks("He left.", "He left. In 2013 she won 5 prizes on Monday.")


def test_a_quotation_ends_with_its_line():
    quotations = find_quotations("He said “one\ntwo three")
    assert (True, False) == (quotations.touch(Span(9, 12)), quotations.touch(Span(13, 16)))

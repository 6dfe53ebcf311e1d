"""The words and scripts that the code knows: one list each, read by everything that needs it."""

import pytest

from dedup.text.characters import is_unspaced
from dedup.text.dates import parse_day, parse_moment
from dedup.text.lexicon import ABBREVIATIONS, DAYS, MONTHS, NUMBER_VALUES
from dedup.text.words import split_words


def test_there_are_twelve_months_and_seven_days():
    assert (12, 7) == (len(set(MONTHS)), len(set(DAYS)))


def test_number_words_have_their_values():
    assert (0, 13, 20, 90, 10**6) == tuple(
        NUMBER_VALUES[word] for word in ("zero", "thirteen", "twenty", "ninety", "million")
    )


def test_abbreviations_are_in_lower_case_and_without_a_full_stop():
    assert all(word.islower() and word.isalpha() for word in ABBREVIATIONS)


@pytest.mark.parametrize("character", ["漢", "か", "ㄅ", "ก", "ລ", "က", "ក", "ꀀ", "。", "！", "ｶ"])
def test_a_script_without_spaces_is_known(character):
    assert is_unspaced(character)


@pytest.mark.parametrize("character", ["a", "Ａ", "７", "한", "བ", "ا", "क", "😀", "!"])
def test_a_script_with_spaces_is_known(character):
    assert not is_unspaced(character)


def test_a_syllable_of_tibetan_is_a_word():
    assert ["བོད", "་", "ཡིག"] == split_words("བོད་ཡིག")


def test_a_moment_has_a_zone():
    assert parse_moment("2024-01-31T01:00:00+05:00") < parse_moment("2024-01-30T21:00:00") < parse_moment("2024/1/31")
    assert parse_moment("Wed, 31 Jan 2024 10:00:00 -0500") > parse_moment("2024-01-31T14:59Z")


def test_a_day_is_the_one_that_the_text_names_in_its_own_zone():
    assert "2024-01-31" == parse_day(b'"2024-01-31T01:00:00+05:00"').isoformat()

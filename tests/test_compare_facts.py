"""Facts in a wording, and when two of them disagree."""

import pytest

from dedup.compare.disagreements import MAX_LENGTH, explain_long_sentences, find_disagreements
from dedup.compare.facts import (
    FINDERS,
    disagree,
    find_attributions,
    find_names,
    find_numbers,
    find_quotes,
    find_said_by,
    find_times,
)
from dedup.compare.model import Cell, FactKind, Row
from dedup.compare.read_units import split_document
from dedup.compare.speakers import resolve_pronouns
from dedup.model.documents import Document


def values(found):
    return [value for _, value in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("91 drones", ["91"]),
        ("Ninety-one drones", ["91"]),
        ("ninety one drones", ["91"]),
        ("1,200 people", ["1200"]),
        ("1.5 million people", ["1500000"]),
        ("2 millions", ["2000000"]),
        ("two hundred and six people", ["206"]),
        ("three thousand and five", ["3005"]),
        ("twenty-five thousand", ["25000"]),
        ("one million", ["1000000"]),
        ("a dozen men", ["12"]),
        ("two dozen men", ["24"]),
        ("19% of it", ["19"]),
        ("19 percent of it", ["19"]),
        ("nineteen per cent of it", ["19"]),
        ("٩١ طائرة", ["91"]),
        ("९१ ड्रोन", ["91"]),
        ("version 1.2.3", ["1.2.3"]),
        ("12345678901 and 12345678902", ["12345678901", "12345678902"]),
        ("1", ["1"]),
        ("one of them", []),
        ("dozens of people, hundreds of thousands", []),
        ("no number, B2B, a1", []),
        ("on December 28 at 10:30 in 2025", []),
        ("two and three", ["2", "3"]),
    ],
)
def test_numbers_are_read_as_values(text, expected):
    assert expected == values(find_numbers(text))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Dec. 28-29", "December 28–29"),
        ("28 December", "December 28"),
        ("Sunday night", "the night of Sunday"),
        ("Sept. 3", "September 3rd"),
    ],
)
def test_dates_written_in_two_ways_agree(a, b):
    assert not disagree(FactKind.DATE, *([tuple(values(find_times(text))) for text in (a, b)]))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("on Sunday night", "overnight into Monday"),
        ("Sunday", "December 28–29"),
        ("at 10:30", "at 10:45"),
        ("May 3", "May 4"),
    ],
)
def test_dates_that_differ_disagree(a, b):
    assert disagree(FactKind.DATE, *([tuple(values(find_times(text))) for text in (a, b)]))


def test_a_date_with_less_to_it_is_no_other_date():
    assert not disagree(FactKind.DATE, ("monday",), ("29 dec monday",))


def test_may_is_a_month_only_with_a_capital():
    assert ["may"] == values(find_times("It may rain in May."))


@pytest.mark.parametrize("marks", ["“”", '""', "«»", "„“", "‘’", "「」"])
def test_quotes_of_several_kinds_are_found(marks):
    text = f"He said {marks[0]}we will not go{marks[1]} there."
    assert ["we will not go"] == values(find_quotes(text))
    assert ["we will not go"] == [span.cut(text) for span, _ in find_quotes(text)]


def test_a_quoted_word_or_two_is_no_quote():
    assert [] == find_quotes("The “special operation” went on.")


def test_a_part_of_a_quote_is_no_other_quote():
    assert not disagree(FactKind.QUOTE, ("we will not go",), ("and we will not go there",))
    assert disagree(FactKind.QUOTE, ("we will not go",), ("we will go",))


@pytest.mark.parametrize("pair", [("Zelenskyy", "Zelenskiy"), ("Zelenskyy", "Zelensky"), ("Sergei Lavrov", "Lavrov")])
def test_spellings_of_one_name_agree(pair):
    assert not disagree(FactKind.NAME, (pair[0].casefold(),), (pair[1].casefold(),))


def test_other_names_disagree():
    assert disagree(FactKind.NAME, ("lavrov",), ("peskov",))


def test_short_names_must_be_equal():
    assert disagree(FactKind.NAME, ("wang",), ("wong",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sergei Lavrov also said so.", ["lavrov"]),
        ("“No,” said Kremlin spokesman Dmitry Peskov.", ["peskov"]),
        ("According to Lavrov, it fell.", ["lavrov"]),
        ("It fell in Moscow, officials say.", []),
        ("“No,” said the Russian foreign minister Sergei Lavrov.", ["lavrov"]),
        ("According to Lavrov in Moscow, it fell.", ["lavrov"]),
    ],
)
def test_speakers_are_found(text, expected):
    assert expected == values(find_said_by(text))


def test_names_leave_out_the_first_word_of_a_sentence_and_dates():
    text = "Yesterday Volodymyr Zelenskyy left Kyiv on Monday Putin said. Later Trump rang."
    assert ["volodymyr zelenskyy", "kyiv", "putin", "trump"] == values(find_names(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said so.", ["said"]),
        ("He claimed so.", ["claim"]),
        ("He denied it.", ["deny"]),
        ("According to him, no.", ["said"]),
        ("He walked.", []),
    ],
)
def test_verbs_of_saying_are_put_into_classes(text, expected):
    assert expected == values(find_attributions(text))


def test_a_warning_can_be_said():
    assert not disagree(FactKind.ATTRIBUTION, ("warn",), ("said",))
    assert disagree(FactKind.ATTRIBUTION, ("claim",), ("said",))


def test_more_facts_are_no_disagreement():
    assert not disagree(FactKind.NUMBER, ("91",), ("91", "10"))
    assert not disagree(FactKind.NUMBER, (), ("91",))


@pytest.mark.parametrize("kind", FINDERS)
@pytest.mark.parametrize("text", ["", "1,", "“", "\0", "\ud800", "half half", "19 " * 2000, "Aa " * 3000, "1" * 9000])
def test_every_finder_stands_any_text_and_its_spans_are_inside(kind, text):
    assert all(0 <= span.start < span.end <= len(text) for span, _ in FINDERS[kind](text))


def test_a_run_of_capitalised_words_takes_no_square_of_time():
    assert ["Aaaa " * 40_000 + "went."] == resolve_pronouns(["Aaaa " * 40_000 + "went."])
    assert ["A" * 200_000] == resolve_pronouns(["A" * 200_000])


def test_he_is_read_as_the_speaker_last_named():
    assert "Lavrov said so." == resolve_pronouns(["Mr Lavrov warned.", "He said so."])[1]


def test_he_without_a_speaker_stays():
    assert ["He said so."] == resolve_pronouns(["He said so."])


def test_a_sentence_beyond_the_limit_is_not_looked_into_and_that_is_said():
    texts = [f"There were {count} drones " + "and more " * MAX_LENGTH for count in (91, 92)]
    outlets = [split_document(Document(name, text)) for name, text in zip("ab", texts, strict=True)]
    row = Row((Cell(0, (0,)), Cell(1, (0,))))
    assert [] == find_disagreements(outlets, [row], [[(None,)] * 2] * 2)
    assert ("no disagreements are looked for in 2 sentences beyond 10,000 characters",) == explain_long_sentences(
        outlets
    )

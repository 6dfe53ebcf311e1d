from pathlib import Path

import pytest

from dedup.diff.engine import diff_texts
from dedup.report.diff.diff_terminal import Screen, render_terminal
from dedup.report.wrapping import Piece, Style, measure_width, wrap_pieces
from dedup.text.control_characters import make_safe

GOLDEN = Path(__file__).parent / "golden"

OLD = """Bridge to open in June
The ministry said on Monday that the bridge would open in June after two years of repairs.
Residents of the northern district had waited for a decision since the flood of 2013.
Engineers found that the central pillar stood on soft ground and it had to be replaced at great cost.
The opposition called the price of forty million euros a scandal.
The mayor did not attend.
A spokesman said the ministry would "not comment on rumours" about the figures.
Work will go on until spring, when the road to the harbour is paved as well.
The harbour itself was closed to ships in the year of the flood.
"""
NEW = """Bridge to open in June
The opposition called the price of fifty million euros a scandal.
The ministry said on Tuesday that the bridge would open in June after two years of repairs.
Residents of the northern district had waited for a decision since the flood of 2023.
Engineers found that the central pillar stood on soft ground. It had to be replaced at great cost.
A spokesman said the ministry would "never comment on rumours" about the figures.
Unions announced a strike.
Work will go on until spring, when the road to the harbour is paved as well.
The harbour itself was closed to ships in the year of the flood.
"""


def render(old, new, **screen):
    return render_terminal(diff_texts(old, new), ("old.txt", "new.txt"), Screen(**screen))


@pytest.mark.parametrize(
    ("name", "screen"),
    [
        ("inline", Screen(80)),
        ("narrow", Screen(44)),
        ("side_by_side", Screen(120, is_side_by_side=True)),
        ("colour", Screen(80, is_coloured=True)),
    ],
)
def test_the_terminal_shows_what_the_golden_file_shows(name, screen):
    expected = (GOLDEN / f"diff_{name}.txt").read_text(encoding="utf-8")
    shown = render_terminal(diff_texts(OLD, NEW), ("old.txt", "new.txt"), screen)
    assert expected == shown.replace("\x1b", "␛")


def test_no_line_is_wider_than_the_screen():
    for width in (44, 60, 80, 130):
        assert all(measure_width(line) <= width for line in render(OLD, NEW, width=width).splitlines())


def test_identical_texts_are_said_to_be_identical():
    assert "The two texts are identical." in render("One.", "One.")


def test_line_ends_are_named_and_not_listed():
    shown = render("One.\nTwo.\n", "One.\r\nTwo.\r\n")
    assert "Only the line ends differ: LF in the old text, CRLF in the new." in shown
    assert 3 == len(shown.splitlines())


def test_white_space_that_changed_is_made_visible():
    shown = render("One two three.", "One  two three.")
    assert "Only white space differs" in shown
    assert "[-·-]{+··+}" in shown


def test_punctuation_that_changed_is_said_to_be_punctuation():
    assert "Only punctuation differs" in render("One two.", "One, two.")


def test_different_texts_are_never_called_wholly_similar():
    old = "word " * 400
    assert "Similarity >99%" in render(f"{old} a.", f"{old} b.")


def test_a_text_cannot_steer_the_terminal():
    shown = render("Quiet.", "Loud \x1b[2J\x07 and \u202e turned \x9b1m.")
    assert not set("\x1b\x07\u202e\x9b") & set(shown)
    assert "<U+001B>[2J" in shown


def test_safe_text_keeps_what_is_harmless():
    assert "é\t日\n" == make_safe("é\t日\n")


def test_wide_characters_fill_two_columns_when_wrapped():
    lines = wrap_pieces([Piece("日本語日本語", Style.PLAIN)], 8)
    assert ["日本語日", "本語"] == ["".join(piece.text for piece in line) for line in lines]

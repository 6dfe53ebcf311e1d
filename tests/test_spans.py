"""Where tokens stand in the text, on which characters a text may be cut, and what a cut leaves."""

import unicodedata

import naive
import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.near.sketcher import tokenise_text
from dedup.text.characters import is_grapheme_boundary
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, cut_spans, widen_cut

# What is hard to cut: marks, joined emoji, flags, Thai and Lao clusters, Hangul as jamo, CRLF, ligatures, ignorables.
PIECES = (
    *"aZé.,!?\"'“”()「」。…- \t\n\r",
    "\r\n",
    "\n\n",
    "word",
    "Ligatur\ufb03",
    "e\u0301",
    "a\u0308\u0323",
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "🇨🇭",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "ที่",
    "น้ำ",
    "ກຳ",
    "\u1112\u1161\u11ab",
    "한",
    "क्षि",
    "ක්\u200dර",
    "தமிழ்",
    "سلام",
    "مُحَمَّد",
    "שָׁלוֹם",
    "日本",
    "が",
    "か\u3099",
    "ﾊﾟ",
    "so\u00adft",
    "\u200b",
    "\u200d",
    "\ufe0f",
    "㍿",
)
FLAGS = tuple("🏴" + "".join(chr(0xE0000 + ord(c)) for c in tags) + "\U000e007f" for tags in ("gbeng", "gbsct"))
SHARED = set("㍿ำຳ")  # characters that fold to more than one token: all of them have the place of the character
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


def boundaries(text):
    """Return the places between what readers take for characters, by the `regex` package."""
    return {0, len(text)} | {m.start() for m in regex.finditer(r"\X", text)}


def draw_span(data, offsets):
    first = data.draw(st.integers(0, len(offsets) - 1))
    return offsets.span(first, data.draw(st.integers(first + 1, len(offsets))))


# ----------------------------------------------------------------------------------------------------------- places


@given(texts)
@example("ﷺ")
@example("")
def test_there_is_a_place_for_every_token(text):
    assert len(TokenOffsets(text)) == len(tokenise_text(text)) == len(naive.tokenise(text))


@given(texts)
def test_the_places_are_in_order_and_inside_the_text(text):
    offsets = TokenOffsets(text)
    assert all(0 <= s < e <= len(text) for s, e in zip(offsets.starts, offsets.ends, strict=True))
    assert sorted(offsets.starts.tolist()) == offsets.starts.tolist()
    assert sorted(offsets.ends.tolist()) == offsets.ends.tolist()


@given(texts, st.data())
def test_the_characters_of_some_tokens_hold_these_tokens_and_no_other(text, data):
    offsets = TokenOffsets(text)
    if not len(offsets) or SHARED & set(text):
        return
    first = data.draw(st.integers(0, len(offsets) - 1))
    last = data.draw(st.integers(first + 1, len(offsets)))
    span = offsets.span(first, last)
    assert naive.words(text[span.start : span.end]) == naive.words(text)[first:last]


@given(texts)
def test_composed_and_decomposed_texts_have_the_same_tokens_at_their_own_places(text):
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    if naive.words(composed) != naive.words(decomposed):
        return
    assert len(TokenOffsets(composed)) == len(TokenOffsets(decomposed))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One two, three.", ["One", "two", "three"]),
        ("claims.Russian", ["claims", "Russian"]),
        ("日本語", ["日", "本", "語"]),
        ("cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("a👩\u200d👧b", ["a", "b"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("𝒳 😀 y", ["𝒳", "y"]),
        ("น้ำ", ["น้ำ", "ำ"]),
    ],
)
def test_tokens_stand_where_a_reader_sees_them(text, expected):
    offsets = TokenOffsets(text)
    found = [text[s:e] for s, e in zip(offsets.starts.tolist(), offsets.ends.tolist(), strict=True)]
    assert found == expected


# -------------------------------------------------------------------------------------------------------- graphemes


@given(texts, st.data())
def test_a_cut_begins_and_ends_between_graphemes(text, data):
    offsets = TokenOffsets(text)
    if not len(offsets):
        return
    span = draw_span(data, offsets)
    cut = widen_cut(text, span, None)
    assert {cut.start, cut.end} <= boundaries(text)


# What can stand at the edge of a token; conjuncts and the like are inside of one.
AT_EDGES = [
    *FLAGS,
    "\r\n",
    "e\u0301",
    "👩\u200d👩\u200d👧",
    "👍🏽",
    "🇨🇭",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "กำ",
    "ກຳ",
    "\u1112\u1161\u11ab",
]


@pytest.mark.parametrize("piece", AT_EDGES)
def test_no_place_inside_a_grapheme_is_a_boundary(piece):
    """The rule may be stricter than Unicode's, never looser."""
    for text in (piece, f"a{piece}b"):
        allowed = {i for i in range(len(text) + 1) if is_grapheme_boundary(text, i)}
        assert allowed <= boundaries(text)


@given(texts, texts, texts, st.data())
def test_a_cut_whose_original_ends_alike_goes_with_the_marks_that_both_have(before, body, after, data):
    """Original and copy in one text, each followed by what hypothesis likes."""
    body = f"start {body} stop"
    text = f"{before} {body}{data.draw(texts)} {body}{after}"
    offsets = TokenOffsets(text)
    size = len(TokenOffsets(body))
    places = [i for i in range(len(offsets) - size + 1) if naive.words(text)[i : i + size] == naive.words(body)]
    if len(places) < 2:
        return
    original, copy = (offsets.span(i, i + size) for i in (places[0], places[-1]))
    if original.end > copy.start:
        return
    cut = widen_cut(text, copy, original)
    assert original.end <= cut.start <= copy.start < copy.end <= cut.end
    assert {cut.start, cut.end} <= boundaries(text)


# ------------------------------------------------------------------------------------------------------------ seams


@given(texts, st.data())
def test_what_is_left_has_all_words_but_those_that_were_cut(text, data):
    """Words are never glued, nor torn, and nothing else is lost."""
    offsets = TokenOffsets(text)
    if len(offsets) < 2 or SHARED & set(text):
        return
    edges = sorted(data.draw(st.sets(st.integers(0, len(offsets)), min_size=2, max_size=4)))
    ranges = list(zip(edges[::2], edges[1::2], strict=False))
    left = cut_spans(text, [offsets.span(a, b) for a, b in ranges])
    words = naive.words(text)
    expected = [word for i, word in enumerate(words) if not any(a <= i < b for a, b in ranges)]
    assert naive.words(left) == expected


@given(texts)
def test_without_cuts_a_text_stays_as_it_is(text):
    assert cut_spans(text, []) == text


SEAMS = [
    ("One.\n\nTWO.\n\nThree.", "TWO.", "One.\n\nThree."),
    ("One.\n\nTWO.", "TWO.", "One."),
    ("TWO.\n\nThree.", "TWO.", "\n\nThree.".lstrip()),
    ("One. TWO. Three.", "TWO.", "One. Three."),
    ("One. TWO.\n\nThree.", "TWO.", "One.\n\nThree."),
    ("One.\n\nTWO. Three.", "TWO.", "One.\n\nThree."),
    ("One.\nTWO. Three.", "TWO.", "One.\nThree."),
    ("One.TWO.\n\nThree.", "TWO.", "One.\n\nThree."),
    ("One.TWO.Three.", "TWO.", "One. Three."),
    ("One.\r\n\r\nTWO.\r\n\r\nThree.", "TWO.", "One.\r\n\r\nThree."),
    ("One.\n\n\n\nTWO.\n\n\n\nThree.", "TWO.", "One.\n\nThree."),
    ("One.TWO.\n", "TWO.", "One.\n"),
    ("一。二二。三。", "二二。", "一。三。"),
    ("一！二二。Three", "二二。", "一！Three"),
    ("하나TWO둘", "TWO", "하나 둘"),
    ("One “TWO” three", "“TWO”", "One three"),
]


@pytest.mark.parametrize(("text", "cut", "expected"), SEAMS)
def test_a_seam_is_left_clean(text, cut, expected):
    start = text.index(cut)
    assert cut_spans(text, [Span(start, start + len(cut))]) == expected


def test_several_cuts_leave_one_break_at_each_seam():
    text = "A.\n\nXX.\n\nYY.\n\nB. XX. C."
    cuts = [Span(i, i + 3) for i in (text.index("XX"), text.index("YY"), text.rindex("XX"))]
    assert cut_spans(text, cuts) == "A.\n\nB. C."


def test_a_cut_takes_its_full_stop_because_the_original_keeps_its_own():
    text = "Head. One two. Middle. One two. End."
    start = text.rindex("One two")
    cut = widen_cut(text, Span(start, start + 7), Span(6, 13))
    assert text[cut.start : cut.end] == "One two."
    assert cut_spans(text, [cut]) == "Head. One two. Middle. End."


def test_a_cut_leaves_the_mark_that_its_original_has_not():
    text = "Head. One two, middle. He said: one two! End."
    start = text.rindex("one two")
    cut = widen_cut(text, Span(start, start + 7), Span(6, 13))
    assert text[cut.start : cut.end] == "one two"


def test_a_cut_does_not_end_inside_a_flag():
    """The flags of England and Scotland begin alike."""
    text = f"One two {FLAGS[0]} one two {FLAGS[1]}"
    start = text.rindex("one")
    cut = widen_cut(text, Span(start, start + 8), Span(0, 8))
    assert {cut.start, cut.end} <= boundaries(text)


def test_a_quotation_goes_with_both_its_marks():
    text = "Head “One two.” Middle “One two.” End."
    start = text.rindex("One two")
    cut = widen_cut(text, Span(start, start + 7), Span(6, 13))
    assert cut_spans(text, [cut]) == "Head “One two.” Middle End."

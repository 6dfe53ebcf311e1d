"""Where tokens stand in the text, on which characters a text may be cut, and what a cut leaves."""

import unicodedata

import naive
import numpy as np
import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.near.sketcher import tokenise_text
from dedup.passages.copied_span import CopiedSpan
from dedup.passages.whole_copies import Repeat, find_whole_sentences
from dedup.text.boundaries import is_edge
from dedup.text.characters import is_grapheme_boundary
from dedup.text.spans import Span
from dedup.text.token_spans import TokenOffsets, cut_spans

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
    first, end = np.searchsorted(offsets.starts, span).tolist()
    cut = find_whole_sentences(offsets, first, end, 1)
    assert cut is None or {cut.start, cut.end} <= boundaries(text)


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
    if places[0] + size > places[-1]:
        return
    whole = Repeat(offsets, CopiedSpan.exact(places[-1], places[-1] + size, 0, places[0])).find_whole()
    if whole is None:
        return
    assert whole.twin.end <= whole.span.start or whole.span.end <= whole.twin.start
    assert {whole.span.start, whole.span.end} <= boundaries(text)
    assert naive.words(whole.span.cut(text)) == naive.words(whole.twin.cut(text))


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


def find_repeat(text, first, second, size):
    """Return the whole sentences of a repeat of so many tokens at two tokens of a text."""
    return Repeat(TokenOffsets(text), CopiedSpan.exact(second, second + size, 0, first)).find_whole()


def test_a_cut_takes_its_full_stop_because_the_original_keeps_its_own():
    text = "Head. One two. Middle. One two. End."
    whole = find_repeat(text, 1, 4, 2)
    assert whole.span.cut(text) == "One two."
    assert cut_spans(text, [whole.span]) == "Head. One two. Middle. End."


def test_a_mark_that_a_copy_begins_with_is_not_taken_for_one_of_its_source():
    text = ". One two. One two "
    whole = find_repeat(text, 0, 2, 2)
    assert whole.twin.end <= whole.span.start


def test_part_of_a_sentence_is_not_whole():
    assert find_repeat("Head. One two, middle. He said: one two! End.", 1, 6, 2) is None


def test_a_cut_does_not_end_inside_a_flag():
    """The flags of England and Scotland begin alike."""
    text = f"One two {FLAGS[0]} One two {FLAGS[1]}"
    whole = find_repeat(text, 0, 2, 2)
    assert whole is None or {whole.span.start, whole.span.end} <= boundaries(text)


def test_a_quotation_goes_with_both_its_marks():
    text = "Head. “One two.” Middle. “One two.” End."
    assert cut_spans(text, [find_repeat(text, 1, 4, 2).span]) == "Head. “One two.” Middle. End."


def test_a_pull_quote_goes_whose_sentence_has_a_full_stop():
    text = "Head.\n\nOne two\n\nOne two. End."
    assert cut_spans(text, [find_repeat(text, 1, 3, 2).span]) == "Head.\n\nOne two. End."


def test_a_mark_behind_a_cut_ends_the_sentence_before_it():
    assert cut_spans("One two\n\nOne two. End.", [Span(9, 16)]) == "One two. End."


WRAPPED = """The senator said on Monday that the committee would meet again before
the summer to hear what the mayor of Oakland and the governor of the
State of California had to say. The meeting is open to everybody who
wants to come.

Contact: Ann Lee
The next meeting"""
WRAPPED_EDGES = {
    "before\n|the summer": False,
    "of the\n|State of": False,
    "to say. |The meeting": True,
    "everybody who\n|wants": False,
    "to come.\n\n|Contact": True,
    "Ann Lee\n|The next": True,
}


@pytest.mark.parametrize("marked", WRAPPED_EDGES)
def test_the_end_of_a_hard_wrapped_line_ends_no_sentence(marked):
    before, after = marked.split("|")
    at = WRAPPED.index(before + after) + len(before)
    assert is_edge(TokenOffsets(WRAPPED), at) == WRAPPED_EDGES[marked]


SENTENCE_EDGES = {
    "It ended. |The": True,
    "It ended.” |“The": True,
    "Dr. |Lee": False,
    "the U.S. |Senate": False,
    "it ended. |then": False,
    "A headline\n|The": True,
    "the talks\n|went on": False,
    "the talks\n\n|went on": False,
    "終わった。|次": True,
    "claims.|Russian": False,
    "\n2. |The": False,
}


@pytest.mark.parametrize("marked", SENTENCE_EDGES)
def test_a_sentence_ends_where_a_reader_sees_its_end(marked):
    before, after = f"Head. {marked} tail.".split("|")
    assert is_edge(TokenOffsets(before + after), len(before)) == SENTENCE_EDGES[marked]

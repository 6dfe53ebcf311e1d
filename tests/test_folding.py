"""The folding table, and what it makes equal."""

import runpy
import unicodedata

import naive
import pytest
from amounts import list_characters, nightly_after
from hypothesis import example, given
from hypothesis import strategies as st
from news_data import ROOT

from dedup.kernels import tokens as kernel
from dedup.near.sketcher import tokenise_text
from dedup.text import folding

LAYOUT = [
    "CLASS_MASK",
    "VALUE_SHIFT",
    "SEPARATOR",
    "WORD",
    "SINGLE",
    "MARK",
    "IGNORED",
    "EXTEND",
    "EXPANDS",
    "UPPER",
    "NUMBER",
    "SENTENCE_END",
]


def identities(text):
    """Return the tokens of a text without how they stood in it."""
    return (tokenise_text(text) >> kernel.TOKEN_SHIFT).tolist()


@pytest.fixture(scope="module")
def built():
    """The table as the script builds it with this Python's Unicode."""
    return runpy.run_path(str(ROOT / "scripts" / "build_folding_table.py"))["build_table"]()


@pytest.fixture(scope="module")
def shipped():
    """The table as it is shipped."""
    import numpy as np

    with np.load(folding.TABLE_PATH) as data:
        return dict(data)


def test_the_shipped_table_says_which_unicode_it_was_built_from(shipped):
    assert str(shipped["unicode"]) == "14.0.0"


@pytest.mark.nightly
@pytest.mark.skipif(
    unicodedata.unidata_version != "14.0.0", reason="this Python has another Unicode than the shipped table"
)
@pytest.mark.parametrize("name", ["stage1", "stage2", "expansions"])
def test_the_shipped_table_is_what_the_script_builds(built, shipped, name):
    assert (shipped[name].dtype, shipped[name].tolist()) == (built[name].dtype, built[name].tolist())


@pytest.mark.parametrize("name", LAYOUT)
def test_the_kernel_and_the_table_mean_the_same_by(name):
    assert getattr(kernel, name) == getattr(folding, name)


def test_ascii_words_fold_as_the_table_does():
    expected = [ord(chr(b).lower()) if chr(b).isalnum() and b < 128 else 0 for b in range(256)]
    assert folding.load_folding_table().ascii_words.tolist() == expected


SAME = {
    "capitals": ("Prime Minister NETANYAHU said", "prime minister netanyahu SAID"),
    "curly quotes": ("“We’ll ‘win’,” he said", "\"We'll 'win',\" he said"),
    "low and angled quotes": ("„Ja“ «oui» ‹si›", '"Ja" "oui" "si"'),
    "a no-break space": ("10\u00a0000 people\u202fdied", "10 000 people died"),
    "other white space": ("a\tb\r\nc\u3000d\u2009e\u0085f", "a b c d e f"),
    "dashes": ("well–known — so", "well-known - so"),
    "a soft hyphen": ("gov\u00adern\u00adment", "government"),
    "a zero-width space": ("gov\u200bernment", "government"),
    "a byte order mark inside": ("gov\ufeffernment", "government"),
    "a word joiner": ("gov\u2060ernment", "government"),
    "marks of direction": ("\u200fשלום\u200e \u202aabc\u202c", "שלום abc"),
    "variation selectors": ("葛\ufe00 葛\U000e0100", "葛 葛"),
    "ligatures": ("oﬃce ﬂow", "office flow"),
    "full width": ("ＡＢＣ１２３", "abc123"),
    "half-width kana": ("ｶﾞｷﾞｸﾞ", "ガギグ"),
    "sharp s": ("STRASSE", "straße"),
    "the final sigma": ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
    "superscripts": ("x² m³", "x2 m3"),
    "Arabic presentation forms": ("\ufefb\ufe8d", "لاا"),
    "the order of marks": ("a\u0323\u0301", "a\u0301\u0323"),
    "a dotted capital I": ("İ", "i\u0307"),
    "the Ångström sign": ("\u212b", "å"),
    "Hangul": ("한국", "\u1112\u1161\u11ab\u1100\u116e\u11a8"),
}

DIFFERENT = {
    "accents": ("résumé", "resume"),
    "marks on other letters": ("a\u0301b", "ab\u0301"),
    "a space": ("black bird", "blackbird"),
    "the order of words": ("dog bites man", "man bites dog"),
    "digits": ("room 12", "room 21"),
    "Thai vowels": ("กิน", "กัน"),
    "Hindi vowels": ("की", "कि"),
    "Sinhala vowels": ("කි", "කු"),
    "a Japanese voicing mark": ("かき", "がき"),
}


@pytest.mark.parametrize(("text_a", "text_b"), SAME.values(), ids=SAME)
def test_texts_are_the_same_that_differ_in(text_a, text_b):
    assert identities(text_a) == identities(text_b)


@pytest.mark.parametrize(("text_a", "text_b"), DIFFERENT.values(), ids=DIFFERENT)
def test_texts_are_not_the_same_that_differ_in(text_a, text_b):
    assert identities(text_a) != identities(text_b)


@pytest.mark.parametrize("emoji", ["😀", "👍🏽", "👨‍👩‍👧", "🇱🇰", "✈️", "☎"])
def test_an_emoji_is_no_word_and_parts_two_words(emoji):
    assert identities(f"good{emoji}news") == identities("good news")


@pytest.mark.parametrize("step", nightly_after(1, [61, 1]))
def test_every_letter_composed_and_decomposed_and_with_its_marks_in_any_order_is_the_same(step):
    wrong = []
    for character in list_characters(step):
        if unicodedata.category(character) in {"Cs", "Cn", "Co"}:
            continue
        wrong += [
            f"U+{ord(character):04X} {unicodedata.name(character, '')}: {variant!a}"
            for variant in naive.canonical_variants(character)
            if identities(f"x{variant}y") != identities(f"x{character}y")
        ]
    assert wrong == []


@given(st.text(st.sampled_from("aeoAsαωᾳวกか한é\u0301\u0308\u0323\u0327\u0345\u3099\u0e38\u0e48 "), max_size=12))
@example("α\u0345\u0301")
def test_canonically_equivalent_texts_have_the_same_tokens(text):
    for variant in naive.canonical_variants(text):
        assert identities(variant) == identities(text)

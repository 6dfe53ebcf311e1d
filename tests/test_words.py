import regex
from hypothesis import given
from hypothesis import strategies as st

from dedup.text.words import count_words, is_word, split_word_spans, split_words

MIXED = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("abcXYZ019 .,'’-:/\r\n\t\u00a0\u0301\u200d\ufe0f👩👧🏽🇫🇷กำมี日本語हिन्दीසිංහල가각ᄀ"),
    ),
    max_size=60,
)


@given(MIXED)
def test_tokens_joined_are_the_text(text):
    assert text == "".join(split_words(text))
    assert split_words(text) == [span.cut(text) for span in split_word_spans(text)]


def count_cut_clusters(text):
    starts = {span.start for span in split_word_spans(text)}
    return [
        found.group() for found in regex.finditer(r"\X", text) if starts & set(range(found.start() + 1, found.end()))
    ]


def test_no_token_starts_inside_a_grapheme_cluster():
    samples = [
        "👨‍👩‍👧 🇫🇷🇩🇪",
        "e\u0301te\u0301",
        "กำลังมีน้ำ",
        "क्षि हिन्दी",
        "වාක්‍යය",
        "👋🏽👩🏽‍🚀❤️",
        "각가 한국어",
        "が\u3099",
        "a\r\nb",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    ]
    assert [[]] * len(samples) == [count_cut_clusters(sample) for sample in samples]


@given(st.text(st.sampled_from("ab1 .'日กำ\u0301\u200d\ufe0f👩🏽🇫🇷\r\n"), max_size=30))
def test_no_token_starts_inside_a_grapheme_cluster_of_mixed_text(text):
    assert [] == count_cut_clusters(text)


def test_no_token_ends_between_two_letters_of_a_word():
    text = "Zelenskyy's 20-point plan, U.S.-led: 1,234.5 km at 10:30; don't."
    assert [
        "Zelenskyy's",
        " ",
        "20",
        "-",
        "point",
        " ",
        "plan",
        ",",
        " ",
        "U.S.",
        "-",
        "led",
        ":",
        " ",
        "1,234.5",
    ] == split_words(text)[:15]
    assert ["at", " ", "10:30", ";", " ", "don't", "."] == split_words(text)[-7:]


def test_scripts_without_spaces_give_one_token_a_character():
    assert ["北", "京", "2023", "年"] == split_words("北京2023年")
    assert ["น้ำ", "มี"] == ["".join(split_words("น้ำมี")[:1]), "มี"]


def test_arabic_and_sinhala_words_stay_whole():
    assert ["هذا", " ", "خَبَر", "؟"] == split_words("هذا خَبَر؟")
    assert ["මෙය", " ", "වාක්‍යයකි", "."] == split_words("මෙය වාක්‍යයකි.")


def test_white_space_runs_stay_whole():
    assert ["a", " \r\n\r\n\t", "b"] == split_words("a \r\n\r\n\tb")


def test_words_are_what_holds_a_letter_or_a_digit():
    assert [True, True, False, False] == [is_word("U.S."), is_word("91"), is_word("—"), is_word(" ")]
    assert 4 == count_words("He said: 91 drones.")

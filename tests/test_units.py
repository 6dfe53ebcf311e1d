from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from news_data import SEEDS

from dedup.text.units import UnitKind, split_paragraphs, split_units

TEXTS = st.text(st.sampled_from("abcAB .!?\"'“”。？！\r\n\t…1日กข 「」()"), max_size=120)


def cut_units(text):
    return [unit.span.cut(text) for unit in split_units(text)]


@given(TEXTS)
def test_units_are_in_order_and_leave_out_nothing_but_white_space(text):
    position = 0
    for unit in split_units(text):
        assert text[position : unit.span.start].strip() == ""
        assert unit.span.cut(text) == unit.span.cut(text).strip() != ""
        position = unit.span.end
    assert text[position:].strip() == ""


@given(TEXTS)
def test_paragraph_numbers_never_fall(text):
    numbers = [unit.paragraph for unit in split_units(text)]
    assert sorted(numbers) == numbers


@given(TEXTS.map(lambda text: text.replace("\r", "")))
def test_line_ends_do_not_change_the_units(text):
    assert cut_units(text) == [unit.replace("\r\n", "\n") for unit in cut_units(text.replace("\n", "\r\n"))]


@pytest.mark.parametrize("marks", ["?!", ". ", ".! ", "。", ".。"])
def test_a_run_of_marks_takes_no_square_of_its_length(marks):
    began = process_time()
    assert cut_units(f"He said. {marks * 200_000}Then he left. Yes.")[-1] == "Yes."
    assert process_time() - began < 30  # seconds; the square takes ten times that, what is right a tenth


def find_unit(number, start):
    text = SEEDS[number].read_text(encoding="utf-8")
    return next(unit for unit in cut_units(text) if unit.startswith(start))


@pytest.mark.parametrize(
    ("seed", "start", "end"),
    [
        (0, "Ukrainian President Volodymyr Zelenskyy met with U.S. leader", "on Sunday."),
        (0, "He explained that the Kremlin", "Ukraine and the U.S. and is looking for reasons to continue the war."),
        (0, "A strike on the capital", "the head of state warned."),
        (1, "“The attack on the Russian presidential residence", "will not be long in coming."),
        (2, "Lavrov emphasized that", "intensive Russia-U.S. negotiations aimed at resolving the Ukraine crisis."),
        (2, "On the same day, U.S. President", "alleged attack was mentioned."),
        (3, "With accusations flying", "by contested battlefield claims."),
        (3, "Russian Foreign Minister Sergei Lavrov said Monday", "as a result."),
        (4, "He also expressed deep distrust", "success for Ukraine.'"),
    ],
)
def test_sentences_of_the_seeds_end_where_a_reader_ends_them(seed, start, end):
    assert find_unit(seed, start).endswith(end)


@pytest.mark.parametrize(
    "text",
    [
        "On the floor, U.S. Senator Tom Udall spoke. | He left.",
        "He lives in the U.S. | They left in May.",
        "Senator Leahy (D-Vt.), who led it, and Rep. Lee (D-Calif.) wrote. | Both voted.",
        "Reps. Lee and Himes met Lt. Col. Brown and Ven. Thero. | Rs. 500 was paid.",
        "They voted for H.R. 803 in Washington, D.C. | Today, the bill is law.",
        "The fund got 7.3 million. | At 5 p.m. the vote began.",
    ],
)
def test_abbreviations_end_a_sentence_only_before_a_word_that_begins_one(text):
    sentences = text.split(" | ")
    assert sentences == cut_units(" ".join(sentences))


def test_a_glued_sentence_is_cut_where_the_second_begins():
    text = SEEDS[3].read_text(encoding="utf-8")
    starts = [
        unit.span.start for unit in split_units(text) if unit.span.cut(text).startswith("Russian Foreign Minister")
    ]
    assert [225, 1939] == starts


def test_headlines_are_headings_and_sentences_are_not():
    text = SEEDS[0].read_text(encoding="utf-8")
    headings = [unit.span.cut(text) for unit in split_units(text) if unit.kind is UnitKind.HEADING]
    assert [
        "Russia to review negotiating stance after claimed attack on Putin's state residence",
        "Background",
    ] == headings


@pytest.mark.parametrize(
    ("text", "units"),
    [
        (
            "他今天去了北京。他说：“我很高兴。”然后回家了！真的吗？",
            ["他今天去了北京。", "他说：“我很高兴。”", "然后回家了！", "真的吗？"],
        ),
        ("「行く。」と言った。そして帰った。", ["「行く。」と言った。", "そして帰った。"]),
        ("「雨だ。風もある。」彼は帰った。", ["「雨だ。風もある。」", "彼は帰った。"]),
        ("هذا خبر. هل هذا صحيح؟ نعم.", ["هذا خبر.", "هل هذا صحيح؟", "نعم."]),
        ("මෙය වාක්‍යයකි. ඔහු ගියා? ඔව්.", ["මෙය වාක්‍යයකි.", "ඔහු ගියා?", "ඔව්."]),
        ("ตำรวจจับกุมผู้ต้องหา เมื่อวันจันทร์ ศาลอนุมัติ", ["ตำรวจจับกุมผู้ต้องหา", "เมื่อวันจันทร์", "ศาลอนุมัติ"]),
        ("यह खबर है। क्या यह सच है?", ["यह खबर है।", "क्या यह सच है?"]),
        ("သတင်း။ မှန်သလား။", ["သတင်း။", "မှန်သလား။"]),
    ],
)
def test_sentences_of_other_scripts_end_at_their_marks(text, units):
    assert units == cut_units(text)


def test_an_address_of_the_web_is_not_cut():
    assert ["See https://example.com/News.Today for more."] == cut_units("See https://example.com/News.Today for more.")


def test_a_mark_without_a_word_belongs_to_what_follows():
    assert ["? How is it.", "* Why."] == cut_units("? How is it.\n* Why.")


def test_hard_wrapped_lines_are_one_paragraph():
    text = "The committee met on Tuesday in Washington to discuss the state\nof the economy. It agreed "
    text += "on little.\nBackground"
    assert [text[:100], "Background"] == [span.cut(text) for span in split_paragraphs(text)]


def test_text_without_any_capital_is_still_cut():
    assert ["huckleberry finn is a novel.", "it was written by mark twain."] == cut_units(
        "huckleberry finn is a novel. it was written by mark twain."
    )


def test_empty_and_blank_texts_have_no_units():
    assert [(), ()] == [split_units(""), split_units(" \r\n\t ")]

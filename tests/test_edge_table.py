"""Where other tools break: short, empty and non-English texts, forms of one character, very many copies."""

import random

import pytest
from corpora import edit_text, make_text, read_summary, removed_ids, spell, write_jsonl

from dedup import NearConfig, PassageConfig, deduplicate


def removed(*texts, config=None):
    """Return [(removed, witness, relation)] by place among the texts."""
    return [(int(r.document.id), int(r.witness.id), r.relation) for r in deduplicate(texts, config).removed]


# ---------------------------------------------------------------------------------------------------- short, empty


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_exact_copies_of_few_words_are_found(count):
    text = " ".join(["Flood", "kills", "four", "in", "Kandy", "today"][:count])
    assert removed(text, "something else", text) == [(2, 0, "exact")]


def test_texts_of_few_words_are_not_dropped():
    assert removed("a", "b", "c d", "d c", "e f g", "g f e", "h i j k", "k j i h") == []


def test_a_text_of_few_words_is_no_copy_of_one_that_begins_with_it():
    assert removed("Flood kills four", "Flood kills four in", "Flood kills four in Kandy") == []


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u00a0", "...", "—", "!?", "\u200b", "😀", "👍👍🏽", "\x00"])
def test_texts_without_a_word_are_never_copies_of_anything(text):
    assert removed(text, text, "a word", text) == []


def test_empty_documents_are_kept_by_the_command(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(i), "text": ""} for i in range(5)])
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    assert (tmp_path / "out" / "kept" / "a.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()


def test_many_texts_of_one_word_do_not_merge():
    words = [f"word{i}" for i in range(2000)]
    assert removed(*words) == []


# ----------------------------------------------------------------------------------------------------- languages

STORIES = {
    "Chinese": (
        (
            "国务院总理周一在北京会见了来访的斯里兰卡外交部长，双方就"
            "扩大两国贸易和港口建设合作交换了意见，并签署了三项协议。"
            "总理表示，中方愿意同斯方继续推进基础设施项目，帮助当地改善民生，共同维护地区和平与稳定。"
        ),
        [("周一", "周二"), ("三项", "四项")],
        (
            "昨日凌晨，四川省某地发生里氏五级地震，目前没有人员伤亡报"
            "告，救援队伍已经赶赴现场，当地政府开放了多个临时安置点。"
        ),
    ),
    "Japanese": (
        (
            "気象庁は三日、九州地方で大雨が続いていることから、土砂災害に厳重に警戒するよう呼びかけた。"
            "熊本県では川の水位が上がり、約二千人が避難所で夜を過ごした。けが人の情報は入っていない。"
        ),
        [("三日", "四日"), ("約二千人", "約三千人")],
        (
            "東京株式市場は続伸し、日経平均株価は前日より百円高い水"
            "準で取引を終えた。円安を受けて輸出関連の銘柄が買われた。"
        ),
    ),
    "Thai": (
        (
            "นายกรัฐมนตรีกล่าวเมื่อวันจันทร์ว่ารัฐบาลจะช่วยเหลือเกษตรกรที่ได้รับผลกระทบจากน้ำท่วมในภาคเหนือ"
            "โดยจะจ่ายเงินชดเชยภายในสามสิบวันและซ่อมแซมถนนที่เสียหายทั้งหมดก่อนสิ้นปี"
        ),
        [("วันจันทร์", "วันพุธ"), ("สามสิบวัน", "สี่สิบวัน")],
        "ทีมฟุตบอลทีมชาติไทยชนะคู่แข่งจากเวียดนามสองประตูต่อหนึ่งในการแข่งขันรอบชิงชนะเลิศที่กรุงเทพมหานครเมื่อคืนนี้",
    ),
    "Arabic": (
        (
            "أعلنت وزارة الصحة يوم الاثنين أن عدد المصابين بالحمى في "
            "العاصمة ارتفع إلى مئة وعشرين شخصا خلال أسبوع واحد وأن "
            "فرقا طبية توجهت إلى الأحياء المتضررة لتوزيع الأدوية وأن "
            "المدارس ستبقى مفتوحة ما لم يتغير الوضع في الأيام القادمة"
        ),
        [("الاثنين", "الثلاثاء"), ("وعشرين", "وثلاثين")],
        (
            "فاز المنتخب الوطني على ضيفه بهدفين مقابل هدف واحد في "
            "المباراة التي جمعتهما مساء أمس على ملعب العاصمة أمام آلاف "
            "المشجعين الذين احتفلوا في الشوارع حتى ساعات متأخرة من الليل بهذا الفوز الأول منذ ثلاث سنوات"
        ),
    ),
    "Sinhala": (
        (
            "ජනාධිපතිවරයා සඳුදා කොළඹදී මාධ්‍ය හමුවක් අමතමින් පැවසුවේ රජය විසින් ගොවීන් සඳහා නව සහන වැඩසටහනක් ආරම්භ කරන "
            "බවත් ඒ සඳහා රුපියල් මිලියන පනහක් වෙන් කර ඇති බවත් එය ලබන "
            "මාසයේ සිට ක්‍රියාත්මක වන බවත්ය ඒ අතර වැසි නිසා හානි වූ "
            "මාර්ග අලුත්වැඩියා කිරීම ද කඩිනමින් අවසන් කරන බව ඔහු වැඩිදුරටත් කීය"
        ),
        [("සඳුදා", "අඟහරුවාදා"), ("පනහක්", "හැටක්")],
        (
            "ශ්‍රී ලංකා ක්‍රිකට් කණ්ඩායම ඊයේ පැවති තරගයෙන් ඉන්දියාව පරාජය "
            "කරමින් තරගාවලිය දිනා ගත් අතර නායකයා තම ජයග්‍රහණය "
            "පිළිබඳව සතුට පළ කළේය නරඹන්නෝ දහස් ගණනක් ක්‍රීඩාංගණයට පැමිණ සිටියහ"
        ),
    ),
}
STORY_VALUES = pytest.mark.parametrize(("story", "changes", "other"), STORIES.values(), ids=STORIES)


@STORY_VALUES
def test_a_near_copy_with_two_words_changed_is_found(story, changes, other):
    near = story
    for old, new in changes:
        assert near.count(old) == 1
        near = near.replace(old, new)
    found = removed(story, other, near)
    assert [(index, witness) for index, witness, _ in found] == [(2, 0)]


@STORY_VALUES
def test_an_exact_copy_is_found(story, changes, other):  # noqa: ARG001 (one table serves all)
    assert removed(story, other, story) == [(2, 0, "exact")]


def test_different_stories_of_one_language_are_not_merged():
    texts = [text for story, _, other in STORIES.values() for text in (story, other)]
    assert removed(*texts) == []


def test_short_headlines_in_chinese_are_not_merged():
    assert removed("总理访问北京", "总统访问东京", "股市上涨", "股市下跌", "大雨", "地震") == []


def test_emoji_do_not_hide_a_copy():
    text = make_text("emoji", 40)
    assert removed(text, "😀 " + text.replace(" ", " 🎉 ", 3) + " 👍🏽") == [(1, 0, "exact")]


# --------------------------------------------------------------------------------------------- forms of one text

FRENCH = (
    "Le président a été reçu à l’Élysée où il s’est dit « très préoccupé » par la situation des réfugiés, "
    "à quelques semaines de l’élection présidentielle et après l’échec des négociations engagées à Genève"
)
VIETNAMESE = "Thủ tướng đã ký quyết định về việc hỗ trợ người dân vùng lũ lụt ở miền Trung trong những ngày tới"


@pytest.mark.parametrize("text", [FRENCH, VIETNAMESE, STORIES["Japanese"][0], "한국 정부는 새로운 정책을 발표했다"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_texts_are_exact_copies(text, form):
    import unicodedata

    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    assert removed(unicodedata.normalize(form, text), unicodedata.normalize(other, text)) == [(1, 0, "exact")]


ENGLISH = 'The Prime Minister said on Monday that "we won\'t give in" - and 10 000 people agreed with him at once'


@pytest.mark.parametrize(
    "variant",
    [
        ENGLISH.upper(),
        ENGLISH.replace('"', "“", 1).replace('"', "”", 1).replace("'", "’"),
        ENGLISH.replace(" ", "\u00a0"),
        ENGLISH.replace(" ", "\n\n"),
        ENGLISH.replace("-", "—"),
        ENGLISH.replace("Minister", "Min\u00adis\u00adter"),
        ENGLISH.replace("Monday", "Mon\u200bday"),
        "\ufeff" + ENGLISH,
        ENGLISH.replace("fi", "ﬁ").replace("T", "Ｔ", 1),
        ENGLISH + ".",
    ],
    ids=["capitals", "quotes", "no-break", "lines", "dash", "soft hyphen", "zero width", "BOM", "width", "full stop"],
)
def test_a_text_that_looks_otherwise_is_an_exact_copy(variant):
    assert removed(ENGLISH, variant) == [(1, 0, "exact")]


# ---------------------------------------------------------------------------------------------------- many copies


def test_ten_thousand_near_copies_of_one_story_cost_ten_thousand_comparisons(dedup, tmp_path):
    """Only kept documents are candidates: all pairs would be 50 million."""
    story = make_text("hot", 300)
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(i), "text": edit_text(story, i, 2 * (i > 0))} for i in range(10_000)])
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    summary = read_summary(tmp_path / "out")
    assert summary["counts"]["kept"] == 1
    assert summary["candidates"] <= 10_000
    assert summary["verified"] == 9_999


def test_ten_thousand_exact_copies_are_not_compared_at_all(dedup, tmp_path):
    story = make_text("exact", 300)
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(i), "text": story} for i in range(10_000)])
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    summary = read_summary(tmp_path / "out")
    assert (summary["candidates"], summary["verified"]) == (0, 0)
    assert set(removed_ids(tmp_path / "out").values()) == {"0"}


def test_unrelated_articles_are_hardly_ever_candidates(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", [{"id": str(i), "text": make_text(i, 300)} for i in range(3000)])
    assert dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path).code == 0
    assert read_summary(tmp_path / "out")["candidates"] < 50


def test_one_word_ten_thousand_times_is_a_text_like_any_other():
    assert removed("spam " * 10_000, "spam " * 9_000, "ham " * 10_000) == [(1, 0, "edited")]


def test_texts_of_very_different_length_are_not_merged():
    words = make_text("long", 3000)
    assert deduplicate([words, words[: len(words) // 3]], passages=PassageConfig("off")).removed == ()


@pytest.mark.parametrize("size", [4094, 4095, 4096, 4097, 8192, 100_000])
def test_texts_as_long_as_a_buffer_of_the_kernel_are_compared(size):
    source = random.Random(size)
    words = [spell(f"w{source.randrange(10**6)}") for _ in range(size)]
    near = [*words[: size - 10], *(spell(f"x{i}") for i in range(10))]
    found = removed("short text", " ".join(words), " ".join(near), "A short text")
    assert [(index, witness) for index, witness, _ in found] == [(2, 1)]


def test_words_of_any_length_are_tokens():
    config = NearConfig(shingle_size=1)
    assert removed("x" * 100_000 + " a b", "x" * 100_000 + " A B", "x" * 99_999 + " c d", config=config) == [
        (1, 0, "exact")
    ]

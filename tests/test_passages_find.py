"""`find_passages` and `dedup passages`: what stands twice, where, in any script, and however hostile."""

import random
import unicodedata

import naive
import pytest
from amounts import few, nightly_after
from corpora import make_text, read_lines, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedup import Document, PassageConfig, find_passages


def spans(passages):
    return [(p.witness.id, p.witness_start, p.witness_end, p.document.id, p.start, p.end) for p in passages]


def as_rows(passages):
    """Return passages as the rows of `dedup passages` have them."""
    return [
        (
            *(p.document.id, p.start, p.end, p.text, p.witness.id, p.witness_start, p.witness_end),
            *(p.similarity, p.scope, p.num_documents),
        )
        for p in passages
    ]


def list_rows(dedup, folder, *options):
    done = dedup("passages", "in.jsonl", "-o", "found.jsonl", *options, cwd=folder)
    assert (done.code, done.stderr) == (0, ""), done.stderr
    return [
        (
            *(r["doc_id"], r["start"], r["end"], r["text"]),
            *(r["witness"]["doc_id"], r["witness"]["start"], r["witness"]["end"]),
            *(r["similarity"], r["scope"], r["documents"]),
        )
        for r in read_lines(folder / "found.jsonl")
    ]


# ------------------------------------------------------------------------------------- the library and the command


def make_mixed(seed):
    """Return records that repeat themselves and share passages, in random order, some with foreign scripts."""
    source = random.Random(seed)
    stock = [make_text(f"stock {seed} {i}", source.randint(15, 60)) for i in range(8)]
    stock += [
        "語" + "".join(source.choices("政府總統経済会議国家人民城市発展世界公司市場銀行", k=40)) for _ in range(2)
    ]
    records = []
    for number in range(40):
        parts = [make_text(f"own {seed} {number} {i}", source.randint(5, 40)) for i in range(3)]
        parts += source.choices(stock, k=source.randint(0, 4))
        source.shuffle(parts)
        records.append({"id": f"d{number}", "text": source.choice(("\n\n", " ", ". ", "é\u0301 ")).join(parts)})
    return records


@pytest.mark.parametrize("scope", ["within", "across", "all"])
@pytest.mark.parametrize("seed", range(3))
def test_the_command_and_the_library_find_the_same(dedup, tmp_path, seed, scope):
    records = make_mixed(seed)
    write_jsonl(tmp_path / "in.jsonl", records)
    found = as_rows(find_passages(records, PassageConfig(scope=scope)))
    assert len(found) > 5
    assert list_rows(dedup, tmp_path, "--scope", scope) == found


def test_the_command_with_several_workers_finds_the_same(dedup, tmp_path):
    records = make_mixed(9)
    write_jsonl(tmp_path / "in.jsonl", records)
    assert list_rows(dedup, tmp_path, "--workers", 3) == as_rows(find_passages(records))


def test_the_command_replaces_the_file_that_it_writes(dedup, tmp_path):
    write_jsonl(tmp_path / "in.jsonl", make_mixed(9))
    (tmp_path / "found.jsonl").write_text("an earlier list\n")
    assert len(list_rows(dedup, tmp_path)) > 5


@few(12)
@given(st.integers(0, 2**32 - 1))
def test_passages_slice_to_their_text_and_are_as_alike_as_they_say(seed):
    records = make_mixed(seed)
    texts = {r["id"]: r["text"] for r in records}
    for p in find_passages(records):
        first = p.witness.text[p.witness_start : p.witness_end]
        assert p.text == texts[p.document.id][p.start : p.end]
        a, b = naive.words(p.text), naive.words(first)
        assert p.similarity <= 2 * naive.count_common(a, b) / (len(a) + len(b)) + 1e-9
        assert (p.similarity == 1) == (a == b)
        assert p.similarity >= PassageConfig().min_similarity
        assert len(a) >= 15
        if p.scope == "within":
            assert p.document is p.witness
            assert p.witness_end <= p.start
        else:
            assert int(p.witness.id[1:]) < int(p.document.id[1:])


@few(12)
@given(st.integers(0, 2**32 - 1))
def test_passages_of_one_document_and_one_holder_do_not_overlap(seed):
    reached = {}
    for p in find_passages(make_mixed(seed)):
        key = (p.document.id, p.witness.id)
        assert reached.get(key, 0) <= p.start
        reached[key] = p.end


def test_min_tokens_sets_the_shortest(dedup, tmp_path):
    body = make_text("short", 30)
    records = [{"id": str(i), "text": f"{make_text(i, 20)} {body} {make_text(-i - 1, 20)}"} for i in range(2)]
    for folder in ("thirty", "more"):
        (tmp_path / folder).mkdir()
        write_jsonl(tmp_path / folder / "in.jsonl", records)
    assert [row[3] for row in list_rows(dedup, tmp_path / "thirty", "--min-tokens", 30)] == [body]
    assert list_rows(dedup, tmp_path / "more", "--min-tokens", 31) == []
    assert find_passages(records, PassageConfig(min_tokens=31)) == []


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["a"], ["a", "a"], [" \n "], ["…", "…"]])
def test_what_is_too_short_holds_no_passage(texts):
    assert find_passages(texts) == []


def test_the_article_that_prints_its_body_twice():
    """The user's own example: [225, 1938) again at [1939, 3652), glued, 248 words; nothing in the four others."""
    from pathlib import Path

    folder = Path(__file__).parent.parent / "examples" / "story"
    found = find_passages([Document(p.name[:3], p.read_text()) for p in sorted(folder.glob("*.txt"))])
    assert spans(found) == [("003", 225, 1938, "003", 1939, 3652)]
    assert [len(naive.words(p.text)) for p in found] == [248]
    assert [p.similarity for p in found] == [1.0]


def test_a_passage_in_many_documents_counts_them_and_names_the_first():
    body = make_text("body", 40)
    found = find_passages([f"{make_text(i, 30)}\n\n{body}" for i in range(7)])
    assert [p.witness.id for p in found] == ["0"] * 6
    assert [p.num_documents for p in found] == [7] * 6
    assert {p.text for p in found} == {body}


def test_a_passage_is_found_whatever_its_line_breaks_and_capitals():
    body = make_text("body", 60)
    words = body.split(" ")
    other = "\n\n".join(" ".join(words[i : i + 7]) for i in range(0, 60, 7)).upper()
    (found,) = find_passages([f"{make_text(1, 30)} {body}", f"{make_text(2, 30)} {other} {make_text(3, 30)}"])
    assert (found.text, found.similarity) == (other, 1.0)


def test_moved_parts_are_passages_of_their_own():
    parts = [make_text(f"part {i}", 30) for i in range(3)]
    found = find_passages([" ".join(parts), " ".join(parts[::-1])])
    assert [p.text for p in found] == parts[::-1]


# --------------------------------------------------------------------------------------------------------- scripts

SCRIPTS = {
    "English": (
        [
            "the",
            "minister",
            "government",
            "said",
            "report",
            "market",
            "growth",
            "budget",
            "school",
            "city",
            "people",
            "water",
        ],
        " ",
        ". ",
    ),
    "Chinese": (
        [
            "政府",
            "总统",
            "经济",
            "会议",
            "国家",
            "人民",
            "城市",
            "发展",
            "世界",
            "公司",
            "市场",
            "银行",
            "投资",
            "增长",
            "贸易",
        ],
        "",
        "。",
    ),
    "Japanese": (
        [
            "気象庁",
            "地震",
            "発表",
            "大統領",
            "によると",
            "した",
            "ニュース",
            "新聞",
            "県",
            "日本",
            "アメリカ",
            "規模",
            "予測",
        ],
        "",
        "。",
    ),
    "Arabic": (
        [
            "الحكومة",
            "الرئيس",
            "الوزير",
            "البرلمان",
            "القانون",
            "المحكمة",
            "الشرطة",
            "التحقيق",
            "التقرير",
            "السوق",
            "البنك",
        ],
        " ",
        "؟ ",
    ),
    "Hebrew": (["ממשלה", "נשיא", "שר", "כנסת", "חוק", "משטרה", "חקירה", "דוח", "שוק", "בנק", "עיר", "מים"], " ", ". "),
    "Sinhala": (
        ["ශ්\u200dරී", "ලංකා", "රජය", "ජනාධිපති", "අමාත්\u200dය", "නීතිය", "පොලිසිය", "වාර්තා", "වෙළඳපොළ", "බැංකුව", "නගරය", "ජලය"],
        " ",
        ". ",
    ),
    "Tamil": (["அரசு", "தலைவர்", "அமைச்சர்", "சட்டம்", "காவல்", "அறிக்கை", "சந்தை", "வங்கி", "நகரம்", "தண்ணீர்", "பள்ளி"], " ", ". "),
    "Hindi": (
        ["सरकार", "राष्ट्रपति", "मंत्री", "संसद", "कानून", "पुलिस", "जाँच", "रिपोर्ट", "बाज़ार", "बैंक", "शहर", "पानी"],
        " ",
        "। ",
    ),
    "Thai": (["รัฐบาล", "ประธานาธิบดี", "รัฐมนตรี", "กฎหมาย", "ตำรวจ", "รายงาน", "ตลาด", "ธนาคาร", "น้ำ"], "", " "),
    "Korean": (
        ["정부", "대통령", "장관", "국회", "법률", "경찰", "수사", "보고서", "시장", "은행", "도시", "물"],
        " ",
        ". ",
    ),
}


EVEN, ODD = slice(0, None, 2), slice(1, None, 2)
UNSPACED = {"Chinese", "Japanese", "Thai"}


def write_script(script, seed, sentences, half=slice(None)):
    """Return a text of the vocabulary, or of one half of it: two texts of unlike halves have no word in common."""
    words, joiner, stop = SCRIPTS[script]
    words = words[half]
    source = random.Random(f"{script} {seed}")
    return "".join(joiner.join(source.choices(words, k=source.randint(8, 14))) + stop for _ in range(sentences)).strip()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_passage_is_found_in_any_script_and_form(script, form):
    body = unicodedata.normalize("NFC", write_script(script, "body", 6)).rstrip(". 。؟।")
    copy = unicodedata.normalize(form, body)
    first = f"{write_script(script, 'a', 5, EVEN)}\n{body}\n{write_script(script, 'b', 5, EVEN)}"
    second = f"{write_script(script, 'c', 5, ODD)}\n{copy}\n{write_script(script, 'd', 5, ODD)}"
    found = [p for p in find_passages([first, second], PassageConfig(scope="across")) if copy[20:60] in p.text]
    (p,) = found
    # Where no spaces are, unlike words may begin or end with the same character.
    assert abs(p.start - second.index(copy)) <= (2 if script in UNSPACED else 0)
    assert abs(p.end - second.index(copy) - len(copy)) <= (2 if script in UNSPACED else 0)
    assert p.similarity >= (0.97 if script in UNSPACED else 1.0)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_body_that_is_printed_twice_is_found_in_any_script(script):
    body = write_script(script, "body", 8)
    text = f"{write_script(script, 'head', 1)}\n\n{body}\n\n{body}"
    (p,) = (p for p in find_passages([text]) if p.similarity == 1)
    assert abs(p.start - text.rindex(body)) <= 12
    assert p.witness_end <= p.start


# --------------------------------------------------------------------------------------------------------- hostile

SENTENCE = "The minister said on Monday that the talks would go on in spite of what had happened over night."


def test_one_sentence_fifty_thousand_times_in_one_document_is_a_handful_of_passages():
    text = (SENTENCE + " ") * 50_000
    found = find_passages([text])
    assert 1 <= len(found) <= 100
    assert sum(p.end - p.start for p in found) >= 0.9 * len(text)


@pytest.mark.parametrize("character", ["a", "語", "ก", "a ", "é\u0301 "])
def test_one_character_a_million_times_is_a_handful_of_passages(character):
    text = character * (1_000_000 // len(character))
    found = find_passages([text])
    assert len(found) <= 100
    assert all(p.witness_end <= p.start for p in found)
    assert (len(found) > 0) == (len(naive.words(character * 2)) == 2)  # a million letters are one word


def test_two_documents_that_share_ten_thousand_passages_have_ten_thousand():
    source = random.Random(7)
    bodies = [" ".join(f"w{source.randrange(10**7)}" for _ in range(25)) for _ in range(10_000)]
    texts = []
    for side in "ab":
        source.shuffle(bodies)
        texts.append(" ".join(f"{body} {side}{number} {side}{number}x" for number, body in enumerate(bodies)))
    found = find_passages(texts)
    assert 9_990 <= len(found) <= 10_000  # two that stand side by side in both texts are one
    assert sum(p.similarity == 1 for p in found) >= 9_900


@pytest.mark.parametrize("count", nightly_after(1, [5_000, 50_000]))
def test_documents_with_one_common_passage_are_a_star(count):
    source = random.Random(8)
    texts = [" ".join(f"w{source.randrange(10**7)}" for _ in range(12)) + f" {SENTENCE * 2}" for _ in range(count)]
    found = find_passages(texts, PassageConfig(scope="across"))
    assert len(found) == count - 1
    assert {p.witness.id for p in found} == {"0"}
    assert {p.num_documents for p in found} == {count}


def test_two_texts_of_one_sentence_over_and_over_share_a_bounded_number_of_passages():
    found = find_passages([(SENTENCE + " ") * 3_000] * 2, PassageConfig(scope="across"))
    assert 1 <= len(found) <= 3_000 * 19 // 15

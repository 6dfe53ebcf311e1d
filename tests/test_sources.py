"""Sources: families of shared text, their likely source, how much is whose."""

import json
import random
import re
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pages import Page

from dedup.output import write_sources
from dedup.sources.families import MIN_WORDS, measure_union
from dedup.sources.flows import name_week
from dedup.sources.found_sources import count_independent
from dedup.sources.likely_source import Basis, FamilyKind, Verdict

WORDS = [
    a + b + c for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u") for c in ("n", "rim", "sto", "vel", "tak")
]


def write(source, count):
    """Return sentences of random words."""
    words = [source.choice(WORDS) for _ in range(count)]
    return " ".join(word.capitalize() + "." if i % 12 == 11 else word for i, word in enumerate(words)) + "."


def article(doc_id, text, outlet, day="2025-01-06", **fields):
    return {"id": doc_id, "text": text, "outlet": outlet, "date": day, "title": f"Title of {doc_id}", **fields}


@pytest.fixture
def find(dedup, tmp_path):
    """Run `dedup sources` on records; return a function that reads a file of its folder."""

    def run(records, *options, wire=None):
        source, out = tmp_path / "news.jsonl", tmp_path / "out"
        source.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records))
        if wire is not None:
            (tmp_path / "releases.jsonl").write_text("".join(json.dumps(record) + "\n" for record in wire))
            options = ("--wire", str(tmp_path / "releases.jsonl"), *options)
        done = dedup("sources", str(source), "-o", str(out), "--workers", "1", "--overwrite", *options)
        assert (done.code, done.stderr) == (0, "")

        def read(name):
            text = (out / name).read_text()
            return [json.loads(line) for line in text.splitlines()] if name.endswith("jsonl") else text

        read.folder = out
        return read

    return run


@pytest.fixture
def texts():
    source = random.Random(7)
    return [write(source, 80) for _ in range(12)]


def test_text_of_two_outlets_is_a_family(find, texts):
    shared, mine, yours, other = texts[:4]
    read = find(
        [
            article("a", f"{mine}\n\n{shared}", "north", "2025-01-06"),
            article("b", f"{shared}\n\n{yours}", "south", "2025-01-08"),
            article("c", other, "south"),
        ]
    )
    (family,) = read("families.jsonl")
    assert [m["article"]["id"] for m in family["members"]] == ["a", "b"]
    assert (family["source"], family["basis"], family["claim"]) == ("north", "first to publish", False)
    (passage,) = family["members"][1]["passages"]
    assert f"{mine}\n\n{shared}"[passage["source_start"] : passage["source_end"]].rstrip(".") == shared.rstrip(".")
    assert f"{shared}\n\n{yours}"[passage["start"] : passage["end"]].rstrip(".") == shared.rstrip(".")
    assert [m["lag_days"] for m in family["members"]] == [0, 2]
    assert (family["members"][1]["added"], family["members"][1]["cut"]) == (80, 80)


def test_fields_inside_an_object_are_found(dedup, tmp_path, texts):
    records = [{"article": {"text": texts[0], "id": name}, "outlet": name} for name in ("north", "south")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    done = dedup("sources", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, 'taken: text from "article.text", id from "article.id"\n')
    (family,) = [json.loads(line) for line in (tmp_path / "out" / "families.jsonl").read_text().splitlines()]
    assert [m["article"]["id"] for m in family["members"]] == ["north", "south"]


def test_text_of_one_outlet_is_no_family(find, texts):
    read = find([article("a", texts[0], "north"), article("b", texts[0], "north", "2025-01-07")])
    assert read("families.jsonl") == []


def test_what_an_outlet_prints_again_and_again_is_no_family(find, texts):
    formula = texts[0]
    records = [article(f"n{i}", f"{texts[i]}\n\n{formula}", "north", f"2025-01-{5 + i:02}") for i in range(1, 5)]
    assert find([*records, article("s", f"{formula}\n\n{texts[6]}", "south")])("families.jsonl") == []


def test_a_credit_names_the_source(find, texts):
    text = f"Title\nPARIS, Jan 5 (AFP) - {texts[0]}"
    read = find([article("a", texts[0], "north", "2025-01-05"), article("b", text, "south", "2025-01-06")])
    (family,) = read("families.jsonl")
    assert (family["source"], family["basis"], family["kind"], family["claim"]) == ("AFP", "credit", "wire", True)
    assert family["evidence"] == ["south credits AFP (dateline)"]


@pytest.mark.parametrize(
    ("name", "kind"), [("India Today", "outlet to outlet"), ("PTI", "wire"), ("PMD", "press release")]
)
def test_the_kind_of_a_family_is_that_of_the_credited_source(find, texts, name, kind):
    records = [article("a", texts[0], "north"), article("b", f"Title\nDELHI, Jan 5 ({name}) - {texts[0]}", "south")]
    assert find(records)("families.jsonl")[0]["kind"] == kind


def test_text_of_an_agency_that_is_an_outlet_of_the_corpus_is_wire(find, texts):
    text = f"Title\nPARIS, Jan 5 (AFP) - {texts[0]}"
    (family,) = find([article("a", texts[0], "AFP", "2025-01-05"), article("b", text, "south")])("families.jsonl")
    assert (family["kind"], family["source_article"]) == ("wire", "a")


def test_two_credited_agencies_leave_the_source_unknown(find, texts):
    records = [
        article(name, f"Title\nPARIS, Jan 5 ({name}) - {texts[0]}", f"outlet of {name}") for name in ("AFP", "Reuters")
    ]
    (family,) = find(records)("families.jsonl")
    assert (family["source"], family["kind"], len(family["evidence"])) == ("", "common source", 2)


def test_a_credit_to_an_outlet_of_the_corpus_is_resolved(find, texts):
    told = f"{texts[0]}\n\nThis article appeared in the “Daily Mirror” of 5 January."
    records = [article("a", texts[0], "dailymirrorlk", "2025-01-05"), article("b", told, "blog", "2025-01-07")]
    (family,) = find(records)("families.jsonl")
    assert (family["source"], family["kind"], family["source_article"]) == ("dailymirrorlk", "outlet to outlet", "a")


def test_a_credit_to_itself_is_none(find, texts):
    text = f"Title\nColombo, Jan 5 (Daily Mirror) - {texts[0]}"
    read = find([article("a", text, "dailymirrorlk"), article("b", texts[0], "south")])
    assert read("families.jsonl")[0]["source"] == ""
    assert [a["credits"] for a in read("articles.jsonl")] == [[], []]


def test_a_statement_makes_a_common_source(find, texts):
    text = f"{texts[0]} The ministry said in a statement."
    (family,) = find([article("a", text, "north"), article("b", text, "south")])("families.jsonl")
    assert (family["source"], family["kind"]) == ("", "common source")
    assert family["evidence"][0] == 'north: "in a statement"'


KNOWN = [("file", ()), ("outlet", ("--wire", "office")), ("field", ("--wire", "desk=releases"))]


@pytest.mark.parametrize(("how", "options"), KNOWN)
def test_a_known_source_says_how_much_is_its(find, texts, how, options):
    release = article("r", texts[0], "office", "2025-01-05", desk="releases")
    news = [article("a", f"{texts[0]}\n\n{texts[1]}", "north"), article("b", texts[2], "north")]
    read = find(news, wire=[release]) if how == "file" else find([*news, release], *options)
    name = "releases" if how == "field" else "office"
    shares = {a["article"]["id"]: a["known_share"] for a in read("articles.jsonl")}
    assert shares == {"r": {}, "a": {name: 0.5}, "b": {}}
    (family,) = read("families.jsonl")
    assert (family["source"], family["basis"], family["source_article"]) == (name, "known source", "r")


def test_a_known_source_that_came_later_is_no_source(find, texts):
    release = article("r", texts[0], "office", "2026-05-05")
    (family,) = find([article("a", texts[0], "north")], wire=[release])("families.jsonl")
    assert (family["source"], family["evidence"]) == ("", ["office has the text, but north was out before it"])


def test_a_known_source_that_repeats_its_text_later_is_still_the_source(find, texts):
    releases = [
        article("r", texts[0], "office", "2025-01-05"),
        article("s", f"{texts[0]}\n\n{texts[1]}", "office", "2025-01-09"),
    ]
    news = [article("a", texts[0], "north"), article("b", texts[1], "north", "2025-01-10")]
    family = find(news, wire=releases)("families.jsonl")[0]
    assert (family["source"], family["basis"], family["source_article"]) == ("office", "known source", "r")


LONGER = [("2025-01-06", "south", "contains the others"), ("2025-01-07", "north", "first to publish")]


@pytest.mark.parametrize(("day", "source", "basis"), LONGER)
def test_the_longer_article_contains_the_other_one_unless_it_is_later(find, texts, day, source, basis):
    read = find([article("a", texts[0], "north"), article("b", f"{texts[1]}\n\n{texts[0]}", "south", day)])
    (family,) = read("families.jsonl")
    assert (family["source"], family["basis"], family["claim"]) == (source, basis, False)
    pages = (read.folder / "pairs").glob("*.html")
    told = {Page(page.read_text()).text.split("Evidence")[0].rsplit("words ", 1)[1] for page in pages}
    assert told == {f"{'longer' if source == 'south' else 'earlier'} at {source} ({basis}); unknown. "}


def test_a_long_article_with_a_part_of_a_text_contains_nothing(find, texts):
    half = " ".join(texts[0].split()[:45])
    records = [article(name, texts[0], name) for name in ("north", "south")]
    (family,) = find([*records, article("c", f"{half}\n\n{texts[1]}\n\n{texts[2]}", "west")])("families.jsonl")
    assert family["source"] == ""


def test_a_first_article_without_a_time_is_first_by_days(find, texts):
    records = [article("a", texts[0], "north", "2025-01-05T23:30:00Z"), article("b", texts[0], "south", "2025-01-06")]
    assert find(records)("families.jsonl")[0]["evidence"] == ["north was first, by a day"]


def test_an_article_that_is_its_own_source_is_no_family(find, texts):
    release = article("r", texts[0], "office", "2025-01-05")
    assert find([release], wire=[release])("families.jsonl") == []


def without_places(found):
    """Return records without the lines at which articles are."""
    if isinstance(found, dict):
        return {key: without_places(value) for key, value in found.items() if key not in {"line", "path"}}
    return [without_places(value) for value in found] if isinstance(found, list) else found


def test_the_order_of_the_input_changes_nothing(find):
    source = random.Random(3)
    pool = [write(source, 60) for _ in range(14)]
    records = []
    for number in range(40):
        parts = [*source.sample(pool, 2), write(source, 30)]
        day = (date(2025, 1, 1) + timedelta(days=source.randrange(20))).isoformat()
        records.append(
            article(
                f"d{number}", "\n\n".join(parts), f"outlet {number % 5}", source.choice([day, day, "", "2099-01-01"])
            )
        )
    names = ("families.jsonl", "articles.jsonl", "stories.jsonl", "flows.csv")
    expected = None
    for _ in range(3):
        read = find(records)
        found = [without_places(read(name)) for name in names]
        assert expected is None or found == expected
        expected = found
        source.shuffle(records)
    assert len(expected[0]) > 3


DATES = [("", ""), ("2025-01-06", "2025-01-06"), ("", "2025-01-06"), ("yesterday", "2025-01-06")]


@pytest.mark.parametrize("days", DATES)
def test_without_an_earlier_day_nobody_was_first(find, texts, days):
    records = [article(outlet, texts[0], outlet, day) for outlet, day in zip(("north", "south"), days, strict=True)]
    (family,) = find(records)("families.jsonl")
    assert (family["source"], family["basis"]) == ("", "unknown")


def test_times_of_a_day_tell_who_was_first(find, texts):
    times = ("2025-01-06T08:00:00Z", "2025-01-06T11:00:00Z")
    records = [article(outlet, texts[0], outlet, time) for outlet, time in zip(("north", "south"), times, strict=True)]
    (family,) = find(records)("families.jsonl")
    assert (family["source"], family["evidence"]) == ("north", ["north was first, by 3 h"])


SCRIPTS = {
    "Chinese": "火灾发生在市中心的一座旧楼里两名消防员受伤市长表示将调查原因并向公众公布结果居民已被疏散到附近学校",
    "Arabic": "اندلع حريق في مبنى قديم وسط المدينة وأصيب رجلا إطفاء وقال رئيس البلدية إنه سيحقق في السبب ويعلن النتيجة "
    "للجميع بينما نقل السكان إلى مدرسة قريبة وأغلقت الشرطة الطريق حتى المساء",
    "Sinhala": "නගර මධ්‍යයේ පැරණි ගොඩනැගිල්ලක ගින්නක් ඇති වී ගිනි නිවන භටයින් දෙදෙනෙකු තුවාල ලැබූ අතර "
    "හේතුව සොයා බලා ප්‍රතිඵලය ජනතාවට කියන බව නගරාධිපති පැවසීය පදිංචිකරුවන් ළඟ පාසලට ගෙන ගොස් ඇත "
    "පොලිසිය සවස් වන තුරු පාර වසා තැබීය තවත් විස්තර පසුව නිකුත් කෙරේ",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_families_in_other_scripts(find, script):
    text = SCRIPTS[script]
    read = find(
        [article("a", text, "north", "2025-01-05"), article("b", f"{text}\n\nEnd of it.", "south", "2025-01-06")]
    )
    (family,) = read("families.jsonl")
    passage = family["members"][1]["passages"][0]
    assert text.startswith(f"{text}\n\nEnd of it."[passage["start"] : passage["end"]])
    assert text[:20] in read("pairs/0001.html")


def test_pages_hold_no_markup_of_texts_urls_and_ids(find, texts):
    evil = "<script>alert(1)</script>\u202e"
    records = [
        article(f"{evil}{n}", f"{evil} {texts[0]}", f"{evil} outlet {n}", f"2025-01-0{n}", url=f"javascript:{evil}")
        for n in (1, 2, 3)
    ]
    read = find([{**record, "title": evil} for record in records])
    pages = [read("index.html"), read("pairs/0001.html")]
    assert not any("<script" in page or "\u202e" in page for page in pages)
    assert "&lt;script&gt;" in pages[1]


def test_an_id_is_shown_as_it_is_and_not_as_its_json(find, texts):
    read = find([article(f'no. "{n}"', texts[0], f"outlet {n}", f"2025-01-0{n}") for n in (1, 2)])
    assert "<bdi>no. &#34;1&#34;</bdi>" in read("pairs/0001.html")


def test_a_formula_of_a_spreadsheet_is_text(find, texts):
    read = find([article("a", texts[0], "=1+1", "2025-01-05"), article("b", texts[0], "south", "2025-01-06")])
    assert read("flows.csv").splitlines()[1].startswith("2025-W02,south,'=1+1,first to publish,False,1,80")


def test_outlets_are_hosts_where_records_name_none(find, texts):
    records = [
        {"id": name, "text": texts[0], "date": f"2025-01-0{n}", "url": f"https://www.{name}.example/x"}
        for n, name in enumerate(("north", "south"), 1)
    ]
    assert find(records)("families.jsonl")[0]["source"] == "north.example"


def test_a_large_family_lists_its_first_members_and_says_so(find, texts, monkeypatch):
    monkeypatch.setattr(write_sources, "MAX_MEMBERS", 3)
    monkeypatch.setattr("dedup.pipeline.write_source_report.MAX_MEMBERS", 3)
    read = find([article(f"d{n}", texts[0], f"outlet {n}") for n in range(8)])
    (family,) = read("families.jsonl")
    assert (family["num_members"], len(family["members"])) == (8, 3)
    (limit,) = json.loads(read("summary.json"))["limits"]
    assert (limit["limit"], limit["value"], limit["hits"]) == ("max_members", 3, 1)


@pytest.mark.nightly
def test_a_family_of_ten_thousand(find, texts):
    source = random.Random(1)
    records = [article(f"d{n}", f"{texts[0]}\n\n{write(source, 40)}", f"outlet {n}") for n in range(10_000)]
    (family,) = find(records)("families.jsonl")
    assert (family["num_members"], len(family["members"])) == (10_000, write_sources.MAX_MEMBERS)


def edit(source, text, share):
    """Return a text with a share of its words replaced, dropped or added to."""
    out = []
    for word in text.split():
        if source.random() >= share:
            out.append(word)
            continue
        kind = source.randrange(3)
        out += [[source.choice(WORDS)], [], [word, source.choice(WORDS)]][kind]
    return " ".join(out)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.35])
def test_the_share_of_planted_text_is_measured(find, share):
    source = random.Random(int(100 * share))
    releases = [write(source, 250) for _ in range(6)]
    records, truth = [], {}
    for number, release in enumerate(releases):
        planted, own = edit(source, release, share), write(source, 150)
        records.append(article(f"n{number}", f"{own}\n\n{planted}", "north"))
        truth[f"n{number}"] = len(planted.split()) / len(f"{own} {planted}".split())
    wire = [article(f"r{number}", text, "office", "2025-01-01") for number, text in enumerate(releases)]
    found = {a["article"]["id"]: a["known_share"].get("office", 0) for a in find(records, wire=wire)("articles.jsonl")}
    errors = [abs(found[name] - expected) for name, expected in truth.items()]
    assert sum(errors) / len(errors) < 0.05


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), max_size=8)


@given(spans)
def test_words_of_overlapping_passages_count_once(pairs):
    arrays = [np.array([[start, start + length]], np.int32) for start, length in pairs]
    expected = {word for start, length in pairs for word in range(start, start + length)}
    assert measure_union(arrays) == len(expected)


def test_a_story_counts_each_family_once():
    verdict = Verdict("AFP", Basis.CREDIT, FamilyKind.WIRE, None, ("a credits AFP",))
    story = count_independent("story 1", [1, 2, 3, 4, 5], {1: 7, 2: 7, 3: 7, 4: 9}, {7: verdict, 9: verdict})
    assert (story.num_articles, len(story.groups)) == (5, 3)
    assert (story.groups[0].documents, story.groups[0].source) == ((1, 2, 3), "AFP")
    assert story.groups[1].family is None


def test_stories_of_a_file_are_counted(dedup, find, tmp_path, texts):
    records = [
        article(name, f"{texts[0]}\n\n{texts[n]}"[: 480 + n], name)
        for n, name in enumerate(("north", "south", "east"), 1)
    ]
    source = tmp_path / "news.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert dedup("stories", str(source), "-o", str(tmp_path / "stories.jsonl"), "-q").code == 0
    (story,) = find(records, "--stories", str(tmp_path / "stories.jsonl"))("stories.jsonl")
    assert (story["story"], story["articles"], story["independent"]) == ("story 1", 3, 1)


def test_a_file_that_lists_no_stories_is_refused(dedup, tmp_path, texts):
    (tmp_path / "news.jsonl").write_text(json.dumps(article("a", texts[0], "north")) + "\n")
    for wrong in ('{"story": 1}', '{"story": 1, "documents": [{"path": "x"}]}', "[]", "no JSON"):
        (tmp_path / "stories.jsonl").write_text(wrong + "\n")
        options = ("--stories", str(tmp_path / "stories.jsonl"))
        done = dedup("sources", str(tmp_path / "news.jsonl"), "-o", str(tmp_path / "out"), *options)
        assert done.code == 2
        assert "stories.jsonl" in done.stderr


def test_a_file_of_stories_of_another_input_is_refused(dedup, tmp_path, texts):
    (tmp_path / "news.jsonl").write_text(json.dumps(article("a", texts[0], "north")) + "\n")
    (tmp_path / "stories.jsonl").write_text('{"story": 1, "documents": [{"path": "x.jsonl", "line": 1}]}\n')
    options = ("-o", str(tmp_path / "out"), "--stories", str(tmp_path / "stories.jsonl"))
    done = dedup("sources", str(tmp_path / "news.jsonl"), *options)
    assert (done.code, "none of its articles is in the input" in done.stderr) == (2, True)


@pytest.mark.parametrize("wire", ["typo.jsonl.gz", "https://host.invalid/a.jsonl", "nobody", "outlet=nobody"])
def test_a_known_source_that_is_nowhere_is_an_error(dedup, tmp_path, texts, wire):
    (tmp_path / "news.jsonl").write_text(json.dumps(article("a", texts[0], "north")) + "\n")
    done = dedup("sources", str(tmp_path / "news.jsonl"), "-o", str(tmp_path / "out"), "--wire", wire)
    assert (done.code, "--wire" in done.stderr, done.stderr.count("\n")) == (2, True, 1)


def test_a_known_source_that_is_nowhere_is_an_error_beside_one_of_another_field(dedup, tmp_path, texts):
    (tmp_path / "news.jsonl").write_text(json.dumps(article("a", texts[0], "north", desk="wire")) + "\n")
    options = ("-o", str(tmp_path / "out"), "--wire", "desk=wire", "--wire", "typo")
    done = dedup("sources", str(tmp_path / "news.jsonl"), *options)
    assert (done.code, '"typo"' in done.stderr) == (2, True)


def test_known_sources_of_the_same_records_are_both_found(find, texts):
    records = [article("a", texts[0], "north", desk="wire")]
    assert find(records, "--wire", "desk=wire", "--wire", "north")("articles.jsonl") != []


def test_unix_times_stand_among_other_dates_and_ambiguous_ones_are_read_on_demand(find, texts):
    days = (1704067200, "2024-01-05", "08/01/2024")  # the first of January, the fifth, the eighth
    records = [article(name, texts[0], name, day) for name, day in zip(("a", "b", "c"), days, strict=True)]
    (family,) = find(records, "--date-order", "dmy")("families.jsonl")
    assert [(m["article"]["id"], m["lag_days"]) for m in family["members"]] == [("a", 0), ("b", 4), ("c", 7)]


def test_what_an_outlet_prints_twice_is_its_own(find, texts):
    part = " ".join(texts[0].split()[:45])
    records = [
        article("a1", texts[0], "a"),
        article("a2", texts[0], "a", "2025-01-07"),
        article("b", part, "b", "2025-01-08"),
    ]
    read = find(records)
    shared = {a["article"]["id"]: a["own_share"] for a in read("articles.jsonl")}
    assert shared["a1"] == shared["a2"] == pytest.approx(1 - 45 / 80, abs=0.03)
    outlets = {o["outlet"]: o for o in json.loads(read("summary.json"))["outlets"]}
    assert outlets["a"]["own_share"] == shared["a1"]
    assert outlets["a"]["median_lag_days"] is None


def test_the_page_calls_one_thing_one_and_days_by_numbers_of_one_form(find, texts):
    days = ("2025-01-06", "2025-01-07", "2025-01-09")
    records = [article(f"d{n}", texts[0], f"outlet {n % 2}", day) for n, day in enumerate(days)]
    read = find([*records, article("e", texts[1], "outlet 0")])
    page = Page(read("index.html")).text
    assert page.startswith(
        "Sources Who has text of whom 1 text is in several outlets. 3 of 4 articles have one of them."
    )
    assert "family 1 : 3 articles, 1 independent text" in page
    assert '"median_lag_days": 1.0' in read("summary.json")
    assert re.search(r"outlet 1 1 80 \S+ % 0 1\b", page)


def test_articles_of_no_outlet_are_in_the_flows_of_an_unknown_source(find, texts):
    records = [article(name, texts[0], "c" if name == "c" else "", "") for name in ("a", "b", "c")]
    flows = find(records)("flows.csv")
    assert sum(int(line.split(",")[5]) for line in flows.splitlines()[1:]) == 3


def test_weeks_are_those_of_iso():
    assert [name_week(date(2024, 12, 30).toordinal()), name_week(0)] == ["2025-W01", ""]


def test_the_terminal_says_it_on_one_screen(dedup, tmp_path, texts):
    records = [article(f"d{n}", texts[n % 6], f"outlet {n}", f"2025-01-{n + 1:02}") for n in range(12)]
    (tmp_path / "news.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    done = dedup("sources", str(tmp_path / "news.jsonl"), "-o", str(tmp_path / "out"))
    assert done.code == 0
    assert len(done.stdout.splitlines()) < 40
    assert "families                     6" in done.stdout
    assert "with a named source          0  0 %\nby basis             first to publish 6\n" in done.stdout


def test_few_common_words_are_no_family(find, texts):
    few = " ".join(texts[0].split()[: MIN_WORDS - 5])
    read = find([article("a", f"{few}\n\n{texts[1]}", "north"), article("b", f"{few}\n\n{texts[2]}", "south")])
    assert read("families.jsonl") == []


def test_an_article_counts_once_for_a_source_that_it_has_two_texts_of(find, texts):
    wire = [article(f"r{n}", text, "office", f"2025-01-0{n}") for n, text in enumerate(texts[:2], 1)]
    read = find([article("a", f"{texts[0]}\n\n{texts[1]}", "north")], wire=wire)
    (line,) = read("flows.csv").splitlines()[1:]
    words = read("articles.jsonl")[-1]["words"]
    assert line.split(",")[1:] == ["north", "office", "known source", "True", "1", str(words)]
    assert f"1 article with {words} words of it." in Page((read.folder / "pairs" / "0001.html").read_text()).text


def test_the_summary_and_the_page_say_how_many_articles_have_text_of_a_known_source(find, texts):
    wire = [article("r", texts[0], "office", "2025-01-05"), article("s", texts[3], "agency", "2025-03-05")]
    read = find([article("a", texts[0], "north"), article("b", texts[1], "south")], wire=wire)
    known = {source["source"]: source for source in json.loads(read("summary.json"))["known_sources"]}
    assert (known["office"]["articles"], known["office"]["words"]) == (1, len(texts[0].split()))
    assert (known["agency"]["articles"], known["agency"]["first"]) == (0, "2025-03-05")
    told = Page(read("index.html")).text
    assert "office , a known source: 1 article has text of it" in told
    assert "agency , a known source: no article has text of it. 1 text of it was read, of 2025-03-05 to" in told


def test_the_terminal_says_why_no_article_may_have_text_of_a_known_source(dedup, tmp_path, texts):
    (tmp_path / "news.jsonl").write_text(json.dumps(article("a", texts[0], "north")) + "\n")
    (tmp_path / "wire.jsonl").write_text(json.dumps(article("r", texts[1], "office", "2025-03-05")) + "\n")
    options = ("-o", str(tmp_path / "out"), "--wire", str(tmp_path / "wire.jsonl"))
    told = dedup("sources", str(tmp_path / "news.jsonl"), *options).stdout
    days = "its texts are of 2025-03-05 to 2025-03-05, the articles of 2025-01-06 to 2025-01-06"
    assert f"known source                 0  articles have text of office: {days}\n" in told
    assert "independent texts            1  of 1 article: " in told


def test_a_host_of_a_government_is_a_press_office(find, texts):
    for host in ("elections.gov.uk", "house.gov", "pmd.gov.lk", "interieur.gouv.fr"):
        (family,) = find([article("a", texts[0], "north")], wire=[article("r", texts[0], host, "2025-01-01")])(
            "families.jsonl"
        )
        assert (family["source"], family["kind"]) == (host, "press release")
    (family,) = find([article("a", texts[0], "north")], wire=[article("r", texts[0], "go", "2025-01-01")])(
        "families.jsonl"
    )
    assert family["kind"] == "wire"


def test_an_office_that_articles_name_is_the_outlet_of_its_host(find, texts):
    named = [
        article(f"a{n}", f"{texts[0]}\n\nIt is so, the President's Media Division (PMD) said in Oslo.", f"outlet {n}")
        for n in range(2)
    ]
    wire = [article("r", texts[1], "pmd.gov.lk", "2025-01-01")]
    (family,) = find(named, wire=wire)("families.jsonl")
    assert (family["source"], family["basis"]) == ("pmd.gov.lk", "named office")


def test_an_outlet_with_the_acronym_of_an_agency_is_not_that_agency(find, texts):
    records = [article("a", texts[0], "CNA"), article("b", f"{texts[0]}\n\n(Central News Agency)", "north")]
    (family,) = find(records)("families.jsonl")
    assert (family["source"], family["kind"]) == ("Central News Agency", "wire")


def test_the_page_names_stories_by_a_headline_and_their_texts_by_outlets(find, texts):
    records = [article(name, texts[0], name) | {"title": f"Flood in {name}"} for name in ("north", "south")]
    told = Page(find(records)("index.html")).text
    assert "The largest families" in told
    assert re.search(
        r"Flood in \w+ family 1 : 2 articles, 1 independent text 2 articles are one text \(\w+, \w+\)", told
    )

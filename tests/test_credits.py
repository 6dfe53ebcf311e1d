"""Credits: who is named as a source, and how."""

import pyarrow as pa
import pytest

from dedup.sources.agency_table import OutletNames, load_agencies, may_name
from dedup.sources.credits import find_credits

BODY = "It rained in the city for two days and the roads were closed."


def credits_of(text, field=""):
    return [(credit.source, credit.kind.value) for credit in find_credits(text, field) if credit.is_known]


HEADS = [
    ("(Reuters) - It rained.", "Reuters"),
    ("LONDON, Jan 5 (Reuters) - It rained.", "Reuters"),
    ("SEOUL, South Korea (AP) — It rained.", "Associated Press"),
    ("Bengaluru, Jan 19 (PTI) The agency arrested four.", "PTI"),
    ("BANGKOK (Reuters): It rained.", "Reuters"),
    ("BEIJING, Jan. 5 (Xinhua) -- It rained.", "Xinhua"),
    ("Berlin (dpa) - Es regnet.", "dpa"),
    ("Paris, 5 jan 2024 (AFP) – Il pleut.", "AFP"),
    ("Madrid, 5 ene (EFE).- Llueve.", "EFE"),
    ("МОСКВА, 5 янв — РИА Новости. Идёт дождь.", "RIA Novosti"),
    ("新华社北京1月5日电（记者王某）下雨了。", "Xinhua"),
    ("【ロイター】雨が降った。", "Reuters"),
    ("［ロンドン　５日　ロイター］ 雨が降った。", "Reuters"),
    ("【ワシントン共同】雨が降った。", "Kyodo"),
    ("(서울=연합뉴스) 비가 왔다.", "Yonhap"),
    ("باريس (رويترز) - هطل المطر.", "Reuters"),
]


@pytest.mark.parametrize(("line", "source"), HEADS)
def test_a_dateline_credits_an_agency(line, source):
    assert credits_of(f"A title\n{line}\n{BODY}\n{BODY}") == [(source, "dateline")]


BYLINES = [("By Jane Roe, Associated Press", "Associated Press"), ("By REUTERS", "Reuters"), ("AFP", "AFP")]


@pytest.mark.parametrize(("line", "source"), BYLINES)
def test_a_byline_credits_an_agency(line, source):
    assert credits_of(f"A title\n{line}\n{BODY}\n{BODY}\n{BODY}\n{BODY}\n{BODY}") == [(source, "byline")]


TAILS = [
    ("It rained. (AFP)", "AFP"),
    ("It rained. – AFP", "AFP"),
    ("It rained. -- PTI", "PTI"),
    ("Source: Xinhua", "Xinhua"),
    ("(With inputs from ANI)", "ANI"),
    ("(With PTI inputs)", "PTI"),
    ("It rained. (Agencies)", "agencies"),
    ("Quelle: dpa", "dpa"),
    ("来源：新华社", "Xinhua"),
    ("المصدر: رويترز", "Reuters"),
]


@pytest.mark.parametrize(("line", "source"), TAILS)
def test_a_credit_at_the_end_is_one(line, source):
    assert credits_of(f"A title\n{BODY}\n{BODY}\n{line}") == [(source, "credit")]


QUOTED = [
    "“We will go on,” he told Reuters.",
    "Reuters reported that it rained.",
    "It rained, according to Reuters.",
    "In an interview with Reuters he said so.",
    "A Reuters report reveals it.",
]


@pytest.mark.parametrize("line", QUOTED)
def test_who_is_told_is_quoted_and_not_credited(line):
    assert credits_of(f"A title\n{BODY}\n{line}\n{BODY}\n{BODY}\n{BODY}\n{BODY}") == [("Reuters", "quoted")]


MENTIONS = [
    "He used to work at Reuters in London for years.",
    "Khan's Pakistan Tehreek-e-Insaf (PTI) has been stripped of it, and PTI said no.",
    "The Unified Payment Interface (UPI) was launched.",
    "A view of the city. Photo: Reuters",
    "He holds an AP card.",
]


def test_who_says_what_the_text_tells_is_told_apart():
    lines = ("The PMD said so.", "It rained, according to the PMD.", "A document released by the PMD is wrong.")
    texts = ["\n".join(["A title", *[BODY] * 4, line, *[BODY] * 4]) for line in lines]
    assert [[credit.says for credit in find_credits(text)] for text in texts] == [[True], [True], [False]]


@pytest.mark.parametrize("line", MENTIONS)
def test_a_mention_is_nothing(line):
    assert credits_of(f"A title\n{line}\n{BODY}\n{BODY}\n{BODY}\n{BODY}\n{BODY}") == []


def test_a_field_credits():
    assert credits_of(BODY, "Jane Roe and AFP") == [("AFP", "field")]


def test_a_credit_is_where_its_name_is():
    text = f"A title\nPARIS, Jan 5 (AFP) - {BODY}"
    (credit,) = find_credits(text)
    assert text[credit.start : credit.end] == "AFP"


def test_an_outlet_that_no_table_has_is_in_the_place_of_a_credit():
    found = [find_credits(f"A title\n{lead} - {BODY}") for lead in ("Colombo, Jan 5 (Times of Oman)", "Oman (AQI)")]
    assert [(credit.source, credit.is_known) for (credit,) in found] == [("Times of Oman", True), ("AQI", False)]


def test_outlets_are_found_by_what_they_are_called():
    outlets = OutletNames(["dailymirrorlk", "islandlk", "mirrorball"])
    names = ("The Island", "Daily Mirror", "Mirror", "Daily", "")
    assert [outlets.find(name) for name in names] == ["islandlk", "dailymirrorlk", None, None, None]


def test_no_name_is_called_by_two_agencies():
    assert len({name for name, _ in load_agencies().items()}) == len(load_agencies())


def test_texts_that_may_name_somebody_are_found_fast():
    found = may_name(pa.array(["He told Reuters.", "It rained.", "新华社电", ""], pa.large_string()))
    assert found.tolist() == [True, False, True, False]


HOSTILE = [
    "(" * 5000,
    "Reuters " * 2000,
    "a " * 20_000 + "Reuters",
    "A B C " * 5000 + "(PTI)",
    "—" * 5000,
    "\n" * 5000 + "(AFP)",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_end_in_no_error_and_in_no_long_search(text):
    assert credits_of(f"Title\n{text}") in ([], [("AFP", "credit")], [("PTI", "credit")])


@pytest.mark.parametrize("line", ["PITTSBURGH, PA – It rained.", "HYDERABAD, AP - It rained."])
def test_the_state_of_a_place_is_no_agency(line):
    assert credits_of(f"A title\n{line}\n{BODY}\n{BODY}") == []


def test_the_place_of_a_credit_is_that_of_the_name_and_not_of_a_word_that_begins_like_it():
    text = f"A title\n{BODY}\n(Courtesy of the Court)"
    (credit,) = find_credits(text)
    assert (credit.source, credit.start) == ("Court", text.rindex("Court"))

"""One reader of dates: what it reads, what it leaves, and that it is quick."""

import datetime as dt
import json

import pytest
from corpora import make_text, read_lines, read_summary, removed_ids, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedup import KeepPolicy, deduplicate
from dedup.errors import InputError
from dedup.near.keep_policy import refuse_absent
from dedup.text.dates import load_months, number_day, parse_moment, settle_date
from dedup.text.lexicon import MONTHS

READ = {
    "2024-03-02": "2024-03-02T00:00+00:00",
    "2024-03-02T10:15:30Z": "2024-03-02T10:15:30+00:00",
    "Sat, 02 Mar 2024 10:15:30 -0500": "2024-03-02T10:15:30-05:00",
    "March 2, 2024": "2024-03-02T00:00+00:00",
    "Mar 02 2024": "2024-03-02T00:00+00:00",
    "Sept. 3, 2023": "2023-09-03T00:00+00:00",
    "Published: 2024-01-31": "2024-01-31T00:00+00:00",
    "Last updated on: 3 April 2024 11:22 CET": "2024-04-03T11:22+01:00",
    "Updated March 2nd, 2024 at 5:00 pm": "2024-03-02T17:00+00:00",
    "Thursday, 14 September 2023 - 10:33 GMT+2": "2023-09-14T10:33+02:00",
    "31/01/2024": "2024-01-31T00:00+00:00",
    "01/31/2024 9:05 PM": "2024-01-31T21:05+00:00",
    "31.01.2024 17:45 Uhr": "2024-01-31T17:45+00:00",
    "31 janvier 2024 à 10:15": "2024-01-31T10:15+00:00",
    "Mi., 31. Jan. 2024": "2024-01-31T00:00+00:00",
    "12 de marzo de 2024": "2024-03-12T00:00+00:00",
    "2 марта 2024 г.": "2024-03-02T00:00+00:00",
    "2024. március 2.": "2024-03-02T00:00+00:00",
    "2024年3月2日 10:15": "2024-03-02T10:15+00:00",
    "2024년 3월 2일": "2024-03-02T00:00+00:00",
    "٢ مارس ٢٠٢٤": "2024-03-02T00:00+00:00",
    "२ मार्च २०२४": "2024-03-02T00:00+00:00",
    "২ মার্চ ২০২৪": "2024-03-02T00:00+00:00",
    "2 มีนาคม 2024": "2024-03-02T00:00+00:00",
    "ngày 2 tháng 3 năm 2024": "2024-03-02T00:00+00:00",
}
UNREAD = [
    *("yesterday", "3 hours ago", "Monday", "March 2024", "2 March", "01/02/2024", "2024", "", "x" * 5000),
    *("Story by John Smith", "31/02/2024", "45 March 2024", "March 2 or April 3, 2024", "March 2, 99999"),
]


@pytest.mark.parametrize(("text", "moment"), READ.items())
def test_a_date_is_read(text, moment):
    assert dt.datetime.fromisoformat(moment) == parse_moment(text)


@pytest.mark.parametrize("text", UNREAD)
def test_what_could_only_be_guessed_is_not_read(text):
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    ("text", "order", "day"), [("01/02/2024", "dmy", 1), ("01/02/2024", "mdy", 2), ("1.2.24", "dmy", 1)]
)
def test_an_order_says_what_comes_first(text, order, day):
    assert day == parse_moment(text, order).day
    assert 2024 == parse_moment(text, order).year


@pytest.mark.parametrize("order", [None, "dmy", "mdy"])
def test_an_order_changes_no_date_that_has_one_reading(order):
    for text, moment in READ.items():
        assert dt.datetime.fromisoformat(moment) == parse_moment(text, order)


WAYS = ["{0:%Y-%m-%d}", "{0.day} {1} {0.year}", "{1} {0.day}, {0.year}", "{0:%d} {2} {0.year} 10:00", "{0:%Y%m%d}"]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(WAYS))
def test_every_day_is_read_in_every_way(day, way):
    name = MONTHS[day.month - 1].title()
    assert day == parse_moment(way.format(day, name, name[:3])).date()


@given(st.text(max_size=60) | st.text(st.sampled_from("0123456789 /-.:,janmrchпяแ年月日"), max_size=30))
def test_no_text_breaks_the_reader(text):
    for order in (None, "dmy"):
        moment = parse_moment(text, order)
        assert moment is None or moment.tzinfo is not None
    assert settle_date(text, None) == text


def test_names_of_months_are_those_of_many_languages():
    names = load_months()
    assert len(names) > 2000
    assert [names[month] for month in MONTHS] == list(range(1, 13))
    assert "listopad" not in names, "October in Croatian, November in Polish"


def test_a_number_is_a_time_since_1970():
    assert number_day(b"1706655600") == number_day(b"1706655600000") == number_day(b'"1706655600"') == 738915


# ------------------------------------------------------------------------------------------------------------ --keep


def make_copies(*dates):
    return [{"id": str(n), "text": make_text("copy"), "date": date} for n, date in enumerate(dates)]


@pytest.mark.parametrize(
    ("dates", "options", "kept"),
    [
        (("March 2, 2024", "April 1, 2024", "2 février 2024"), (), "1"),
        (("01/02/2024", "03/01/2024"), ("--date-order", "dmy"), "0"),
        (("01/02/2024", "03/01/2024"), ("--date-order", "mdy"), "1"),
    ],
)
def test_the_newest_is_kept_however_dates_are_written(dedup, tmp_path, dates, options, kept):
    write_jsonl(tmp_path / "a.jsonl", make_copies(*dates))
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", "newest:date", *options, cwd=tmp_path)
    assert (done.code, done.stderr) == (0, "")
    assert {kept} == set(removed_ids(tmp_path / "out").values())
    assert read_summary(tmp_path / "out")["config"]["input"]["date_order"] == (options[1] if options else None)
    policy = KeepPolicy("newest", "date", date_order=options[1] if options else None)
    assert [kept] == deduplicate(make_copies(*dates), keep=policy).kept_ids


def test_ambiguous_dates_are_refused_with_their_number(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_copies("01/02/2024", "03/01/2024", "2024-01-01"))
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", "newest:date", cwd=tmp_path)
    assert done.code == 2
    assert "2 of 3 values" in done.stderr
    assert "2 of these may have the day or the month first. Say with --date-order dmy or mdy" in done.stderr


@pytest.mark.parametrize("policy", ["newest:dat", "oldest:dat", "prefer:dat=ap"])
def test_a_policy_without_its_field_says_so_before_it_starts(dedup, tmp_path, policy):
    write_jsonl(tmp_path / "a.jsonl", make_copies("2024-01-01", "2024-01-02"))
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", policy, cwd=tmp_path)
    assert (done.code, (tmp_path / "out").exists(), (tmp_path / "out.partial").exists()) == (2, False, False)
    likely = policy.replace("dat", "date")
    assert f'none has the field "dat"; there are: id, text, date. Did you mean --keep {likely}?' in done.stderr
    with pytest.raises(InputError, match='none has the field "dat"'):
        deduplicate(make_copies("2024-01-01", "2024-01-02"), keep=policy)


def test_a_policy_that_is_proposed_can_be_pasted_into_a_shell():
    with pytest.raises(InputError, match=r"Did you mean keep 'newest:published at'\?$"):
        refuse_absent([None, None], KeepPolicy("newest", "publishd"), ["id", "published at"])


def test_a_field_that_some_documents_have_is_enough(dedup, tmp_path):
    records = [{"id": "0", "text": make_text("copy")}, *make_copies("2024-01-01")]
    write_jsonl(tmp_path / "a.jsonl", records[:1])
    write_jsonl(tmp_path / "b.jsonl", records[1:])
    assert dedup("clean", "a.jsonl", "b.jsonl", "-o", "out", "--keep", "newest:date", cwd=tmp_path).code == 0


def test_a_policy_that_cannot_read_most_values_says_so_before_it_starts(dedup, tmp_path):
    write_jsonl(tmp_path / "a.jsonl", make_copies("soon", "later", "2024-01-01"))
    done = dedup("clean", "a.jsonl", "-o", "out", "--keep", "newest:date", cwd=tmp_path)
    assert (done.code, (tmp_path / "out.partial").exists()) == (2, False)
    assert '2 of 3 values can be read neither as number nor as date, such as "later"' in done.stderr


# ---------------------------------------------------------------------------------------------------- other commands


def test_stories_read_dates_in_the_order_that_is_named(dedup, tmp_path):
    text = "Firefighters fought a blaze in the harbour of Oslo on Monday, and nobody was hurt, the mayor said."
    write_jsonl(
        tmp_path / "a.jsonl",
        [{"text": text + " One.", "date": "01/02/2024"}, {"text": text, "date": "2 February 2024"}],
    )
    for options, first in (((), "2024-02-02"), (("--date-order", "dmy"), "2024-02-01")):
        done = dedup("stories", "a.jsonl", "-o", "s.jsonl", "--window", "5", *options, cwd=tmp_path)
        assert done.code == 0
        assert first == read_lines(tmp_path / "s.jsonl")[0]["first_date"]


def test_the_earliest_text_is_found_in_the_order_that_is_named(dedup, tmp_path):
    records = [
        {"id": n, "text": "One cat sat.", "outlet": n, "date": d} for n, d in (("a", "03/01/2024"), ("b", "01/02/2024"))
    ]
    write_jsonl(tmp_path / "a.jsonl", records)
    for order, base in (("dmy", 0), ("mdy", 1)):
        args = ("compare", "--from", "a.jsonl", "a", "b", "--engine", "lexical", "--json", "--date-order", order)
        assert base == json.loads(dedup(*args, cwd=tmp_path).stdout)["base"]

"""The history of one article: steps, lives of sentences, facts, order, formats."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import naive
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pages import Page

from dedup.diff.engine import diff_texts
from dedup.history.article_urls import normalise_url
from dedup.history.changed_facts import find_facts
from dedup.history.trace_versions import trace_versions
from dedup.history.version_history import StepFact, StepFactKind, StepKind, Version
from dedup.report.history.history_html import render_html
from dedup.report.history.step_words import describe_fact, summarise_history
from dedup.text.spans import Span

FIRE = "Two people died in the fire.\n\nThe mayor said that the city would pay.\n\nRoads are closed."


def trace(*texts):
    return trace_versions("article", [Version(f"v{number}", text) for number, text in enumerate(texts, 1)])


def lives(history):
    return [(life.text, life.first, life.last) for life in history.sentences]


words = st.sampled_from(["fire", "mayor", "火事", "นายก", "حريق", "12", "e\u0301", "🔥", "the", "city"])
sentences = st.lists(words, min_size=1, max_size=6).map(lambda found: " ".join(found).capitalize() + ".")
texts = st.lists(sentences, max_size=5).map("\n\n".join)


@given(st.lists(texts, min_size=1, max_size=5))
def test_lives_are_those_of_the_naive_twin(versions):
    history = trace(*versions)
    expected = naive.follow_sentences(versions, [step.diff for step in history.steps])
    found = [
        sorted((span.start, span.end, life.first) for life in history.sentences for v, span in life.standings if v == i)
        for i in range(len(versions))
    ]
    assert found == expected


@given(st.lists(texts, min_size=1, max_size=5))
def test_all_steps_lead_from_the_first_version_to_the_last(versions):
    text = versions[0]
    for step in trace(*versions).steps:
        text = step.diff.apply(text)
    assert text == versions[-1]


@given(st.lists(texts, min_size=2, max_size=4))
def test_steps_are_what_diff_says(versions):
    for step in trace(*versions).steps:
        assert step.diff.stats == diff_texts(versions[step.old], versions[step.new]).stats


def test_an_edited_sentence_is_the_same_sentence():
    edited = FIRE.replace("Two people", "Three people")
    assert lives(trace(FIRE, edited))[0] == ("Three people died in the fire.", 0, 1)


def test_a_moved_sentence_is_the_same_sentence():
    first, second, third = FIRE.split("\n\n")
    assert {life[1] for life in lives(trace(FIRE, f"{third}\n\n{first}\n\n{second}"))} == {0}


def test_the_pieces_of_a_split_sentence_came_with_it():
    history = trace(
        "The mayor of the old city said that the council would pay for all of it, and the roads are closed.",
        "The mayor of the old city said that the council would pay for all of it. And the roads are closed.",
    )
    assert [life.first for life in history.present] == [0, 0]


def test_a_new_sentence_came_with_its_version():
    history = trace(FIRE, FIRE, FIRE + "\n\nSchools open again on Monday morning.")
    assert [life.first for life in history.present] == [0, 0, 0, 2]


def test_a_sentence_that_came_and_went_is_told():
    history = trace(FIRE, FIRE + "\n\nA suspect was arrested.", FIRE)
    assert [(life.text, life.first, life.last) for life in history.gone] == [("A suspect was arrested.", 1, 1)]


def test_a_sentence_that_comes_back_goes_on():
    history = trace(FIRE, "Roads are closed.", FIRE)
    assert {life.first for life in history.present} == {0}


def test_a_sentence_that_stands_twice_comes_back_twice():
    texts = ["Read more here. One stays. Read more here.", "One stays.", "Read more here. One stays. Read more here."]
    assert trace(*texts).gone == ()


def test_marks_around_a_name_change_no_name():
    old, new = (
        Version(n, f"It was said by {side} on Monday in Oslo.")
        for n, side in (("a", "Horn Observer"), ("b", "(*Horn Observer*)"))
    )
    assert [] == [
        fact for fact in find_facts(old, new, diff_texts(old.text, new.text)) if fact.kind is StepFactKind.NAME
    ]


def test_a_revert_is_one():
    step = trace(FIRE, FIRE + " Wrong.", FIRE).steps[1]
    assert (step.kind, step.back_to) == (StepKind.REVERTED, 0)


def test_a_version_without_words_is_told():
    history = trace(FIRE, "")
    assert history.steps[0].kind is StepKind.EMPTIED
    assert history.notes == ("v2 (v2) is empty.",)


def test_the_same_version_twice_is_told():
    history = trace(FIRE, FIRE)
    assert history.steps[0].kind is StepKind.SAME
    assert history.notes == ("v2 (v2) is the same as v1.",)


def test_times_out_of_order_and_of_the_future_are_told():
    days = [datetime(2025, 1, day, tzinfo=UTC) for day in (2, 1, 9)]
    versions = [Version(f"d{day.day}", f"{FIRE} {day.day}", "", day.date().isoformat(), day) for day in days]
    assert trace_versions("article", versions, days[0]).notes == (
        "v2 (d1) is earlier than v1: 2025-01-01.",
        "v3 (d9) is of the future: 2025-01-09.",
    )


TRIVIAL = [
    ("He said “no”.", 'He said "no".'),
    ("Updated 2 hours ago\n\nHe left.", "Updated 3 hours ago\n\nHe left."),
    ("One  two.", "One two."),
    ("12 shares\n\nHe left.", "14 shares\n\nHe left."),
]


@pytest.mark.parametrize(("old", "new"), TRIVIAL)
def test_typography_and_time_stamps_are_trivial(old, new):
    assert trace(old, new).steps[0].kind is StepKind.TRIVIAL


def test_a_number_is_not_trivial():
    assert trace("He paid 2 pounds.", "He paid 3 pounds.").steps[0].kind is StepKind.EDITED


FACTS = [
    (StepFactKind.NUMBER, "The fire killed 12 people.", "The fire killed 14 people."),
    (StepFactKind.NAME, "The talks were led by Henry Ford.", "The talks were led by Clara Stone."),
    (StepFactKind.QUOTE, 'He said: "We will go on."', 'He said: "We will stop."'),
    (StepFactKind.HEADLINE, "Fire in Rome\n\nIt burns still.", "Fire in Milan\n\nIt burns still."),
]


@pytest.mark.parametrize(("kind", "old", "new"), FACTS)
def test_a_changed_fact_is_named(kind, old, new):
    assert kind in {fact.kind for fact in trace(old, new).steps[0].facts}


def test_a_long_changed_fact_is_shown_with_its_number():
    new = "according to the dictionary nobody knows where the word came from, but it is in use since 1826"
    fact = StepFact(StepFactKind.DATE, "", new, Span(0, 0), Span(0, len(new)))
    assert describe_fact(fact) == "date added: …it is in use since 1826"


def test_a_changed_fact_without_a_note_is_silent():
    assert trace("It killed 12.", "It killed 14.").steps[0].is_silent
    assert not trace("It killed 12.", "It killed 14.\n\nCorrection: the number of dead was wrong.").steps[0].is_silent


SAME_ARTICLE = [
    "https://www.example.com/news/fire",
    "http://example.com/news/fire/",
    "https://m.example.com/news/fire?utm_source=feed&fbclid=1",
    "https://amp.example.com/news/fire/amp/",
    "https://example.com/news/fire?amp=1#comments",
    "https://EXAMPLE.com/news/fire.amp",
]


@pytest.mark.parametrize("url", SAME_ARTICLE)
def test_urls_of_one_article_are_one(url):
    assert normalise_url(url) == "example.com/news/fire"


@pytest.mark.parametrize("url", ["http://[::1", "//", "javascript:alert(1)", "2025-01-01", "http://", "\u202e//x"])
def test_what_is_no_url_ends_in_no_error(url):
    assert isinstance(normalise_url(url), str)


def test_a_page_holds_no_markup_of_its_texts():
    evil = "<script>alert(1)</script> & \u202eevil."
    page = render_html(trace_versions(evil, [Version(evil, evil, evil, evil), Version(evil, f"{evil} More {evil}")]))
    assert "alert(1)</script>" not in page
    assert "\u202e" not in page


# ------------------------------------------------------------------------------------------------------ command line


@pytest.fixture
def versions(tmp_path):
    for number, text in enumerate([FIRE, FIRE.replace("Two", "Three"), FIRE.replace("Two", "Four")], 1):
        (tmp_path / f"v{number}.txt").write_text(text)
    return [str(tmp_path / f"v{number}.txt") for number in (1, 2, 3)]


@pytest.fixture
def corpus(tmp_path):
    rows = [
        {"id": "b", "url": "https://example.com/fire?utm_source=x", "text": "Three died.", "date": "2025-01-02"},
        {"id": "x", "url": "https://example.com/other", "text": "Rain falls.", "date": "2025-01-02"},
        {"id": "a", "url": "https://m.example.com/fire", "text": "Two died.", "date": "2025-01-01"},
    ]
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_the_terminal_has_a_line_for_each_step(dedup, versions):
    done = dedup("history", *versions)
    assert done.code == 0
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("v")][-3:] == ["v1", "v2", "v3"]
    assert "number changed: Two -> Three" in done.stdout


def test_the_terminal_shows_the_ends_of_long_names(dedup, tmp_path):
    paths = [str(tmp_path / f"a-name-that-many-versions-begin-with-{number}.txt") for number in (1, 2)]
    for path in paths:
        (tmp_path / path).write_text(FIRE)
    lines = [line for line in dedup("history", *paths).stdout.splitlines() if line.startswith("v")]
    assert [line.split()[1][-5:] for line in lines] == ["ith-1", "ith-2"]


def test_a_day_that_all_versions_have_is_said_once():
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    told = trace_versions("fire", [Version(name, f"{name} died.", "", "2025-01-01", moment) for name in ("Two", "Six")])
    assert summarise_history(told).startswith("2 versions, 2025-01-01; 1 change")


def test_versions_of_a_corpus_are_found_by_url_and_put_in_order(dedup, corpus):
    found = json.loads(dedup("history", "--from", corpus, "http://example.com/fire/", "--format", "json").stdout)
    assert [version["name"] for version in found["versions"]] == ["a", "b"]


def test_versions_are_put_in_order_by_dates_however_written(dedup, tmp_path):
    dates = {"b": "20240131", "d": 1706832000000, "a": "2024-01-30", "c": "Thu, 01 Feb 2024 00:00:00 GMT"}
    lines = [json.dumps({"id": i, "text": f"Fire {i}.", "date": d, "url": "http://e.com/f"}) for i, d in dates.items()]
    (tmp_path / "v.jsonl").write_text("\n".join(lines))
    found = json.loads(dedup("history", "--from", tmp_path / "v.jsonl", "e.com/f", "--format", "json").stdout)
    assert [version["name"] for version in found["versions"]] == list("abcd")


def test_an_id_names_its_article(dedup, corpus):
    found = json.loads(dedup("history", "--from", corpus, "x", "--format", "json").stdout)
    assert [version["name"] for version in found["versions"]] == ["x"]


def test_an_id_names_its_article_with_the_versions_before_it(dedup, tmp_path):
    rows = [{"id": f"v{n}", "text": f"Version {n} of it.", "url": "https://a.org/x", "version": n} for n in range(4)]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in [*rows, {**rows[0], "id": "w", "url": "y"}])
    )
    for name in ("v0", "v2", "v3"):
        done = dedup("history", "--from", "in.jsonl", name, "--format", "json", cwd=tmp_path)
        assert [v["name"] for v in json.loads(done.stdout)["versions"]][:4] == ["v0", "v1", "v2", "v3"]


def test_versions_of_one_date_are_in_the_order_in_which_they_were_fetched(dedup, tmp_path):
    fetched = ["2024-01-03", "2024-01-01", "2024-01-02"]
    rows = [
        {"id": f, "text": f"As of {f}.", "url": "https://a.org/x", "date": "2024-01-01", "fetched": f} for f in fetched
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = dedup("history", "--from", "in.jsonl", "--format", "json", cwd=tmp_path)
    versions = json.loads(done.stdout)["versions"]
    assert [v["name"] for v in versions] == sorted(fetched)
    assert [v["time"][:10] for v in versions] == sorted(fetched)


def test_one_of_several_articles_has_to_be_named(dedup, corpus):
    done = dedup("history", "--from", corpus)
    assert (done.code, done.stdout) == (2, "")
    assert "2 articles are here, with most versions example.com/fire (2)" in done.stderr


def test_json_has_the_fields_of_its_page(dedup, versions):
    found = json.loads(dedup("history", *versions, "--format", "json").stdout)
    assert sorted(found) == ["name", "notes", "sentences", "steps", "versions"]
    assert {key: found["steps"][0][key] for key in ("from", "to", "added", "dropped", "moved")} == {
        "from": 1,
        "to": 2,
        "added": 1,
        "dropped": 1,
        "moved": 0,
    }
    life = found["sentences"][0]
    assert (life["first"], life["last"], [span["version"] for span in life["spans"]]) == (1, 3, [1, 2, 3])


def test_csv_has_a_line_for_each_step(dedup, versions):
    lines = dedup("history", *versions, "--format", "csv").stdout.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("old,new,time,kind,added,dropped,moved")


def test_csv_of_one_version_says_that_there_is_no_step(dedup, corpus):
    done = dedup("history", "--from", corpus, "https://example.com/other", "--format", "csv")
    assert (len(done.stdout.splitlines()), done.stderr.count("has one version, so there is no step to list")) == (1, 1)


def test_between_compares_any_two_versions(dedup, versions):
    out = dedup("history", *versions, "--between", "1", "3", "--color", "never").stdout
    assert "[-Two-]{+Four+}" in out


def test_a_version_that_is_not_there_is_named(dedup, versions):
    done = dedup("history", *versions, "--between", "1", "4")
    assert done.code == 2
    assert "There is no version 4" in done.stderr


def test_one_version_is_too_few(dedup, versions):
    assert "Name two versions" in dedup("history", versions[0]).stderr


def test_an_order_field_that_holds_no_order_is_named(dedup, corpus):
    done = dedup("history", "--from", corpus, "https://example.com/fire", "--order-field", "id")
    assert done.code == 2
    assert 'a: "id" is no number and no date' in done.stderr or 'b: "id" is no number and no date' in done.stderr


def test_all_articles_get_an_index_and_pages(dedup, corpus, tmp_path):
    out = tmp_path / "history"
    done = dedup("history", corpus, "--all", "-o", str(out))
    assert (done.code, done.stderr) == (0, "")
    assert "3 documents of 2 articles; 1 with several versions" in done.stdout
    assert 'href="articles/000/1.html"' in (out / "index.html").read_text()
    assert "number changed: Two" in (out / "articles/000/1.html").read_text()


def test_an_index_without_articles_says_so_and_one_without_outlets_has_no_column_for_them(dedup, tmp_path):
    row = {"id": "a", "url": "https://a.org/x", "text": "Two died."}
    (tmp_path / "one.jsonl").write_text(json.dumps(row) + "\n")
    (tmp_path / "two.jsonl").write_text(json.dumps(row) + "\n" + json.dumps({**row, "text": "Six died."}) + "\n")
    for name, shown in (("one", "No two documents are versions of one article"), ("two", "Article Versions Changes")):
        out = tmp_path / f"{name}-pages"
        assert dedup("history", str(tmp_path / f"{name}.jsonl"), "--all", "-o", str(out)).code == 0
        assert shown in Page((out / "index.html").read_text()).text


def test_the_order_of_the_corpus_changes_no_page(dedup, corpus, tmp_path):
    lines = Path(corpus).read_text().splitlines(keepends=True)
    other = tmp_path / "other.jsonl"
    other.write_text(lines[2] + lines[0] + lines[1])
    pages = []
    for name, source in (("a", corpus), ("b", str(other))):
        dedup("history", source, "--all", "-o", str(tmp_path / name), "--workers", "1")
        pages.append((tmp_path / name / "articles/000/1.html").read_bytes())
    assert pages[0] == pages[1]


def test_the_folder_of_an_earlier_run_is_replaced_when_asked(dedup, corpus, tmp_path):
    args = ("history", corpus, "--all", "-o", str(tmp_path / "out"))
    assert [dedup(*args).code, dedup(*args).code, dedup(*args, "--overwrite").code] == [0, 2, 0]


def test_a_foreign_folder_is_not_replaced(dedup, corpus, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    assert dedup("history", corpus, "--all", "-o", str(tmp_path / "mine"), "--overwrite").code == 2
    assert (tmp_path / "mine/notes.txt").read_text() == "mine"


def test_clean_and_history_agree(dedup, tmp_path):
    """What a clean run calls an edited copy or an update within one URL is a version of one article."""
    body = " ".join(f"word{i}" for i in range(60))
    rows = [
        {"id": "a", "url": "https://example.com/fire", "text": f"{body} Two died.", "date": "2025-01-01"},
        {"id": "b", "url": "https://example.com/fire", "text": f"{body} Two persons died.", "date": "2025-01-02"},
        {
            "id": "c",
            "url": "https://example.com/fire",
            "text": f"{body} On Monday 14 died in 3 towns.",
            "date": "2025-01-03",
        },
    ]
    source = tmp_path / "news.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert dedup("clean", str(source), "-o", str(tmp_path / "out"), "-q").code == 0
    out = str(tmp_path / "out")
    called = {"a": "kept", "b": "removed as edited", "c": "kept as update"}  # a pair is told at the later one
    found = json.loads(dedup("history", "--run", out, "https://example.com/fire", "--format", "json").stdout)
    assert {version["name"]: version.get("called") for version in found["versions"]} == called
    steps = dedup("history", "--run", out, "https://example.com/fire").stdout
    page = Page(dedup("history", "--run", out, "https://example.com/fire", "--format", "html").stdout).text
    for shown in (steps, page):
        assert re.findall(r"clean: (\w+ as \w+)", shown)[:2] == [*called.values()][1:]
    cluster = json.loads(dedup("history", "--run", out, "--cluster", "1", "--format", "json").stdout)
    assert [version["name"] for version in cluster["versions"]] == ["a", "b"]
    assert dedup("history", "--run", out, "--all", "-o", str(tmp_path / "pages")).code == 0


WRONG = [
    (["--all"], "--all takes corpora"),
    (["x", "--all"], "Name it with -o"),
    (["--cluster", "1"], "--cluster ID goes with --run"),
    (["--from", "x", "--run", "y"], "--from and --run"),
    (["--from", "x", "--all", "-o", "y"], "--all takes the corpora as arguments"),
    (["--from", "x", "a", "b"], "One article is named"),
    (["x", "y", "--between", "1", "2", "--json"], "--between shows text. Use --format terminal."),
    (["x", "y", "--blame", "-o", "b.csv"], "--blame shows text. Use --format terminal."),
    (["x", "--all", "-o", "y", "--blame"], "--blame shows text. Leave --all out."),
    (["x", "--all", "-o", "y", "--json"], "--all writes pages and a table. Leave --format out"),
    (["x", "--all", "-o", "y.csv"], "do not let the folder end in .json or .csv"),
]


@pytest.mark.parametrize(("args", "message"), WRONG)
def test_what_does_not_go_together_is_named(dedup, args, message):
    done = dedup("history", *args)
    assert done.code == 2
    assert message in done.stderr

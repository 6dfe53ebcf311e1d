"""`dedup stories` as a user calls it."""

import json
import random

import pytest
from corpora import make_text, read_lines, write_jsonl

from dedup import find_stories

TOPICS = {
    "quake": "earthquake Qeshm magnitude epicentre rubble rescuers Richter tremor Hormozgan aftershock villages",
    "trial": "courtroom Nichols verdict jury parole prosecutor Bodiford sentencing appeal deputy testimony",
    "match": "Klitschko Rahman heavyweight knockout Mannheim belt referee round champion bout title",
}


def tell(topic, seed, words=10):
    """Return an article on a topic: most of its words in another order each time, among words of its own."""
    source = random.Random(f"{topic}{seed}")
    told = source.sample(TOPICS[topic].split(), 9) + [f"word{source.randrange(4000)}" for _ in range(words)]
    source.shuffle(told)
    return "it said " + " ".join(told)


def make_corpus(day="2024-01-0{}"):
    records = [
        {"id": f"{topic}{i}", "text": tell(topic, i), "date": day.format(1 + i % 3), "outlet": f"outlet{i % 2}"}
        for topic in TOPICS
        for i in range(4)
    ]
    records += [{"id": f"other{i}", "text": make_text(i), "date": day.format(1 + i % 3)} for i in range(30)]
    random.Random(7).shuffle(records)
    return records


def run(dedup, folder, records, *args):
    write_jsonl(folder / "in.jsonl", records)
    done = dedup("stories", "in.jsonl", "-o", "out.jsonl", *args, cwd=folder)
    assert (done.code, done.stderr) == (0, "")
    return read_lines(folder / "out.jsonl"), done


def groups(stories):
    return {frozenset(document["id"] for document in story["documents"]) for story in stories}


EXPECTED = {frozenset(f"{topic}{i}" for i in range(4)) for topic in TOPICS}


def test_articles_on_one_event_are_one_story(dedup, tmp_path):
    assert groups(run(dedup, tmp_path, make_corpus())[0]) == EXPECTED


def test_the_library_finds_the_same_stories(dedup, tmp_path):
    records = make_corpus()
    written = run(dedup, tmp_path, records)[0]
    found = find_stories(records)
    assert [[document["id"] for document in story["documents"]] for story in written] == [
        [member.document.id for member in story.members] for story in found
    ]
    assert [story["terms"] for story in written] == [list(story.terms) for story in found]


def test_a_story_has_the_documented_fields(dedup, tmp_path):
    story = run(dedup, tmp_path, make_corpus())[0][0]
    assert ["story", "size", "first_date", "last_date", "outlets", "terms", "documents"] == list(story)
    assert ["id", "path", "line", "date", "outlet", "title", "similarity"] == list(story["documents"][0])
    assert (1, 4, "2024-01-01", "2024-01-03") == (
        story["story"],
        story["size"],
        story["first_date"],
        story["last_date"],
    )
    assert ["outlet0", "outlet1"] == story["outlets"]
    assert set(story["terms"]) & {word for words in TOPICS.values() for word in words.split()}


def test_path_and_line_identify_a_document(dedup, tmp_path):
    stories, _ = run(dedup, tmp_path, [b"\n", b"no JSON\n", *make_corpus()])
    lines = (tmp_path / "in.jsonl").read_text().split("\n")
    for document in (d for story in stories for d in story["documents"]):
        assert json.loads(lines[document["line"] - 1])["id"] == document["id"]


def test_a_file_without_documents_before_others_shifts_no_path(dedup, tmp_path):
    (tmp_path / "empty.jsonl").write_bytes(b"")
    write_jsonl(tmp_path / "in.jsonl", make_corpus())
    assert 0 == dedup("stories", "empty.jsonl", "in.jsonl", "-o", "out.jsonl", cwd=tmp_path).code
    assert {"in.jsonl"} == {d["path"] for story in read_lines(tmp_path / "out.jsonl") for d in story["documents"]}


def test_the_grouping_does_not_depend_on_the_order_of_the_input(dedup, tmp_path):
    records = make_corpus()
    found = groups(run(dedup, tmp_path, records)[0])
    for seed in range(3):
        random.Random(seed).shuffle(records)
        assert found == groups(run(dedup, tmp_path, records)[0])


def test_the_same_input_gives_the_same_bytes(dedup, tmp_path):
    run(dedup, tmp_path, make_corpus())
    first = (tmp_path / "out.jsonl").read_bytes()
    run(dedup, tmp_path, make_corpus())
    assert first == (tmp_path / "out.jsonl").read_bytes()


def test_the_biggest_story_comes_first(dedup, tmp_path):
    records = [*make_corpus(), {"id": "more", "text": tell("trial", 0), "date": "2024-01-02"}]
    stories = run(dedup, tmp_path, records)[0]
    assert [5, 4, 4] == [story["size"] for story in stories]
    assert [1, 2, 3] == [story["story"] for story in stories]


def test_documents_outside_the_window_are_two_stories(dedup, tmp_path):
    records = make_corpus() + [{**r, "id": f"later {r['id']}", "date": "2024-02-09"} for r in make_corpus()]
    stories = run(dedup, tmp_path, records)[0]
    assert not [story for story in stories if story["first_date"] < "2024-02-09" == story["last_date"]]
    stories = run(dedup, tmp_path, records, "--window", "off")[0]
    assert [story for story in stories if story["first_date"] < "2024-02-09" == story["last_date"]]


def test_a_window_of_no_days_compares_documents_of_one_day(dedup, tmp_path):
    for story in run(dedup, tmp_path, make_corpus(), "--window", "0")[0]:
        assert story["first_date"] == story["last_date"]


def test_without_dates_all_documents_are_compared(dedup, tmp_path):
    records = [{k: v for k, v in record.items() if k != "date"} for record in make_corpus()]
    stories, done = run(dedup, tmp_path, records)
    assert groups(stories) == EXPECTED
    assert {(None, None)} == {(story["first_date"], story["last_date"]) for story in stories}
    assert "without a date                42" in done.stdout


def test_dates_that_cannot_be_read_are_told_and_count_as_none(dedup, tmp_path):
    stories, done = run(dedup, tmp_path, make_corpus("last Monday {}"))
    assert groups(stories) == EXPECTED
    assert 'such as in.jsonl, line 1: "last Monday' in done.stdout


def test_identical_documents_are_one_story(dedup, tmp_path):
    records = [{"id": i, "text": tell("quake", 0)} for i in range(5)] + make_corpus()
    stories = run(dedup, tmp_path, records)[0]
    assert any({0, 1, 2, 3, 4, "quake0"} <= {d["id"] for d in story["documents"]} for story in stories)


def test_identical_documents_alone_are_one_story(dedup, tmp_path):
    stories = run(dedup, tmp_path, [{"id": i, "text": "one and the same text"} for i in range(3)])[0]
    assert {frozenset({0, 1, 2})} == groups(stories)


def test_thousands_of_documents_with_the_same_words_are_bounded(dedup, tmp_path):
    words = [f"word{i}" for i in range(60)]
    source = random.Random(1)
    records = []
    for i in range(5000):
        source.shuffle(words)
        records.append({"id": i, "text": " ".join([*words, f"own{i}"])})
    assert [5000] == [story["size"] for story in run(dedup, tmp_path, records)[0]]


def test_thousands_of_documents_with_the_same_words_only_are_one_story(dedup, tmp_path):
    words = [f"word{i}" for i in range(60)]
    source = random.Random(1)
    records = []
    for i in range(5000):
        source.shuffle(words)
        records.append({"id": i, "text": " ".join(words)})
    assert [5000] == [story["size"] for story in run(dedup, tmp_path, records)[0]]


def test_thousands_of_half_like_documents_are_bounded_and_the_limit_is_told(dedup, tmp_path):
    source = random.Random(1)
    records = [
        {"text": " ".join(source.sample([f"word{i}" for i in range(80)], 40) + [f"own{i}x{j}" for j in range(30)])}
        for i in range(3000)
    ]
    _, done = run(dedup, tmp_path, records)
    assert "limit hit: " in done.stdout


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("東京都で地震が発生し、渋谷駅が停止した", "渋谷駅は地震で停止、東京都が発表"),
        ("زلزال قوي يضرب مدينة طهران ويقتل عشرة", "مقتل عشرة في زلزال ضرب مدينة طهران"),
        ("แผ่นดินไหวรุนแรงที่เชียงใหม่", "เชียงใหม่เกิดแผ่นดินไหวรุนแรง"),
    ],
)
def test_any_script_is_grouped(dedup, tmp_path, first, second):
    others = [{"id": f"o{i}", "text": make_text(i)} for i in range(10)]
    stories = run(dedup, tmp_path, [{"id": "a", "text": first}, *others, {"id": "b", "text": second}])[0]
    assert {frozenset("ab")} == groups(stories)
    assert stories[0]["terms"]


def test_two_events_of_one_topic_are_two_stories(dedup, tmp_path):
    shared = ["actress", "rehab", "clinic", "entered", "treatment", "checked", "publicist"]
    source = random.Random(3)
    records = []
    for names in (["Tara", "Reid", "Promises", "Malibu"], ["Lindsay", "Lohan", "Betty", "Ford"]):
        for i in range(6):
            words = source.sample(shared, 5) + names + [f"w{source.randrange(9000)}" for _ in range(8)]
            source.shuffle(words)
            records.append({"id": f"{names[0]}{i}", "text": "so " + " ".join(words)})
    stories = run(dedup, tmp_path, records + [{"id": f"o{i}", "text": make_text(i)} for i in range(60)])[0]
    assert {frozenset(f"{name}{i}" for i in range(6)) for name in ("Tara", "Lindsay")} == groups(stories)


@pytest.mark.parametrize("records", [[], [{"text": "only one document here"}], [{"text": ""}, {"text": "!!!"}]])
def test_a_corpus_without_stories_gives_an_empty_file(dedup, tmp_path, records):
    stories, done = run(dedup, tmp_path, records)
    assert [] == stories
    assert "dedup compare" not in done.stdout


def test_min_size_leaves_smaller_stories_out(dedup, tmp_path):
    assert [] == run(dedup, tmp_path, make_corpus(), "--min-size", "5")[0]


def test_hostile_fields_are_written_as_data(dedup, tmp_path):
    hostile = '"}\n<script>\x1b[31m\u202e' + "x" * 500
    records = [{"id": hostile, "text": tell("quake", i), "outlet": hostile, "title": hostile} for i in range(3)]
    stories, done = run(dedup, tmp_path, records + [{"text": make_text(i)} for i in range(9)])
    assert [hostile] * 3 == [document["id"] for document in stories[0]["documents"]]
    assert not {"\x1b", "\u202e"} & set(done.stdout)


def test_fields_of_other_types_are_no_error(dedup, tmp_path):
    odd = [None, 7, {"a": [1]}, [], True, 1.5]
    records = [{"text": tell("quake", 0), "date": v, "outlet": v, "title": v} for i, v in enumerate(odd)]
    stories = run(dedup, tmp_path, records + [{"text": make_text(i)} for i in range(9)])[0]
    assert [6] == [story["size"] for story in stories]


def test_a_document_without_an_id_is_called_by_path_and_line(dedup, tmp_path):
    records = [{k: v for k, v in r.items() if k != "id"} for r in make_corpus()]
    document = run(dedup, tmp_path, records)[0][0]["documents"][0]
    assert f"{document['path']}:{document['line']}" == document["id"]


def test_the_title_counts_as_text(dedup, tmp_path):
    records = [{"id": i, "text": make_text(i, 8), "title": "Qeshm earthquake rubble rescuers"} for i in range(3)]
    records += [{"text": make_text(i)} for i in range(50, 70)]
    assert {frozenset({0, 1, 2})} == groups(run(dedup, tmp_path, records)[0])


def test_fields_may_have_other_names(dedup, tmp_path):
    names = {"text": "body", "date": "published", "outlet": "site", "id": "key"}
    records = [{names[k]: v for k, v in record.items()} for record in make_corpus()]
    flags = ["--text-field", "body", "--date-field", "published", "--outlet-field", "site", "--id-field", "key"]
    assert groups(run(dedup, tmp_path, records, *flags)[0]) == EXPECTED


def test_csv_and_text_files_are_read(dedup, tmp_path):
    rows = [f'{r["id"]},{r["date"]},"{r["text"]}"' for r in make_corpus()]
    (tmp_path / "in.csv").write_text("\n".join(["id,date,text", *rows]))
    assert dedup("stories", "in.csv", "-o", "csv.jsonl", cwd=tmp_path).code == 0
    (tmp_path / "texts").mkdir()
    for record in make_corpus():
        (tmp_path / "texts" / f"{record['id']}.txt").write_text(record["text"])
    assert dedup("stories", "texts", "-o", "txt.jsonl", cwd=tmp_path).code == 0
    assert groups(read_lines(tmp_path / "csv.jsonl")) == EXPECTED
    found = {frozenset(n.removeprefix("texts/")[:-4] for n in g) for g in groups(read_lines(tmp_path / "txt.jsonl"))}
    assert {frozenset(n.rsplit("/")[-1] for n in g) for g in found} == EXPECTED


def test_standard_input_and_output_work_and_the_summary_goes_to_stderr(dedup, tmp_path):
    data = write_jsonl(tmp_path / "in.jsonl", make_corpus()).read_bytes()
    done = dedup("stories", "-", "-o", "-", stdin=data, cwd=tmp_path)
    assert groups(json.loads(line) for line in done.stdout.splitlines()) == EXPECTED
    assert "next: dedup compare --stories FILE --story 1" in done.stderr


def test_the_summary_says_what_to_do_next(dedup, tmp_path):
    _, done = run(dedup, tmp_path, make_corpus())
    assert done.stdout.endswith("all of them: out.jsonl\nnext: dedup compare --stories out.jsonl --story 1\n")
    assert "" == run(dedup, tmp_path, make_corpus(), "-q")[1].stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["no.jsonl", "-o", "out"], "no.jsonl: no such file or folder."),
        (["in.jsonl", "-o", "in.jsonl"], "in.jsonl: is an input. Name another file with -o."),
        (["in.jsonl", "-o", "."], ".: is a folder. Name a file with -o."),
        (["in.jsonl", "-o", "no/out"], "no/out: its folder does not exist."),
        (["in.jsonl", "-o", "out", "--threshold", "2"], "--threshold 2 is not between"),
        (["in.jsonl", "-o", "out", "--window", "-1"], "--window -1 is neither off nor"),
        (["in.jsonl", "-o", "out", "--window", "week"], '"week" is neither a number of days nor off'),
        (["in.jsonl", "-o", "out", "--min-size", "0"], "--min-size 0 is less than 1."),
        (["in.jsonl", "-o", "out", "--date-field", "text"], '--date-field and --text-field are both "text"'),
    ],
)
def test_an_error_is_one_clear_line(dedup, tmp_path, args, message):
    write_jsonl(tmp_path / "in.jsonl", make_corpus())
    before = (tmp_path / "in.jsonl").read_bytes()
    done = dedup("stories", *args, cwd=tmp_path)
    assert (2, "") == (done.code, done.stdout)
    assert message in done.stderr
    assert before == (tmp_path / "in.jsonl").read_bytes()
    assert ["in.jsonl"] == sorted(path.name for path in tmp_path.iterdir())


def test_lines_that_cannot_be_read_are_told(dedup, tmp_path):
    _, done = run(dedup, tmp_path, [*make_corpus(), b"no JSON\n"])
    assert "could not be read              1  in.jsonl, line 43: malformed JSON" in done.stdout

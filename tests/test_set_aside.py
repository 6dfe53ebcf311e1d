"""Records that cannot be read: nothing of it is quiet."""

import json
import shlex

import pytest
from corpora import make_records, read_summary, read_tree, write_jsonl
from test_bad_input import error_of

BODIES = [{"inhalt": "Some words of news.", "title": "News", "url": "http://a.example/"}] * 3
NO_FIELD = 'no record has the field "text"; there are: inhalt, title, url. Did you mean --text-field inhalt?'
COMMANDS = {
    "clean": ("clean", "a.jsonl", "-o", "out"),
    "dry run": ("clean", "a.jsonl", "--dry-run"),
    "strict": ("clean", "a.jsonl", "-o", "out", "--strict"),
    "with an index": ("clean", "a.jsonl", "-o", "out", "--index", "new.duckdb"),
    "passages": ("passages", "a.jsonl", "-o", "out"),
    "stories": ("stories", "a.jsonl", "-o", "out"),
    "index add": ("index", "add", "a.jsonl", "--index", "new.duckdb"),
}


@pytest.mark.parametrize("args", COMMANDS.values(), ids=COMMANDS)
def test_an_input_without_the_text_field_is_an_error_that_leaves_nothing(dedup, tmp_path, args):
    write_jsonl(tmp_path / "a.jsonl", BODIES)
    done = dedup(*args, cwd=tmp_path)
    assert (2, "", f"error: {NO_FIELD}") == (done.code, done.stdout, done.stderr.splitlines()[-1])
    assert ["a.jsonl"] == [*read_tree(tmp_path)]


def test_index_check_of_an_input_without_the_text_field_is_an_error(dedup, tmp_path):
    write_jsonl(tmp_path / "good.jsonl", make_records("good", 3))
    write_jsonl(tmp_path / "a.jsonl", BODIES)
    dedup("index", "add", "good.jsonl", "--index", "news.duckdb", cwd=tmp_path)
    assert NO_FIELD == error_of(dedup("index", "check", "a.jsonl", "--index", "news.duckdb", cwd=tmp_path))


LIKELY = {
    "a slip of the finger": ({"teext": "a", "note": "longer"}, "teext"),
    "the longest text": ({"inhalt": "many words", "titel": "few"}, "inhalt"),
    "a name that the shell would split": ({"my article": "words"}, "'my article'"),
}


@pytest.mark.parametrize(("record", "likely"), LIKELY.values(), ids=LIKELY)
def test_the_likely_field_is_named(dedup, tmp_path, record, likely):
    write_jsonl(tmp_path / "a.jsonl", [record])
    said = error_of(dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path))
    assert said.endswith(f"Did you mean --text-field {likely}?")


def test_records_without_any_text_name_no_likely_field(dedup, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"n\\u001b": 1}\n{}\n')
    said = error_of(dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path))
    assert said == 'no record has the field "text"; there are: n<U+001B>. Name it with --text-field.'


def test_documents_in_a_list_two_objects_deep_are_told_too(dedup, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"data": {"articles": [{"text": "Some words."}] * 2}}))
    assert error_of(dedup("clean", "a.json", "-o", "out", cwd=tmp_path)).endswith("jq -c '.data.articles[]'.")


def test_documents_that_are_the_values_of_one_object_are_told(dedup, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"17": {"text": "Some words."}, "18": {"text": "Other words."}}))
    said = error_of(dedup("clean", "a.json", "-o", "out", cwd=tmp_path))
    assert said.endswith("If each is a document, take them out first, as with jq -c '.[]'.")


def test_lines_of_a_table_that_end_with_a_carriage_return_alone_are_told(dedup, tmp_path):
    (tmp_path / "a.csv").write_bytes(b'id,text\r1,"Some words"\r')
    said = error_of(dedup("clean", "a.csv", "-o", "out", cwd=tmp_path))
    assert said == "a.csv: its lines end with CR alone. Give them line feeds: tr '\\r' '\\n'."


def test_a_quotation_mark_behind_a_space_cuts_no_text_in_silence(dedup, tmp_path):
    """For Excel, pandas and Python a cell that begins with a space is not quoted: a comma in it ends it."""
    (tmp_path / "a.csv").write_bytes(b'id, text\n1, "Some words, and more"\n2, plain words\n')
    assert dedup("clean", "a.csv", "-o", "out", "-q", cwd=tmp_path).code == 3
    reasons = [json.loads(line)["error"] for line in (tmp_path / "out/rejected.jsonl").read_text().splitlines()]
    assert ["where it quotes nothing: leave the space out" in reason for reason in reasons] == [True]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_documents_in_a_list_inside_an_object_are_told_with_the_way_out(dedup, tmp_path, name):
    answer = {"status": "ok", "totalResults": 2, "articles": [{"title": "News", "content": "Some words."}] * 2}
    (tmp_path / name).write_text(json.dumps(answer))
    said = error_of(dedup("clean", name, "-o", "out", cwd=tmp_path))
    assert said == (
        'no record has the field "text"; there are: status, totalResults, articles. The documents may be those in the '
        "list \"articles\": take them out first, as with jq -c '.articles[]'."
    )


def test_no_name_of_a_list_is_run_by_a_shell_that_takes_the_way_out(dedup, tmp_path):
    name = 'it\'s "$(touch run)" \n'
    (tmp_path / "a.json").write_text(json.dumps({name: [{"x": "Some words."}, {"x": "Others."}]}))
    said = error_of(dedup("clean", "a.json", "-o", "out", cwd=tmp_path))
    asked = shlex.split(said.partition("as with ")[2].removesuffix("."))
    assert asked == ["jq", "-c", f".[{json.dumps(name)}][]"]


def test_a_long_text_is_likelier_than_a_short_list_of_objects(dedup, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"inhalt": "Some words of news.", "tags": [{"a": 1}]}]))
    assert error_of(dedup("clean", "a.json", "-o", "out", cwd=tmp_path)).endswith("Did you mean --text-field inhalt?")


def write_some_bad(path, good, bad, line='{"text": %d}'):
    """Write a file of so many good and bad lines."""
    lines = [json.dumps({"text": f"a text of its own, number {n}"}) for n in range(good)]
    path.write_text("\n".join([*lines, *(line % n for n in range(bad))]) + "\n")


MANY = '3 of 19 records (15.8 %) could not be read, mostly: field "text" is a number, not a text (3)'
WORKING = {name: args for name, args in COMMANDS.items() if name != "strict"}


@pytest.mark.parametrize("args", WORKING.values(), ids=WORKING)
def test_more_than_a_tenth_set_aside_is_the_first_line_and_exit_code_3(dedup, tmp_path, args):
    write_some_bad(tmp_path / "a.jsonl", 16, 3)
    done = dedup(*args, cwd=tmp_path)
    assert (3, MANY) == (done.code, done.stdout.splitlines()[0])


def test_index_check_tells_what_was_set_aside(dedup, tmp_path):
    write_some_bad(tmp_path / "a.jsonl", 16, 3)
    dedup("index", "add", "a.jsonl", "--index", "news.duckdb", cwd=tmp_path)
    done = dedup("index", "check", "a.jsonl", "--index", "news.duckdb", cwd=tmp_path)
    assert (3, MANY) == (done.code, done.stderr.splitlines()[0])


def test_a_tenth_set_aside_is_no_failure(dedup, tmp_path):
    write_some_bad(tmp_path / "a.jsonl", 18, 2)
    done = dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    assert (0, True) == (done.code, done.stdout.startswith("18 documents, "))


def test_the_exit_code_is_3_of_a_quiet_run_too(dedup, tmp_path):
    write_some_bad(tmp_path / "a.jsonl", 1, 1)
    done = dedup("clean", "a.jsonl", "-o", "out", "-q", cwd=tmp_path)
    assert (3, "", "") == (done.code, done.stdout, done.stderr)


def test_the_summary_counts_what_was_set_aside_by_reason(dedup, tmp_path):
    write_some_bad(tmp_path / "a.jsonl", 1, 2)
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write("{\n")
    dedup("clean", "a.jsonl", "-o", "out", cwd=tmp_path)
    reasons = {'field "text" is a number, not a text': 2, "malformed JSON": 1}
    assert reasons == read_summary(tmp_path / "out")["rejected_by_reason"]
    read = len((tmp_path / "a.jsonl").read_bytes().splitlines())
    done = dedup("passages", "a.jsonl", "-o", "p.jsonl", "--json", "-q", cwd=tmp_path)
    assert json.loads(done.stdout)["rejections"] == {"read": read, "by_reason": reasons}


NOT_FOR_DASH = {
    "clean": ("clean", "a.jsonl"),
    "passages": ("passages", "a.jsonl"),
    "restore": ("restore", "out"),
    "report": ("report", "out"),
    "diff": ("diff", "a.jsonl", "a.jsonl"),
    "index export": ("index", "export", "--index", "news.duckdb"),
}


@pytest.mark.parametrize("args", NOT_FOR_DASH.values(), ids=NOT_FOR_DASH)
def test_a_dash_is_not_the_name_of_an_output(dedup, tmp_path, args):
    write_jsonl(tmp_path / "a.jsonl", [{"text": "a"}])
    done = dedup(*args, "-o", "-", cwd=tmp_path)
    assert (2, "") == (done.code, done.stdout)
    assert "- is not the name of an output" in done.stderr
    assert ["a.jsonl"] == [*read_tree(tmp_path)]

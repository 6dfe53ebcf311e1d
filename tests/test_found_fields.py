"""`diff`, `compare` and `history` take fields of well-known names from a corpus as `clean` does."""

import gzip
import json

import pytest

TEXTS = ["The bridge over the river is closed.", "The bridge over the river is closed until May."]
LINES = [
    {
        "uuid": f"v{number}",
        "maintext": text,
        "title": "Bridge",
        "date_publish": f"2024-03-0{9 - number}",
        "publisher": f"Paper {number}",
        "canonical_link": "http://www.example.org/bridge",
    }
    for number, text in enumerate(TEXTS)
]
LINES.append({**LINES[1], "uuid": "v2", "canonical_link": "http://www.example.org/other"})
TAKEN = 'taken: text from "maintext", id from "uuid"'


@pytest.fixture
def corpus(tmp_path):
    raw = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in LINES).encode()
    (tmp_path / "news.jsonl.gz").write_bytes(gzip.compress(raw))
    return "news.jsonl.gz"


def test_diff_takes_the_text_and_the_id(dedup, tmp_path, corpus):
    done = dedup("diff", "--from", corpus, "v0", "v1", "--stat", cwd=tmp_path)
    assert (done.code, done.stderr) == (1, f"{TAKEN}\n")


def test_compare_takes_the_outlet_too(dedup, tmp_path, corpus):
    done = dedup("compare", "--from", corpus, "v0", "v1", "--engine", "lexical", "--json", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert [text["name"] for text in json.loads(done.stdout)["documents"]] == ["Paper 0", "Paper 1"]
    assert done.stderr.startswith(TAKEN)


def test_history_takes_the_url_and_the_date(dedup, tmp_path, corpus):
    done = dedup("history", "--from", corpus, "https://example.org/bridge", "--json", cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert [version["name"] for version in json.loads(done.stdout)["versions"]] == ["v1", "v0"]


@pytest.mark.parametrize("command", [("compare", "--engine", "lexical", "--json"), ("history", "--json")])
def test_a_run_is_read_with_the_fields_that_it_found(dedup, tmp_path, corpus, command):
    assert dedup("clean", corpus, "-o", "out", "-q", cwd=tmp_path).code == 0
    name, *options = command
    done = dedup(name, "--run", "out", "--cluster", "1", *options, cwd=tmp_path)
    assert done.code == 0, done.stderr
    assert TEXTS[1] in done.stdout


def test_a_field_that_is_named_is_taken(dedup, tmp_path, corpus):
    done = dedup("diff", "--from", corpus, "v0", "v1", "--text-field", "title", "--stat", cwd=tmp_path)
    assert (done.code, "maintext" in done.stderr) == (0, False)


def test_a_corpus_in_another_encoding_is_read(dedup, tmp_path):
    raw = b'{"id": "a", "text": "caf\xe9"}\n{"id": "b", "text": "caf\xe9"}\n'
    (tmp_path / "news.jsonl").write_bytes(raw)
    assert dedup("diff", "--from", "news.jsonl", "a", "b", "--encoding", "cp1252", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("clean", "--dry-run", "--outlet-field", "nope"), "Did you mean --outlet-field publisher?"),
        (("clean", "--dry-run", "--id-field", "uid"), "Did you mean --id-field uuid?"),
        (("stories", "-o", "s.jsonl", "--date-field", "nope"), "Did you mean --date-field date_publish?"),
        (("sources", "-o", "dir", "--title-field", "nope"), "Did you mean --title-field title?"),
    ],
)
def test_a_named_field_that_no_record_has_is_an_error(dedup, tmp_path, corpus, command, said):
    name, *options = command
    done = dedup(name, corpus, *options, cwd=tmp_path)
    there = "; there are: uuid, maintext, title, date_publish, publisher, canonical_link. "
    assert (done.code, done.stderr) == (2, f'error: no record has the field "{options[-1]}"{there}{said}\n')


def test_a_report_refuses_a_field_that_the_run_does_not_have(dedup, tmp_path, corpus):
    assert dedup("clean", corpus, "-o", "out", "-q", cwd=tmp_path).code == 0
    done = dedup("report", "out", "--outlet-field", "nope", cwd=tmp_path)
    assert (done.code, "Did you mean --outlet-field publisher?" in done.stderr) == (2, True)


def test_a_report_takes_the_fields_that_the_run_found(dedup, tmp_path):
    lines = [{"text": "a b", "publishing_date": "2024-05-06", "sitename": "The Example"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert dedup("clean", "a.jsonl", "-o", "out", "-q", cwd=tmp_path).code == 0
    assert dedup("report", "out", "-q", cwd=tmp_path).code == 0
    assert "The Example" in (tmp_path / "out-report" / "index.html").read_text()


@pytest.mark.parametrize("rare", ['"rare": "x"', '"r\\u00e4re" : null', '"in": {"rare": 1}'])
def test_a_field_that_only_a_late_record_has_may_be_named(dedup, tmp_path, rare):
    lines = [json.dumps({"id": n, "text": f"word{n}"}) for n in range(60)] + ['{"text": "z", ' + rare + "}"]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    name = {'"ra': "rare", '"r\\': "räre", '"in': "in.rare"}[rare[:3]]
    assert dedup("clean", "a.jsonl", "--dry-run", "-q", "--outlet-field", name, cwd=tmp_path).code == 0


def test_a_date_of_which_nothing_is_read_is_told(dedup, tmp_path, corpus):
    done = dedup("clean", corpus, "--dry-run", "--date-field", "title", cwd=tmp_path)
    assert 'no day is read from "title", such as "Bridge": days are not compared. Name another --date-field.' in (
        done.stderr.splitlines()
    )
    assert dedup("clean", corpus, "--dry-run", "--date-field", "title", "-q", cwd=tmp_path).stderr == ""


def test_a_field_called_date_of_days_without_an_order_is_told(dedup, tmp_path):
    for value, count in (("01/02/2024", 1), ("soon", 0)):
        (tmp_path / "a.jsonl").write_text(json.dumps({"text": "a b", "date": value}))
        done = dedup("clean", "a.jsonl", "--dry-run", cwd=tmp_path)
        assert done.stderr.count("days are not compared. Say with --date-order what comes first.") == count

"""`dedup compare` from the command line: files, corpora, clean runs, stories; errors of one line."""

import csv
import io
import json
import re

import pytest
from commands import run_fork
from out_folders import sign
from story_texts import FIRE, STORY, semantic

from dedup.model.documents import Document
from dedup.pipeline.collect_documents import name_documents

COPIES = {
    "a1": ("AP", "2025-01-02", FIRE["ap"]),
    "b2": ("BBC", "2025-01-01", FIRE["ap"].replace("Nine", "Ten")),
    "c3": ("CNN", "2025-01-03", FIRE["ap"]),
}


def run(*arguments, cwd=None, **environment):
    """Run `dedup compare`; return its exit code and what it printed."""
    done = run_fork("compare", *arguments, cwd=cwd, **environment)
    return done.code, done.stdout, done.stderr


def read(*arguments, cwd=None):
    """Return the JSON of a comparison by words."""
    code, out, err = run(*arguments, "--engine", "lexical", "--format", "json", cwd=cwd)
    assert (0, "") == (code, err)
    return json.loads(out)


def names(found):
    return [document["name"] for document in found["documents"]]


def records(text_field="text"):
    return [
        {"id": key, "outlet": outlet, "date": date, "title": f"Fire, {outlet}", text_field: text}
        for key, (outlet, date, text) in COPIES.items()
    ]


@pytest.fixture
def files(tmp_path):
    for name, text in FIRE.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def corpus(tmp_path):
    lines = "".join(f"{json.dumps(record)}\n" for record in records())
    (tmp_path / "news.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def write_input(folder, suffix):
    """Write the three copies in a format; return the name of the input."""
    if suffix == "txt":
        (folder / "texts").mkdir()
        for key, (_, _, text) in COPIES.items():
            (folder / "texts" / f"{key}.txt").write_text(text, encoding="utf-8")
        return "texts"
    if suffix == "jsonl":
        lines = "".join(f"{json.dumps(record)}\n" for record in records())
    else:
        table = io.StringIO()
        writer = csv.DictWriter(table, records()[0])
        writer.writeheader()
        writer.writerows(records())
        lines = table.getvalue()
    (folder / f"news.{suffix}").write_text(lines, encoding="utf-8")
    return f"news.{suffix}"


# Files


def test_files_are_called_by_their_stems(files):
    assert ["ap", "bbc", "cnn"] == names(read("ap.txt", "bbc.txt", "cnn.txt", cwd=files))


def test_two_files_of_one_stem_are_called_by_their_paths(files):
    (files / "other").mkdir()
    (files / "other" / "ap.txt").write_text("Other.", encoding="utf-8")
    assert ["ap.txt", "other/ap.txt", "bbc"] == names(read("ap.txt", "other/ap.txt", "bbc.txt", cwd=files))


@pytest.mark.parametrize("base", ["bbc", "bbc.txt"])
def test_the_base_is_named_by_stem_or_path(files, base):
    assert 1 == read("ap.txt", "bbc.txt", "cnn.txt", "--base", base, cwd=files)["base"]


def test_a_byte_order_mark_is_no_text(files):
    (files / "bom.txt").write_text("\ufeff" + FIRE["ap"], encoding="utf-8")
    found = read("ap.txt", "bom.txt", cwd=files)
    assert {"verbatim"} == {cell["relation"] for row in found["rows"] for cell in row["cells"]}


def test_the_terminal_shows_the_overview(files):
    code, out, err = run("ap.txt", "bbc.txt", "cnn.txt", "--engine", "lexical", cwd=files)
    assert (0, "") == (code, err)
    for shown in ("3 texts,", "lexical engine", "What became of base", "numbers: A: Nine", "Only in B bbc"):
        assert shown in out


def test_names_are_given_in_the_order_of_the_files(files):
    found = read("ap.txt", "bbc.txt", "cnn.txt", "--names", "AP, , El País", "--base", "cnn.txt", cwd=files)
    assert ((["AP", "bbc", "El País"]), 2) == (names(found), found["base"])


def test_names_for_other_texts_than_there_are_are_a_usage_error(files):
    code, _, err = run("ap.txt", "bbc.txt", "--names", "AP", cwd=files)
    assert 2 == code
    assert "--names has 1 names for 2 texts." in err


def test_the_summary_is_one_screen_of_the_same_sentences():
    code, out, err = run(*STORY, "--engine", "lexical", "--summary", "--width", 80)
    assert (0, "") == (code, err)
    lines = out.splitlines()
    assert len(lines) <= 24
    assert [] == [line for line in lines if len(line) > 80]
    found = read(*STORY)
    assert "prints 1,713 characters twice" in found["summary"][-1]
    assert found["summary"][-1] in " ".join(out.split())


def test_a_summary_is_for_the_terminal(files):
    code, _, err = run("ap.txt", "bbc.txt", "--summary", "--format", "json", cwd=files)
    assert 2 == code
    assert "--summary is for the terminal" in err


def test_what_ran_is_in_every_format(files):
    for output_format in ("terminal", "json"):
        _, out, _ = run("ap.txt", "bbc.txt", "--engine", "lexical", "--format", output_format, cwd=files)
        assert "lexical" in out


@semantic
def test_the_model_is_told_in_every_format(files):
    for output_format in ("terminal", "json"):
        _, out, _ = run("ap.txt", "bbc.txt", "--format", output_format, cwd=files)
        assert "all-MiniLM-L6-v2 (int8)" in out


@pytest.mark.parametrize("output_format", ["terminal", "json"])
def test_the_output_goes_to_a_file_as_to_the_screen(files, output_format):
    arguments = ("ap.txt", "bbc.txt", "--engine", "lexical", "--format", output_format)
    _, shown, _ = run(*arguments, cwd=files)
    assert (0, "", "") == run(*arguments, "-o", "out", cwd=files)
    assert shown == (files / "out").read_text(encoding="utf-8")


def test_no_line_is_wider_than_the_terminal():
    for width in (50, 80):
        _, out, _ = run(*STORY, "--engine", "lexical", "--width", width)
        rows = out.split("Statements")[1].split("These do not agree")[0].splitlines()[1:]
        assert [] == [line for line in rows if len(line) > width]


def test_colour_is_used_when_asked_for_and_not_in_a_pipe(files):
    assert "\x1b[" in run("ap.txt", "bbc.txt", "--engine", "lexical", "--color", "always", cwd=files)[1]
    assert "\x1b[" not in run("ap.txt", "bbc.txt", "--engine", "lexical", cwd=files)[1]


def test_control_characters_do_not_reach_the_terminal(tmp_path):
    hostile = "Nine \x1b[2J people \u202edied\u202c in \x07 the fire\x9b31m on Monday."
    (tmp_path / "a\x1b[31m\nb.txt").write_text(hostile, encoding="utf-8")
    (tmp_path / "b.txt").write_text(hostile.replace("Nine", "Ten"), encoding="utf-8")
    code, out, err = run("a\x1b[31m\nb.txt", "b.txt", "--engine", "lexical", cwd=tmp_path)
    assert (0, "") == (code, err)
    assert [] == re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out)
    assert 1 == out.count("words verbatim")
    assert "a<U+001B>[31m b" in out


# A corpus


def test_documents_of_a_corpus_are_called_by_their_outlets(corpus):
    found = read("--from", "news.jsonl", "a1", "c3", cwd=corpus)
    assert ["AP", "CNN"] == names(found)
    assert [("2025-01-02", "Fire, AP"), ("2025-01-03", "Fire, CNN")] == [
        (document["date"], document["title"]) for document in found["documents"]
    ]


def test_the_earliest_document_is_the_base(corpus):
    assert 1 == read("--from", "news.jsonl", "a1", "b2", "c3", cwd=corpus)["base"]


def test_two_documents_of_one_outlet_are_told_apart(tmp_path):
    lines = [{"id": key, "outlet": "AP", "text": FIRE["ap"]} for key in ("x", "y")]
    (tmp_path / "n.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert ["AP (x)", "AP (y)"] == names(read("--from", "n.jsonl", "x", "y", cwd=tmp_path))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([{"date": "2024-01-02"}, {"date": "2024-01-03"}], ["AP (2024-01-02)", "AP (2024-01-03)"]),
        (
            [{"date": "2024-01-02", "title": title} for title in ("Fire in Riga", "Ten dead")],
            ["AP (Fire in Riga)", "AP (Ten dead)"],
        ),
    ],
)
def test_documents_of_one_outlet_are_called_by_what_differs(fields, expected):
    documents = [Document(f"1c177f0{n}", FIRE["ap"], {"outlet": "AP", **each}) for n, each in enumerate(fields)]
    assert expected == [document.id for document in name_documents(documents)]


def test_all_documents_of_a_small_corpus_are_compared(corpus):
    assert ["AP", "BBC", "CNN"] == names(read("--from", "news.jsonl", cwd=corpus))


def test_of_a_big_corpus_the_documents_must_be_named(tmp_path):
    lines = [json.dumps({"id": str(n), "text": FIRE["ap"]}) for n in range(51)]
    (tmp_path / "n.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run_fork("compare", "--from", "n.jsonl", cwd=tmp_path)
    assert "n.jsonl: 51 documents; 2 to 50 can be compared. Name those to compare by id." in done.stderr


def test_a_csv_file_is_a_corpus_too(tmp_path):
    assert ["AP", "BBC"] == names(read("--from", write_input(tmp_path, "csv"), "a1", "b2", cwd=tmp_path))


# A clean run


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "txt"])
@pytest.mark.parametrize("cluster", ["1", "representative"])
def test_a_cluster_of_a_clean_run_is_compared(tmp_path, suffix, cluster):
    done = run_fork("clean", write_input(tmp_path, suffix), "-o", "out", "--quiet", cwd=tmp_path)
    assert 0 == done.code, done.stderr
    first = json.loads((tmp_path / "out" / "clusters.jsonl").read_text().splitlines()[0])
    wanted = first["representative"] if cluster == "representative" else "1"
    found = read("--run", "out", "--cluster", wanted, cwd=tmp_path)
    expected = ["a1.txt", "b2.txt", "c3.txt"] if suffix == "txt" else ["AP", "BBC", "CNN"]
    assert expected == names(found)
    assert {"number"} == {disagreement["kind"] for disagreement in found["disagreements"]}


@pytest.fixture
def cleaned(tmp_path):
    done = run_fork("clean", write_input(tmp_path, "jsonl"), "-o", "out", "--quiet", cwd=tmp_path)
    assert 0 == done.code, done.stderr
    return tmp_path


def test_boilerplate_of_the_run_is_marked(cleaned):
    place = {"doc_id": "a1", "path": "news.jsonl", "line": 1, "start": 0, "end": 9}
    line = {"text": "Nobody knows who owned the house.", "documents": 9, **place}
    (cleaned / "out" / "boilerplate.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    sign(cleaned / "out")
    found = read("--run", "out", "--cluster", "1", cwd=cleaned)
    assert ["boilerplate"] * 3 == [document["sentences"][-1]["omitted"] for document in found["documents"]]


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        (None, ["--cluster", "9"], 'out: no cluster "9". clusters.jsonl lists them, by number and representative.'),
        (None, ["--cluster", "1", "--text-field", "body"], "--text-field"),
        (("clusters.jsonl", None), ["--cluster", "1"], "out/clusters.jsonl: is missing."),
        (("clusters.jsonl", "nonsense\n"), ["--cluster", "1"], "out/clusters.jsonl, line 1: is no record"),
        (("clusters.jsonl", "[]\n"), ["--cluster", "1"], "out/clusters.jsonl, line 1: is no record"),
        (("removed.jsonl", ""), ["--cluster", "1"], "out: no text of news.jsonl, line 2."),
        (("kept/news.jsonl", ""), ["--cluster", "x"], 'no cluster "x"'),
    ],
)
def test_a_run_that_does_not_hold_the_cluster_is_an_error_of_one_line(cleaned, change, arguments, said):
    if change:
        path = cleaned / "out" / change[0]
        path.unlink()
        if change[1] is not None:
            path.write_text(change[1], encoding="utf-8")
        sign(cleaned / "out")
    code, out, err = run("--run", "out", *arguments, cwd=cleaned)
    assert (2, "", 1) == (code, out, err.count("\n"))
    assert err.startswith("error: ")
    assert said in err


def test_a_file_of_a_run_that_is_not_utf_8_is_an_error_of_one_line(cleaned):
    (cleaned / "out" / "clusters.jsonl").write_bytes(b"\xff\xfe\n")
    sign(cleaned / "out")
    code, _, err = run("--run", "out", "--cluster", "1", cwd=cleaned)
    assert (2, 1) == (code, err.count("\n"))


# Stories


@pytest.fixture
def stories(corpus):
    story = {"story": 4, "documents": [{"path": "news.jsonl", "line": line} for line in (3, 1)]}
    (corpus / "stories.jsonl").write_text(f"{json.dumps({'story': 1})}\n{json.dumps(story)}\n", encoding="utf-8")
    return corpus


def test_a_story_is_compared_in_its_order(stories):
    assert ["CNN", "AP"] == names(read("--stories", "stories.jsonl", "--story", 4, cwd=stories))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (7, "stories.jsonl: no story 7. The first field of each line is its number."),
        (1, "stories.jsonl: story 1 does not list its documents by path and line."),
    ],
)
def test_a_story_that_is_not_there_is_an_error_of_one_line(stories, number, said):
    code, _, err = run("--stories", "stories.jsonl", "--story", number, cwd=stories)
    assert (2, 1) == (code, err.count("\n"))
    assert said in err


def test_a_story_whose_documents_are_gone_is_an_error_of_one_line(stories):
    (stories / "news.jsonl").write_text(json.dumps(records()[0]) + "\n", encoding="utf-8")
    code, _, err = run("--stories", "stories.jsonl", "--story", 4, cwd=stories)
    assert (2, "error: news.jsonl, line 3: no document there now. Make stories.jsonl anew.\n") == (code, err)


# Errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ap.txt"], "error: 1 text to compare. Name 2 to 50."),
        (["ap.txt", "ap.txt"], "error: ap.txt: named twice. Name every file once."),
        (["ap.txt", "nowhere.txt"], "error: nowhere.txt: no such file."),
        (["ap.txt", "."], "error: .: is a folder. Name one text file."),
        (["ap.txt", "bbc.txt", "--base", "dpa"], 'error: --base "dpa" is none of the texts: ap, bbc.'),
        (["ap.txt", "bbc.txt", "--model", "nowhere"], "error: nowhere: not a model folder."),
        (["ap.txt", "bbc.txt", "--model", ".", "--engine", "lexical"], "error: --model is for the semantic engine"),
        (["ap.txt", "bbc.txt", "-o", "."], "error: .: is a folder. Name a file with -o."),
        (["--from", "nowhere.jsonl", "a", "b"], "error: nowhere.jsonl: no such file"),
        (["--stories", "nowhere.jsonl", "--story", "1"], "error: nowhere.jsonl: no such file."),
    ],
)
@semantic
def test_an_error_is_one_line(files, arguments, said):
    code, out, err = run(*arguments, cwd=files)
    assert (2, "", 1) == (code, out, err.count("\n"))
    assert err.startswith(said)


def test_a_document_that_is_not_in_the_corpus_is_an_error_of_one_line(corpus):
    code, _, err = run("--from", "news.jsonl", "a1", "zz", cwd=corpus)
    assert (2, 1) == (code, err.count("\n"))
    assert 'no document has "id": "zz"' in err


def test_a_document_named_twice_is_an_error_of_one_line(corpus):
    code, _, err = run("--from", "news.jsonl", "a1", "a1", cwd=corpus)
    assert (2, "error: news.jsonl: document a1 is named twice. Name every document once.\n") == (code, err)


def test_fifty_one_files_are_an_error_of_one_line(tmp_path):
    for number in range(51):
        (tmp_path / f"{number}.txt").write_text("x", encoding="utf-8")
    code, _, err = run(*(f"{number}.txt" for number in range(51)), cwd=tmp_path)
    assert (2, "error: 51 texts to compare. Name 2 to 50.\n") == (code, err)


@pytest.mark.parametrize(
    ("raw", "said"), [(b"caf\xe9", "is not UTF-8"), (b"a\0b", "a NUL byte"), (b"\x1f\x8b", "looks like gzip")]
)
def test_a_file_that_is_no_text_is_an_error_of_one_line(files, raw, said):
    (files / "bad").write_bytes(raw)
    code, _, err = run("ap.txt", "bad", cwd=files)
    assert (2, 1) == (code, err.count("\n"))
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name 2 to 50 text files"),
        (["--run", "out"], "--run OUT/ and --cluster ID go together."),
        (["--cluster", "1", "a", "b"], "--run OUT/ and --cluster ID go together."),
        (["--stories", "s"], "--stories FILE and --story N go together."),
        (["--run", "o", "--cluster", "1", "--from", "c"], "--from and --run name different texts."),
        (["--run", "o", "--cluster", "1", "a.txt"], "With --run no file is named"),
    ],
)
def test_texts_named_in_two_ways_are_a_usage_error(arguments, said):
    code, _, err = run(*arguments)
    assert 2 == code
    assert said in err
    assert "Traceback" not in err


def test_texts_that_differ_are_no_error(files):
    assert 0 == run("ap.txt", "bbc.txt", "--engine", "lexical", cwd=files)[0]


def test_empty_files_are_compared(tmp_path):
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text("\n \n")
    code, out, err = run("a.txt", "b.txt", "--engine", "lexical", cwd=tmp_path)
    assert (0, "") == (code, err)
    assert "No statement is in two of the texts." in out

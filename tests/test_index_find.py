"""Where else a passage is: the documents of an index that share one with a text, and the words of both sides."""

import json

import pytest
from commands import clean_quietly
from corpora import edit_text, make_text, write_jsonl

from dedup import Index
from dedup.index.store import IndexFile
from dedup.pipeline.find_in_index import find_in_index


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    """A folder with an index of twenty articles, each with a sentence of the one before it."""
    folder = tmp_path_factory.mktemp("find")
    articles = [make_text(f"a{i}", 60) for i in range(20)]
    records = [
        {"id": i, "text": " ".join([*articles[i].split(), *(articles[i - 1].split()[10:50] if i else [])])}
        for i in range(20)
    ]
    write_jsonl(folder / "day.jsonl", records)
    clean_quietly([folder / "day.jsonl"], folder / "out", index=folder / "news.duckdb")
    return folder


def find(folder, text, **options):
    """Return (id, words of the text, words of the document) of each passage that is found."""
    found = find_in_index(IndexFile(folder / "news.duckdb"), text, **options)
    return [
        (document.id, passage.words, passage.source_words) for document in found.found for passage in document.passages
    ]


def test_every_document_that_has_the_passage_is_found_with_the_words_of_both_sides(news):
    passage = " ".join(make_text("a7", 60).split()[10:50])
    assert find(news, f"Own words here. {passage} And more of them.") == [
        ("7", (3, 43), (10, 50)),
        ("8", (3, 43), (60, 100)),
    ]


def test_spans_are_characters_of_the_text_and_hold_the_words_given(news):
    text = "«Own words»\n\n" + " ".join(make_text("a7", 60).split()[10:50]).upper() + " – end"
    for document in find_in_index(IndexFile(news / "news.duckdb"), text).found:
        for passage in document.passages:
            assert text[slice(*passage.span)] == passage.text
            assert len(passage.text.split()) == passage.words[1] - passage.words[0] == 40


def test_an_edited_passage_is_found_with_its_similarity(news):
    text = edit_text(" ".join(make_text("a7", 60).split()), "edited", changes=4)
    (first, *_) = find_in_index(IndexFile(news / "news.duckdb"), text).found
    assert first.id == "7"
    assert 0.8 < first.similarity < 1
    assert 0.9 < first.covered <= 1


def test_a_passage_shorter_than_asked_for_is_not_listed(news):
    passage = " ".join(make_text("a7", 60).split()[10:50])
    assert find(news, f"{passage} {make_text('other', 30)}", min_tokens=41) == []


def test_what_no_document_has_is_found_nowhere(news, dedup):
    done = dedup("index", "find", make_text("nowhere"), "--index", "news.duckdb", cwd=news)
    assert done.code == 0
    assert done.stdout == "120 words looked up in 20 documents of news.duckdb: no document shares a passage\n"


def test_a_file_a_text_and_standard_input_give_the_same(news, dedup):
    text = make_text("a7", 60)
    (news / "asked.txt").write_text(text)
    answers = [
        dedup("index", "find", given, "--index", "news.duckdb", "--json", cwd=news, stdin=text.encode()).stdout
        for given in ("asked.txt", text, "-")
    ]
    assert len(set(answers)) == 1
    found = json.loads(answers[0])
    assert (found["index"], found["words"], found["documents"]) == ("news.duckdb", 60, 20)
    assert [(document["id"], document["words"]) for document in found["found"]] == [("7", 60), ("8", 40)]


def test_the_table_has_a_row_for_each_passage(news, dedup):
    done = dedup("index", "find", make_text("a7", 60), "--index", "news.duckdb", "--max-documents", "1", cwd=news)
    lines = done.stdout.splitlines()
    assert lines[0] == "60 words looked up in 20 documents of news.duckdb: 2 documents with a passage of it"
    assert lines[2].startswith(f"7  {news}/day.jsonl:8  run 0001-")
    assert lines[2].endswith("has 60 of the words (100 %)")
    assert lines[4].split()[:4] == ["100", "%", "0-60", "0-60"]
    assert lines[-1] == "and 1 more (--max-documents)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the text has 0 words, and a passage has at least 20"),
        ("Three words only.", "the text has 3 words"),
        ("artcle.txt", "artcle.txt: no such file"),
    ],
)
def test_a_text_that_holds_no_passage_is_an_error(news, dedup, text, said):
    done = dedup("index", "find", text, "--index", "news.duckdb", cwd=news)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {said}")


def test_an_index_that_is_not_there_is_an_error(tmp_path, dedup):
    done = dedup("index", "find", make_text("a"), "--index", "none.duckdb", cwd=tmp_path)
    assert done.code == 2
    assert "none.duckdb: no such index" in done.stderr


def test_an_index_in_python_finds_the_same(news):
    with Index.open(news / "news.duckdb") as index:
        assert index.find(make_text("a7", 60)) == find_in_index(IndexFile(news / "news.duckdb"), make_text("a7", 60))
        assert [document.id for document in index.find(make_text("a7", 60)).found] == ["7", "8"]

"""Single documents of files: all, by id, by place."""

import json

import pytest
from corpora import write_jsonl

from dedup import DedupError
from dedup.config import InputConfig
from dedup.corpus.document_reader import DocumentReader
from dedup.corpus.files import find_files
from dedup.model.documents import DocumentPlace

RECORDS = [
    {"id": "a", "text": "One cat.", "outlet": "AP", "date": "2024-01-31"},
    {"text": "Two dogs.", "paper": "BBC"},
    {"id": "a", "text": "A second one of that id."},
    {"id": 7, "text": "Three birds."},
]


@pytest.fixture
def reader(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_jsonl(tmp_path / "news.jsonl", RECORDS)
    return DocumentReader(find_files(["news.jsonl"]), InputConfig())


def test_all_documents_come_in_order_with_their_places(reader):
    found = list(reader.read_all())
    assert [record["text"] for record in RECORDS] == [document.text for document in found]
    assert [DocumentPlace("news.jsonl", line) for line in (1, 2, 3, 4)] == [document.place for document in found]


def test_a_document_without_an_id_is_called_by_its_place(reader):
    assert ["a", "news.jsonl:2", "a", "7"] == [document.id for document in reader.read_all()]


def test_fields_are_called_by_what_they_hold(reader):
    first, second, *_ = reader.read_all()
    assert {"outlet": "AP", "date": "2024-01-31", "title": ""} == first.fields
    renamed = DocumentReader(reader.files, InputConfig(outlet_field="paper"))
    assert ("", "BBC") == (second.fields["outlet"], list(renamed.read_all())[1].fields["outlet"])


def test_the_first_document_of_an_id_is_found(reader):
    assert {"a": "One cat.", "7": "Three birds."} == {
        doc_id: document.text for doc_id, document in reader.find_ids(["7", "a", "z"]).items()
    }


def test_documents_are_found_by_place(reader):
    places = [DocumentPlace("news.jsonl", 3), DocumentPlace("news.jsonl", 9), DocumentPlace("other.jsonl", 1)]
    assert [(places[0], "A second one of that id.")] == [
        (place, document.text) for place, document in reader.find_places(places).items()
    ]


def test_required_documents_come_in_the_order_of_the_ids(reader):
    assert ["Three birds.", "One cat.", "Three birds."] == [d.text for d in reader.require_ids(["7", "a", "7"])]


def test_an_id_that_is_not_there_is_an_error_that_names_it_and_a_record_that_was_not_read(reader, tmp_path):
    with pytest.raises(DedupError, match=r'^news.jsonl: no document has "id": "z". Check the id'):
        reader.require_ids(["a", "z"])
    (tmp_path / "news.jsonl").write_text(f"{json.dumps(RECORDS[0])}\n{{bad\n", encoding="utf-8")
    with pytest.raises(DedupError, match=r'"z" \(news.jsonl, line 2 was not read: malformed JSON'):
        DocumentReader(find_files(["news.jsonl"]), InputConfig()).require_ids(["z"])

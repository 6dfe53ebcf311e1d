"""Pages of what the relations decided: what was lost, what is alike and stays, series; tables as CSV, and addresses."""

import csv
import re

import pytest
from commands import run_fork
from corpora import read_lines
from report_pages import STORM, Page, make_report

from dedup.report.corpus.corpus_model import Card, DocumentPair, TextPair
from dedup.report.corpus.run_findings import mark_novel

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def make_weather(number):
    """Return the weather report of a day."""
    text = (
        f"The service expects a high of {10 + number} degrees on {DAYS[number]}, March {number + 1}, with winds "
        f"of {20 + 3 * number} km per hour over the bay and the hills. Rain is likely in the afternoon and "
        "the sea will be rough near the cape. Drivers should take care on the coastal road that leads to the harbour."
    )
    address = f"https://wire.example/weather/{number}"
    return {"id": f"w{number}", "outlet": "Wire", "date": f"2024-03-0{number + 1}", "text": text, "url": address}


def make_corpus():
    """Return a storm with an edited copy, weather of five days, and a caption under many titles."""
    edited = STORM.replace("declined to comment", "did not want to say a word")
    storm = [
        {"id": "s1", "outlet": "Wire", "title": "=cmd()", "date": "2024-01-31", "text": STORM},
        {"id": "s2", "outlet": "Argus", "title": "+storm", "date": "2024-01-31", "text": edited, "url": "javascript:1"},
    ]
    stubs = [
        {"id": f"p{n}", "outlet": "Beacon", "title": f"Photo {n}", "text": "Picture of the day."} for n in range(6)
    ]
    return [*storm, *map(make_weather, range(5)), *stubs]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Return (OUT, DIR) of the report of the corpus."""
    return make_report(run_fork, tmp_path_factory.mktemp("relations"), make_corpus())


def test_the_words_that_a_removal_lost_are_marked_and_counted(report):
    source = (report[1] / "lost.html").read_text()
    (removed,) = read_lines(report[0] / "removed.jsonl")
    marked = re.findall(r"<ins>([^<]*)</ins>", source)
    assert ["underlined", "did not want to say a word"] == marked
    assert removed["novel_words"] == len(marked[1].split())
    assert "7 of its 90 words (7.8 %) are lost; edited" in Page(source).text
    assert "clusters/000/1.html" in Page(source).links


def test_every_counted_word_is_marked_and_text_far_from_them_is_left_out():
    card = Card("a", "n.jsonl", 1, "", "", "", "")
    known = " ".join(f"word{number}" for number in range(300))
    losing = mark_novel(TextPair(DocumentPair(card, card, "edited", 0.9), known, f"{known} new text here {known}"))
    assert (3, 603) == (losing.num_novel, losing.num_words)
    assert ["new text here"] == [piece.text for piece in losing.pieces if piece.tag == "ins"]
    assert sum(len(piece.text) for piece in losing.pieces) < 400


def test_what_is_alike_and_stays_is_listed_by_relation_with_its_other_facts(report):
    page = Page((report[1] / "alike.html").read_text())
    related = read_lines(report[0] / "related.jsonl")
    assert {record["relation"] for record in related} <= set(page.ids)
    assert all(own in page.text for record in related for own, _ in record.get("conflicts", ()))
    assert f"{len(related)} kept documents are alike another one" in page.text


def test_suspicious_series_are_listed_with_their_first_documents(report):
    page = Page((report[1] / "series.html").read_text())
    assert "one-text-many-titles" in page.ids
    assert "6 documents have the same words under 6 titles" in page.text
    assert "Photo 4" in page.text
    assert "Photo 5" not in page.text


def test_only_addresses_of_the_web_are_linked_and_they_learn_no_referrer(report):
    source = "".join(path.read_text() for path in report[1].rglob("*.html"))
    assert '<a href="https://wire.example/weather/1" rel="noreferrer">source</a>' in source
    assert "javascript:" not in source


def test_every_removal_is_in_the_table_and_no_cell_is_a_formula(report):
    with (report[1] / "tables/removed.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert ("s2", "s1", "7", "1") == (row["removed_id"], row["kept_id"], row["novel_words"], row["cluster"])
    assert ("'+storm", "'=cmd()") == (row["removed_title"], row["kept_title"])


def test_every_table_has_a_head_and_its_columns_name_what_is_in_them(report):
    tables = {path.stem: list(csv.reader(path.read_text().splitlines(True))) for path in report[1].glob("tables/*.csv")}
    assert not [name for name, rows in tables.items() if {len(rows[0])} != {len(row) for row in rows}]
    assert tables["rejected"] == [["path", "line", "offset", "error", "raw", "raw_base64", "set_aside"]]
    assert tables["sizes"] == [["documents", "clusters"], ["2", "1"]]
    assert tables["relations"][:3] == [["relation", "removed"], ["exact", "0"], ["edited", "1"]]
    (removed,) = read_lines(report[0] / "removed.jsonl")
    step = f"{removed['similarity'] // 0.02 * 0.02:.2f}"
    assert tables["similarities"] == [["relation", "similarity", "removed"], ["edited", step, "1"]]
    assert tables["days"][:2] == [["day", "documents", "removed"], ["2024-01-31", "2", "1"]]
    assert tables["removed"][0][-5:] == ["similarity", "covered", "novel_words", "conflicts", "cluster"]


def test_every_table_of_every_page_has_a_csv_file(report):
    for path in report[1].rglob("*.html"):
        source = path.read_text()
        for table in re.split("<table", source)[1:]:
            assert ".csv" in table.partition("</table>")[2][:200], (path.name, table[:120])


def test_every_count_of_removed_documents_leads_to_its_pairs(report):
    index = (report[1] / "index.html").read_text()
    found = re.findall(r'<a href="(pairs/\w+)-1\.html#group-1">1</a>', index)
    assert {"relation", "similarity", "outlet", "kept", "crossing", "day"} == {
        path.removeprefix("pairs/") for path in found
    }
    for path in report[1].glob("pairs/*.html"):
        page = Page(path.read_text())
        assert "s2" in page.text
        assert "../clusters/000/1.html" in page.links

"""Articles out of HTML pages and WARC archives."""

import gzip
import io
import json
import os

import pytest

from dedup.extract.page_files import PagePlace, read_page

PARAGRAPHS = [
    "The mayor of the old harbour town said on Monday that the bridge over the river will be closed for a year.",
    "Engineers found cracks in two of its pillars in March, and the council voted for the repair last week.",
    "Drivers will have to take the road along the coast, which is twelve kilometres longer than the old way.",
]


def make_page(title="Bridge closed", paragraphs=PARAGRAPHS, head=""):
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html lang=en><head><title>{title}</title><meta charset=utf-8>"
        f'<meta property="og:site_name" content="Harbour News">'
        f'<meta property="article:published_time" content="2024-03-04T10:00:00Z">{head}</head><body>'
        f"<nav><a href=/>Home</a> <a href=/sport>Sport</a> <a href=/news>News</a></nav>"
        f"<article><h1>{title}</h1>{body}</article><footer>Copyright, all rights reserved. Contact us.</footer>"
        "</body></html>"
    ).encode()


def write_warc(path, pages):
    """Write an archive; each record of a compressed one is a member of its own, as crawlers do it."""
    raw = io.BytesIO()
    for number, (url, status, kind, html) in enumerate(pages):
        http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(html)}\r\n\r\n".encode() + html
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>\r\n"
            f"WARC-Target-URI: {url}\r\nWARC-Date: 2024-03-04T12:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        record = head.encode() + http + b"\r\n\r\n"
        raw.write(gzip.compress(record, mtime=0) if path.suffix == ".gz" else record)
    path.write_bytes(raw.getvalue())


@pytest.fixture
def pages(tmp_path):
    folder = tmp_path / "pages"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.html").write_bytes(make_page())
    (folder / "deep/b.htm").write_bytes(make_page("Rain", [text.replace("bridge", "school") for text in PARAGRAPHS]))
    (folder / "notes.txt").write_text("no page")
    return folder


def read_lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_page_gives_its_article_without_what_is_around_it(dedup, pages):
    done = dedup("extract", str(pages / "a.html"))
    assert done.code == 0
    (article,) = read_lines(done.stdout)
    assert [text in article["text"] for text in PARAGRAPHS] == [True] * 3
    assert not {"Sport", "Copyright"} & set(article["text"].split())
    assert (article["title"], article["date"], article["outlet"]) == ("Bridge closed", "2024-03-04", "Harbour News")
    assert article["source"] == {"path": str(pages / "a.html")}


def test_a_folder_gives_all_its_pages_in_order(dedup, pages):
    titles = [line["title"] for line in read_lines(dedup("extract", str(pages), "--workers", "2").stdout)]
    assert titles == ["Bridge closed", "Rain"]


def test_a_name_that_is_no_text_is_spelled_out(dedup, tmp_path):
    (tmp_path / "caf\udce9.html").write_bytes(make_page())
    done = dedup("extract", str(tmp_path))
    (article,) = read_lines(done.stdout)
    assert (done.code, article["source"]["path"], article["id"]) == (
        0,
        f"{tmp_path}/caf\\xe9.html",
        f"{tmp_path}/caf\\xe9.html",
    )


def test_an_output_that_cannot_be_made_stops_before_the_work(dedup, pages, tmp_path):
    done = dedup("extract", str(pages), "-o", "x" * 300, "--rejected", str(tmp_path / "none.jsonl"), cwd=tmp_path)
    assert (done.code, "cannot be a file (File name too long)" in done.stderr) == (2, True)
    assert not (tmp_path / "none.jsonl").exists()


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_an_archive_gives_the_pages_that_were_answered_with_html(dedup, tmp_path, name):
    records = [
        ("https://www.example.com/bridge", "200 OK", "text/html; charset=utf-8", make_page()),
        ("https://example.com/gone", "404 Not Found", "text/html", make_page()),
        ("https://example.com/picture", "200 OK", "image/png", b"\x89PNG"),
        ("https://example.org/rain", "200 OK", "text/html", make_page("Rain")),
    ]
    write_warc(tmp_path / name, records)
    done = dedup("extract", str(tmp_path / name))
    articles = read_lines(done.stdout)
    assert [article["id"] for article in articles] == ["https://www.example.com/bridge", "https://example.org/rain"]
    assert [article["fetched"] for article in articles] == ["2024-03-04T12:00:00Z"] * 2
    assert articles[1]["source"]["offset"] > 0


def test_any_number_of_workers_gives_the_same_bytes(dedup, tmp_path):
    records = [(f"https://example.com/{n}", "200 OK", "text/html", make_page(f"Title {n}")) for n in range(60)]
    write_warc(tmp_path / "a.warc.gz", records)
    found = {dedup("extract", str(tmp_path / "a.warc.gz"), "--workers", n).stdout for n in ("1", "2")}
    assert len(found) == 1
    assert len(found.pop().splitlines()) == 60


def test_pages_without_an_article_are_listed_with_reasons(dedup, tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_bytes(make_page())
    (folder / "empty.html").write_bytes(b"")
    (folder / "noise.html").write_bytes(bytes(range(256)) * 20)
    (folder / "long.html").write_bytes(make_page(paragraphs=PARAGRAPHS * 50))
    (folder / "short.html").write_bytes(make_page(paragraphs=["Only a few words here."]))
    rejected = tmp_path / "rejected.jsonl"
    done = dedup(
        "extract", str(folder), "-o", str(tmp_path / "a.jsonl"), "--rejected", str(rejected), "--max-page", "8000"
    )
    reasons = {line["path"].rsplit("/")[-1]: line["error"] for line in read_lines(rejected.read_text())}
    assert reasons.keys() == {"empty.html", "noise.html", "long.html", "short.html"}
    assert reasons["long.html"] == "too long"
    assert done.stdout.startswith(
        "1 of 5 records (20.0 %) could not be read, mostly: too long (1)\n5 pages, 1 article\n"
    )
    assert done.code == 3


def test_what_was_extracted_can_be_cleaned(dedup, pages, tmp_path):
    assert dedup("extract", str(pages), "-o", str(tmp_path / "a.jsonl.gz")).code == 0
    done = dedup("clean", str(tmp_path / "a.jsonl.gz"), "--dry-run", "--json", "-q")
    assert json.loads(done.stdout)["counts"]["documents"] == 2


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
@pytest.mark.parametrize("cut", [10, 300, -20, -700])
def test_a_truncated_archive_gives_what_is_before_and_says_so(dedup, tmp_path, cut, name):
    records = [(f"https://example.com/{n}", "200 OK", "text/html", make_page(f"Title {n}")) for n in range(3)]
    path = tmp_path / name
    write_warc(path, records)
    path.write_bytes(path.read_bytes()[:cut])
    done = dedup("extract", str(path))
    assert done.code == 3
    assert "the archive " in done.stderr
    assert len(done.stdout.splitlines()) >= (2 if cut < 0 else 0)


def test_a_bomb_in_an_archive_is_set_aside(dedup, tmp_path):
    records = [("https://example.com/bomb", "200 OK", "text/html", b"<p>" + b"a " * 6_000_000)]
    write_warc(tmp_path / "a.warc.gz", records)
    done = dedup("extract", str(tmp_path / "a.warc.gz"), "--json", "-o", str(tmp_path / "out.jsonl"))
    assert json.loads(done.stdout)["rejected_by_reason"] == {"too long": 1}


def test_a_page_of_millions_of_tags_is_set_aside(dedup, tmp_path):
    (tmp_path / "a.html").write_bytes(b"<p> \n</p>" * 500_000)
    done = dedup("extract", "a.html", "--json", "-o", "out.jsonl", cwd=tmp_path)
    assert json.loads(done.stdout)["rejected_by_reason"] == {"more than 100,000 tags": 1}


WRONG = [
    (["none.html"], "no such file"),
    (["a.txt"], "is no page and no archive"),
    (["empty"], "no .html"),
    (["a.html", "a.html"], "is named twice"),
    (["a.html", "-o", "a.html"], "is an input"),
]


@pytest.mark.parametrize(("args", "said"), WRONG)
def test_what_is_no_input_is_named(dedup, tmp_path, args, said):
    (tmp_path / "a.html").write_bytes(make_page())
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "empty").mkdir()
    done = dedup("extract", *args, cwd=tmp_path)
    assert (done.code, said in done.stderr) == (2, True)


def test_a_missing_extra_is_one_line_with_the_remedy(monkeypatch):
    from dedup.cli.extract import refuse_missing
    from dedup.errors import DedupError

    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(DedupError, match=r"pip install 'newsdedup\[web\]'"):
        refuse_missing()


def test_texts_of_other_scripts_and_encodings_are_read(dedup, tmp_path):
    text = "日本語の記事です。橋は一年間閉鎖されます。" * 12
    (tmp_path / "a.html").write_bytes(
        make_page("橋の記事", [text, text[::-1]]).decode().replace("utf-8", "shift_jis").encode("shift_jis")
    )
    (article,) = read_lines(dedup("extract", str(tmp_path / "a.html")).stdout)
    assert text[:40] in article["text"]


@pytest.mark.parametrize("rejected", ["made.jsonl", "./made.jsonl", "-"])
def test_two_outputs_are_two_files(dedup, pages, tmp_path, rejected):
    done = dedup("extract", pages, "-o", "made.jsonl", "--rejected", rejected, cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert not (tmp_path / "made.jsonl").exists()


def test_a_page_that_is_named_by_two_spellings_is_refused(dedup, tmp_path):
    (tmp_path / "a.html").write_text("<p>A page.</p>")
    done = dedup("extract", "a.html", "./a.html", "-o", "out.jsonl", cwd=tmp_path)
    assert (done.code, done.stderr) == (2, "error: ./a.html is named twice. Name it once.\n")


@pytest.mark.parametrize("name", ["a.html", "a.warc"])
def test_a_pipe_that_took_the_place_of_a_page_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    place = PagePlace(str(tmp_path / name), None if name == "a.html" else 0)
    assert "is no regular file any more" in read_page(place, 100).error


def test_a_page_that_is_gone_costs_that_page(tmp_path):
    assert (
        read_page(PagePlace(str(tmp_path / "a.html")), 100).error
        == "the page cannot be read (No such file or directory)"
    )

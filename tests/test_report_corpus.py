import csv
import gzip
import json
import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import run_fork
from corpora import edit_text, make_records, make_text, read_lines, read_tree, write_jsonl
from out_folders import sign
from report_pages import HOSTILE, Page, hostile_records, make_report, read_pages, story_records

from dedup.output.folder_marker import REPORT, claim
from dedup.text.control_characters import make_safe

GOLDEN = Path(__file__).parent / "golden"
MOST_BYTES = 2_000_000


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Return (OUT, DIR) of the report of a small corpus."""
    return make_report(run_fork, tmp_path_factory.mktemp("story"), story_records())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """Return (OUT, DIR) of the report of a hostile corpus."""
    return make_report(run_fork, tmp_path_factory.mktemp("hostile"), hostile_records())


def clusters_with(pages, word):
    """Return the texts of the cluster pages that hold a word."""
    return [
        text
        for name, source in read_pages(pages).items()
        if name.startswith("clusters/") and word in (text := Page(source).text)
    ]


def test_the_index_reads_as_the_golden_text(story):
    text = Page((story[1] / "index.html").read_text())
    lines = [line.strip() for line in "".join(text.texts).splitlines() if line.strip()]
    assert (GOLDEN / "report_index.txt").read_text() == "\n".join(lines[: lines.index("Input files")]) + "\n"


def test_the_page_of_a_cluster_reads_as_the_golden_text(story):
    text = Page((story[1] / "clusters/000/1.html").read_text())
    lines = [" ".join(line.split()) for line in "".join(text.texts).splitlines() if line.strip()]
    place = str(story[0].parent)
    assert (GOLDEN / "report_cluster.txt").read_text() == "\n".join(lines[:-1]).replace(place, "FOLDER") + "\n"


@pytest.mark.parametrize("corpus", ["story", "hostile"])
def test_every_link_has_its_target_and_every_id_is_given_once(corpus, request):
    folder = request.getfixturevalue(corpus)[1]
    pages = {name: Page(source) for name, source in read_pages(folder).items()}
    for name, page in pages.items():
        assert sorted(set(page.ids)) == sorted(page.ids)
        for link in page.links:
            if link.startswith("https://"):
                continue
            path, _, anchor = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
            assert target in pages or (folder / target).is_file()
            assert not anchor or anchor in pages[target].ids


def test_every_page_can_be_reached_from_the_index(story):
    names, found, todo = set(read_pages(story[1])), set(), ["index.html"]
    while todo:
        name = todo.pop()
        found.add(name)
        links = Page((story[1] / name).read_text()).links
        paths = {
            os.path.normpath(os.path.join(os.path.dirname(name), link.partition("#")[0]))
            for link in links
            if link[0] != "#" and not link.endswith(".csv")
        }
        todo += paths - found
    assert names == found


def test_every_removed_document_is_compared_with_its_witness(story):
    pages = read_pages(story[1])
    for cluster in read_lines(story[0] / "clusters.jsonl"):
        text = Page(pages[f"clusters/000/{cluster['cluster']}.html"]).text
        assert all(str(member["id"]) in text for member in cluster["members"])


def test_the_numbers_of_clusters_are_those_of_clusters_jsonl(tmp_path, dedup):
    out, pages = make_report(dedup, tmp_path, make_records("numbers", 30))
    for cluster in read_lines(out / "clusters.jsonl"):
        text = Page((pages / f"clusters/000/{cluster['cluster']}.html").read_text()).text
        assert f"Id {cluster['representative']}" in text


def test_the_run_is_only_read(tmp_path, dedup):
    out, pages = make_report(dedup, tmp_path, story_records())
    before = read_tree(out)
    assert 0 == dedup("report", out, "-o", pages, "--overwrite").code
    assert before == read_tree(out)


def test_the_same_run_gives_the_same_pages_with_any_number_of_workers(tmp_path, dedup):
    out, pages = make_report(dedup, tmp_path, make_records("workers", 60))
    assert 0 == dedup("report", out, "-o", tmp_path / "two", "--workers", 2).code
    assert read_tree(pages) == read_tree(tmp_path / "two")


def test_without_a_folder_the_report_stands_beside_the_run(tmp_path, dedup):
    out, _ = make_report(dedup, tmp_path, story_records())
    done = dedup("report", f"{out}/")
    assert (0, True) == (done.code, (tmp_path / "out-report/index.html").is_file())
    assert f"report of 3 clusters: {tmp_path / 'out-report/index.html'}\n" == done.stdout


def test_another_report_is_replaced_only_on_request(tmp_path, dedup):
    out, pages = make_report(dedup, tmp_path, story_records())
    done = dedup("report", out, "-o", pages)
    assert (2, f"error: {pages}: holds another report. Choose another folder, or replace it with --overwrite.\n") == (
        done.code,
        done.stderr,
    )
    assert 0 == dedup("report", out, "-o", pages, "--overwrite").code


@pytest.mark.parametrize("where", ["", "inside", "kept/inside"])
def test_a_report_never_goes_into_the_run(tmp_path, dedup, where):
    out, _ = make_report(dedup, tmp_path, story_records())
    done = dedup("report", out, "-o", out / where, "--overwrite")
    assert (2, True) == (done.code, "lies in the run that is reported on" in done.stderr)


def test_other_files_are_never_replaced(tmp_path, dedup):
    out, _ = make_report(dedup, tmp_path, story_records())
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/index.html").write_text("my own page")
    done = dedup("report", out, "-o", tmp_path / "mine", "--overwrite")
    assert (2, True) == (done.code, "holds files that are not a report" in done.stderr)
    assert "my own page" == (tmp_path / "mine/index.html").read_text()


def test_a_folder_without_a_run_is_one_line_of_error(tmp_path, dedup):
    done = dedup("report", tmp_path, "-o", tmp_path / "pages")
    assert (
        f"error: {tmp_path}: no summary.json here. Name the OUT folder of a finished `dedup clean` run.\n"
        == done.stderr
    )


def test_a_run_that_lost_its_kept_files_is_one_line_of_error_and_leaves_nothing(tmp_path, dedup):
    out, _ = make_report(dedup, tmp_path, story_records())
    (out / "kept/news.jsonl").unlink()
    done = dedup("report", out, "-o", tmp_path / "again")
    assert (2, True) == (done.code, "kept/news.jsonl: missing" in done.stderr)
    assert [] == list(tmp_path.glob("again*"))


def test_clusters_beyond_the_bound_are_counted_and_said(tmp_path, dedup):
    _, pages = make_report(dedup, tmp_path, make_records("bound", 12), "--max-clusters", 5)
    assert 5 == len(list(pages.glob("clusters/*/*.html")))
    index = Page((pages / "index.html").read_text()).text
    assert "This report has pages for the 5 largest of 12 clusters" in index
    assert "12 of 24 documents were copies" in index


def test_many_clusters_are_listed_on_several_pages(tmp_path, dedup):
    _, pages = make_report(dedup, tmp_path, make_records("many", 450))
    assert ["clusters-2.html", "clusters-3.html", "clusters.html"] == sorted(
        p.name for p in pages.glob("clusters*.html")
    )
    listed = [
        link
        for name in pages.glob("clusters*.html")
        for link in Page(name.read_text()).links
        if link.startswith("clusters/")
    ]
    assert 450 == len(listed)


def test_a_run_without_documents_has_a_report(tmp_path, dedup):
    _, pages = make_report(dedup, tmp_path, [])
    assert "0 of 0 documents were copies" in Page((pages / "index.html").read_text()).text


def test_a_run_of_one_document_has_a_report(tmp_path, dedup):
    _, pages = make_report(dedup, tmp_path, [{"id": "a", "text": "One text."}])
    text = Page((pages / "index.html").read_text()).text
    assert "0 of 1 document was a copy" in text.replace("documents were copies", "document was a copy")
    assert "No record has a field “outlet”" in text


def test_one_thing_is_never_called_several(tmp_path, dedup):
    text = make_text(1, 80)
    records = [{"id": "a", "text": text, "date": "2024-01-01"}, {"id": "a", "text": f"{text} Indeed."}]
    _, pages = make_report(dedup, tmp_path, [*records, {"id": "b", "text": text.upper(), "date": "2024-01-02"}])
    shown = " ".join(Page(source).text for source in read_pages(pages).values())
    several = "documents|clusters|copies|passages|words|outlets|pairs|files|times|texts"
    assert re.findall(rf"(?<![\d.,/])1 (?:\w+ )?(?:{several})\b", shown) == []
    assert "1 document has an id that an earlier document has" in shown
    assert "1 document has no date that can be read" in shown


def test_thousands_of_near_copies_stay_on_a_page_of_bounded_size(tmp_path, dedup):
    text = make_text("story", 300)
    records = [{"id": f"n{number}", "text": edit_text(text, number, 5)} for number in range(3001)]
    _, pages = make_report(dedup, tmp_path, records)
    source = (pages / "clusters/000/1.html").read_text()
    assert len(source.encode()) < MOST_BYTES
    assert re.search(r"The table holds the first [\d,]+ of 3,000 removed documents", Page(source).text)
    assert "The first 50 of 3,000 removed documents are compared" in Page(source).text


def test_huge_hostile_documents_stay_on_pages_of_bounded_size(tmp_path, dedup):
    records = []
    for copy in range(8):
        words = make_text("huge", 4000).split()
        body = " ".join(f'{word}"<{chr(0)}' for word in words) + f" {copy}"
        records.append(
            {"id": f'"<{copy}' * 2000, "title": "<\0" * 50_000, "outlet": '"' * 9000, "date": "<" * 9000, "text": body}
        )
    _, pages = make_report(dedup, tmp_path, records)
    assert all(len(source.encode()) < MOST_BYTES for source in read_pages(pages).values())


def test_hostile_records_bring_no_markup_into_any_page(hostile, story):
    allowed = {tag for source in read_pages(story[1]).values() for tag in Page(source).tags}
    allowed |= {"ins", "del", "details", "summary", "ul", "li"}
    for source in read_pages(hostile[1]).values():
        page = Page(source)
        assert set(page.tags) <= allowed
        assert (
            not {name for name in page.attributes if name.startswith("on")}
            | {"src", "style", "action"} & page.attributes
        )
        assert all(re.fullmatch(r"[\w./#-]*|https://a\.example/\d+", link) for link in page.links)


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_names_show_as_written(hostile, number):
    shown = " ".join(make_safe(f"{HOSTILE[number]}").split())[:60]
    assert any(shown in text for text in clusters_with(hostile[1], shown[:20]))


def test_no_control_character_or_override_is_left(hostile):
    for source in read_pages(hostile[1]).values():
        assert not set("\x00\x1b\u202e\u2066") & set(source)


def test_every_page_forbids_network_and_foreign_script(story):
    for source in read_pages(story[1]).values():
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source).group(1)
        assert "default-src 'none'" in policy
        assert re.search(r"script-src ('none'|'sha256-[\w+/=]+');", policy)
        assert not {"link", "img", "iframe", "object", "form"} & set(Page(source).tags)


def test_fields_of_other_names_are_found_by_option(tmp_path, dedup):
    names = {"outlet": "source", "date": "published", "title": "headline"}
    records = [{names.get(field, field): value for field, value in record.items()} for record in story_records()]
    options = ["--outlet-field", "source", "--date-field", "published", "--title-field", "headline"]
    _, pages = make_report(dedup, tmp_path, records, *options)
    text = Page((pages / "index.html").read_text()).text
    assert "Beacon" in text
    assert "The storm" in text
    assert "2024-01-31" in text


def write_csv(path, records):
    rows = [[record["id"], record["outlet"], record["text"].replace(" ", "\n", 3)] for record in records]
    path.write_text("id,outlet,text\n" + "".join(f'{doc_id},{outlet},"{text}"\n' for doc_id, outlet, text in rows))


def write_parquet(path, records):
    pq.write_table(pa.Table.from_pylist(records), path, row_group_size=7)


def write_gzip(path, records):
    path.write_bytes(gzip.compress(b"".join(json.dumps(record).encode() + b"\n\n" for record in records)))


def write_texts(path, records):
    path.mkdir()
    for record in records:
        (path / f"{record['id']}.txt").write_text(record["text"])


@pytest.mark.parametrize(
    ("name", "write"),
    [("n.csv", write_csv), ("n.parquet", write_parquet), ("n.jsonl.gz", write_gzip), ("texts", write_texts)],
)
def test_runs_on_every_format_can_be_reported_on(tmp_path, dedup, name, write):
    records = [record | {"outlet": "Argus"} for record in make_records(name, 12, copies=3)]
    write(tmp_path / name, records)
    out, pages = tmp_path / "out", tmp_path / "pages"
    assert 0 == dedup("clean", tmp_path / name, "-o", out, "--workers", 1).code
    done = dedup("report", out, "-o", pages, "--workers", 1)
    assert (0, "") == (done.code, done.stderr)
    assert 12 == len(list(pages.glob("clusters/*/*.html")))
    for removed in read_lines(out / "removed.jsonl"):
        assert clusters_with(pages, str(removed["id"]))


def test_documents_are_shown_as_they_were_before_cuts(tmp_path, dedup):
    paragraph = f"{make_text('twice', 60).capitalize()}."
    whole = f"{make_text('first', 30)}.\n\n{paragraph}\n\n{make_text('second', 30)}.\n\n{paragraph}"
    records = [b"not json\n", {"id": "a", "text": whole}, {"id": "b", "text": whole + " More."}]
    records += [{"id": str(n), "text": make_text(n)} for n in range(8)]  # up to a tenth may be unreadable
    out, pages = make_report(dedup, tmp_path, records)
    assert ["a"] == [record["id"] for record in read_lines(out / "edited.jsonl")]
    text = Page((pages / "clusters/000/1.html").read_text()).text
    assert text.count(paragraph[:40]) >= 2
    assert "Passages printed twice" in text
    assert "cut out" in text
    assert "Records that could not be read" in Page((pages / "index.html").read_text()).text


def test_boilerplate_that_was_cut_out_is_told_on_the_terminal_and_in_the_report(tmp_path, dedup):
    footer = make_text("footer", 80)
    records = [{"id": i, "outlet": "o", "text": f"{make_text(i, 25)}\n\n{footer}"} for i in range(40)]
    out, pages = tmp_path / "out", tmp_path / "pages"
    done = dedup("clean", write_jsonl(tmp_path / "a.jsonl", records), "-o", out, "--strip-boilerplate")
    assert len(read_lines(out / "edited.jsonl")) == 40
    assert "no copy among them; boilerplate cut out of 40 kept documents." in done.stdout
    assert "in 40 documents: not compared, and cut out\n" in done.stdout
    assert re.search(r"^edited +40  kept documents that lost text", done.stdout, re.MULTILINE)
    assert "0  of 40 kept" not in done.stdout
    dedup("report", out, "-o", pages)
    text = Page((pages / "index.html").read_text()).text
    assert "Kept texts cut 40" in text
    assert "makes no document a copy. Boilerplate was cut out too." in text
    assert "40 kept texts are shorter than in the input" in text


def measure_jaccard(a, b, size=5):
    shingles = [{tuple(words[i : i + size]) for i in range(len(words) - size + 1)} for words in (a.split(), b.split())]
    return len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])


def test_pairs_on_both_sides_of_the_threshold_are_shown_with_their_exact_similarity(tmp_path, dedup):
    """One word in ten is replaced: those at the tens leave one shingle more than those behind them.

    Of one outlet, what lies below the threshold stays as an update.
    """
    texts = {name: make_text(name, 100) for name in ("base", "below", "above")}
    for name, place in (("below", 1), ("above", 0)):
        words = zip(texts["base"].split(), texts[name].split(), strict=True)
        texts[name] = " ".join(own if n % 10 == place else word for n, (word, own) in enumerate(words))
    expected = {name: measure_jaccard(texts["base"], texts[name]) for name in ("below", "above")}
    assert 0.315 <= expected["below"] < 0.35 <= expected["above"]
    records = [{"id": name, "title": name, "text": text, "outlet": "AP"} for name, text in texts.items()]
    _, pages = make_report(dedup, tmp_path, records)
    index = Page((pages / "index.html").read_text()).text
    assert re.search(rf"{expected['above']:.3f} above AP · above base AP · base \w+ cluster 1", index)
    assert re.search(rf"{expected['below']:.3f} below AP · below base AP · base \w+ pair 1", index)
    assert (
        f"Jaccard similarity {expected['below']:.3f}, below the threshold"
        in Page((pages / "threshold.html").read_text()).text
    )


def test_without_near_misses_the_page_says_so(tmp_path, dedup):
    _, pages = make_report(dedup, tmp_path, story_records(), "--no-near-misses")
    assert "Pairs below the threshold were not looked for" in Page((pages / "index.html").read_text()).text
    assert "both kept" not in Page((pages / "threshold.html").read_text()).text


def test_a_report_that_was_cut_off_leaves_nothing_in_the_way(tmp_path, dedup):
    out, pages = make_report(dedup, tmp_path, story_records())
    partial = tmp_path / "later.partial"
    claim(partial, REPORT)
    (partial / "pages").mkdir()
    (partial / "pages/old.html").write_text("old")
    assert 0 == dedup("report", out, "-o", tmp_path / "later").code
    assert read_tree(pages) == read_tree(tmp_path / "later")
    assert not partial.exists()


def test_the_congress_report_is_small(tmp_path, dedup, congress_file):
    write_jsonl(tmp_path / "part.jsonl", [json.loads(line) for line in congress_file.read_bytes().splitlines()[:4000]])
    out, pages = tmp_path / "out", tmp_path / "pages"
    assert 0 == dedup("clean", tmp_path / "part.jsonl", "-o", out).code
    assert 0 == dedup("report", out, "-o", pages).code
    assert (pages / "index.html").stat().st_size < 1_000_000
    assert all(len(source.encode()) < MOST_BYTES for source in read_pages(pages).values())


def edit_json(path, change):
    """Change the objects of a file of JSON lines."""
    records = read_lines(path)
    for record in records:
        change(record)
    write_jsonl(path, records)


def test_a_removal_for_a_document_of_no_input_file_is_counted_and_said(tmp_path, dedup):
    out, _ = make_report(dedup, tmp_path, story_records())
    edit_json(out / "removed.jsonl", lambda record: record["witness"].update(path="index.duckdb"))
    sign(out)
    done = dedup("report", out, "-o", tmp_path / "again")
    assert (0, "") == (done.code, done.stderr)
    text = Page((tmp_path / "again/index.html").read_text()).text
    assert "4 documents were removed for documents that are in none of the input files" in text
    assert "Beacon 3 3 100 % 0" in text
    assert "repeats 0 documents that were kept and 3 in no input file. Every removed document names one of them" in text
    assert "Clusters 0 and 3 in no input file" in text
    relations = Page((tmp_path / "again/pairs/relation-1.html").read_text()).text
    assert all(record["id"] in relations for record in read_lines(out / "removed.jsonl"))
    assert relations.count("index.duckdb") == 4
    with (tmp_path / "again/tables/removed.csv").open(newline="") as file:
        assert {row["cluster"] for row in csv.DictReader(file)} == {""}


def test_a_removal_for_a_document_of_no_input_file_has_no_cluster_among_others(tmp_path, dedup):
    out, _ = make_report(dedup, tmp_path, story_records())
    first = read_lines(out / "removed.jsonl")[0]["id"]
    edit_json(out / "removed.jsonl", lambda r: r["witness"].update(path="i") if r["id"] == first else None)
    sign(out)
    assert dedup("report", out, "-o", tmp_path / "again").code == 0
    with (tmp_path / "again/tables/removed.csv").open(newline="") as file:
        assert [first] == [row["removed_id"] for row in csv.DictReader(file) if not row["cluster"]]


def test_limits_that_the_run_hit_are_on_the_index(tmp_path, dedup):
    out, _ = make_report(dedup, tmp_path, story_records())
    summary = json.loads((out / "summary.json").read_text())
    summary["limits"] = [
        {"limit": "max_bucket", "value": 2000, "hits": 3, "effect": "<b>copies</b> may have been kept"}
    ]
    (out / "summary.json").write_text(json.dumps(summary))
    assert 0 == dedup("report", out, "-o", tmp_path / "again").code
    text = Page((tmp_path / "again/index.html").read_text()).text
    assert "Limit reached. max_bucket (2,000) was hit 3 times: <b>copies</b> may have been kept." in text


def test_a_run_without_passages_can_be_reported_on(tmp_path, dedup):
    write_jsonl(tmp_path / "news.jsonl", story_records())
    assert 0 == dedup("clean", tmp_path / "news.jsonl", "-o", tmp_path / "out", "--passages", "off").code
    done = dedup("report", tmp_path / "out", "-o", tmp_path / "pages")
    assert (0, "") == (done.code, done.stderr)
    assert "It was not looked for (--passages off)." in Page((tmp_path / "pages/index.html").read_text()).text


@pytest.mark.parametrize("name", ["summary.json", "removed.jsonl"])
def test_a_broken_file_of_the_run_is_one_line_of_error(tmp_path, dedup, name):
    out, _ = make_report(dedup, tmp_path, story_records())
    (out / name).write_text('{"counts": 1}\n')
    done = dedup("report", out, "-o", tmp_path / "again")
    assert (2, 1) == (done.code, done.stderr.count("\n"))
    assert f"error: {out / name}" in done.stderr


def test_the_pages_of_clusters_lead_from_the_largest_to_the_smallest(tmp_path, dedup):
    records = make_records("small", 2) + [
        record | {"id": f"big {record['id']}"} for record in make_records("big", 1, copies=4)
    ]
    _, pages = make_report(dedup, tmp_path, records)
    listed = [link for link in Page((pages / "clusters.html").read_text()).links if link.startswith("clusters/")]
    source, found = (pages / listed[0]).read_text(), [listed[0]]
    while match := re.search(r'href="../../([^"]+)" rel="next"', source):
        found.append(match.group(1))
        source = (pages / found[-1]).read_text()
    assert (listed, 3) == (found, len(found))

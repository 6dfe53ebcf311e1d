"""The pages of a corpus report in a real browser: nothing runs, nothing loads, everything can be read."""

import json
import re
from pathlib import Path

import pytest
from amounts import nightly_after, nightly_but
from browser import LOOKS, Visit, in_browser
from commands import run_fork
from corpora import make_records
from report_pages import HOSTILE, hostile_records, make_report, story_records
from test_report_relations import make_corpus

from dedup.text.control_characters import make_safe

PAGES = ("index.html", "clusters.html", "clusters/000/1.html", "threshold.html")
RELATION_PAGES = ("lost.html", "alike.html", "series.html", "pairs/relation-1.html", "pairs/crossing-1.html")
PLACES = (*(("plain", name) for name in PAGES), *(("relations", name) for name in RELATION_PAGES))

TOUCH = """for (const target of document.querySelectorAll("body *")) {
    target.dispatchEvent(new Event("focus"));
    target.dispatchEvent(new Event("mouseover", {bubbles: true}));
}"""

pytestmark = in_browser


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Return {name: folder} of reports: of many clusters and near misses, hostile records, and all relations."""
    records = story_records() + make_records("browser", 230) + make_near_misses()
    folder = tmp_path_factory.mktemp("browser")
    plain = make_report(run_fork, folder / "plain", records)[1]
    hostile = make_report(run_fork, folder / "hostile", hostile_records(), name='a"<b onx=1>.jsonl')[1]
    relations = make_report(run_fork, folder / "relations", make_corpus())[1]
    return {"plain": plain, "hostile": hostile, "relations": relations}


def make_near_misses():
    """Return two documents with a Jaccard similarity of 0.33."""
    words = [f"alpha{number}" for number in range(100)]
    texts = [words, words[:52] + [f"omega{number}" for number in range(48)]]
    return [{"id": f"miss{number}", "text": " ".join(text)} for number, text in enumerate(texts)]


@pytest.mark.parametrize(("corpus", "name"), PLACES)
@pytest.mark.parametrize("look", nightly_after(2, LOOKS))
def test_axe_finds_no_violation(browser, reports, corpus, name, look):
    with Visit(browser, reports[corpus] / name, **LOOKS[look]) as visit:
        if name == "clusters.html":
            visit.page.fill("#search", "s1")  # axe takes seconds for 200 rows
        assert [] == visit.find_violations()


def test_hostile_texts_run_nothing_load_nothing_and_leave_the_console_empty(browser, reports):
    paths = sorted(reports["hostile"].rglob("*.html"))
    with Visit(browser, paths[0]) as visit:
        for number, path in enumerate(paths):
            if number:
                visit.page.goto(path.as_uri())
            visit.page.evaluate(TOUCH)
            assert ([], path.as_uri(), number + 1) == (visit.complaints, visit.requests[-1], len(visit.requests))
            assert visit.page.evaluate("document.documentElement.dataset.canary === undefined")


def test_hostile_titles_show_as_written_in_the_list_that_the_script_builds(browser, reports):
    with Visit(browser, reports["hostile"] / "clusters.html") as visit:
        titles = visit.page.locator("#list .title").all_text_contents()
        for number, hostile in enumerate(HOSTILE):
            expected = make_safe(f"{hostile} {number}-0"[:50])
            assert any(title.startswith(expected) for title in titles)


def test_a_link_of_a_hostile_list_leads_to_its_page(browser, reports):
    with Visit(browser, reports["hostile"] / "clusters.html") as visit:
        visit.page.locator("#list a").first.click()
        visit.page.wait_for_url(re.compile(r"/clusters/000/\d+\.html$"))
        assert ([], True) == (
            visit.complaints,
            visit.page.evaluate("document.documentElement.dataset.canary === undefined"),
        )


def test_the_search_goes_over_all_clusters(browser, reports):
    with Visit(browser, reports["plain"] / "clusters.html") as visit:
        visit.page.fill("#search", "the STORM wire")
        assert ["The storm"] == visit.page.locator("#list tbody .title").all_text_contents()
        assert re.fullmatch(r"1 of 233 clusters, 1 to 1 shown\.", visit.page.text_content("#status"))
        visit.page.fill("#search", "nothing has this")
        assert "0 of 233 clusters." == visit.page.text_content("#status")


def test_the_search_finds_removed_documents_by_several_words(browser, reports):
    with Visit(browser, reports["plain"] / "clusters.html") as visit:
        visit.page.fill("#search", "beacon vote")
        assert ["The vote"] == visit.page.locator("#list tbody .title").all_text_contents()
        assert "removed: Vote · b2" == visit.page.locator("#list tbody .meta").last.text_content()


def test_the_list_is_sorted_by_a_click_on_a_head_and_says_so(browser, reports):
    with Visit(browser, reports["plain"] / "clusters.html") as visit:
        head = visit.page.locator("#list th", has_text="Least similar")
        for direction in ("ascending", "descending"):
            head.locator("button").click()
            values = [float(text) for text in visit.page.locator("#list tbody td:last-child").all_text_contents()]
            assert (direction, sorted(values, reverse=direction == "descending")) == (
                head.get_attribute("aria-sort"),
                values,
            )


def test_the_script_pages_through_all_clusters(browser, reports):
    with Visit(browser, reports["plain"] / "clusters.html") as visit:
        assert 200 == visit.page.locator("#list tbody tr").count()
        visit.page.get_by_role("button", name="2", exact=True).click()
        assert 33 == visit.page.locator("#list tbody tr").count()


def test_without_scripts_the_list_is_complete(browser, reports):
    with Visit(browser, reports["plain"] / "clusters.html", java_script_enabled=False) as visit:
        assert not visit.page.locator("#search").is_visible()
        rows = visit.page.locator("#list tbody tr").count()
        with visit.page.expect_navigation():
            visit.page.get_by_role("link", name="2", exact=True).click()
        assert (200, 33) == (rows, visit.page.locator("#list tbody tr").count())


@pytest.mark.parametrize(("corpus", "name"), [*PLACES, *(("hostile", name) for name in (*PAGES, *RELATION_PAGES))])
@pytest.mark.parametrize("width", nightly_but([320], [320, 400, 1200]))
def test_no_page_is_wider_than_its_window(browser, reports, corpus, name, width):
    path = reports[corpus] / name
    if not path.exists():
        assert "hostile" == corpus
        return
    with Visit(browser, path, viewport={"width": width, "height": 800}) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("corpus", "name"), PLACES)
def test_a_link_to_a_table_is_below_it(browser, reports, corpus, name):
    with Visit(browser, reports[corpus] / name) as visit:
        gaps = """links => links.map(link => link.previousElementSibling).filter(Boolean).map(
            above => above.nextElementSibling.getBoundingClientRect().top - above.getBoundingClientRect().bottom)"""
        assert all(gap > 3 for gap in visit.page.locator("p.csv").evaluate_all(gaps))


@pytest.mark.parametrize(("corpus", "name"), PLACES)
def test_print_shows_what_is_folded_away(browser, reports, corpus, name):
    with Visit(browser, reports[corpus] / name) as visit:
        visit.page.emulate_media(media="print")
        folded = visit.page.locator("details:not([open]) > :not(summary)")
        heights = folded.evaluate_all("every => every.map(e => e.getBoundingClientRect().height)")
        assert heights or name not in {"index.html", "clusters/000/1.html"}
        assert all(height > 0 for height in heights)


def test_side_by_side_shows_both_texts(browser, reports):
    with Visit(browser, reports["plain"] / "clusters/000/1.html") as visit:
        pair = visit.page.locator(".pair").first
        assert not pair.is_visible()
        visit.page.get_by_label("Side by side").check()
        assert pair.is_visible()
        assert not visit.page.locator(".text.inline").first.is_visible()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_letters_of_charts_have_enough_contrast(browser, reports, look):
    script = """() => [...document.querySelectorAll('.chart text')].map(text => [getComputedStyle(text).fill,
        getComputedStyle(document.body).backgroundColor])"""
    with Visit(browser, reports["plain"] / "index.html", **LOOKS[look]) as visit:
        pairs = {tuple(pair) for pair in visit.page.evaluate(script)}
        assert pairs
        assert [] == [pair for pair in pairs if measure_contrast(*pair) < 4.5]


def measure_contrast(a, b):
    """Return the contrast of two colours as the browser computed them."""

    def measure_light(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((measure_light(a), measure_light(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_verdicts_stay_in_the_page_show_the_precision_and_are_saved_as_json_lines(browser, reports):
    with Visit(browser, reports["plain"] / "threshold.html") as visit:
        status = visit.page.locator("#verdicts [role=status]")
        assert "No removal is judged yet." == status.text_content()
        number = visit.page.locator("article", has_text="threshold: removed").count()
        assert number
        visit.page.locator("button[value=right]").last.click()
        assert (
            "1 of 1 judged removals are copies: precision 100.0 % (95 % interval 20.7 % to 100.0 %)."
            == status.text_content()
        )
        visit.page.reload()
        assert "true" == visit.page.locator("button[value=right]").last.get_attribute("aria-pressed")
        visit.page.locator("button[value=wrong]").first.click()
        with visit.page.expect_download() as download:
            visit.page.click("#export")
        rows = [json.loads(line) for line in Path(download.value.path()).read_text().splitlines()]
        assert ["wrong", "right"] == [row["verdict"] for row in rows]
        assert {"removed", "kept", "verdict", "similarity"} == set(rows[0])
        assert [] == visit.complaints

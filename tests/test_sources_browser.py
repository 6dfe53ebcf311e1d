"""The pages of `dedup sources` in a real browser: nothing runs, nothing loads, everything can be read and printed."""

import random

import pytest
from amounts import nightly_after
from browser import LOOKS, Visit, in_browser
from commands import run_fork
from corpora import write_jsonl
from report_pages import HOSTILE
from test_sources import article, write

pytestmark = in_browser
OUTLETS = [f"The Daily News of Town {number}" for number in range(20)]
A4_LANDSCAPE = {"width": 1046, "height": 718}  # without the margins of Chromium, in pixels


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the folder of sources: of twenty outlets, each with text of another one, and of hostile articles."""
    folder, source = tmp_path_factory.mktemp("a-folder-with-a-long-name-" * 4), random.Random(3)
    records = []
    for number, outlet in enumerate(OUTLETS):
        text, copier = write(source, 80), OUTLETS[number - 1]
        records += [article(f"{number}a", text, outlet), article(f"{number}b", text, copier, "2025-01-08")]
    hostile = write(source, 80)
    records += [article(name, f"{hostile} {name}", name, "2025-01-06", author=name) for name in HOSTILE]
    write_jsonl(folder / "news.jsonl", records)
    assert run_fork("sources", str(folder / "news.jsonl"), "-o", str(folder / "out")).code == 0
    return folder / "out"


@pytest.mark.parametrize("name", ["index.html", "pairs/0001.html"])
@pytest.mark.parametrize("look", nightly_after(1, LOOKS))
def test_axe_finds_no_violation(browser, pages, name, look):
    with Visit(browser, pages / name, **LOOKS[look]) as visit:
        assert [] == visit.find_violations()


@pytest.mark.parametrize("name", ["index.html", "pairs/0001.html"])
def test_no_page_is_wider_than_a_phone(browser, pages, name):
    with Visit(browser, pages / name, viewport={"width": 360, "height": 700}) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") == 360


def test_the_matrix_fits_on_printed_paper(browser, pages):
    with Visit(browser, pages / "index.html", viewport=A4_LANDSCAPE) as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.evaluate("document.documentElement.scrollWidth") == A4_LANDSCAPE["width"]


def test_arrows_begin_at_their_source(browser, pages):
    with Visit(browser, pages / "index.html") as visit:
        row = visit.page.locator("table:has(caption) tbody tr").first.locator("td").all_inner_texts()
        left = visit.page.locator(".flows text[text-anchor=end]").all_text_contents()
        right = visit.page.locator(".flows text:not([text-anchor])").all_text_contents()
        assert (left[:2], right[:2]) == (["source", row[0]], ["outlet", row[1]])


def test_hostile_articles_run_nothing_and_load_nothing(browser, pages):
    paths = sorted(pages.rglob("*.html"))
    with Visit(browser, paths[0]) as visit:
        for number, path in enumerate(paths):
            if number:
                visit.page.goto(path.as_uri())
            assert ([], number + 1) == (visit.complaints, len(visit.requests))

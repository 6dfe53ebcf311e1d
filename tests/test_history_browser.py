"""The pages of `dedup history` in a real browser: read without a script, any two versions with it, axe in all looks."""

import pytest
from amounts import nightly_after
from browser import LOOKS, Visit, in_browser
from commands import run_fork
from corpora import write_jsonl
from report_pages import HOSTILE

pytestmark = in_browser

FIRST = "Fire in Rome\n\nTwo people died in the fire.\n\nThe mayor said that the city would pay.\n\nRoads are closed."
TEXTS = [
    FIRST,
    FIRST.replace("Two", "Three").replace("Rome", "Milan"),
    FIRST.replace("Two", "Four") + "\n\nA suspect was arrested at the station on Monday.",
    FIRST.replace("Two", "Four"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the folder of histories: of a plain article, and of hostile ones."""
    folder = tmp_path_factory.mktemp("histories")
    plain = [
        {
            "id": f"v{n}",
            "url": "https://example.com/a",
            "text": text,
            "outlet": "News",
            "date": f"2025-01-0{n + 1}T08:00",
        }
        for n, text in enumerate(TEXTS)
    ]
    hostile = [
        {"id": f"{text}{n}", "url": text, "title": text, "outlet": text, "text": f"{text} {n}. {text}", "date": text}
        for text in HOSTILE
        for n in range(2)
    ]
    write_jsonl(folder / "news.jsonl", plain + hostile)
    assert run_fork("history", str(folder / "news.jsonl"), "--all", "-o", str(folder / "out")).code == 0
    return folder / "out"


@pytest.mark.parametrize("name", ["index.html", "articles/000/1.html"])
@pytest.mark.parametrize("look", nightly_after(1, LOOKS))
def test_axe_finds_no_violation(browser, pages, name, look):
    with Visit(browser, pages / name, **LOOKS[look]) as visit:
        assert [] == visit.find_violations()
        width = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width == 0


def test_hostile_articles_run_nothing_and_load_nothing(browser, pages):
    paths = sorted(pages.rglob("*.html"))
    with Visit(browser, paths[0]) as visit:
        for number, path in enumerate(paths):
            if number:
                visit.page.goto(path.as_uri())
            assert ([], number + 1) == (visit.complaints, len(visit.requests))
            assert visit.page.evaluate("document.documentElement.dataset.canary === undefined")


def test_a_link_to_two_versions_shows_what_changed_between_them(browser, pages):
    with Visit(browser, pages / "articles/000/1.html", "#v1..v4") as visit:
        shown = visit.page.locator(".two-result")
        assert shown.locator("h3").text_content() == "v1 and v4 compared"
        assert (shown.locator("del").all_text_contents(), shown.locator("ins").all_text_contents()) == (
            ["Two"],
            ["Four"],
        )


def test_choosing_two_versions_names_them_in_the_address(browser, pages):
    with Visit(browser, pages / "articles/000/1.html") as visit:
        visit.page.select_option("select[name=old]", "v1")
        visit.page.select_option("select[name=new]", "v3")
        assert "#v1..v3" == visit.fragment
        assert "A suspect was arrested" in visit.page.locator(".two-result ins").last.text_content()


def test_keys_lead_from_change_to_change(browser, pages):
    with Visit(browser, pages / "articles/000/1.html", viewport={"width": 800, "height": 300}) as visit:
        visit.page.keyboard.press("j")
        assert "#v1..v2" == visit.fragment
        visit.page.keyboard.press("j")
        assert "#v2..v3" == visit.fragment


def test_keys_lead_to_every_change_where_all_are_in_sight(browser, pages):
    with Visit(browser, pages / "articles/000/1.html", viewport={"width": 800, "height": 4000}) as visit:
        seen = []
        for key in "jjjk":
            visit.page.keyboard.press(key)
            seen.append(visit.fragment)
        assert ["#v1..v2", "#v2..v3", "#v3..v4", "#v2..v3"] == seen


def test_without_a_script_everything_is_there_but_the_choice(browser, pages):
    with Visit(browser, pages / "articles/000/1.html", java_script_enabled=False) as visit:
        text = visit.page.locator("main").inner_text()
        assert "headline changed: Fire in Rome" in text
        assert "A suspect was arrested" in text
        assert not visit.page.locator(".two").is_visible()


def test_the_index_filters_by_kind_of_change(browser, pages):
    with Visit(browser, pages / "index.html") as visit:
        shown = {}
        for kind in ("headline", "no note", ""):
            visit.page.select_option("select[name=kind]", kind)
            shown[kind] = visit.page.locator("#list tbody tr:visible").all_text_contents()
        assert shown["no note"] == [row for row in shown[""] if "no note" in row] != []
        assert visit.page.locator("#status").text_content() == f"{len(shown[''])} of {len(shown[''])} articles."
        assert 0 < len(shown["headline"]) < len(shown[""])

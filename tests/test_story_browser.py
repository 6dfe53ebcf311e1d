"""The story report in a real browser: every view, key and filter, printed, without script, with hostile texts."""

import pytest
from amounts import nightly_after
from browser import LOOKS, Visit, in_browser
from test_diff_html import HOSTILE
from test_story_html import compare_story

from dedup.compare.engine import compare_documents
from dedup.model.documents import Document
from dedup.report.compare.compare_html import render_html
from dedup.report.compare.compare_text import percent
from dedup.story_config import CompareConfig
from dedup.text.control_characters import make_safe

VIEWS = ("rows", "pair", "inline", "matrix", "only", "disagreements", "articles", "run")
CANARY = "document.documentElement.dataset.canary = 1"
ATTACKS = [
    f"<script>{CANARY}</script>",
    f'"><img src=x onerror="{CANARY}">',
    f"<svg/onload={CANARY}>",
    f"</script><script>{CANARY}</script>",
    f"</title></style><script>{CANARY}</script>",
    f"javascript:{CANARY}",
    f"<a href='javascript:{CANARY}'>x</a>",
    f"<iframe srcdoc='<script>parent.{CANARY}</script>'>",
    f"<math><mtext></mtext><img src=x onerror={CANARY}>",
    "{{ 7*7 }}{% for x in y %}${7*7}",
    "<!--<script>",
    "]]>",
    "&lt;script&gt;&amp;",
    "\u202eevil\u202c\u2066x\u2069",
    "a" * 3000,
    "<b onmouseover=alert(1)>hover</b>",
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    '<link rel=stylesheet href="https://example.org/x.css">',
    "<base href=https://example.org/>",
    "<form action=https://example.org><input autofocus onfocus=alert(1)>",
]

pytestmark = in_browser


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Return (comparison, path of its page): a story with verbatim, edited, moved and disputed statements."""
    found = compare_story(base="wire")
    path = tmp_path_factory.mktemp("story") / "story.html"
    path.write_text(render_html(found), encoding="utf-8")
    return found, path


def write_page(tmp_path, sources):
    path = tmp_path / "page.html"
    path.write_text(render_html(compare_documents(sources, CompareConfig(engine="lexical"))), encoding="utf-8")
    return path


def shown_views(visit):
    return [section.get_attribute("id") for section in visit.page.locator("main > .view").all() if section.is_visible()]


@pytest.mark.parametrize("look", nightly_after(2, LOOKS))
def test_axe_finds_no_violation_in_any_view(browser, story, look):
    with Visit(browser, story[1], **LOOKS[look]) as visit:
        for key, view in enumerate(VIEWS, 1):
            visit.page.keyboard.press(str(key))
            assert (view, []) == (view, visit.find_violations())


def test_every_view_opens_by_its_link_and_by_its_key(browser, story):
    with Visit(browser, story[1]) as visit:
        assert ["rows"] == shown_views(visit)
        for number, view in enumerate(VIEWS, 1):
            visit.page.click(f'[data-view][href="#{view}"]')
            assert [view] == shown_views(visit)
            visit.page.keyboard.press("1")
            visit.page.keyboard.press(str(number))
            assert [view] == shown_views(visit)
        assert ([], 1) == (visit.complaints, len(visit.requests))


def test_n_and_p_go_from_statement_to_statement(browser, story):
    with Visit(browser, story[1]) as visit:
        seen = []
        for key in "nnnp":
            visit.page.keyboard.press(key)
            seen.append(visit.page.locator(".row.here").get_attribute("id"))
        assert ["row-1", "row-2", "row-3", "row-2"] == seen
        assert visit.page.url.endswith("#row-2")


def test_a_question_mark_opens_the_help_and_escape_closes_it(browser, story):
    with Visit(browser, story[1]) as visit:
        visit.page.keyboard.press("?")
        assert visit.page.locator("#help").is_visible()
        visit.page.keyboard.press("Escape")
        assert not visit.page.locator("#help").is_visible()


def test_a_permalink_opens_the_view_and_scrolls_to_the_statement(browser, story):
    last = len(story[0].rows)
    with Visit(browser, story[1], f"#row-{last}", viewport={"width": 900, "height": 400}) as visit:
        row = visit.page.locator(f"#row-{last}")
        assert "here" in row.get_attribute("class")
        assert visit.page.evaluate("scrollY") > 0
        assert 0 <= row.bounding_box()["y"] < 400


def test_a_link_into_an_article_opens_the_articles(browser, story):
    with Visit(browser, story[1], "#s-2-1") as visit:
        assert ["articles"] == shown_views(visit)


def test_a_click_on_a_cell_shows_it_in_its_article_and_back(browser, story):
    with Visit(browser, story[1]) as visit:
        visit.page.locator("#rows .cell.o1 .text").first.click()
        assert ["articles"] == shown_views(visit)
        assert visit.page.locator(".s.here").count() == 1
        visit.page.locator(".s.here .to-row").click()
        assert ["rows"] == shown_views(visit)


def test_switching_the_base_shows_the_shares_that_the_library_computes(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        for base in range(len(found.outlets)):
            visit.page.keyboard.press("1")
            visit.page.select_option("#base", str(base))
            for outlet in range(len(found.outlets)):
                shares = found.shares[outlet][base]
                parts = (shares.verbatim, shares.edited, shares.reworded, shares.partial, shares.dropped, shares.new)
                expected = [""] * 6 if outlet == base else [percent(value) for value in parts]
                cells = visit.page.locator(f'#shares tr[data-o="{outlet}"] td').all_text_contents()
                assert expected == cells[1:7]


def test_switching_the_base_shows_the_relations_and_moves_of_the_new_base(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.select_option("#base", "1")
        for number, row in enumerate(found.rows):
            reference = 1 if 1 in row.outlets else row.outlets[0]
            for outlet in row.outlets:
                cell = visit.page.locator(f"#row-{number + 1} .cell.o{outlet}")
                expected = found.relation(number, outlet, reference).value
                label = ("base" if reference == 1 else "") if outlet == reference else expected
                assert (expected in cell.get_attribute("class"), label) == (
                    True,
                    cell.locator(".relation").inner_text(),
                )


def test_switching_the_base_and_back_leaves_the_words_marked_as_they_were(browser, story):
    with Visit(browser, story[1]) as visit:
        before = visit.page.locator("#rows .text").evaluate_all("all => all.map(p => p.innerHTML)")
        visit.page.select_option("#base", "2")
        assert before != visit.page.locator("#rows .text").evaluate_all("all => all.map(p => p.innerHTML)")
        visit.page.select_option("#base", "0")
        assert before == visit.page.locator("#rows .text").evaluate_all("all => all.map(p => p.innerHTML)")


@pytest.mark.parametrize(
    ("box", "kept"),
    [
        ("hide-same", lambda row: "same" not in row),
        ("hide-single", lambda row: "single" not in row),
        ("only-moved", lambda row: "has-moved" in row),
        ("only-numbers", lambda row: "has-numbers" in row),
    ],
)
def test_a_filter_leaves_the_statements_it_names(browser, story, box, kept):
    with Visit(browser, story[1]) as visit:
        rows = visit.page.locator("#rows .row").all()
        expected = [row.get_attribute("id") for row in rows if kept(row.get_attribute("class").split())]
        visit.page.check(f"#{box}")
        assert expected == [row.get_attribute("id") for row in rows if row.is_visible()]
        assert 0 < len(expected) < len(rows)


def test_side_by_side_shows_any_two_texts_whole(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.keyboard.press("2")
        visit.page.select_option("#left", "1")
        visit.page.select_option("#right", "2")
        columns = visit.page.locator("#pair-rows .pair-row").evaluate_all(
            "all => all.map(row => [...row.querySelectorAll('p')].map(p => p.textContent))"
        )
        for side, outlet in ((0, 1), (1, 2)):
            expected = [found.quote(n, outlet) for n, row in enumerate(found.rows) if outlet in row.outlets]
            assert expected == [texts[side] for texts in columns if texts[side]]


def test_inline_holds_both_wordings(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.keyboard.press("3")
        visit.page.select_option("#one", "2")
        texts = visit.page.locator("#inline-rows p").evaluate_all(
            "all => all.map(p => { const q = p.cloneNode(true); q.querySelectorAll('del').forEach(d => d.remove());"
            " return q.textContent.split(/\\s+/).join(' ').trim(); })"
        )
        expected = [
            " ".join(found.quote(n, 2).split()) for n, row in enumerate(found.rows) if {0, 2} & set(row.outlets)
        ]
        assert [text.replace(" .", ".") for text in expected] == [text.replace(" .", ".") for text in texts]


def test_without_script_all_texts_rows_and_numbers_are_there(browser, story):
    found, path = story
    with Visit(browser, path, java_script_enabled=False) as visit:
        text = " ".join(visit.page.inner_text("main").split())
        for outlet in found.outlets:
            for number in range(len(outlet.sentences)):
                assert outlet.cut(number) in text
        assert f"{len(found.rows)}" in text
        assert {"rows", "matrix", "only", "disagreements", "articles", "run"} == set(shown_views(visit))


def test_the_printed_page_holds_every_row(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.check("#only-numbers")
        visit.page.emulate_media(media="print")
        visible = [row.is_visible() for row in visit.page.locator("#rows .row").all()]
        assert [True] * len(found.rows) == visible
        assert len(visit.page.pdf()) > 10_000


WRAPPERS = (
    "{}",
    "“{}”",
    "{}.",
    "a {} b",
    "<p>{}</p>",
    "<!-- {} -->",
    "'{}'",
    '"{}"',
    "{0}{0}",
    "</p>{}",
    "<i>{}",
    "&{};",
    "`{}`",
    "<![CDATA[{}]]>",
    "<textarea>{}",
    "<title>{}",
    "<noscript>{}",
    "x\u200d{}",
    "<xmp>{}",
    "\\{}",
)


def make_hostile():
    """Return 500 texts and more: every attack in every wrapper, and what other pages are tested with."""
    return [wrapper.format(attack) for wrapper in WRAPPERS for attack in ATTACKS + HOSTILE[:-2]]


@pytest.mark.parametrize("step", nightly_after(1, [7, 1]))
def test_five_hundred_hostile_texts_run_nothing_load_nothing_and_show_as_written(browser, tmp_path, step):
    """Every text, or one of seven: every wrapper and every attack is among these."""
    hostile = make_hostile()
    assert len(hostile) >= 500
    hostile = hostile[::step]
    for start in range(0, len(hostile), 49):
        part = hostile[start : start + 49]
        sources = [
            Document(
                f"{n}{attack}",
                f"{attack} said on Monday that 12 people died.\n\n{attack}",
                {"date": attack, "title": attack},
            )
            for n, attack in enumerate(part)
        ]
        path = write_page(tmp_path, [*sources, Document("plain", "The minister said on Monday that 14 people died.")])
        with Visit(browser, path) as visit:
            for key in "12345678bb":
                visit.page.keyboard.press(key)
            for target in visit.page.locator("a:visible, button:visible").all()[:5]:
                target.dispatch_event("mouseover")
            assert ([], [path.as_uri()]) == (visit.complaints, visit.requests)
            assert visit.page.evaluate("document.documentElement.dataset.canary === undefined")
            articles = visit.page.locator("#articles .body").all_text_contents()
            for attack, article in zip(part, articles, strict=False):
                assert "".join(make_safe(attack).split()) in "".join(article.split())


def test_right_to_left_texts_are_laid_out_right_to_left(browser, tmp_path):
    arabic = "قالت الشرطة إن العاصفة قتلت 12 شخصا في أوسلو يوم الاثنين."
    path = write_page(tmp_path, [Document("a", arabic), Document("b", arabic.replace("12", "14"))])
    with Visit(browser, path) as visit:
        direction = visit.page.locator("#rows .text").first.evaluate("p => getComputedStyle(p).direction")
        assert direction == "rtl"


def test_the_page_of_the_story_fits_its_names_on_a_narrow_screen(browser, story):
    with Visit(browser, story[1], viewport={"width": 400, "height": 800}) as visit:
        for key in "12345678":
            visit.page.keyboard.press(key)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= 400

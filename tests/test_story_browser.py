"""The story report in a real browser: every view, key and filter, printed, without script, with hostile texts."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from amounts import nightly_after
from browser import LOOKS, Visit, in_browser
from story_texts import SEEDS
from test_diff_html import HOSTILE
from test_story_html import compare_story

from dedup.compare.engine import compare_documents
from dedup.model.documents import Document
from dedup.report.compare.compare_html import render_html
from dedup.report.compare.compare_text import percent
from dedup.story_config import CompareConfig
from dedup.text.control_characters import make_safe

VIEWS = ("rows", "left", "disagreements", "pair", "order", "articles", "about")
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


def write_page(tmp_path, sources, **settings):
    path = tmp_path / "page.html"
    found = compare_documents(sources, CompareConfig(engine="lexical", **settings))
    path.write_text(render_html(found), encoding="utf-8")
    return path


# Words of up to 20 letters whose characters are on two lines.
BROKEN_WORDS = """() => {
  const broken = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility({contentVisibilityAuto: true}) || parent.closest('code, script, .hidden')) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]{2,20}/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const tops = [...range.getClientRects()].map(rect => Math.round(rect.top));
      if (Math.max(...tops) - Math.min(...tops) > 5) broken.push(word[0]);
    }
  }
  return broken;
}"""


def read_cells(visit):
    """Return (statement, words with their marks, relation) of every wording."""
    return visit.page.locator("#rows .cell").evaluate_all(
        "all => all.map(c => [c.querySelector('.text').innerHTML, c.querySelector('.relation').textContent])"
    )


def open_folds(visit):
    visit.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")


def shown_views(visit):
    visit.settle()
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
        assert "#row-2" == visit.fragment


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
        visit.page.wait_for_function("scrollY > 0")
        visit.settle()
        assert 0 <= row.bounding_box()["y"] < 400


def test_a_link_into_an_article_opens_the_articles(browser, story):
    with Visit(browser, story[1], "#s-2-1") as visit:
        assert ["articles"] == shown_views(visit)


def test_a_letter_leads_into_the_article_and_a_small_number_back(browser, story):
    with Visit(browser, story[1]) as visit:
        visit.page.locator("#rows .cell .source").first.click()
        assert ["articles"] == shown_views(visit)
        assert visit.page.locator(".s.here").count() == 1
        visit.page.locator(".s.here .to-row").click()
        assert ["rows"] == shown_views(visit)


def test_switching_the_base_shows_the_shares_that_the_library_computes(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.keyboard.press("7")
        for base in range(len(found.outlets)):
            visit.page.select_option("#base", str(base))
            for outlet in range(len(found.outlets)):
                shares = found.shares[outlet][base]
                parts = (shares.verbatim, shares.edited, shares.reworded, shares.partial, shares.dropped, shares.new)
                expected = [""] * 6 if outlet == base else [percent(value) for value in parts]
                cells = visit.page.locator(f'#shares tr[data-o="{outlet}"] td').all_text_contents()
                assert expected == cells[1:7]


def test_switching_the_base_shows_the_relations_and_marks_of_the_new_base(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.select_option("#base", "1")
        shown = read_cells(visit)
    with Visit(browser, write_page(path.parent, [outlet.document for outlet in found.outlets], base="herald")) as visit:
        assert sorted(read_cells(visit)) == sorted(shown)


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
        ("only-disputed", lambda row: "has-disputed" in row),
        ("only-moved", lambda row: "has-moved" in row),
        ("only-numbers", lambda row: "has-numbers" in row),
    ],
)
def test_a_filter_leaves_the_statements_it_names(browser, story, box, kept):
    with Visit(browser, story[1]) as visit:
        open_folds(visit)
        rows = visit.page.locator("#rows .row").all()
        expected = [row.get_attribute("id") for row in rows if kept(row.get_attribute("class").split())]
        visit.page.check(f"#{box}")
        assert expected == [row.get_attribute("id") for row in rows if row.is_visible()]
        assert 0 < len(expected) < len(rows)


def test_typography_is_shown_on_demand_and_the_address_says_so(browser, story):
    with Visit(browser, story[1]) as visit:
        visit.page.check("#show-typed")
        assert "typography" in visit.page.url
        assert visit.page.locator("#rows .row").count() == visit.page.locator("#rows .row:not([hidden])").count()


def test_side_by_side_shows_any_two_texts_whole_in_the_order_of_the_left(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.keyboard.press("4")
        visit.page.select_option("#left-text", "1")
        visit.page.select_option("#right-text", "2")
        columns = visit.page.locator("#pair-rows .pair-row:not(.pair-head)").evaluate_all(
            "all => all.map(row => [...row.querySelectorAll('p')].map(p => p.className ? '' : p.textContent))"
        )
    for side, outlet in ((0, 1), (1, 2)):
        expected = [found.quote(n, outlet) for n, row in enumerate(found.rows) if outlet in row.outlets]
        assert sorted(expected) == sorted(texts[side] for texts in columns if texts[side])
    left = [texts[0] for texts in columns if texts[0]]
    assert left == sorted(left, key=found.outlets[1].text.find)


def test_every_state_is_in_the_address_and_a_direct_link_lands_on_what_it_names(browser, story):
    found, path = story
    with Visit(browser, path) as visit:
        visit.page.select_option("#base", "1")
        visit.page.check("#only-numbers")
        visit.page.select_option("#told", "C")
        visit.page.locator("#told").blur()
        visit.page.keyboard.press("n")
        address = visit.fragment[1:]
        assert address.startswith("row-")
        assert {"base=B", "show=numbers", "told=C"} == set(address.split("&")[1:])
        before = visit.page.locator("#rows").evaluate("e => e.outerHTML")
    with Visit(browser, path, f"#{address}") as visit:
        assert before == visit.page.locator("#rows").evaluate("e => e.outerHTML")
        visit.page.click('[data-view][href="#left"]')
        assert "#left&base=B&show=numbers&told=C" == visit.fragment
        visit.page.go_back()
        assert (["rows"], 1) == (shown_views(visit), visit.page.locator(".row.here").count())
    with Visit(browser, path, "#pair&left=C&right=B") as visit:
        assert ["C post", "B herald"] == visit.page.locator(".pair-head p").all_inner_texts()
    single = len(found.rows)
    with Visit(browser, path, f"#row-{single}&base=Z&show=nothing&told=%%") as visit:
        assert visit.page.locator(f"#row-{single}.here").is_visible()
        assert [] == visit.complaints


def test_pointing_at_a_shared_word_lights_it_in_the_other_wordings(browser, tmp_path):
    sources = [Document(name, text) for name, text in SEEDS.items()]
    with Visit(browser, write_page(tmp_path, sources)) as visit:
        word = visit.page.locator("#rows .row:not(.single) .cell:not(.reference) .shared").first
        word.hover()
        lit = visit.page.locator(".shared.lit").evaluate_all(
            "all => all.map(e => [e.dataset.note, e.closest('.cell').dataset.o])"
        )
        assert {word.get_attribute("data-note")} == {note for note, _ in lit}
        assert len({outlet for _, outlet in lit}) > 1


def test_the_strip_is_one_stop_of_the_tab_key(browser, story):
    with Visit(browser, story[1]) as visit:
        assert 1 == visit.page.locator('.strip a:not([tabindex="-1"])').count()
        visit.page.locator(".strip a").first.focus()
        visit.page.keyboard.press("ArrowRight")
        assert "#row-2" == visit.page.evaluate("document.activeElement.hash")


def test_the_search_of_the_browser_finds_what_is_folded(browser, story):
    with Visit(browser, story[1]) as visit:
        hidden = visit.page.locator("main > .view:not(#rows)").evaluate_all(
            "all => all.map(e => e.getAttribute('hidden'))"
        )
        assert {"until-found"} == set(hidden)
        visit.page.locator("#articles").evaluate("e => e.dispatchEvent(new Event('beforematch', {bubbles: true}))")
        assert ["articles"] == shown_views(visit)
        assert "#articles" == visit.fragment
        assert visit.page.evaluate("!document.querySelector('#only-3').open")


def test_a_copied_quotation_names_its_source_and_can_be_checked(browser, story):
    found, path = story
    with Visit(browser, path, permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.page.locator("#row-1 .cell.reference .copy").click()
        visit.page.locator("#row-1 .cell.reference .copy", has_text="copied").wait_for()
        copied = visit.page.evaluate("navigator.clipboard.readText()")
    words, start, end, digest = re.fullmatch(
        r"“(.+)” \(wire, “Storm kills 12 in Oslo”; characters (\d+) to (\d+) of the text with SHA-256 (\w+)\)",
        copied,
        re.DOTALL,
    ).groups()
    text = found.outlets[0].text
    assert (words, sha256(text.encode()).hexdigest()) == (text[int(start) : int(end)], digest)


def test_a_copied_part_has_the_characters_of_the_text_and_each_date_once(browser, tmp_path):
    said = 'He said: "Storms will come to Oslo again this winter.'
    texts = [f'{said} Nobody should sail to sea." Rain fell.', f'{said} Wear a coat." Snow fell.']
    fields = {"outlet": "Ada", "date": "2024-01-11"}
    sources = [Document(f"Ada (2024-01-11-ada-41df64d{n})", text, fields) for n, text in enumerate(texts)]
    with Visit(browser, write_page(tmp_path, sources), permissions=["clipboard-read", "clipboard-write"]) as visit:
        visit.page.locator("#row-1 .copy").first.click()
        visit.page.locator("#row-1 .copy", has_text="copied").wait_for()
        copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{said}” (Ada, 2024-01-11, “")
    assert 1 == copied.count("2024-01-11")
    assert f"; characters 0 to {len(said)} of the text" in copied


def test_a_copied_quotation_keeps_marks_of_other_use(browser, tmp_path):
    said = [
        'The robber carried a 9" knife.',
        'Spokesmen of צה"ל denied the report.',
        "”Vi är klara med arbetet”, sa borgmästaren.",
    ]
    sources = [Document(name, " ".join([*said, more])) for name, more in (("a", "Rain fell."), ("b", "Wear a coat."))]
    with Visit(browser, write_page(tmp_path, sources), permissions=["clipboard-read", "clipboard-write"]) as visit:
        for number, words in enumerate(said, 1):
            visit.page.locator(f"#row-{number} .copy").first.click()
            visit.page.locator(f"#row-{number} .copy", has_text="copied").wait_for()
            assert visit.page.evaluate("navigator.clipboard.readText()").startswith(f"“{words}” (")


@pytest.mark.parametrize("table", ["statements", "disagreements"])
def test_a_table_is_saved_as_csv(browser, story, table):
    with Visit(browser, story[1], f"#{'rows' if table == 'statements' else table}") as visit:
        with visit.page.expect_download() as download:
            visit.page.click(f'[data-csv="{table}"]')
        assert f"{table}.csv" == download.value.suggested_filename
        assert "post" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_without_script_all_texts_rows_and_numbers_are_there(browser, story):
    found, path = story
    with Visit(browser, path, java_script_enabled=False) as visit:
        text = " ".join(visit.page.text_content("main").split())
        for outlet in found.outlets:
            for number in range(len(outlet.sentences)):
                assert outlet.cut(number) in text
        assert f"{len(found.rows)}" in text
        assert set(VIEWS) - {"pair"} == set(shown_views(visit))


def test_the_printed_page_holds_every_row_and_keeps_colours_and_legend(browser, story):
    found, path = story
    with Visit(browser, path, color_scheme="dark") as visit:
        visit.page.check("#only-numbers")
        visit.page.emulate_media(media="print")
        open_folds(visit)
        visible = [row.is_visible() for row in visit.page.locator("#rows .row").all()]
        assert [True] * len(found.rows) == visible
        assert visit.page.locator(".legend").is_visible()
        assert "exact" == visit.page.locator(".swatch.edited").evaluate("e => getComputedStyle(e).printColorAdjust")
        assert "rgb(255, 255, 255)" == visit.page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
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
            for key in "1234567bb":
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


def test_nothing_breaks_inside_a_word_on_a_narrow_screen_and_nothing_is_wider(browser, story):
    with Visit(browser, story[1], viewport={"width": 390, "height": 844}) as visit:
        for key in "1234567":
            visit.page.keyboard.press(key)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
            assert [] == visit.page.evaluate(BROKEN_WORDS)

"""The story report as a file: complete without its script, nothing loaded, safe with hostile text."""

import json
import os
import re
from pathlib import Path

import pytest
from test_diff_html import HOSTILE, Page

from dedup import __version__
from dedup.compare.engine import compare_documents
from dedup.compare.model import Wording
from dedup.model.documents import Document
from dedup.report.compare.compare_html import render_html
from dedup.report.compare.compare_lists import list_left_out
from dedup.report.compare.compare_marks import FactSpan, find_differing, mark_words
from dedup.report.compare.compare_moves import find_out_of_order
from dedup.report.compare.compare_page import build_rows, fold_rows
from dedup.report.compare.compare_text import name_letter
from dedup.story_config import CompareConfig
from dedup.text.spans import Span

LEXICAL = CompareConfig(engine="lexical")
STORY = {
    "wire": "Storm kills 12 in Oslo\n\nA storm killed 12 people in Oslo on Monday, police said.\n\nThe harbour was "
    "closed for two days.\n\nMayor Hansen thanked the rescue teams.",
    "herald": "A storm killed 12 people in Oslo on Monday, police said.\n\nMayor Hansen thanked the rescue teams.\n\n"
    "The harbour was closed for two days.",
    "post": "A violent storm killed 14 people in Oslo on Monday, police claimed.\n\nSchools open again on Friday.\n\n"
    "The harbour was closed for two days. Insurers expect claims of 40 million crowns.",
}


def compare_story(texts=STORY, **settings):
    return compare_documents(
        [Document(name, text) for name, text in texts.items()], CompareConfig(engine="lexical", **settings)
    )


def render(texts=STORY, **settings):
    return render_html(compare_story(texts, **settings))


def test_every_link_has_its_target_and_every_id_is_given_once():
    page = Page(render())
    assert sorted(set(page.ids)) == sorted(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_all_words_of_all_texts_are_in_the_page_without_a_script():
    shown = set(re.findall(r"\w+", " ".join(Page(render()).texts)))
    assert set(re.findall(r"\w+", " ".join(STORY.values()))) <= shown


def test_the_page_loads_nothing():
    source = render()
    assert re.search(r"""(?:src|href|srcset|poster|data)=["'](?!#)""", source) is None
    assert "@import" not in source
    assert "url(" not in source
    assert "default-src 'none'" in source


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile):
    texts = {f"a{hostile}": f"{hostile} said so.", "b": f"He said: {hostile}.", "c": hostile}
    sources = [
        Document(name, text, {"date": f"2024-01-0{n + 1}{hostile}", "title": hostile})
        for n, (name, text) in enumerate(texts.items())
    ]
    source = render_html(compare_documents(sources, LEXICAL))
    page = Page(source)
    assert page.tags.count("script") == 2
    assert not {name for name in page.attributes if name.startswith("on")}
    assert {"img", "iframe", "object", "embed", "base"} & set(page.tags) == set()


def test_the_data_of_the_script_is_json_that_no_text_can_end():
    source = render({"</script><b>": "One. Two.", "b": "Three."})
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', source, re.DOTALL)[1]
    assert ["</script><b>", "b"] == [outlet["name"] for outlet in json.loads(data)["outlets"]]


def test_the_data_holds_the_shares_of_every_pair_as_the_library_has_them():
    found = compare_story()
    data = json.loads(re.search(r'id="data">(.*?)</script>', render_html(found), re.DOTALL)[1])
    expected = [
        [[round(v, 4) for v in (s.verbatim, s.edited, s.reworded, s.partial, s.dropped, s.new)] for s in of_outlet]
        for of_outlet in found.shares
    ]
    assert expected == data["shares"]


def test_a_number_that_differs_is_boxed_in_both_wordings():
    row = next(row for row in build_rows(compare_story()) if "numbers" in row.kinds)
    boxed = {cell.name: [p.text for p in cell.pieces if "numbers" in p.fact] for cell in row.cells}
    assert (["12"], ["14"]) == (boxed["herald"], boxed["post"])


def test_words_that_the_reference_lacks_are_marked():
    assert ["violent", "14"] == [
        span.cut("A violent storm killed 14.")
        for span in find_differing("A violent storm killed 14.", "A storm killed 12.")
    ]


def test_pieces_are_the_wording_again():
    text = "A violent storm killed 14."
    facts = [FactSpan(Span(23, 25), "numbers")]
    for relation in (None, *Wording):
        assert text == "".join(piece.text for piece in mark_words(text, "A storm killed 12.", relation, facts))


def test_a_statement_out_of_the_order_of_the_base_is_moved():
    assert {2} == find_out_of_order({0: 0, 1: 1, 2: 2, 3: 3, 4: 4}, {2: 0, 0: 1, 1: 2, 3: 3, 4: 4})
    assert set() == find_out_of_order({0: 5}, {0: 1})
    assert set() == find_out_of_order({}, {})


def test_runs_that_are_verbatim_everywhere_are_folded():
    text = "\n\n".join(
        f"Sentence number {word} is the same in both of these texts." for word in ("one", "two", "three", "four")
    )
    folds = fold_rows(build_rows(compare_story({"a": text, "b": text})))
    assert [(True, 4)] == [(fold.is_folded, len(fold.rows)) for fold in folds]


def test_what_two_others_say_is_listed_as_left_out():
    lists = {entry.name: [text for _, text, _ in entry.items] for entry in list_left_out(compare_story(base="wire"))}
    assert ["Mayor Hansen thanked the rescue teams."] == lists["post"]


def test_the_page_of_fifty_texts_names_them_by_letters():
    assert ["A", "Z", "AA", "AX"] == [name_letter(number) for number in (0, 25, 26, 49)]


@pytest.mark.parametrize(
    "texts",
    [
        {"a": "", "b": ""},
        {"a": "Only this.", "b": ""},
        {"a": "عاصفة تقتل 12 شخصا في أوسلو. قالت الشرطة ذلك.", "b": "عاصفة تقتل 14 شخصا في أوسلو."},
        {"a": "暴风雨在奥斯陆造成12人死亡。", "b": "奥斯陆暴风雨造成14人死亡。"},
        {"a": "x" * 100_000, "b": "y " * 10_000},
    ],
    ids=["empty", "one empty", "arabic", "chinese", "huge words"],
)
def test_unusual_texts_make_a_whole_page(texts):
    page = Page(render(texts))
    assert {"rows", "matrix", "only", "disagreements", "articles", "run"} <= set(page.ids)


def test_a_text_that_prints_its_body_twice_has_the_second_printing_struck_out():
    source = render({"a": f"{STORY['herald']}\n\n{STORY['herald']}", "b": STORY["post"]})
    assert source.count('title="not compared: repeat"') == 3


def test_the_page_reads_as_it_read_before():
    shown = [" ".join(text.split()) for text in Page(render(base="wire")).texts]
    page = "\n".join(text for text in shown if text)
    page = page[: page.index("Keys\nn\n")].split("Skip to the statements\n")[1].replace(__version__, "VERSION")
    golden = Path(__file__).parent / "golden" / "story_page.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(page, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == page

"""The story report as a file: complete without its script, nothing loaded, safe with hostile text."""

import csv
import io
import json
import os
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story_texts import SEEDS
from test_diff_html import HOSTILE, Page

from dedup import __version__
from dedup.compare.engine import compare_documents
from dedup.compare.model import Cell, FactKind, Grade, Nearest, Place, Row, SentencePart, Wording
from dedup.model.documents import Document
from dedup.report.compare.compare_csv import render_disagreements, render_statements
from dedup.report.compare.compare_examples import list_plain
from dedup.report.compare.compare_html import render_html
from dedup.report.compare.compare_lists import list_missing
from dedup.report.compare.compare_marks import FactSpan, MarkedText, fade, mark_own, mark_shared, mark_words
from dedup.report.compare.compare_names import clean_name, find_headline, name_letter, number_statements
from dedup.report.compare.compare_opening import say_opening
from dedup.report.compare.compare_order import STEP, draw_order, find_moves, find_out_of_order, spread
from dedup.report.compare.compare_page import build_rows, split_group
from dedup.report.compare.compare_text import quote_line
from dedup.report.compare.compare_wordings import mark_cell
from dedup.story_config import CompareConfig
from dedup.text.spans import Span

VIEWS = {"rows", "left", "disagreements", "pair", "order", "articles", "about"}
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
    assert ["</script><b>", "b"] == [outlet["called"] for outlet in json.loads(data)["outlets"]]


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
    boxed = {
        name: [p.text for p in cell.pieces if "numbers" in p.fact] for cell in row.cells for _, _, name, _ in cell.texts
    }
    assert (["12"], ["14"]) == (boxed["herald"], boxed["post"])


def show_marks(text, reference, relation):
    """Return a wording with its marks: +added+, -dropped-, =shared=."""
    signs = {"added": "+", "dropped": "-", "shared": "="}
    pieces = mark_words(text, reference, relation, [])
    return "".join(f"{sign}{p.text or p.note}{sign}" if (sign := signs.get(p.mark, "")) else p.text for p in pieces)


@pytest.mark.parametrize(
    ("text", "reference", "relation", "shown"),
    [
        ("A violent storm.", "A storm.", Wording.EDITED, "A +violent+ storm."),
        ("A storm.", "A violent storm.", Wording.EDITED, "A-violent- storm."),
        ("A storm killed 14.", "A storm killed 12.", Wording.EDITED, "A storm killed -12-+14+."),
        ("In Oslo 12 people died", "12 people died in Oslo", Wording.EDITED, "+In Oslo+ 12 people died-in Oslo-"),
        ("12 died on Monday", "On Monday 12 died", Wording.EDITED, "12 +died+ on Monday-died-"),
        ("A storm killed twelve.", "A storm killed 12.", Wording.EDITED, "A storm killed twelve."),
        ("A storm came. He left Oslo.", "He left Oslo. A storm came.", Wording.EDITED, "A storm came. He left Oslo."),
        ("He said “it’s over”.", 'He said "it\'s over".', Wording.EDITED, "He said “it’s over”."),
        (
            "Storms left 12 dead in Oslo",
            "In Oslo a storm has killed 12",
            Wording.REWORDED,
            "=Storms= left =12= dead in =Oslo=",
        ),
        ("The US fleet left", "A fleet of the US", Wording.PARTIAL, "The =US= =fleet= left"),
    ],
)
def test_marks_show_what_an_edit_changed_and_what_a_freer_wording_shares(text, reference, relation, shown):
    assert shown == show_marks(text, reference, relation)


def test_other_typography_is_marked_as_such_and_as_no_change():
    pieces = mark_words("He said “it’s” – over.", 'He said "it\'s" - over now.', Wording.EDITED, [])
    typed = [(" “", ' "'), ("it’s", "it's"), ("” – ", '" - ')]
    assert typed == [(piece.text, piece.note) for piece in pieces if piece.mark == "typed"]
    assert [] == [piece.text for piece in pieces if piece.mark == "added"]


def test_the_reference_shows_what_freer_wordings_share_with_it():
    pieces = mark_shared("A storm killed 12 people.", ["The storm was bad.", "12 drowned."], [])
    assert ["storm", "12"] == [piece.text for piece in pieces if piece.mark == "shared"]


def test_pieces_are_the_wording_again():
    text = "A violent storm killed 14."
    facts = [FactSpan(Span(23, 25), "numbers")]
    for relation in (None, *Wording):
        assert text == "".join(piece.text for piece in mark_words(text, "A storm killed 12.", relation, facts))


def test_a_statement_out_of_the_order_of_the_base_is_moved():
    assert {2} == find_out_of_order({0: 0, 1: 1, 2: 2, 3: 3, 4: 4}, {2: 0, 0: 1, 1: 2, 3: 3, 4: 4})
    assert set() == find_out_of_order({0: 5}, {0: 1})
    assert set() == find_out_of_order({}, {})


def test_a_headline_has_not_moved_against_a_headline():
    body = "A storm killed 12 people in Oslo.\n\nThe harbour was closed for two days."
    texts = {"a": f"Storm kills 12 in Oslo\n\n{body}", "b": f"{body}\n\nStorm kills 12 in Oslo"}
    found = compare_story(texts, base="a")
    alone = {n for n, row in enumerate(found.rows) if row.find(0) and row.find(0).sentences == (0,)}
    assert not alone & find_moves(found)[1][0]


def test_the_rest_of_a_sentence_of_which_a_part_is_meant_is_beside_it():
    pieces = (MarkedText("He denied "), MarkedText("it", "shared", note="it"), MarkedText(", as ever."))
    assert ["", "beside", "beside"] == [piece.mark for piece in fade(pieces, [Span(10, 22)])]
    assert ["He", " denied ", "it", ", as ever."] == [piece.text for piece in fade(pieces, [Span(0, 2)])]
    assert ["beside", "", "shared", ""] == [piece.mark for piece in fade(pieces, [Span(0, 2)])]


def test_a_copied_quotation_is_the_text_with_marks_for_what_is_left_out():
    found = compare_story(SEEDS)
    for number, row in enumerate(found.rows):
        for cell in row.cells:
            text = found.outlets[cell.outlet].text
            shown = "".join(piece.text for piece in mark_cell(found, number, cell.outlet, cell.outlet, ()))
            for wording in (shown, found.quote(number, cell.outlet)):
                assert all(part.strip() in text for part in wording.split("[...]"))


def test_a_copy_of_a_part_holds_the_part_and_names_its_characters():
    found = compare_story(SEEDS)
    numbers = number_statements(found)
    held = {numbers[n]: row for n, row in enumerate(found.rows)}
    cells = [(held[row.number], cell) for row in build_rows(found) for cell in row.cells]
    assert any(cell.quote for _, cell in cells)
    for row, cell in cells:
        outlet = cell.texts[0][0]
        text, own = found.outlets[outlet].text, row.find(outlet)
        assert bool(own.parts) == bool(cell.quote)
        words = " ".join(span.cut(text) for span in found.outlets[outlet].list_spans(own)).split()
        assert words == " ".join(span.cut(text) for span in cell.spans).split()
        assert not cell.quote or words == cell.quote.replace("[...]", " ").split()


def test_a_statement_is_quoted_in_the_sentence_that_the_others_cover_best():
    short = "A ferry hit the bridge of Riga on Monday."
    long = "A ferry hit the bridge of Riga on Monday, while musicians played loudly for nobody."
    found = compare_story({"a": f"Ferry hits bridge\n\n{long} Tea was served.", "b": f"{short} Rain fell."})
    (row,) = [n for n, held in enumerate(found.rows) if len(held.cells) == 2]
    assert short == found.quote_telling(row)


def test_texts_without_disagreements_are_not_said_to_agree():
    assert "None was found." in render({"a": "Cats sleep all day.", "b": "Cats sleep all day."})


def test_what_one_text_alone_says_is_counted_alike_everywhere():
    found = compare_story(SEEDS)
    most = max(len(found.only_here(outlet)) for outlet in range(5))
    assert f", {most} statement" in say_opening(found)[2]


def test_the_same_words_are_printed_once():
    rows = build_rows(compare_story(base="wire"))
    assert [["A", "B", "C"]] == [
        [letter for _, letter, _, _ in cell.texts]
        for row in rows
        for cell in row.cells
        if cell.pieces[0].text.startswith("The harbour was closed")
    ]


def test_what_two_texts_say_comes_first_and_what_one_says_after_it():
    shared = [len(row.outlets) > 1 for row in build_rows(compare_story())]
    assert sorted(shared, reverse=True) == shared


def test_what_others_say_is_listed_as_left_out_with_who_says_it():
    missing = list_missing(compare_story(base="wire"))[2]
    assert ["Mayor Hansen thanked the rescue teams."] == [entry.said.text for entry in missing.left_out]
    assert [(0, [1])] == [(entry.said.outlet, [quote.outlet for quote in entry.who]) for entry in missing.left_out]


def test_who_says_the_opposite_is_not_among_those_who_say_it():
    found = compare_story(SEEDS)
    case = next(case for case in found.disagreements if case.kind is FactKind.OPPOSITE)
    own = {value for fact in case.facts if fact.outlet in found.rows[case.row].outlets for value in fact.values}
    other = {fact.outlet for fact in case.facts if not own & set(fact.values)}
    number = number_statements(found)[case.row]
    shown = [item for missing in list_missing(found) for item in missing.elsewhere if item.row == number]
    assert other
    assert shown
    assert not any({quote.outlet for quote in item.who} & other for item in shown)
    assert all(item.is_opposed for item in shown if item.nearest and item.nearest.outlet in other)


def test_the_opening_tells_what_all_tell_what_differs_what_one_has_and_who_copied_whom():
    shared, differ, alone, copied = say_opening(compare_story(base="wire"))
    assert "All 3 texts have 2 statements more or less in common" in shared
    assert "“The harbour was closed for two days.” (in the words of A)" in shared
    assert "differ in numbers: “12” (A) against “14” (C)" in differ
    assert "C surely leaves out most that others tell, 1 statement, “" in alone
    assert "of B is in runs of four words and more of A" in copied


def test_a_statement_that_one_text_has_only_weakly_is_no_example_of_what_all_tell():
    found = compare_story(base="wire")
    weak = replace(found, telling=tuple(replace(told, score=0.1) for told in found.telling))
    shared = f"; {sum(len(row.cells) > 1 for row in found.rows)} of the {len(found.rows)} statements are"
    assert say_opening(weak)[0].startswith(f"All 3 texts have 2 statements more or less in common{shared}")


def test_the_example_of_what_all_tell_is_said_by_all_with_its_numbers_and_is_no_introduction():
    harbour = "The harbour of Riga was closed to all ships after the collision on Monday."
    vote = "Members of parliament approved the plan for a new bridge in a bipartisan vote{}."
    said = "Mayor Hansen told many angry reporters what he thinks of captains who drink:"
    found = compare_story({n: f"{harbour}\n\n{vote.format(v)}\n\n{said}" for n, v in (("a", ""), ("b", " of 91 to 3"))})
    shared = [row for row, held in enumerate(found.rows) if len(held.cells) == 2]
    told = [Nearest(Place(1, sentence), 0.9) for sentence in range(3)]
    found = replace(found, telling=tuple(told))
    assert [0, 1, 2] == shared
    assert [0] == list_plain(found, shared)
    assert not list_plain(replace(found, links=()), shared)


def test_what_is_perhaps_left_out_is_not_called_nothing():
    found = compare_story(base="wire")
    perhaps = replace(found, omissions=tuple(replace(e, grade=Grade.ELSEWHERE) for e in found.omissions), alone=())
    alone = next(sentence for sentence in say_opening(perhaps) if "alone tells" in sentence)
    assert alone.startswith(
        "Nothing was found that surely one text alone tells; nothing was found that one surely leaves"
    )
    assert alone.endswith(" perhaps.")
    none = replace(found, disagreements=(), omissions=())
    assert "what is not listed may differ too." in say_opening(none)[1]
    assert any(sentence.endswith("; nothing was found that one leaves out.") for sentence in say_opening(none))


def test_words_that_only_the_telling_text_has_are_faint_and_it_is_named():
    telling = "A ferry hit the bridge of Riga on Monday at 8:25 in dense fog."
    texts = {"a": telling, "b": "A ferry hit the bridge of Riga on Monday in the fog.", "c": "Cats sleep all day."}
    found = compare_story(texts, base="a")
    row = next(n for n, held in enumerate(found.rows) if len(held.cells) == 2)
    found = replace(
        found, telling=tuple(Nearest(Place(0, 0), 0.5) if n == row else t for n, t in enumerate(found.telling))
    )
    assert ["at 8:25 in dense"] == [piece.text for piece in mark_own(found, row, telling) if piece.mark == "beside"]
    assert telling == "".join(piece.text for piece in mark_own(found, row, telling))
    assert quote_line(found, row).endswith("(in the words of A)")
    (entry,) = list_missing(found)[2].left_out
    assert (0, [1]) == (entry.said.outlet, [quote.outlet for quote in entry.who])
    assert any(piece.mark == "beside" for piece in entry.said.pieces)


def test_nothing_is_faint_in_what_one_text_alone_says():
    found = compare_story(base="wire")
    row = found.only_here(2)[0]
    assert [""] == [piece.mark for piece in mark_own(found, row, found.quote_telling(row))]


class CountedLinks(tuple):
    """Links that count how often they are read."""

    __slots__ = ()

    reads = 0

    def __iter__(self):
        CountedLinks.reads += 1
        return super().__iter__()


def test_the_opening_reads_the_links_as_often_however_much_is_left_out():
    found, reads = compare_story(base="wire"), []
    for times in (1, 20):
        CountedLinks.reads = 0
        say_opening(replace(found, links=CountedLinks(found.links), omissions=found.omissions * times))
        reads.append(CountedLinks.reads)
    assert reads[0] == reads[1]


def test_texts_that_leave_out_as_much_are_all_named():
    found = compare_story(SEEDS)
    counts = Counter(entry.outlet for entry in found.omissions if entry.grade is Grade.LEFT_OUT)
    tied = [outlet for outlet in sorted(counts) if counts[outlet] == max(counts.values())]
    names = " and ".join(", ".join(name_letter(outlet) for outlet in tied).rsplit(", ", 1))
    verb = "leave" if len(tied) > 1 else "leaves"
    assert f"{names} surely {verb} out most that others tell" in say_opening(found)[2]


@pytest.mark.parametrize(
    ("wire", "herald", "told"),
    [
        ("2024-01-03", "2024-01-02", "A is in runs of four words and more of the earlier B"),
        ("2024-01-03T09:00", "2024-01-03T10:00", "B is in runs of four words and more of the earlier A"),
        ("2024-01-03", "2024-01-03", "of four words and more of A"),
        ("2024-01-03", "2024-01-03T10:00", "of four words and more of A"),
    ],
)
def test_what_is_shared_is_said_of_the_later_text_where_dates_differ(wire, herald, told):
    dates = {"wire": wire, "herald": herald}
    sources = [Document(name, STORY[name], {"date": date}) for name, date in dates.items()]
    assert told in say_opening(compare_documents(sources, LEXICAL))[-1]


def test_the_opening_says_how_much_a_text_prints_twice():
    body = STORY["herald"]
    *_, last = say_opening(compare_story({"a": f"{body}\n\n{body}", "b": STORY["post"]}))
    assert f"A prints {len(body) - 1} characters twice, and the second printing is not compared." == last


def test_the_opening_of_fifty_texts_is_short():
    body = STORY["herald"]
    texts = {f"outlet {n}": f"{body} {n * 7} boats sank.\n\n{body}" for n in range(50)}
    assert [] == [sentence for sentence in say_opening(compare_story(texts)) if len(sentence) > 600]


def test_texts_of_nothing_in_common_open_so():
    found = compare_story({"a": "Cats sleep all day.", "b": "The market fell by nine points."})
    assert ["No statement is in two of the texts."] == say_opening(found)[:1]


@pytest.mark.parametrize(
    ("name", "tells"),
    [("003_d20e37b77559c48d", False), ("d20e37b77559c48d", False), ("42", False), ("ap", True), ("El País", True)],
)
def test_the_hash_of_a_file_is_no_name(name, tells):
    assert tells == bool(clean_name(name))
    shown = "".join(Page(render({name: STORY["wire"], "b": STORY["post"]})).texts).split('"outlets":')[0]
    assert tells == (f"{name}\n" in shown or f"{name} " in shown)


def test_texts_of_one_outlet_are_called_by_outlet_day_and_headline_not_by_their_ids():
    texts = [
        Document(f"Ada (2024-01-1{n}-ada-41df64d{n})", STORY[name], {"outlet": "Ada", "date": f"2024-01-1{n}"})
        for n, name in enumerate(STORY)
    ]
    page = render_html(compare_documents(texts, CompareConfig(engine="lexical")))
    shown = page.split('<script type="application/json"')[0]
    assert "41df64d" not in shown
    assert re.search(r"Ada, 2024-01-11</bdi> <span class=\"headline\"", shown)


def test_a_text_without_title_is_called_by_its_first_line():
    found = compare_story({"003_d20e37b77559c48d": STORY["wire"], "b": STORY["post"]})
    assert "Storm kills 12 in Oslo" == find_headline(found.outlets[0])


@pytest.mark.parametrize(
    ("text", "headline"),
    [
        ("Skip to content\n\nStorm kills 12 in Oslo\n\nIt came at night.", "Storm kills 12 in Oslo"),
        ("Flood\n\nRain.", "Flood"),
        ("", ""),
        ("word " * 99, f"{('word ' * 18).strip()}…"),
    ],
)
def test_a_line_of_the_site_is_no_headline(text, headline):
    assert headline == find_headline(compare_story({"a": text, "b": "x"}).outlets[0])


def test_the_tables_have_a_line_for_each_wording_and_each_fact():
    found = compare_story()
    statements = list(csv.DictReader(io.StringIO(render_statements(found))))
    assert sum(len(row.cells) for row in found.rows) == len(statements)
    for line in statements:
        text = next(outlet.text for outlet in found.outlets if outlet.name == line["outlet"])
        wording = line["wording"].removeprefix("'")
        assert wording.split() == text[int(line["start"]) : int(line["end"])].split() or "[...]" in wording
    facts = list(csv.DictReader(io.StringIO(render_disagreements(found))))
    assert {"12", "14"} <= {line["wording"] for line in facts if line["kind"] == "numbers"}


def test_no_wording_is_a_formula_of_a_spreadsheet():
    table = render_statements(compare_story({"a": "=1+1 is two.", "b": "Ships sailed at noon."}))
    assert "'=1+1 is two." in [line["wording"] for line in csv.DictReader(io.StringIO(table))]


def test_the_picture_of_the_order_has_a_point_for_each_text_of_a_statement():
    found = compare_story(base="wire")
    picture = draw_order(found)
    shared = [row for row in found.rows if len(row.cells) > 1]
    assert sorted(len(row.cells) for row in shared) == sorted(len(line.points) for line in picture.lines)
    assert any(line.is_moved for line in picture.lines)


@given(st.lists(st.floats(0, 500), max_size=20))
def test_points_of_the_picture_are_apart_and_inside(places):
    height = max(500.0, STEP * len(places))
    moved = spread(sorted(places), height)
    assert all(b - a >= STEP - 1e-6 for a, b in pairwise(moved))
    assert all(-1e-6 <= place <= height for place in moved)


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
    assert VIEWS <= set(page.ids)


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


def test_a_word_that_was_dropped_at_the_edge_of_a_part_is_shown():
    pieces = (MarkedText("He "), MarkedText("", "dropped", note="soon"), MarkedText("left."))
    assert pieces == fade(pieces, [])
    assert ["", "dropped", "beside"] == [piece.mark for piece in fade(pieces, [Span(3, 8)])]


def test_words_that_are_left_out_are_no_typography():
    pieces = mark_words("He left, she stayed.", "He left [...] she stayed on.", Wording.EDITED, [])
    assert ["", "dropped", ""] == [piece.mark for piece in pieces]


def test_texts_with_one_part_and_other_rests_are_not_printed_as_the_same_words():
    found = compare_story({"a": "Rain fell, and he left.", "b": "Rain fell, she said.", "c": "Rain fell, and he left."})
    cells = tuple(Cell(outlet, (0,), (SentencePart(0, Span(0, 9)),)) for outlet in range(3))
    parted = replace(found, rows=(Row(cells),))
    assert [[0, 2], [1]] == split_group(parted, 0, [0, 1, 2])
    assert [[0, 1]] == split_group(replace(found, rows=(Row(tuple(Cell(o, (0,)) for o in range(3))),)), 0, [0, 1])

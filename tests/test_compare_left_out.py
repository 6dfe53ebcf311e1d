"""What a text leaves out, in part or wholly, and what it alone says."""

import numpy as np

from dedup.compare.engine import compare_documents
from dedup.compare.left_out import Bounds, Nearness, find_left_out
from dedup.compare.model import Cell, Grade, Link, Nearest, Place, Row, Strength, Wording
from dedup.compare.read_units import split_document
from dedup.compare.scripts import explain_scripts, part_scripts
from dedup.model.documents import Document
from dedup.report.compare.compare_terminal import render_summary
from dedup.story_config import CompareConfig

A, B, C = Place(0, 0), Place(1, 0), Place(2, 0)
OWN = Place(2, 1)
PLACES = (A, B, C, OWN)
TOLD = Row((Cell(0, (0,)), Cell(1, (0,))))
ROWS = (TOLD, Row((Cell(2, (0,)),)), Row((Cell(2, (1,)),)))
BOUNDS = Bounds(0.5, 0.25)


def find(near=0.0, links=(), rows=ROWS, texts=("", "", "", ""), agreement=0.4):
    values = np.zeros((4, 4), np.float32)
    values[0, 2] = values[2, 0] = values[1, 2] = values[2, 1] = near
    values[0, 1] = values[1, 0] = agreement
    return find_left_out(rows, links, Nearness(PLACES, values, texts), 3, BOUNDS)


def link(a, b, strength):
    return Link(a, b, 0.3, strength, Wording.REWORDED)


def test_what_two_say_and_nothing_in_the_third_comes_near_is_left_out():
    (entry,) = find().left_out
    assert (2, Grade.LEFT_OUT, 0, (A, B), None) == (
        entry.outlet,
        entry.grade,
        entry.row,
        entry.says,
        entry.nearest,
    )


def test_a_sentence_that_comes_near_is_named():
    (entry,) = find(near=0.5).left_out
    assert (Grade.ELSEWHERE, Nearest(C, 0.5)) == (entry.grade, entry.nearest)


def test_a_weak_link_is_near():
    (entry,) = find(links=[link(B, OWN, Strength.WEAK)]).left_out
    assert (Grade.ELSEWHERE, OWN) == (entry.grade, entry.nearest.place)


def test_who_has_a_strong_link_and_no_cell_does_not_say_it():
    (entry,) = find(links=[link(A, C, Strength.STRONG)]).left_out
    assert (2, Grade.ELSEWHERE, (A, B), C) == (entry.outlet, entry.grade, entry.says, entry.nearest.place)


def test_more_may_be_near_where_two_say_surely_the_same():
    assert [Grade.LEFT_OUT] == [entry.grade for entry in find(near=0.15, agreement=0.4).left_out]
    assert [Grade.ELSEWHERE] == [entry.grade for entry in find(near=0.15, agreement=0.2).left_out]


def test_the_words_that_those_who_say_it_share_bring_a_sentence_near():
    texts = ("Ann Lee fell at noon", "at noon Ann Lee fell", "Ann Lee fell", "a third ship sank")
    assert [Grade.ELSEWHERE] == [entry.grade for entry in find(near=0.15, texts=texts).left_out]


def test_what_is_near_to_one_of_those_who_say_it_and_not_to_the_other_is_less_near():
    values = np.zeros((4, 4), np.float32)
    values[0, 2] = values[2, 0] = 0.3
    values[0, 1] = values[1, 0] = 0.4
    (entry,) = find_left_out(ROWS, (), Nearness(PLACES, values, ("",) * 4), 3, BOUNDS).left_out
    assert (Grade.LEFT_OUT, 0.15) == (entry.grade, entry.nearest.score)


def test_what_one_alone_says_has_nothing_near_in_any_other_text():
    assert (1, 2) == find().alone
    assert (2,) == find(near=0.5).alone
    assert (2,) == find(links=[link(A, C, Strength.WEAK)]).alone


def test_what_one_says_is_left_out_by_nobody_whatever_links_it_has():
    rows = (Row((Cell(0, (0,)),)), Row((Cell(1, (0,)),)), *ROWS[1:])
    found = find(rows=rows, links=[link(A, B, Strength.STRONG)])
    assert () == found.left_out
    assert (2, 3) == found.alone


def test_of_two_texts_each_leaves_out_what_the_other_says():
    rows = (Row((Cell(0, (0,)),)), Row((Cell(1, (0,)),)))
    found = find_left_out(rows, [], Nearness((A, B), np.zeros((2, 2), np.float32), ("", "")), 2, BOUNDS)
    assert [(0, 1), (1, 0)] == [(entry.outlet, entry.row) for entry in found.left_out]


def test_what_is_linked_is_near_however_little_those_who_say_it_agree():
    (entry,) = find(links=[link(B, OWN, Strength.WEAK)], agreement=0.01).left_out
    assert (Grade.ELSEWHERE, OWN) == (entry.grade, entry.nearest and entry.nearest.place)


LATIN = "The bridge of Riga was closed on Monday after a ship hit it."
CYRILLIC = "Мост в Риге закрыли в понедельник после столкновения с судном."
HAN = "里加的大桥在船只撞击后于星期一关闭。"
TOWER = "Nobody knows yet who owned the burning tower."


def compare_scripts(**texts):
    return compare_documents([Document(name, text) for name, text in texts.items()], CompareConfig(engine="lexical"))


def test_nothing_is_left_out_between_texts_of_different_scripts_and_the_summary_says_so():
    found = compare_scripts(a=LATIN, b=LATIN, c=CYRILLIC, d=CYRILLIC)
    assert ((), ()) == (found.omissions, found.alone)
    assert "LIMIT: texts in different scripts (Cyrillic and Latin)" in render_summary(found, 80)


def test_what_one_text_alone_says_is_told_among_the_texts_in_its_script():
    found = compare_scripts(a=f"{LATIN} {TOWER}", b=LATIN, c=CYRILLIC)
    assert [[TOWER], [], []] == [[found.quote(row, outlet) for row in found.only_here(outlet)] for outlet in range(3)]
    assert "Most that no other text in its script tells is in A" in render_summary(found, 200)


def test_a_link_between_two_scripts_matches_no_text_in_a_third():
    outlets = [split_document(Document(name, text)) for name, text in zip("abc", (LATIN, CYRILLIC, HAN), strict=True)]
    joined = link(Place(0, 0), Place(1, 0), Strength.STRONG)
    scripts = part_scripts(outlets, [joined])
    assert ("Cyrillic/Latin", "Cyrillic/Latin", "CJK") == scripts
    assert "(CJK and Cyrillic/Latin)" in explain_scripts(scripts)[0]

"""What a text leaves out, in part or wholly, and what it alone says."""

import numpy as np

from dedup.compare.left_out import Nearness, find_left_out
from dedup.compare.model import Cell, Grade, Link, Nearest, Place, Row, Strength, Wording

A, B, C = Place(0, 0), Place(1, 0), Place(2, 0)
OWN = Place(2, 1)
PLACES = (A, B, C, OWN)
TOLD = Row((Cell(0, (0,)), Cell(1, (0,))))
ROWS = (TOLD, Row((Cell(2, (0,)),)), Row((Cell(2, (1,)),)))


def find(near=0.0, links=(), rows=ROWS):
    values = np.zeros((4, 4), np.float32)
    values[0, 2] = values[2, 0] = near
    return find_left_out(rows, links, Nearness(PLACES, values, 0.25, 0.25), 3)


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


def test_a_strong_link_from_another_row_says_it_and_its_row_comes_near():
    (entry,) = find(links=[link(A, C, Strength.STRONG)]).left_out
    assert (1, Grade.ELSEWHERE, 1, B) == (entry.outlet, entry.grade, entry.row, entry.nearest.place)


def test_more_may_be_near_where_two_say_surely_the_same():
    values = np.zeros((4, 4), np.float32)
    values[0, 2] = values[2, 0] = 0.2
    values[0, 1] = values[1, 0] = 0.4
    nearness = Nearness(PLACES, values, 0.25, 0.15)
    assert Grade.LEFT_OUT is find_left_out(ROWS, [], nearness, 3).left_out[0].grade
    values[0, 1] = values[1, 0] = 0.3
    assert Grade.ELSEWHERE is find_left_out(ROWS, [], nearness, 3).left_out[0].grade


def test_what_one_alone_says_has_nothing_near_in_any_other_text():
    assert (1, 2) == find().alone
    assert (2,) == find(near=0.5).alone


def test_a_statement_that_links_hold_in_two_rows_is_told_once():
    rows = (Row((Cell(0, (0,)),)), Row((Cell(1, (0,)),)))
    found = find_left_out(rows, [link(A, B, Strength.STRONG)], Nearness(PLACES, np.zeros((4, 4)), 0.25, 0.25), 3)
    assert [(2, 0)] == [(entry.outlet, entry.row) for entry in found.left_out]
    assert () == found.alone


def test_of_two_texts_each_leaves_out_what_the_other_says():
    rows = (Row((Cell(0, (0,)),)), Row((Cell(1, (0,)),)))
    found = find_left_out(rows, [], Nearness((A, B), np.zeros((2, 2)), 0.25, 0.25), 2)
    assert [(0, 1), (1, 0)] == [(entry.outlet, entry.row) for entry in found.left_out]

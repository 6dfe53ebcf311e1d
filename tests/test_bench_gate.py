"""Quality floors: what a figure must be, and that no floor sinks in silence."""

import tomllib

import pytest
from news_data import ROOT

FLOORS = """
[[floors]]
name = "recall"
command = "c"
figure = 'recall ([\\d.]+)'
at_least = 0.9
slack = 0.01

[[floors]]
name = "wrong"
command = "c"
figure = 'wrong (\\d+)'
at_most = 2
"""


@pytest.fixture
def gate():
    """The module, the benchmarks folder being on the path."""
    import gate

    return gate


def test_a_figure_is_found_by_its_pattern(gate):
    floors = gate.read_floors(FLOORS)
    assert (0.95, 3.0) == tuple(floor.find("recall 0.95\nwrong 3") for floor in floors.values())


def test_a_figure_that_is_not_printed_is_none(gate):
    assert gate.read_floors(FLOORS)["recall"].find("nothing") is None


def test_a_floor_bounds_from_its_side(gate):
    floors = gate.read_floors(FLOORS)
    assert (True, False) == (floors["recall"].holds(0.9), floors["recall"].holds(0.89))
    assert (True, False) == (floors["wrong"].holds(2), floors["wrong"].holds(3))


def test_raising_leaves_the_slack(gate):
    floor = gate.read_floors(FLOORS)["recall"]
    text = gate.set_bound(FLOORS, floor, floor.tighten(0.99))
    assert {"recall": 0.98, "wrong": 2.0} == {name: f.bound for name, f in gate.read_floors(text).items()}


@pytest.mark.parametrize(("name", "bound"), [("recall", 0.8), ("wrong", 3)])
def test_a_lowered_floor_needs_a_line_in_the_changelog(gate, name, bound):
    floors = gate.read_floors(FLOORS)
    now = gate.read_floors(gate.set_bound(FLOORS, floors[name], bound))
    assert [name] == [line.split(":")[0] for line in gate.list_lowered(now, [FLOORS], "")]
    told = f"- Lowered floor `{name}` from {floors[name].bound:g} to {bound:g}: because"
    assert [] == gate.list_lowered(now, [FLOORS], told)


def test_a_floor_that_is_gone_needs_a_line_too(gate):
    assert 2 == len(gate.list_lowered({}, [FLOORS], ""))


def test_a_raised_floor_needs_none(gate):
    floors = gate.read_floors(FLOORS)
    now = gate.read_floors(gate.set_bound(FLOORS, floors["recall"], 0.95))
    assert [] == gate.list_lowered(now, [FLOORS], "")


def test_every_floor_names_a_command_and_every_command_its_corpora():
    settings = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))
    assert {row["command"] for row in settings["floors"]} == set(settings["commands"])
    used = {name for command in settings["commands"].values() for name in command["corpora"]}
    assert used == set(settings["corpora"])
    assert all(len(corpus["sha256"]) == 64 for corpus in settings["corpora"].values())

"""Quality floors: a figure is found in what its command prints, and is held by its bound."""

import tomllib

import pytest
from news_data import ROOT

pytestmark = pytest.mark.nightly

FLOORS = tomllib.loads("""
[[floors]]
name = "recall"
command = "c"
figure = 'recall ([\\d.]+)'
at_least = 0.9

[[floors]]
name = "wrong"
command = "c"
figure = 'wrong (\\d+)'
at_most = 2
""")


@pytest.fixture
def floors():
    """The floors by name."""
    import gate

    return {floor.name: floor for floor in gate.read_floors(FLOORS)}


def test_a_figure_is_found_by_its_pattern(floors):
    assert [0.95, 3.0] == [floor.find("recall 0.95\nwrong 3") for floor in floors.values()]


def test_a_figure_that_is_not_printed_is_none(floors):
    assert floors["recall"].find("nothing") is None


def test_a_floor_bounds_from_its_side(floors):
    assert [True, False] == [floors["recall"].holds(0.9), floors["recall"].holds(0.89)]
    assert [True, False] == [floors["wrong"].holds(2), floors["wrong"].holds(3)]


def test_every_floor_names_a_command_and_every_command_its_corpora():
    settings = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))
    assert {row["command"] for row in settings["floors"]} == set(settings["commands"])
    used = {name for command in settings["commands"].values() for name in command["corpora"]}
    assert used == set(settings["corpora"])
    assert all(len(corpus["sha256"]) == 64 for corpus in settings["corpora"].values())

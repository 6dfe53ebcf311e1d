"""Quality floors: a figure is found in what its command prints, and is held by its bound."""

import tomllib

import pytest
from news_data import ROOT

pytestmark = pytest.mark.nightly

FLOORS = tomllib.loads("""
[commands.c]
floors = [
  ["recall", 'recall ([\\d.]+)', ">= 0.9"],
  ["wrong", 'wrong (\\d+)', "<= 2"],
]
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


def test_every_command_has_floors_and_names_its_corpora():
    settings = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))
    assert [name for name, command in settings["commands"].items() if not command["floors"]] == []
    used = {name for command in settings["commands"].values() for name in command["corpora"]}
    assert used == set(settings["corpora"])
    assert all(len(corpus["sha256"]) == 64 for corpus in settings["corpora"].values())

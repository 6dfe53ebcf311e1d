"""The words of docs/glossary.md: public names, JSON fields and options use no word that the glossary rules out."""

import re
from pathlib import Path

import pytest

import dedup
from dedup.cli.main import COMMANDS, load_command

TOP = Path(__file__).parent.parent
ROW = re.compile(r"^\| (?P<term>[^|]+) \| [^|]+ \| (?P<others>[^|]+) \|$", re.MULTILINE)
GLOSSARY = {
    row["term"]: set() if row["others"] == "-" else set(row["others"].split(", "))
    for row in ROW.finditer((TOP / "docs" / "glossary.md").read_text(encoding="utf-8"))
    if row["term"] not in {"term", "---"}
}
RULED_OUT = {word: term for term, others in GLOSSARY.items() for word in others}


def split_name(name):
    """Return the words of a name, in the singular: max_fingerprints -> max, anchor."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {word.lower() for word in words} | {word.lower().removesuffix("s") for word in words}


def list_public_names():
    return {name for name in dir(dedup) if not name.startswith("_")}


def list_json_fields():
    """Return the names in the first column of the tables of docs/json.md."""
    text = (TOP / "docs" / "json.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def list_options():
    commands = []
    for command in map(load_command, COMMANDS):
        commands += [command, *getattr(command, "commands", {}).values()]
    return {option for command in commands for param in command.params for option in param.opts}


@pytest.mark.parametrize("list_names", [list_public_names, list_json_fields, list_options])
def test_no_name_has_a_word_that_the_glossary_rules_out(list_names):
    names = list_names()
    assert len(names) > 20
    wrong = {(name, word, f"say {RULED_OUT[word]}") for name in names for word in split_name(name) & RULED_OUT.keys()}
    assert wrong == set()


def test_a_term_is_not_ruled_out_by_another_one():
    assert GLOSSARY.keys() & RULED_OUT.keys() == set()


@pytest.mark.parametrize("term", GLOSSARY)
def test_every_term_is_used(term):
    sources = [*(TOP / "dedup").rglob("*.py"), *(p for p in (TOP / "docs").rglob("*.md") if p.name != "glossary.md")]
    pattern = re.compile(r"\s+".join(map(re.escape, term.split())).replace(r"\ ", r"\s+"), re.IGNORECASE)
    assert any(pattern.search(path.read_text(encoding="utf-8")) for path in sources)


def test_the_terms_fit_on_two_pages():
    assert 25 <= len(GLOSSARY) <= 60

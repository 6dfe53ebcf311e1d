import json
import re
from pathlib import Path

import msgspec
from json_schemas import JsonDiff, list_fields

from dedup.diff.engine import diff_texts
from dedup.diff.model import TextNames
from dedup.report.diff.diff_json import render_json

ROOT = Path(__file__).resolve().parent.parent
FIRST = "He left in 2013. She stayed at home with the two children."
SECOND = "The 👩‍🚀 came back from orbit on a cold Monday morning."
OLD = f"{FIRST}\n\n{SECOND}"
NEW = f"{SECOND}\n\n{FIRST.replace('2013', '2023')}"


def read_section():
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    return text.split("## diff\n")[1].split("\n## ")[0]


def test_the_json_decodes_to_its_schema():
    rendered = render_json(diff_texts(OLD, NEW), TextNames("a.txt", "b.txt"))
    found = msgspec.json.decode(rendered, type=JsonDiff)
    assert ("a.txt", "b.txt", False) == (found.old.name, found.new.name, found.is_identical)
    assert 1 == len(found.moves)


def test_the_spans_cut_the_texts_given():
    for change in json.loads(render_json(diff_texts(OLD, NEW), TextNames("a", "b")))["changes"]:
        old = OLD[change["old"]["start"] : change["old"]["end"]]
        new = NEW[change["new"]["start"] : change["new"]["end"]]
        assert (old, new) == (change.get("old_text", old), change.get("new_text", new))
        assert (change["kind"] == "equal") == ("old_text" not in change)


def test_the_new_text_can_be_made_from_the_json():
    found = json.loads(render_json(diff_texts(OLD, NEW), TextNames("a", "b")))
    pieces = [change.get("new_text", OLD[change["old"]["start"] : change["old"]["end"]]) for change in found["changes"]]
    assert NEW == "".join(pieces)


def test_every_field_is_documented_and_every_documented_field_exists():
    fields = list_fields(json.loads(render_json(diff_texts(OLD, NEW), TextNames("a", "b"))))
    documented = set(re.findall(r"^\| `(\w+)`", read_section(), re.MULTILINE))
    assert fields == documented


def test_the_documented_example_is_what_is_written():
    example = re.search(r"```json\n(.*?)```", read_section(), re.DOTALL).group(1)
    old, new = "He left in 2013.", "He left in 2023."
    assert json.loads(example) == json.loads(render_json(diff_texts(old, new), TextNames("old.txt", "new.txt")))

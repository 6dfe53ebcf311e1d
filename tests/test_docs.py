"""The documents name what exists: files, links, targets of make; and the two first pages stay short."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PAGES = sorted(
    path.relative_to(TOP).as_posix()
    for path in (*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md"), *(TOP / "benchmarks").glob("*.md"))
)
HISTORY = "docs/decisions/"  # records keep the names of their day
TARGETS = set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def read(page):
    return (TOP / page).read_text(encoding="utf-8")


def list_files():
    """Return every file of the repository with every shorter path that ends in it."""
    found = [
        p.relative_to(TOP)
        for part in ("dedup", "tests", "benchmarks", "docs", "scripts")
        for p in (TOP / part).rglob("*")
    ]
    return {"/".join(path.parts[start:]) for path in found for start in range(len(path.parts))}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", read(page))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (TOP / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith(HISTORY)])
def test_every_module_that_a_page_names_exists(page):
    files = list_files()
    names = {name for name in re.findall(r"`([\w/]+\.(?:py|html))`", read(page)) if "NAME" not in name}
    assert {name for name in names if name not in files} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_exists(page):
    code = re.findall(r"`([^`\n]+)`|^(make .*)$", read(page), re.MULTILINE)
    named = {target for parts in code for part in parts for target in re.findall(r"^make ([a-z][a-z-]*)", part)}
    assert named - TARGETS == set()


@pytest.mark.parametrize(("page", "most"), [("README.md", 150), ("ARCHITECTURE.md", 130)])
def test_a_first_page_is_short(page, most):
    assert len(read(page).splitlines()) <= most


def test_every_decision_is_in_the_list():
    folder = TOP / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-[^)]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in folder.glob("0*.md"))


def test_the_picture_of_the_layers_is_the_contract():
    contract = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"][0]["layers"]
    picture = re.search(r"```\n(cli .*?)```", read("ARCHITECTURE.md"), re.DOTALL)[1].splitlines()
    assert [re.split(r"\s{2,}", line)[0] for line in picture] == [layer.replace("dedup.", "") for layer in contract]


def test_the_function_in_the_architecture_is_the_code():
    code = re.search(r"```python\n(def clean.*?)```", read("ARCHITECTURE.md"), re.DOTALL)[1]
    source = read("dedup/pipeline/clean_files.py")
    [shown] = ast.parse(code).body
    [real] = [node for node in ast.parse(source).body if getattr(node, "name", None) == shown.name]
    assert ast.get_source_segment(code, shown) == ast.get_source_segment(source, real)


def test_what_the_first_page_says_that_the_demo_prints_is_printed(dedup, tmp_path):
    inputs = "examples/congress.jsonl.gz", "examples/story"
    printed = dedup("clean", *inputs, "-o", tmp_path / "demo", cwd=TOP).stdout.splitlines()
    shown = re.search(r"```\n(\d[\d,]* documents.*?)```", (TOP / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    assert set(shown[1].splitlines()) - {"..."} <= set(printed)
    promise = (TOP / "docs" / "how" / "relations.md").read_text(encoding="utf-8").replace("\n", " ")
    counted = re.search(r"of [\d,]+ removed words [\d,]+ have no match in their witness", promise)
    assert counted is not None
    assert any(line.startswith(counted[0]) for line in printed)

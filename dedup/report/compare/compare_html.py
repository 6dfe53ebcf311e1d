"""A comparison of N texts as one HTML page: complete without its script, nothing loaded, safe with hostile text."""

import msgspec

from dedup.compare.model import Comparison, Omission, Strength
from dedup.report.compare.compare_lists import build_disagreements, list_left_out, list_only_here
from dedup.report.compare.compare_page import (
    MAX_COLUMNS,
    PARTS,
    PageRow,
    build_article,
    build_outlets,
    build_rows,
    fold_rows,
    list_parts,
)
from dedup.report.compare.compare_text import (
    RELATION_SIGNS,
    describe_derivation,
    describe_engine,
    describe_order,
    name_letter,
    percent,
)
from dedup.report.page import encode_data, render_page
from dedup.version import __version__

MAX_TICKS = 400  # statements in the overview strip: more look alike
MAX_GRID = 400  # statements in the table of who says what
NUM_HEIGHTS = 4


def render_html(found: Comparison) -> str:
    """Return the page."""
    outlets = build_outlets(found)
    rows = build_rows(found)
    num_single = sum(len(row.cells) == 1 for row in found.rows)
    values = {
        "outlets": outlets,
        "base": outlets[found.base],
        "other": 0 if found.base else 1,
        "letters": {outlet.letter: outlet.number for outlet in outlets},
        "num_shared": len(found.rows) - num_single,
        "num_single": num_single,
        "engine": describe_engine(found),
        "limits": found.limits,
        "parts": PARTS,
        "folds": fold_rows(rows),
        "ticks": build_ticks(rows),
        "agreement": build_agreement(found),
        "grid": build_grid(found),
        "signs": [(sign, relation.value) for relation, sign in RELATION_SIGNS.items()],
        "lists": list(zip(list_only_here(found), list_left_out(found), strict=True)),
        "disagreements": build_disagreements(found),
        "articles": [build_article(found, outlet) for outlet in range(len(outlets))],
        "run": describe_run(found),
        "max_columns": MAX_COLUMNS,
        "data": encode_data(msgspec.json.encode(collect_data(found))),
    }
    return render_page("story.html", values, ("diff.css", "story.css"), "story.js")


def build_ticks(rows: list[PageRow]) -> list[dict[str, object]]:
    """Return the ticks of the overview strip, one for each statement of two or more texts, higher where more say it."""
    shared = [row for row in rows if len(row.cells) > 1][:MAX_TICKS]
    return [
        {
            "number": row.number,
            "kinds": row.kinds,
            "label": row.label,
            "height": max(1, round(NUM_HEIGHTS * len(row.cells) / (len(row.cells) + len(row.missing)))),
        }
        for row in shared
    ]


def build_agreement(found: Comparison) -> list[list[tuple[str, int]]]:
    """Return, for each text, how much of it each other one says, with a shade from 0 to 4."""
    count = range(len(found.outlets))
    return [
        [
            ("", 0)
            if row == column
            else (percent(said := 1 - found.shares[column][row].dropped), min(4, int(5 * said)))
            for column in count
        ]
        for row in count
    ]


def build_grid(found: Comparison) -> list[tuple[int, str, list[tuple[str, str]]]]:
    """Return the statements of two or more texts with who makes them, and how."""
    grid = []
    for number, row in enumerate(found.rows):
        if len(row.cells) < 2:
            continue
        reference = found.reference(number)
        marks = []
        for outlet in range(len(found.outlets)):
            relation = found.relation(number, outlet, reference)
            if relation is None:
                marks.append(("", ""))
            elif outlet == reference:
                marks.append(("●", "said"))
            else:
                marks.append((RELATION_SIGNS[relation], relation.value))
        text = found.quote(number, reference)
        grid.append((number, text if len(text) <= 140 else f"{text[:139]}…", marks))
    return grid[:MAX_GRID]


def describe_run(found: Comparison) -> list[tuple[str, str]]:
    """Return what was run, in words."""
    engine = found.engine
    omitted = [s.omission for outlet in found.outlets for s in outlet.sentences if s.omission]
    strong = sum(link.strength is Strength.STRONG for link in found.links)
    lines = [
        ("Version", f"dedup {__version__}"),
        ("Engine", describe_engine(found)),
        *([("Checksum of the model", engine.sha256)] if engine.sha256 else []),
        ("Base", f"{name_letter(found.base)} {found.outlets[found.base].name}"),
        ("Sentences", f"{sum(len(outlet.sentences) for outlet in found.outlets):,}"),
        (
            "Not compared",
            f"{omitted.count(Omission.REPEAT)} repeats, {omitted.count(Omission.BOILERPLATE)} boilerplate",
        ),
        ("Links", f"{strong:,} strong, {len(found.links) - strong:,} weak"),
        ("Statements", f"{len(found.rows):,}"),
        ("Limits reached", "; ".join(found.limits) or "none"),
    ]
    return [(name, str(value)) for name, value in lines]


def collect_data(found: Comparison) -> dict[str, object]:
    """Return what the script needs to switch the base: shares, derivations and orders for every pair of texts."""
    return {
        "base": found.base,
        "outlets": [{"letter": name_letter(n), "name": outlet.name} for n, outlet in enumerate(found.outlets)],
        "shares": [
            [[round(value, 4) for value in (*list_parts(shares), shares.new)] for shares in of_outlet]
            for of_outlet in found.shares
        ],
        "derivations": [[describe_derivation(shares) for shares in of_outlet] for of_outlet in found.shares],
        "orders": [[describe_order(shares.tau) for shares in of_outlet] for of_outlet in found.shares],
    }

"""A comparison of N texts as one HTML page: complete without its script, nothing loaded, safe with hostile text."""

import msgspec

from dedup.compare.model import Comparison, Omission, Strength
from dedup.report.compare.compare_csv import render_disagreements, render_statements
from dedup.report.compare.compare_lists import list_disagreements, list_missing, list_omitted, list_singles
from dedup.report.compare.compare_marks import MarkedText
from dedup.report.compare.compare_names import number_statements
from dedup.report.compare.compare_opening import write_opening
from dedup.report.compare.compare_order import draw_order
from dedup.report.compare.compare_page import (
    PARTS,
    PageOutlet,
    PageRow,
    build_article,
    build_outlets,
    build_rows,
    list_parts,
)
from dedup.report.compare.compare_text import count_common, describe_derivation, describe_engine, describe_order
from dedup.report.page import encode_data, render_page
from dedup.text.control_characters import make_safe
from dedup.version import __version__

MAX_TICKS = 400  # statements in the overview strip: more look alike
MAX_OPEN = 12  # texts that are listed at the top without being folded


def render_html(found: Comparison) -> str:
    """Return the page."""
    outlets, rows, numbers = build_outlets(found), build_rows(found), number_statements(found)
    shared = [row for row in rows if len(row.outlets) > 1]
    values = {
        "outlets": outlets,
        "base": outlets[found.base],
        "other": 0 if found.base else 1,
        "opening": write_opening(found),
        "numbers": numbers,
        "engine": describe_engine(found),
        "limits": found.limits,
        "in_script": " of the texts in its script" if found.scripts else "",
        "parts": PARTS,
        "rows": shared,
        "singles": list_singles(found, rows),
        "ticks": shared[:MAX_TICKS],
        "missing": list_missing(found),
        "omitted": list_omitted(found),
        "disagreements": list_disagreements(found),
        "order": draw_order(found),
        "common": count_common(found),
        "articles": [build_article(found, outlet, numbers) for outlet in range(len(outlets))],
        "run": describe_run(found),
        "max_open": MAX_OPEN,
        "data": encode_data(msgspec.json.encode(collect_data(found, outlets, rows))),
    }
    return render_page("story.html", values, ("diff.css", "story.css"), "story.js")


def describe_run(found: Comparison) -> list[tuple[str, str]]:
    """Return what was run, in words."""
    engine = found.engine
    omitted = [s.omission for outlet in found.outlets for s in outlet.sentences if s.omission]
    strong = sum(link.strength is Strength.STRONG for link in found.links)
    counts = ", ".join(f"{omitted.count(kind)} {kind.value}" for kind in Omission)
    lines = [
        ("Version", f"dedup {__version__}"),
        ("Engine", describe_engine(found)),
        *([("Checksum of the model", engine.sha256)] if engine.sha256 else []),
        ("Sentences", f"{sum(len(outlet.sentences) for outlet in found.outlets):,}"),
        ("Not compared", counts),
        ("Links", f"{strong:,} strong, {len(found.links) - strong:,} weak"),
        ("Statements", f"{len(found.rows):,}"),
        ("Limits reached", "; ".join(found.limits) or "none"),
    ]
    return [(name, str(value)) for name, value in lines]


def collect_data(found: Comparison, outlets: list[PageOutlet], rows: list[PageRow]) -> dict[str, object]:
    """Return what the script needs: to switch the base for every pair of texts, to cite a text, to save tables."""
    names = ("letter", "called", "headline", "date", "sha256")
    return {
        "base": found.base,
        "outlets": [{name: make_safe(getattr(outlet, name)) for name in names} for outlet in outlets],
        "shares": [
            [[round(value, 4) for value in (*list_parts(shares), shares.new)] for shares in of_outlet]
            for of_outlet in found.shares
        ],
        "derivations": [[describe_derivation(shares) for shares in of_outlet] for of_outlet in found.shares],
        "orders": [[describe_order(shares.tau) for shares in of_outlet] for of_outlet in found.shares],
        "marks": {
            row.number: [[list(map(encode_piece, pieces)) for pieces in cell] for cell in row.marks]
            for row in rows
            if row.marks
        },
        "csv": {"statements": render_statements(found), "disagreements": render_disagreements(found)},
    }


def encode_piece(piece: MarkedText) -> list[object]:
    """Return [length, mark, fact, note] of a piece as the page shows it; the length is in UTF-16, as scripts count."""
    length = len(make_safe(piece.text).encode("utf-16-le")) // 2
    return [length, piece.mark, piece.fact, make_safe(piece.note)] if piece.mark or piece.fact else [length]

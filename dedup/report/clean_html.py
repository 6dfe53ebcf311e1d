"""What `deduplicate` found, as a table for a notebook."""

from collections.abc import Sequence
from html import escape

from dedup.model.documents import Removal

MAX_ROWS = 50
HEADS = ("removed", "reason", "relation", "similarity", "witness")


def render_deduplication(num_kept: int, removed: Sequence[Removal]) -> str:
    """Return a small HTML table of the removals; everything that came from a document is escaped."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in describe_removal(r)) + "</tr>"
        for r in removed[:MAX_ROWS]
    )
    head = "".join(f"<th>{name}</th>" for name in HEADS)
    more = f"<p>and {len(removed) - MAX_ROWS:,} more</p>" if len(removed) > MAX_ROWS else ""
    counts = f"<p>{num_kept:,} kept, {len(removed):,} removed</p>"
    return f"<div>{counts}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}</div>"


def describe_removal(removal: Removal) -> tuple[str, ...]:
    """Return the cells of one row."""
    return (
        removal.document.id,
        removal.reason,
        removal.relation,
        f"{removal.similarity:.3f}",
        removal.witness.id,
    )

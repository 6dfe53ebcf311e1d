"""The biggest passages, for a person at a terminal."""

from collections.abc import Sequence

from dedup.model.run import Excerpt, PassageInContext
from dedup.text.control_characters import make_safe, show_line

WIDTH = 76
EDGE = 34  # characters of the passage shown at either end


def render_passages(count: int, biggest: Sequence[PassageInContext], out: str | None) -> str:
    """Return the number of passages, the biggest ones with their context, and the file of all of them."""
    lines = [f"{count:,} passages stand more than once"]
    for number, passage in enumerate(biggest, 1):
        held = f", in {passage.num_documents:,} documents" if passage.num_documents > 1 else ""
        lines += ["", f"{number}. {passage.num_tokens:,} words, similarity {passage.similarity:.3f}{held}"]
        lines += describe_side("copy", passage.copy)
        lines += describe_side("first", passage.first)
    if out:
        lines += ["", f"all of them: {out}"]
    return "\n".join(lines) + "\n"


def describe_side(label: str, side: Excerpt) -> list[str]:
    """Return one place of a passage: where it is, and how it begins and ends there, bracketed."""
    flat = " ".join(side.text.split())
    shown = flat if len(flat) <= 2 * EDGE else f"{flat[:EDGE]} … {flat[-EDGE:]}"
    left, right = " ".join(side.before.split())[-16:], " ".join(side.after.split())[:16]
    return [
        f"   {label:<6}{show_line(side.doc_id)} [{side.start:,}:{side.end:,})",
        f"         …{make_safe(left)}⟦{make_safe(shown)}⟧{make_safe(right)}…",
    ]

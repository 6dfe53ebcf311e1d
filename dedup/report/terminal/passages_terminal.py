"""The biggest passages, for a person at a terminal."""

from dedup.model.documents import Document, ListedPassages
from dedup.report.wording import count_things, warn_of_rejections
from dedup.text.control_characters import make_safe, show_line
from dedup.text.spans import Span

WIDTH = 76
CONTEXT = 60  # characters before and after a passage that are looked at
EDGE = 34  # characters of the passage shown at either end


def render_passages(found: ListedPassages, out: str | None) -> str:
    """Return the number of passages, the biggest ones with their context, and the file of all of them."""
    stand = "stands" if found.count == 1 else "stand"
    lines = [f"{warn_of_rejections(found.rejections)}{count_things(found.count, 'passage')} {stand} more than once"]
    for number, passage in enumerate(found.biggest, 1):
        held = f", in {passage.num_documents:,} documents" if passage.num_documents > 1 else ""
        lines += ["", f"{number}. {passage.num_tokens:,} words, similarity {passage.similarity:.3f}{held}"]
        lines += describe_side("copy", passage.document, Span(passage.start, passage.end))
        lines += describe_side("first", passage.witness, Span(passage.witness_start, passage.witness_end))
    if out:
        lines += ["", f"all of them: {out}"]
    return "\n".join(lines) + "\n"


def describe_side(label: str, document: Document, span: Span) -> list[str]:
    """Return one place of a passage: where it is, and how it begins and ends there, bracketed."""
    text = document.text
    before, after = text[max(span.start - CONTEXT, 0) : span.start], text[span.end : span.end + CONTEXT]
    flat = " ".join(span.cut(text).split())
    shown = flat if len(flat) <= 2 * EDGE else f"{flat[:EDGE]} … {flat[-EDGE:]}"
    left, right = " ".join(before.split())[-16:], " ".join(after.split())[:16]
    return [
        f"   {label:<6}{show_line(document.id)} [{span.start:,}:{span.end:,})",
        f"         …{make_safe(left)}⟦{make_safe(shown)}⟧{make_safe(right)}…",
    ]

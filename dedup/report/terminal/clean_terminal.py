"""What a clean run did, for a person at a terminal."""

from collections.abc import Sequence
from pathlib import Path

from dedup.model.run import Example, ExampleDocument, Summary

SNIPPET = 76
DRY = "Nothing was written (--dry-run).\n"
REASONS = {
    "exact-duplicate": "the same words as a kept document",
    "near-duplicate": "a near-copy of a kept document",
    "contained": "covered by passages of one kept document",
    "seen-in-index": "a copy or a part of a document that the index holds",
}
RELATIONS = {"edited": "words edited", "template": "same template, other numbers and names"}
OUTPUTS = (
    ("kept/", "the files without the duplicates"),
    ("passages.jsonl", "what is printed twice, with both places"),
    ("boilerplate.jsonl", "what many documents carry beside their own text"),
    ("edited.jsonl", "records whose text was cut, as they were"),
    ("removed.jsonl", "every removed record whole, with its witness"),
    ("clusters.jsonl", "which documents are copies of which"),
    ("rejected.jsonl", "records that could not be read"),
    ("summary.json", "these numbers, and the settings"),
)


def render_summary(summary: Summary, examples: Sequence[Example], out: Path | None, instead: str = DRY) -> str:
    """Return the report of a run; without `out` it ends with what happened `instead` of writing."""
    parts = [render_counts(summary), render_limits(summary), render_examples(examples), render_stages(summary)]
    parts.append(render_outputs(out) if out else instead)
    return "\n".join(part for part in parts if part)


def render_counts(summary: Summary) -> str:
    """Return the documents in, kept and removed by reason."""
    counts = summary.counts
    rows = [("documents in", counts.documents, "")]
    rows.append(("kept", counts.kept, percent(counts.kept, counts.documents)))
    rows.append(("removed", counts.removed, percent(counts.removed, counts.documents)))
    for reason, count in counts.removed_by_reason.items():
        if count:
            rows.append((f"  {reason}", count, REASONS.get(reason, "")))
    rows += [
        (f"    {relation}", counts.removed_by_relation[relation], meaning)
        for relation, meaning in RELATIONS.items()
        if counts.removed_by_relation[relation]
    ]
    if summary.passages:
        rows.append(("passages", summary.passages.within + summary.passages.across, "printed twice"))
        if summary.passages.boilerplate:
            what = f"passages of boilerplate, in {summary.passages.boilerplate_documents:,} documents: not compared"
            rows.append(("boilerplate", summary.passages.boilerplate, what))
        rows.append(("  cut out", summary.passages.cut, f"of {summary.passages.edited_documents:,} kept documents"))
    rows.append(("clusters", counts.clusters, "kept documents that stand for others"))
    if summary.index:
        rows.append(("new to the index", summary.index.added, f"run {summary.index.run} of {summary.index.path}"))
    if counts.rejected:
        rows.append(("rejected", counts.rejected, "records that could not be read: see rejected.jsonl"))
    if counts.repeated_ids:
        rows.append(("repeated ids", counts.repeated_ids, "tell such documents apart by path and line"))
    return "".join(f"{label:<20}{count:>12,}  {note}".rstrip() + "\n" for label, count, note in rows)


def percent(part: int, whole: int) -> str:
    """Return a share as a percentage; nothing of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def render_limits(summary: Summary) -> str:
    """Return the bounds that were hit, each with what that did to the result."""
    return "".join(
        f"limit hit: {limit.limit} = {limit.value:,}, {limit.hits:,} times. {limit.effect}.\n"
        for limit in summary.limits
    )


def render_examples(examples: Sequence[Example]) -> str:
    """Return a few removals with their witnesses."""
    if not examples:
        return ""
    lines = ["Some removals:"]
    for example in examples:
        lines.append(f"  similarity {example.similarity:.3f}, {example.relation.label}")
        lines += describe("removed", example.removed)
        lines += describe("kept", example.witness)
    return "\n".join(lines) + "\n"


def describe(label: str, document: ExampleDocument) -> list[str]:
    """Return a document in one line of where it stands and one of how it begins."""
    lines = [f"    {label:<8}{printable(document.id)}  ({printable(document.path)}, line {document.line:,})"]
    if document.text is not None:
        words = printable(" ".join(document.text[: 4 * SNIPPET].split()))
        lines.append(f"            {words[:SNIPPET]}{'…' if len(words) > SNIPPET else ''}")
    return lines


def printable(text: str) -> str:
    """Return a text without control characters, which could drive the terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def render_stages(summary: Summary) -> str:
    """Return the seconds of each stage and the bytes a second overall."""
    total = sum(stage.seconds for stage in summary.stages)
    stages = ", ".join(f"{stage.stage} {stage.seconds:.1f} s" for stage in summary.stages)
    size = sum(file.bytes for file in summary.inputs)
    peak = max((stage.peak_mb for stage in summary.stages), default=0.0)
    return f"{size / 1e6:,.1f} MB in {total:.1f} s ({stages}); peak memory {peak:,.0f} MB a process\n"


def render_outputs(out: Path) -> str:
    """Return where the results are: what is listed as a file is a folder of files where Spark wrote it."""
    names = [(out / name, out / name.removesuffix(".jsonl"), what) for name, what in OUTPUTS]
    places = [(str(folder if folder.is_dir() else file), what) for file, folder, what in names]
    width = max(len(place) for place, _ in places) + 2
    return "".join(f"{place:<{width}}{what}\n" for place, what in places)

"""What a clean run did, for a person at a terminal."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path

from dedup.corpus.values import read_value
from dedup.model.documents import SEEN_IN_INDEX, Document, Removal
from dedup.model.run import SeriesKind, Summary
from dedup.near.sketcher import tokenise_text
from dedup.output.examples import NO_ID
from dedup.output.passage_records import PassageRecord
from dedup.output.run_folder import ANNOTATED, KEPT
from dedup.report.wording import (
    clip,
    count_things,
    format_share,
    keep_ends,
    tell_encoding,
    tell_limits,
    warn_of_rejections,
)
from dedup.text.control_characters import show_line

SNIPPET = 76  # characters of a line of text
READ = 20_000  # characters of a document that are looked at
MAX_OPENING = 8  # words that two documents begin with; after more, what is shown starts where they differ
CONTEXT = 4  # words before that
SEE = re.compile(r": see \w+\.jsonl")
DRY = "Nothing was written (--dry-run).\n"
REASONS = {
    "exact-duplicate": "the same words as a kept document",
    "near-duplicate": "a near-copy of a kept document",
    "contained": "passages of one kept document have most of its words",
    "seen-in-index": "a copy or a part of a document that the index holds",
}
RELATIONS = {
    "edited": "words edited",
    "template": "same template, other numbers and names",
    "update": "the same outlet again, with other facts, or any outlet a month later",
    "extended": "more words of its own than a copy may have",
}
NOUNS = {"template", "update"}
SERIES = {
    SeriesKind.ONE_TEXT_MANY_TITLES: "of one text under many titles",
    SeriesKind.ONE_WITNESS_MANY_DAYS: "of many days behind one witness",
    SeriesKind.MANY_STUBS: "of many stubs",
}
OUTPUTS = (
    ("kept/", "the files without the duplicates"),
    ("removed.jsonl", "every removed record whole, with its witness"),
    ("related.jsonl", "what is alike and no copy, and in which facts it differs"),
    ("suspicious.jsonl", "series that deserve a look: faults of a scraper, reports of many days"),
    ("passages.jsonl", "what is printed twice, with both places"),
    ("edited.jsonl", "records whose text was cut, as they were"),
    ("boilerplate.jsonl", "what many documents carry beside their own text"),
    ("clusters.jsonl", "which documents are copies of which"),
    ("rejected.jsonl", "records that could not be read"),
    ("summary.json", "these numbers, and the settings"),
)


def render_summary(
    summary: Summary,
    examples: Sequence[Removal],
    out: Path | None,
    instead: str = DRY,
    cut: PassageRecord | None = None,
) -> str:
    """Return the report of a run; without `out` it ends with what happened `instead` of writing."""
    counts, losses = render_counts(summary), render_losses(summary)
    if out is None:  # there is no file to see
        counts, losses = SEE.sub("", counts), SEE.sub("", losses)
    parts = [
        warn_of_rejections(summary.rejections) + render_headline(summary),
        counts,
        losses,
        "".join(f"{line}\n" for line in tell_limits(summary.limits)),
        render_examples(examples),
        render_cut(cut) if cut else "",
        render_outputs(out, has_read=summary.counts.documents > 0) if out else instead,
        render_stages(summary),
    ]
    return "\n".join(part for part in parts if part)


def render_headline(summary: Summary) -> str:
    """Return what was found, in a sentence."""
    counts, passages = summary.counts, summary.passages
    if not counts.documents:
        return "No document was read.\n"
    found = f"{count_things(counts.documents, 'document')}, "
    if counts.removed:
        seen = summary.index.seen if summary.index else 0
        of = ["kept ones"] * (counts.removed > seen) + ["documents of the index"] * (seen > 0)
        removed = f"{counts.removed:,} removed ({format_share(counts.removed, counts.documents)})"
        found += f"{removed} as copies of {' and '.join(of)}"
    else:
        found += "no copy among them"
    if passages and passages.edited_documents:
        what = [count_things(passages.cut, "repeated passage")] * (passages.cut > 0)
        what += ["boilerplate"] * summary.strips_boilerplate
        found += f"; {' and '.join(what)} cut out of {count_things(passages.edited_documents, 'kept document')}"
    return f"{found}.\n"


def render_counts(summary: Summary) -> str:
    """Return the documents in, kept and removed by reason."""
    counts = summary.counts
    rows = [("documents in", counts.documents, "")]
    rows.append(("kept", counts.kept, format_share(counts.kept, counts.documents)))
    rows.append(("removed", counts.removed, format_share(counts.removed, counts.documents)))
    seen, by_relation = counts.removed_by_reason.get(SEEN_IN_INDEX, 0), counts.removed_by_relation
    for reason, count in counts.removed_by_reason.items():
        if count:
            rows.append((f"  {reason}", count, REASONS.get(reason, "")))
        if reason == "near-duplicate" and not seen:
            rows += [(f"    {name}", by_relation[name], RELATIONS[name]) for name in RELATIONS if by_relation[name]]
    if seen:  # what was seen has relations too: all of them add up to what was removed
        rows += [(f"  as {name}", count, RELATIONS.get(name, "")) for name, count in by_relation.items() if count]
    rows += list_cuts(summary)
    stand = "documents, kept or of the index, that stand for others" if seen else "kept documents that stand for others"
    rows.append(("clusters", counts.clusters, stand))
    if summary.index:
        rows.append(("new to the index", summary.index.added, f"run {summary.index.run} of {summary.index.path}"))
    if counts.rejected:
        likely = tell_encoding(summary.rejections)
        what = "records that could not be read: see rejected.jsonl"
        rows.append(("rejected", counts.rejected, f"{what}; {likely}" if likely else what))
    if counts.repeated_ids:
        rows.append(("repeated ids", counts.repeated_ids, "tell such documents apart by path and line"))
    return "".join(f"{label:<20}{count:>12,}  {note}".rstrip() + "\n" for label, count, note in rows)


def list_cuts(summary: Summary) -> Iterator[tuple[str, int, str]]:
    """Yield (name, count, note) of what stands twice, of boilerplate, and of what was cut out."""
    found, is_stripped = summary.passages, summary.strips_boilerplate
    if found:
        yield "passages", found.within + found.across, "printed twice"
        edited = count_things(found.edited_documents, "kept document")
        yield "  cut out", found.cut, "" if is_stripped else f"of {edited}"
        if found.boilerplate:
            what = f"passages of boilerplate, in {count_things(found.boilerplate_documents, 'document')}: not compared"
            yield "boilerplate", found.boilerplate, what + ", and cut out" * is_stripped
        if is_stripped:
            yield "edited", found.edited_documents, "kept documents that lost text: see edited.jsonl"


def render_losses(summary: Summary) -> str:
    """Return what removing lost in words, what is alike and stays, and how many series deserve a look."""
    lines, losses = [], summary.losses
    if losses and losses.novel_words:
        words = count_things(losses.removed_words, "removed word")
        novel = count_things(losses.novel_words, "has", "have")
        lines.append(f"of {words} {novel} no match in their witness, {losses.novel_run:,} in a row at most")
    elif losses and losses.removed_words:
        lines.append(f"of {count_things(losses.removed_words, 'removed word')} all have a match in their witness")
    if losses and losses.conflicting:
        said = count_things(losses.conflicting, "removed document")
        lines.append(f"{said} with another number or date than the witness somewhere: see other_facts in removed.jsonl")
    if summary.related:
        kinds = sorted(summary.related.items(), key=lambda item: -item[1])
        named = (count_things(n, kind) if kind in NOUNS else f"{n:,} {kind}" for kind, n in kinds)
        lines.append(f"alike but kept: {', '.join(named)}: see related.jsonl")
    if summary.suspicious:
        named = (f"{n:,} {SERIES[SeriesKind(kind)]}" for kind, n in summary.suspicious.items())
        lines.append(f"series that deserve a look: {', '.join(named)}: see suspicious.jsonl")
    return "".join(f"{line}\n" for line in lines)


def render_examples(examples: Sequence[Removal]) -> str:
    """Return a few removals with their witnesses."""
    if not examples:
        return ""
    lines = ["For example, removed because of a document that is kept:"]
    for example in examples:
        novel = f", {count_things(example.novel_words, 'novel word')}" if example.novel_words else ""
        lines.append(f"  similarity {example.similarity:.3f}, {example.relation}{novel}")
        lines += describe("removed", example.document, example.witness)
        lines += describe("kept", example.witness, example.document)
    return "\n".join(lines) + "\n"


def describe(label: str, document: Document, other: Document) -> list[str]:
    """Return a document in one line of where it is and one of how it begins, or of where it begins to differ."""
    assert document.place is not None
    path, line = document.place
    run = f", of run {show_line(str(document.fields['run']))} in the index" if document.fields.get("run") else ""
    lines = [f"    {label:<8}{show_line(document.id)}  ({show_line(path)}, line {line:,}{run})"]
    if document.text:
        words, others = document.text[:READ].split(), other.text[:READ].split()
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(words, others, strict=False)))
        skipped = same - CONTEXT if MAX_OPENING < same < len(words) else 0
        opening = show_line(" ".join(words[skipped:]))
        shown = f"… {opening}" if skipped else opening
        lines.append(f"            {clip(shown, SNIPPET + 1)}")
    return lines


def render_cut(cut: PassageRecord) -> str:
    """Return a passage that was cut out of its document: where, and what it says."""
    flat = show_line(cut.text)
    shown = flat if len(flat) <= SNIPPET else keep_ends(flat, SNIPPET // 2, SNIPPET // 2)
    return (
        f"For example, cut because the document prints it twice: {count_things(tokenise_text(cut.text).size, 'word')}\n"
        f"    in      {show_line(read_value(bytes(cut.doc_id)) or NO_ID)}  ({show_line(cut.path)}, line {cut.line:,})\n"
        f"    kept    characters {cut.witness.start:,} to {cut.witness.end:,}\n"
        f"    cut     characters {cut.start:,} to {cut.end:,}\n"
        f"            {shown}\n"
    )


def render_stages(summary: Summary) -> str:
    """Return the seconds of each stage and the bytes a second overall."""
    total = sum(stage.seconds for stage in summary.stages)
    stages = ", ".join(f"{stage.stage} {stage.seconds:.1f} s" for stage in summary.stages)
    size = sum(file.bytes for file in summary.inputs)
    peak = max((stage.peak_mb for stage in summary.stages), default=0.0)
    compiled = f"kernels compiled in {summary.compile_s:.1f} s, once on this machine\n" if summary.compile_s else ""
    return f"{compiled}{size / 1e6:,.1f} MB in {total:.1f} s ({stages}); peak memory {peak:,.0f} MB a process\n"


def render_outputs(out: Path, *, has_read: bool = True) -> str:
    """Return where to look next; an empty file is no place. Where Spark wrote a file, it is a folder of files."""
    folders = [(out / name.removesuffix(".jsonl"), out / name, what) for name, what in OUTPUTS]
    places = [(str(folder if folder.is_dir() else file), what) for folder, file, what in folders if not is_empty(file)]
    if (out / ANNOTATED).is_dir():
        places.insert(0, (str(out / ANNOTATED), "all records, with what was decided on them"))
    if not has_read:
        places = [place for place in places if not place[0].startswith(str(out / KEPT))]
    elif not (out / "removed").is_dir():
        name, pages = shlex.quote(str(out)), f"{os.path.normpath(out)}-report/"
        places = [
            (f"dedup report {name}", f"makes {pages}: these numbers and every cluster, as HTML pages"),
            (f"dedup restore {name} -o DIR", "makes the input again, byte for byte"),
            *places,
        ]
    width = max(len(place) for place, _ in places) + 2
    return "Where to look next:\n" + "".join(f"  {place:<{width}}{what}\n" for place, what in places)


def is_empty(file: Path) -> bool:
    """Return whether a file of OUT is there and holds nothing."""
    return file.is_file() and file.stat().st_size == 0

"""What an index holds, and where a text is in it, for a person at a terminal."""

from dedup.model.index_results import IndexInfo, SharingDocument, SharingDocuments
from dedup.report.wording import clip, count_things, format_share
from dedup.text.control_characters import show_line

SHOWN_TEXT = 60  # characters of a passage


def render_index(info: IndexInfo) -> str:
    """Return documents, bytes by part, settings and runs."""
    lines = [
        f"{info.path}",
        f"{'documents':<34}{info.documents:>14,}",
        f"{'distinct removed texts':<34}{info.removed_contents:>14,}",
        f"{'bytes':<34}{info.bytes:>14,}  {per_document(info.bytes, info)}",
    ]
    lines += [f"  {part:<32}{size:>14,}  {per_document(size, info)}" for part, size in info.bytes_by_part.items()]
    lines.append("settings  " + ", ".join(f"{name} {value}" for name, value in sorted(info.settings.items())))
    for run in info.runs:
        state = "" if run.state == "published" else f"  ({run.state}: its output is not in place)"
        counts = f"{count_things(run.documents, 'document')}, {run.kept:,} kept, {run.seen:,} known before"
        lines.append(f"run {run.run}  {run.made}  {counts}  {run.out or 'added'}{state}")
    return "\n".join(lines) + "\n"


def per_document(size: int, info: IndexInfo) -> str:
    """Return a number of bytes for each document."""
    return f"{size / info.documents:,.0f} a document" if info.documents else ""


def render_found(found: SharingDocuments, most: int) -> str:
    """Return a block for each of the first `most` documents: where it is, and a row for each passage."""
    searched = f"{count_things(found.words, 'word')} looked up in {count_things(found.documents, 'document')}"
    if not found.found:
        return f"{searched} of {show_line(found.index)}: no document shares a passage\n"
    lines = [
        f"{searched} of {show_line(found.index)}: {count_things(len(found.found), 'document')} with a passage of it"
    ]
    for document in found.found[:most]:
        lines += ["", *render_sharing(document)]
    if len(found.found) > most:
        lines += ["", f"and {len(found.found) - most:,} more (--max-documents)"]
    if found.compared < found.candidates:
        lines += ["", f"compared: the {found.compared:,} of {found.candidates:,} candidates that share most"]
    return "\n".join(lines) + "\n"


def render_sharing(document: SharingDocument) -> list[str]:
    """Return the lines of one document."""
    place = f"{show_line(document.path)}:{document.line}"
    share = format_share(document.covered, digits=0)
    lines = [f"{show_line(document.id)}  {place}  run {document.run}  has {document.words:,} of the words ({share})"]
    lines.append(f"  {'alike':>7}  {'words of the text':>17}  {'of the document':>17}  text")
    for passage in document.passages:
        places = (f"{first:,}-{end:,}" for first, end in (passage.words, passage.source_words))
        alike = format_share(passage.similarity, digits=0)
        text = clip(show_line(passage.text), SHOWN_TEXT)
        lines.append(f"  {alike:>7}  {'  '.join(f'{place:>17}' for place in places)}  {text}")
    return lines

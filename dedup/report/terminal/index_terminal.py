"""What an index holds, for a person at a terminal."""

from dedup.model.index_results import IndexInfo


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
        lines.append(
            f"run {run.run}  {run.made}  {run.documents:,} documents, {run.kept:,} kept, {run.seen:,} known before"
            f"  {run.out or 'added'}{state}"
        )
    return "\n".join(lines) + "\n"


def per_document(size: int, info: IndexInfo) -> str:
    """Return a number of bytes for each document."""
    return f"{size / info.documents:,.0f} a document" if info.documents else ""

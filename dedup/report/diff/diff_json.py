"""A diff as JSON: the schema is in docs/json.md, section "diff"."""

from dedup.diff.model import Change, ChangeKind, Diff, TextNames
from dedup.report.encode import encode_json
from dedup.text.spans import Span


def render_json(diff: Diff, names: TextNames) -> str:
    """Return the diff as one JSON object, indented, with a line end."""
    stats = diff.stats
    return encode_json(
        {
            "old": {"name": names.old, "num_characters": len(diff.old), "num_words": stats.num_old_words},
            "new": {"name": names.new, "num_characters": len(diff.new), "num_words": stats.num_new_words},
            "is_identical": diff.is_identical,
            "stats": {
                **{name: getattr(stats, name) for name in ("num_kept", "num_moved", "num_added", "num_dropped")},
                "similarity": round(stats.similarity, 6),
            },
            "moves": [
                {**name_spans(move.old, move.new), "num_words": move.num_words, "is_edited": move.is_edited}
                for move in diff.moves
            ],
            "blocks": [
                {"relation": block.relation, **name_spans(block.old, block.new), "move": block.move}
                for block in diff.blocks
            ],
            "changes": [
                describe_change(diff, change, number)
                for number, block in enumerate(diff.blocks)
                for change in block.changes
            ],
            "limits": diff.limits,
        }
    )


def describe_change(diff: Diff, change: Change, block: int) -> dict[str, object]:
    """Return a run of tokens; an equal one without its texts, which are in both."""
    described = {
        "kind": change.kind,
        **name_spans(change.old, change.new),
        "block": block,
        "move": change.move,
        "marks": change.marks,
    }
    if change.kind is not ChangeKind.EQUAL:
        described |= {"old_text": change.old.cut(diff.old), "new_text": change.new.cut(diff.new)}
    return described


def name_spans(old: Span, new: Span) -> dict[str, object]:
    """Return where something is in both texts."""
    return {"old": old._asdict(), "new": new._asdict()}

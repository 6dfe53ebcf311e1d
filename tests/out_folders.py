"""OUT folders that tests change, with or without digests that fit."""

import json
from pathlib import Path


def sign(out):
    """Write the digests of an OUT folder anew, as somebody would who knows how, and name them in its summary."""
    from dedup.output.digests import write_digests

    digests = write_digests(Path(out), apart=["summary.json"])
    change_summary(out, lambda summary: summary.update(digests=digests))


def change_summary(out, change):
    """Change the summary of an OUT folder."""
    path = Path(out) / "summary.json"
    summary = json.loads(path.read_text())
    change(summary)
    path.write_text(json.dumps(summary))

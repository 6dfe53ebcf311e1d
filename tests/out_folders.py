"""OUT folders that tests change, with or without digests that fit."""

import json
import shutil
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


def copy_with_index(made, folder):
    """Copy a folder with news.duckdb, which then names the OUT folders of the copy; return the copy."""
    from dedup.index.store import IndexFile

    shutil.copytree(made, folder, dirs_exist_ok=True)
    with IndexFile(folder / "news.duckdb").writing() as connection:
        connection.execute("UPDATE runs SET out = replace(out, ?, ?)", [str(made), str(folder)])
    return folder

"""The shared news data that benchmarks and tests read, where it is present."""

import gzip
import json
import os
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent


def find_folder() -> Path | None:
    """Return the folder of shared data, DEDUP_SHARED_DATA or ../shared/data; None where it is absent."""
    folder = Path(os.environ.get("DEDUP_SHARED_DATA", _ROOT.parent / "shared" / "data"))
    return folder if folder.is_dir() else None


def require_folder(named: Path | None = None) -> Path:
    """Return the folder of shared data; end the benchmark where it is absent."""
    folder = named or find_folder()
    if folder is None or not folder.is_dir():
        sys.exit("skipped: the shared news data is not there. Name its folder with --data or DEDUP_SHARED_DATA.")
    return folder.resolve()


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines, gzipped or not."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines:
        return [json.loads(line) for line in lines]


def read_rows(name: str) -> list[dict[str, Any]]:
    """Return the documents of one data set."""
    return read_lines(require_folder() / f"{name}.jsonl.gz")


def read_texts(name: str) -> list[str]:
    """Return the texts of one data set."""
    return [row["text"] for row in read_rows(name)]


def read_revisions(name: str) -> list[tuple[str, str]]:
    """Return the consecutive versions of every document."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(name):
        groups[row["group"]].append(row)
    pairs = []
    for rows in groups.values():
        rows.sort(key=lambda row: row["version"])
        pairs += [(old["text"], new["text"]) for old, new in pairwise(rows)]
    return pairs

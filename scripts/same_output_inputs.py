"""Make the input files of the commands that `same_output.py` runs: from `examples/`, and from shared news data.

Shared news data is read from $DEDUP_SHARED_DATA or from `../shared/data` where there is such a folder.
"""

import csv
import gzip
import itertools
import json
import os
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import zstandard

ROOT = Path(__file__).resolve().parent.parent

SLICES = {  # of each shared file so many documents
    "lk_news": ("lk_news_2024_01_02.jsonl.gz", 1500),
    "wiki_versions": ("wiki_versions_dev.jsonl.gz", 200),
    "ja_wikinews": ("ja_wikinews.jsonl.gz", 600),
    "ecbplus": ("ecbplus_dev.jsonl.gz", 462),
}


def shared_data() -> Path:
    """Return the folder of shared news data: named by the environment, or beside the (main) clone."""
    command = ["/usr/bin/env", "git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    clone = Path(subprocess.check_output(command, cwd=ROOT, text=True).strip()).parent
    return Path(os.environ.get("DEDUP_SHARED_DATA") or clone.parent / "shared" / "data")


def make_inputs(folder: Path) -> None:
    """Write the input files of all commands, the same bytes on every call."""
    shutil.copytree(ROOT / "examples", folder)
    lines = gzip.decompress((folder / "congress.jsonl.gz").read_bytes()).splitlines(keepends=True)
    days = [b"".join(lines[day:900:3]) for day in range(3)]  # near-copies are neighbours: they go to different days
    (folder / "day1.jsonl").write_bytes(days[0])
    (folder / "day2.jsonl.zst").write_bytes(zstandard.compress(days[1]))
    (folder / "day3.jsonl.gz").write_bytes(gzip.compress(days[2], mtime=0))
    records = [json.loads(line) for line in lines[1000:1300]]
    (folder / "ids.txt").write_text("".join(record["id"] + "\n" for record in records[:20]))
    parts = [record | {"id": f"{i} part", "text": record["text"][200:-200]} for i, record in enumerate(records[::5])]
    twice = [
        record | {"id": f"{i} twice", "text": f"{record['text']}\n\n" * 2} for i, record in enumerate(records[::9])
    ]
    planted = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in parts + records + twice)
    (folder / "planted.jsonl").write_text(planted, encoding="utf-8")
    bad = [b'{"id": 1, "text": 12}\n', b'{"id": 2}\n', b"no JSON\n", b'{"text": "\xff"}\n', b"\n", b'{"text": ""}']
    (folder / "bad.jsonl").write_bytes(b"".join(lines[:30] + bad))
    table = [{key: str(record.get(key, "")) for key in ("id", "date", "outlet", "text")} for record in records + twice]
    with (folder / "news.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table[:200])
    pyarrow.parquet.write_table(pa.Table.from_pylist(table[150:]), folder / "news.parquet")
    (folder / "articles" / "more").mkdir(parents=True)
    for i, record in enumerate(records[:40]):
        (folder / "articles" / ("more" if i % 4 else "") / f"{i // 2}-{i}.txt").write_text(record["text"], "utf-8")
    paragraphs = (folder / "story" / "001_c3f490e6b928dd30.txt").read_text("utf-8").splitlines(keepends=True)
    (folder / "old.txt").write_text("".join(paragraphs), "utf-8")
    moved = paragraphs[4:8] + paragraphs[:4] + paragraphs[9:]
    (folder / "new.txt").write_text("".join(moved).replace("Monday", "Tuesday").replace(" said ", " stated "), "utf-8")
    for name, (source, count) in SLICES.items() if shared_data().is_dir() else ():
        with gzip.open(shared_data() / source) as documents:
            (folder / f"{name}.jsonl").write_bytes(b"".join(itertools.islice(documents, count)))
    for path in folder.rglob("*"):
        os.utime(path, (0, 0))

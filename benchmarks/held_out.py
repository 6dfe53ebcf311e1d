"""Make the corpora of `judged/removals_seventh.jsonl` and `judged/removals_eighth.jsonl`: no shared news data has them.

python benchmarks/held_out.py --reuters FOLDER --congress FOLDER --newsgroups FOLDER --out FOLDER

--reuters     the collection Reuters-21578: reut2-000.sgm to reut2-021.sgm
--congress    the folder data/2022 of github.com/dwillis/congress-press
--newsgroups  the collection 20 Newsgroups by date: 20news-bydate-train and 20news-bydate-test
--out         gets reuters21578.jsonl.gz, congress_press_2022.jsonl.gz, newsgroups.jsonl.gz and newsgroups_raw.jsonl.gz,
              whose texts have the headers of a post too
"""

import argparse
import gzip
import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

MONTHS = ("2022-01", "2022-10", "2022-11")
_ITEM = re.compile(r'<REUTERS[^>]*NEWID="(\d+)".*?</REUTERS>', re.DOTALL)
_SIGNATURE = re.compile(r"\s*(Reuter|REUTER)\s*$")


def read_field(item: str, name: str) -> str:
    """Return the text of an element of an item, "" where it has none."""
    found = re.search(f"<{name}>(.*?)</{name}>", item, re.DOTALL)
    return html.unescape(found[1].replace("&#3;", "")).strip() if found else ""


def read_reuters(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the items that have a body."""
    for path in sorted(folder.glob("reut2-*.sgm")):
        for found in _ITEM.finditer(path.read_text("latin-1")):
            title, body, date = (read_field(found[0], name) for name in ("TITLE", "BODY", "DATE"))
            if body:
                text = _SIGNATURE.sub("", body).strip()
                yield {"id": found[1], "title": title, "text": text, "date": date.split(".")[0]}


def read_congress(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the releases of three months: the id is the month and the line."""
    for month in MONTHS:
        for number, line in enumerate((folder / f"{month}.jsonl").read_text("utf-8").split("\n"), 1):
            row = json.loads(line) if line.strip() else {}
            if row.get("text"):
                known = {name: row.get(name) or "" for name in ("title", "text", "date", "url")}
                yield {"id": f"{month}:{number}", "outlet": row.get("domain") or "", **known}


def read_newsgroups(folder: Path, *, raw: bool) -> Iterator[dict[str, str]]:
    """Yield posts: whole, or their body with subject, date and sender."""
    for path in sorted(folder.glob("20news-bydate-*/*/*"), key=lambda path: (path.parent, len(path.name), path.name)):
        post = path.read_text("latin-1")
        head, _, body = post.partition("\n\n")
        fields = {
            name.strip().lower(): rest.strip()
            for name, _, rest in (line.partition(":") for line in head.splitlines()[::-1])
        }
        text = post if raw else body.strip()
        known = {"title": fields.get("subject", ""), "date": fields.get("date", ""), "author": fields.get("from", "")}
        yield {"id": f"{path.parent.name}/{path.name}", "text": text, **({} if raw else known)}


def write_corpus(path: Path, rows: Iterable[dict[str, str]]) -> None:
    """Write a corpus, and print how many documents it has."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(lines)
    print(f"{path}: {len(lines):,} documents")


def main() -> None:
    """Write the corpora."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("reuters", "congress", "newsgroups", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    write_corpus(options.out / "reuters21578.jsonl.gz", read_reuters(options.reuters))
    write_corpus(options.out / "congress_press_2022.jsonl.gz", read_congress(options.congress))
    for name, raw in (("newsgroups", False), ("newsgroups_raw", True)):
        write_corpus(options.out / f"{name}.jsonl.gz", read_newsgroups(options.newsgroups, raw=raw))


if __name__ == "__main__":
    main()

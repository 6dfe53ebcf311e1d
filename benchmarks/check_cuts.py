"""What `dedup clean` leaves where it cuts: marks alone, and torn sentences. Shares no code with `dedup`.

python benchmarks/check_cuts.py --data ../shared/data
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import cleaned, read_options, report
from news import read_lines

CORPORA = ("congress_press_dev", "lk_news_2024_01_02", "wp_current_events_revs_dev", "mccormick2500")
ENDED = re.compile(r"[.!?…:;。！？॥।෴][\"'”’»)\]]*$")
MARKS = re.compile(r"[^\w\s]+")
WIDTHS = range(45, 101)  # characters of a line of hard-wrapped text


@dataclass(frozen=True)
class CutDocument:
    """A document before and after its cuts, and the cuts as `[start, end)`."""

    name: str
    before: str
    after: str
    cuts: list[list[int]]


def clean(corpus: Path) -> Iterator[CutDocument]:
    """Yield the documents of a corpus out of which `dedup clean` cuts anything."""
    with cleaned(corpus) as out:
        cuts = defaultdict(list)
        for row in read_lines(out / "passages.jsonl"):
            if row["action"] == "removed":
                cuts[row["doc_id"]] += row["cuts"]
        after = {row["id"]: row["text"] for row in read_lines(out / "kept" / corpus.name) if row["id"] in cuts}
    for row in read_lines(corpus):
        if row["id"] in after:
            yield CutDocument(row["id"], row["text"], after[row["id"]], sorted(cuts[row["id"]]))


def count_lone_marks(document: CutDocument) -> int:
    """Return how many marks stand alone between white space that did not before."""
    before, after = (Counter(filter(MARKS.fullmatch, text.split())) for text in (document.before, document.after))
    return (after - before).total()


def is_torn(text: str, at: int) -> bool:
    """Return whether a cut begins or ends inside a sentence at a character."""
    left, right = text[:at].rstrip(), text[at:].lstrip()
    if not left or not right or ENDED.search(left[-9:]):
        return False
    gap = text[len(left) : len(text) - len(right)]
    first = re.search(r"\w", right)
    if "\n" not in gap or (first is not None and first[0].islower()):
        return True
    lines = [len(line.rstrip()) for line in left.splitlines()[-5:] if line.strip()]
    word = re.split(r"\s", right, maxsplit=1)[0]
    return gap.count("\n") == 1 and len(lines) > 1 and max(lines) in WIDTHS and lines[-1] + len(word) >= max(lines)


def main() -> None:
    """Print all figures."""
    options = read_options(__doc__, corpora=CORPORA)
    for corpus in options.corpora:
        documents = list(clean(options.data / f"{corpus}.jsonl.gz"))
        edges = [(document, at) for document in documents for cut in document.cuts for at in cut]
        marks = [document.name for document in documents if count_lone_marks(document)]
        torn = [(document.name, at) for document, at in edges if is_torn(document.before, at)]
        report(f"{corpus}: cuts, in documents", f"{len(edges) // 2}, {len(documents)}", "(no target)")
        report("  documents with a mark alone", f"{len(marks)} {' '.join(marks[:3])}", "0")
        report("  cuts that begin or end inside a sentence", f"{len(torn)} {torn[:3] or ''}", "0")


if __name__ == "__main__":
    main()

"""What `dedup extract` takes out of news pages, beside another extractor: words right and lost, pages a second.

    python benchmarks/bench_extract.py FOLDER

FOLDER has the pages in input/ and the text that a person marked in each in GoldStandard/ (.txt, the format of
CleanEval): of github.com/j-szulc/html-cleaning-dataset-merged, CleanPortalEval-master has 71 news pages of four sites.
Words are compared as bags. Seconds are of CPU, on one core.
"""

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import mean

from dedup.extract.article_text import extract_article
from dedup.extract.page_files import PagePlace, RawPage, RejectedPage

MARKUP = re.compile(r"^\s*URL:.*$|<\w+>", re.MULTILINE)


def extract_ours(html: bytes) -> str:
    """Return the text as `dedup extract` has it."""
    found = extract_article(RawPage(PagePlace("page.html"), html), min_words=0)
    return "" if isinstance(found, RejectedPage) else found.text


def list_extractors() -> dict[str, Callable[[bytes], str]]:
    """Return the extractors that are installed."""
    import trafilatura

    found: dict[str, Callable[[bytes], str]] = {
        "dedup extract": extract_ours,
        "trafilatura": lambda html: trafilatura.extract(html, include_comments=False) or "",
    }
    try:
        import turbohtml

        found["turbohtml"] = lambda html: turbohtml.parse(html, positions=False).article().text
    except ImportError:
        print("skipped: turbohtml is not installed (pip install turbohtml)")
    return found


def compare_words(text: str, gold: str) -> tuple[float, float]:
    """Return precision and recall of the words of a text."""
    ours, theirs = (Counter(re.findall(r"\w+", each.lower())) for each in (text, gold))
    shared = sum((ours & theirs).values())
    return shared / max(1, sum(ours.values())), shared / max(1, sum(theirs.values()))


def harmonise(pairs: Iterable[tuple[float, float]]) -> float:
    """Return the mean F1."""
    return mean(2 * p * r / (p + r) if p + r else 0.0 for p, r in pairs)


def main() -> None:
    """Print a line for each extractor."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    pages = sorted(
        path for path in (folder / "input").iterdir() if (folder / "GoldStandard" / f"{path.stem}.txt").exists()
    )
    gold = [
        MARKUP.sub("", (folder / "GoldStandard" / f"{page.stem}.txt").read_text(errors="replace")) for page in pages
    ]
    print(f"{len(pages)} pages\n{'':16}{'precision':>10}{'recall':>8}{'F1':>8}{'no text':>9}{'pages/s':>9}")
    for name, extract in list_extractors().items():
        raw = [page.read_bytes() for page in pages]
        extract(raw[0])
        began = time.process_time()
        texts = [extract(html) for html in raw]
        seconds = time.process_time() - began
        pairs = [compare_words(text, each) for text, each in zip(texts, gold, strict=True)]
        precision, recall = (mean(column) for column in zip(*pairs, strict=True))
        empty = sum(not text for text in texts)
        print(f"{name:16}{precision:10.3f}{recall:8.3f}{harmonise(pairs):8.3f}{empty:9}{len(raw) / seconds:9.0f}")


if __name__ == "__main__":
    main()

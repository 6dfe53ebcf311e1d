"""The list of clusters in pages of 200. With scripts the first page searches and sorts all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from dedup.report.corpus.corpus_model import ClusterEntry
from dedup.report.corpus.corpus_page import cluster_path, list_path, measure_card, render_corpus_page
from dedup.report.page import encode_data
from dedup.report.wording import clip
from dedup.text.control_characters import make_safe

PER_PAGE = 200
FIRST_PAGE_BYTES = 1_850_000  # of its rows and of what the script searches: the page stays below 2 MB
TITLE_LENGTHS = (120, 80, 60, 40, 25)
SCRIPT = "corpus_clusters.js"


def render_lists(entries: Sequence[ClusterEntry], num_clusters: int) -> Iterator[tuple[str, str]]:
    """Yield (path, page) of the list; `entries` are the clusters with a page, of `num_clusters` in all."""
    pages = [entries[start : start + PER_PAGE] for start in range(0, len(entries), PER_PAGE)] or [[]]
    used = sum(measure_card(entry.representative) for entry in pages[0])
    data, num_searched, longest = encode_entries(entries, FIRST_PAGE_BYTES - used)
    for number, page in enumerate(pages, start=1):
        is_first = number == 1
        values = {
            "entries": page,
            "page": number,
            "num_pages": len(pages),
            "first": (number - 1) * PER_PAGE + 1,
            "num_entries": len(entries),
            "num_clusters": num_clusters,
            "num_searched": num_searched,
            "longest": longest if longest < TITLE_LENGTHS[0] else 0,
            "data": encode_data(data) if is_first else "",
        }
        yield list_path(number), render_corpus_page("corpus_clusters.html", values, script=SCRIPT if is_first else "")


def encode_entries(entries: Sequence[ClusterEntry], most_bytes: int) -> tuple[bytes, int, int]:
    """Return the list as JSON for the script, how many clusters it holds, and the longest name in it.

    Titles and other names are shortened, then removed documents left out, then clusters; the largest clusters stay.
    """
    for most in TITLE_LENGTHS:
        data = encode_table(entries, most)
        if len(encode_data(data).encode()) <= most_bytes:
            return data, len(entries), most
    entries = [replace(entry, copies=()) for entry in entries]
    data = encode_table(entries, TITLE_LENGTHS[-1])
    num = len(entries)
    while len(encode_data(data).encode()) > most_bytes:
        num = num * 9 // 10
        data = encode_table(entries[:num], TITLE_LENGTHS[-1])
    return data, num, TITLE_LENGTHS[-1]


def encode_table(entries: Sequence[ClusterEntry], longest: int) -> bytes:
    """Return the clusters as JSON: `{outlets, rows}`; a row has number, path, names, counts, copies."""
    outlets: dict[str, int] = {}
    rows = []
    for entry in entries:
        card = entry.representative
        title, doc_id, outlet, date = (
            make_safe(clip(text, longest)) for text in (card.title or card.opening, card.id, card.outlet, card.date)
        )
        name = (entry.number, cluster_path(entry.number), title, doc_id, outlets.setdefault(outlet, len(outlets)), date)
        copies = [
            [
                make_safe(clip(text, longest))
                for text in ("" if copy.title == card.title else copy.title or copy.opening, copy.id, copy.outlet)
            ]
            for copy in entry.copies
        ]
        rows.append((*name, entry.num_copies, entry.num_outlets, round(entry.lowest, 3), copies))
    return msgspec.json.encode({"outlets": list(outlets), "rows": rows})

"""Where else a passage of one text is: in which documents of an index, and where there."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from dedup.config import PassageConfig
from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.index.find_containers import find_sharers
from dedup.index.near_lookup import fetch_rows
from dedup.index.samples import take_samples
from dedup.index.store import IndexFile, streaming
from dedup.index.stored_tokens import StoredTokens, fetch_tokens
from dedup.index.tables import config_of, read_settings, refuse_other_settings, settings_of
from dedup.model.index_results import SharedPassage, SharingDocument, SharingDocuments
from dedup.near.sketcher import tokenise_text
from dedup.passages.document_tokens import DocumentTokens
from dedup.passages.passage_table import Passages
from dedup.passages.search import compare_pairs
from dedup.signals import temporary_folder
from dedup.text.printed_paths import printable
from dedup.text.token_spans import TokenOffsets
from dedup.threads import count_cores, start_threads

MAX_COMPARED = 500  # candidates: those that share most sampled shingles; a page of news has some hundreds


def find_in_index(index: IndexFile, text: str, min_tokens: int = PassageConfig.min_tokens) -> SharingDocuments:
    """Return which documents of an index share a passage of at least `min_tokens` words with a text.

    They are found by a sample of one shingle in four, so a passage of few words may be missed: of 20 equal words one
    in a hundred, of 40 one in thirty thousand. Boilerplate of the stored documents is not in the sample.
    """
    config = PassageConfig(min_tokens=min_tokens, contained=None)
    tokens = tokenise_text(text)
    if tokens.size < min_tokens:
        raise InputError(
            f"the text has {tokens.size:,} words, and a passage has at least {min_tokens:,}. "
            "Give more of it, or a smaller --min-tokens."
        )
    own = as_block([tokens.ctypes.data], [tokens.size])
    with (
        temporary_folder("dedup-find-") as scratch,
        index.reading() as connection,
        start_threads(count_cores()) as threads,
    ):
        settings = read_settings(connection)
        refuse_other_settings(index.path, settings, settings_of(config_of(settings)))  # words that are read otherwise
        with streaming(connection):
            sharers = find_sharers(connection, take_samples(own, config.shingle_size, threads))
            rows = fetch_rows(connection, sharers.choose(MAX_COMPARED))
            wanted = StoredTokens(rows.column("ordinal").to_numpy(), rows.column("num_tokens").to_numpy())
            fetched = fetch_tokens(connection, "tokens", wanted, Path(scratch) / "found", threads).result()
        total = int(connection.execute("SELECT count(*) FROM documents").fetchall()[0][0])
    every = as_block([tokens.ctypes.data, *fetched.address.tolist()], [tokens.size, *wanted.num_tokens.tolist()])
    pairs = np.column_stack([np.zeros(len(rows), np.int32), np.arange(1, len(rows) + 1, dtype=np.int32)])
    passages, offsets = compare_pairs(pairs, every, config), TokenOffsets(text)
    names = rows.select(["id", "path", "line", "run"]).to_pylist()
    found = [
        describe_document(names[source - 1], passages.select(passages.source == source), offsets)
        for source in np.unique(passages.source).tolist()
    ]
    found.sort(key=lambda document: -document.words)
    return SharingDocuments(
        printable(str(index.path)), tokens.size, total, len(sharers.ordinals), len(rows), len(found), found
    )


def as_block(address: list[int], num_tokens: list[int]) -> DocumentTokens:
    """Return documents without boilerplate."""
    return DocumentTokens.unmasked(np.array(address, np.uint64), np.array(num_tokens, np.int32))


def describe_document(name: dict[str, object], passages: Passages, offsets: TokenOffsets) -> SharingDocument:
    """Return a stored document with its passages, in the order of the text."""
    lengths = measure(passages.span) + measure(passages.source_span)
    is_shared = np.zeros(len(offsets), np.bool_)
    shared = []
    for row in np.lexsort((passages.source_span[:, 0], passages.span[:, 0])).tolist():
        first, end = passages.span[row].tolist()
        is_shared[first:end] = True
        span = offsets.span(first, end)
        where = (span.start, span.end), (first, end), tuple(passages.source_span[row].tolist())
        shared.append(SharedPassage(*where, float(passages.similarity[row]), offsets.text[span.start : span.end]))
    words = int(is_shared.sum())
    similarity = float(2 * passages.equal.sum() / lengths.sum())
    return SharingDocument(
        read_value(str(name["id"]).encode()),
        str(name["path"]),
        int(str(name["line"])),
        str(name["run"]),
        words,
        words / len(offsets),
        similarity,
        shared,
    )


def measure(spans: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Return the lengths of spans (int32[n, 2])."""
    return spans[:, 1].astype(np.int64) - spans[:, 0]

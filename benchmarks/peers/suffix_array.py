"""Substrings of 80 bytes that stand twice, by a suffix array over all texts, as deduplicate-text-datasets does.

That tool is a Rust program that no package registry carries; this is its method on libdivsufsort (pydivsufsort). White
space is left out, so that other line breaks do not end a match: more than that tool does.
"""

from typing import Any

from adapter import Job, main, read_documents, translate_passages

LEAST_BYTES = 80


def run(job: Job) -> None:
    """Find what stands twice and write each later place with the earlier one."""
    with job.clock.part("import"):
        import numpy as np
        from pydivsufsort import divsufsort, kasai
    with job.clock.part("work"):
        ids, texts = read_documents(job.source)
        squeezed = [squeeze(text, np) for text in texts]
        whole = np.concatenate([part for part, _ in squeezed])
        origin = np.concatenate([places for _, places in squeezed])  # of every byte, in its text
        ends = np.cumsum([part.size for part, _ in squeezed])
        suffixes = divsufsort(whole)
        common = kasai(whole, suffixes)[:-1]
        rank = np.flatnonzero(common >= LEAST_BYTES)
        places = np.stack([suffixes[rank], suffixes[rank + 1]]).astype(np.int64)
        first, second, size = places.min(axis=0), places.max(axis=0), common[rank].astype(np.int64)
        holder, copy = (np.searchsorted(ends, side, side="right") for side in (first, second))
        size = np.minimum(size, np.minimum(ends[holder] - 1 - first, ends[copy] - 1 - second))
        chosen = (size >= LEAST_BYTES) & is_start(first, second, np) & (holder != copy)
        passages: list[list[Any]] = []
        for at in np.flatnonzero(chosen).tolist():
            row: list[Any] = []
            for place, document in ((second[at], copy[at]), (first[at], holder[at])):
                row += [ids[document], int(origin[place]), int(origin[place + size[at] - 1]) + 1]
            passages.append(row)
    translate_passages(job, passages)


def squeeze(text: str, np: Any) -> tuple[Any, Any]:
    """Return the bytes of a text without white space, a zero behind them, and the character that each byte is of."""
    kept = [place for place, character in enumerate(text) if not character.isspace()]
    data = np.frombuffer("".join(text[place] for place in kept).encode() + b"\0", np.uint8)
    number = np.cumsum((data & 0xC0) != 0x80) - 1  # continuation bytes of UTF-8 belong to the character before
    return data, np.array([*kept, len(text)])[number]


def is_start(first: Any, second: Any, np: Any) -> Any:
    """Return which matches are not the same match one byte further on."""
    order = np.lexsort((second, second - first))
    distance, place = (second - first)[order], second[order]
    starts = np.ones(order.size, bool)
    starts[1:] = (distance[1:] != distance[:-1]) | (place[1:] != place[:-1] + 1)
    result = np.empty(order.size, bool)
    result[order] = starts
    return result


if __name__ == "__main__":
    main(run)

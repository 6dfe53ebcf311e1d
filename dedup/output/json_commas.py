"""Which bytes go with a value that is taken out of a JSON file, so that what stays is JSON."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import TYPE_CHECKING

import numpy as np

from dedup.corpus.shards import Shard
from dedup.near.segments import Segments

if TYPE_CHECKING:
    from dedup.output.write_shards import Dropped


def widen(values: Sequence[range], gone: Collection[int], size: int) -> dict[int, range]:
    """Return the bytes of each value of a file, by its first byte; of one that goes, with what is beside it.

    `values` are all of the file, in order; `gone` the first bytes of those that go; `size` the bytes of the file.
    A value that goes takes along what is between it and the value before; where nothing before it stays, what is
    behind it. A file of one value goes as a whole.

    >>> text = "[a, b, c]"
    >>> values = [range(1, 2), range(4, 5), range(7, 8)]
    >>> ["".join(c for i, c in enumerate(text) if all(i not in widen(values, gone, 9)[g] for g in gone))
    ...  for gone in ({1}, {4}, {7}, {1, 4}, {4, 7}, {1, 4, 7})]
    ['[b, c]', '[a, c]', '[a, b]', '[c]', '[a]', '[]']
    """
    if len(values) == 1:
        return {values[0].start: range(size) if gone else values[0]}
    wide, something_stays = {}, False
    for place, value in enumerate(values):
        wide[value.start] = value
        if value.start not in gone:
            something_stays = True
        elif something_stays:
            wide[value.start] = range(values[place - 1].stop, value.stop)
        elif place + 1 < len(values):
            wide[value.start] = range(value.start, values[place + 1].start)
    return wide


def with_commas(segments: Segments, shard: Shard, dropped: "Sequence[Dropped]") -> "list[Dropped]":
    """Return drops of JSON files with what goes along with them: the comma before or behind."""
    columns = [[b.column(name) for b in segments.batches_of(shard)] for name in ("file", "start", "length")]
    places = zip(*(np.concatenate([np.empty(0, np.int64), *column]).tolist() for column in columns), strict=True)
    bad = ((r.file, r.start, r.length) for r in segments.rejections(shard))
    spans: dict[int, list[range]] = {number: [] for number in range(len(shard.files))}
    for file, start, length in chain(places, bad):
        spans[file].append(range(start, start + length))
    made: list[Dropped] = []
    for file, here in groupby(dropped, key=lambda d: d.file):
        own = list(here)
        gone = {d.start for d in own if d.replacement is None}
        wide = widen(sorted(spans[file], key=lambda span: span.start), gone, shard.files[file].size)
        for drop in own:
            span = wide[drop.start]
            moved = drop.rejection and replace(drop.rejection, start=span.start, length=len(span))
            made.append(drop._replace(start=span.start, end=span.stop, rejection=moved))
    return made

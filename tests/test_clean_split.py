"""Bytes of a file that is split into what is kept and what is dropped, beside slices of the whole."""

import io
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.output.byte_copy import COPY_SIZE, Ranges, SplitTarget, split_file
from dedup.output.records import split_json_line


@st.composite
def splits(draw):
    """Return the bytes of a file, a span of it, and ranges to drop with what stands in their places."""
    data = draw(st.binary(max_size=200))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), min_size=2, max_size=14)))
    span = cuts[0], cuts[-1]
    drops = [pair for pair in pairwise(cuts) if draw(st.booleans())]
    return data, span, drops, [draw(st.sampled_from([b"", b"new", b"a longer one"])) for _ in drops]


def copy(path, target, span, drops, replacements, offset):
    """Return what is kept (the bytes of `target`) and what is dropped."""
    starts, ends = (np.array([pair[i] for pair in drops], np.int64) for i in (0, 1))
    with target.open("w+b") as file:
        file.seek(offset)
        ranges = Ranges(starts, ends, replacements, starts % 2 == 1)
        aside = io.BytesIO()
        dropped = list(split_file(str(path), range(*span), ranges, SplitTarget(file, aside)))
    aside.seek(0)
    return target.read_bytes(), [
        aside.read(end - start) if start % 2 else raw for raw, (start, end) in zip(dropped, drops, strict=True)
    ]


@given(splits(), st.integers(0, 5))
def test_kept_and_dropped_are_slices_of_the_file(tmp_path_factory, case, offset):
    data, (start, stop), drops, replacements = case
    folder = tmp_path_factory.getbasetemp()
    (folder / "source").write_bytes(data)
    kept, dropped = copy(folder / "source", folder / "kept", (start, stop), drops, replacements, offset)
    expected, position = b"", start
    for (begin, end), replacement in zip(drops, replacements, strict=True):
        expected += data[position:begin] + replacement
        position = end
    expected += data[position:stop]
    assert kept[offset:] == expected
    assert dropped == [data[begin:end] for begin, end in drops]


def test_a_long_file_is_copied_piece_by_piece(tmp_path):
    data = np.random.default_rng(1).bytes(2 * COPY_SIZE + 100)
    (tmp_path / "source").write_bytes(data)
    kept, dropped = copy(tmp_path / "source", tmp_path / "kept", (0, len(data)), [(5, 8)], [b""], 0)
    assert kept == data[:5] + data[8:]
    assert dropped == [data[5:8]]


def test_a_file_that_became_shorter_is_an_error(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"x" * 100)
    for drops in ([(90, 110)], [(10, 20), (120, 130)], []):
        with pytest.raises(InputError, match="became shorter"):
            copy(path, tmp_path / "kept", (0, 200), drops, [b""] * len(drops), 0)
    with pytest.raises(InputError, match="became shorter"):
        copy(path, tmp_path / "kept", (0, 3 << 20), [], [], 0)


@given(st.text(" \t\r\n", max_size=4), st.sampled_from(["{}", '{"a": " b "}', ""]), st.text(" \t\r\n", max_size=4))
def test_the_json_of_a_line_and_what_is_around_it_make_the_line(before, record, after):
    """White space is told from the record; nothing but white space is before it."""
    line = (before + record + after).encode()
    body, around = split_json_line(line)
    assert body == record.encode()
    assert around[0].encode() + body + around[1].encode() == line

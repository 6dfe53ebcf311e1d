"""Bytes of a file that is split into what is kept and what is dropped, beside slices of the whole."""

import os
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import InputError
from dedup.output import byte_copy as split
from dedup.output.byte_copy import Ranges, copy_kept, write_pieces
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
        dropped = list(copy_kept(str(path), file.fileno(), span, Ranges(starts, ends, replacements), offset))
    return target.read_bytes(), dropped


@given(splits(), st.sampled_from([1, 7, 64, 1 << 20]), st.sampled_from([1, 2, 1024]), st.integers(0, 5))
def test_kept_and_dropped_are_slices_of_the_file(tmp_path_factory, case, window, at_once, offset):
    """Whatever the sizes of the window and of the pieces that are written together."""
    data, (start, stop), drops, replacements = case
    folder = tmp_path_factory.getbasetemp()
    (folder / "source").write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(split, "WINDOW", window)
        patch.setattr(split, "PIECES_AT_ONCE", at_once)
        kept, dropped = copy(folder / "source", folder / "kept", (start, stop), drops, replacements, offset)
    expected, position = b"", start
    for (begin, end), replacement in zip(drops, replacements, strict=True):
        expected += data[position:begin] + replacement
        position = end
    expected += data[position:stop]
    assert kept[offset:] == expected
    assert dropped == [data[begin:end] for begin, end in drops]


def test_a_file_that_became_shorter_is_an_error(tmp_path):
    """Both where many records are dropped and where none is for longer than a window."""
    path = tmp_path / "source"
    path.write_bytes(b"x" * 100)
    for drops in ([(90, 110)], [(10, 20), (120, 130)], []):
        with pytest.raises(InputError, match="became shorter"):
            copy(path, tmp_path / "kept", (0, 200), drops, [b""] * len(drops), 0)
    with pytest.raises(InputError, match="became shorter"):
        copy(path, tmp_path / "kept", (0, 3 << 20), [], [], 0)


def test_what_the_system_left_is_written_too(tmp_path, monkeypatch):
    """A call may write less than it was given."""
    write = os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda file, pieces, offset: write(file, [pieces[0][:2]], offset))
    with (tmp_path / "file").open("w+b") as file:
        assert write_pieces(file.fileno(), [memoryview(b"abc"), b"defg"], 1) == 7
    assert (tmp_path / "file").read_bytes() == b"\0abcdefg"


@given(st.text(" \t\r\n", max_size=4), st.sampled_from(["{}", '{"a": " b "}', ""]), st.text(" \t\r\n", max_size=4))
def test_the_json_of_a_line_and_what_is_around_it_make_the_line(before, record, after):
    """White space is told from the record; nothing but white space is before it."""
    line = (before + record + after).encode()
    body, around = split_json_line(line)
    assert body == record.encode()
    assert around[0].encode() + body + around[1].encode() == line

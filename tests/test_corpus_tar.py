"""Tar archives: read as `tarfile` reads good ones; headers that lie cost neither time nor memory."""

import io
import tarfile

import pytest

from dedup.corpus.tar_file import MAX_HEADER, BrokenTarError, read_tar

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
NAMES = ["a.txt", "d/" * 30 + "b.txt", "d/" + "x" * 95 + ".txt", "größe/ű.jsonl", "caf\udce9.txt", "empty.csv"]


def make_tar(members, kind):
    """Return an archive of {name: content or type}."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=kind) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            is_file = len(content) != 1
            info.size, info.type = (len(content), tarfile.REGTYPE) if is_file else (0, content)
            info.linkname = "target" * 30 if content == tarfile.SYMTYPE and kind != tarfile.USTAR_FORMAT else ""
            archive.addfile(info, io.BytesIO(content) if is_file else None)
    return sink.getvalue()


def list_tar(raw):
    """Return {name: content} of the files in an archive."""
    return {name: stream.read() for name, stream in read_tar(io.BytesIO(raw), "a.tar", lambda _: None)}


def make_header(kind, size, name="x"):
    """Return a header alone."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", FORMATS)
def test_regular_files_are_read_and_all_else_is_passed_over(kind):
    members = {name: name.encode("utf-8", "surrogateescape") * (place * 100) for place, name in enumerate(NAMES, 1)}
    others = {"link": tarfile.SYMTYPE, "fifo": tarfile.FIFOTYPE, "dir": tarfile.DIRTYPE, "hard": tarfile.LNKTYPE}
    assert list_tar(make_tar({**members, **others, "last.txt": b"last"}, kind)) == {**members, "last.txt": b"last"}


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_not_read_of_a_file_is_passed_over(kind):
    raw = make_tar({"a.txt": b"a" * 1000, "b.txt": b"b" * 700}, kind)
    assert [name for name, _ in read_tar(io.BytesIO(raw), "a.tar", lambda _: None)] == ["a.txt", "b.txt"]


def test_a_link_that_claims_a_size_has_no_bytes():
    raw = make_header(tarfile.SYMTYPE, 512) + make_tar({"a.txt": b"text"}, tarfile.GNU_FORMAT)
    assert list_tar(raw) == {"a.txt": b"text"}


def test_headers_on_headers_take_no_stack_and_the_last_name_holds():
    chain = b"".join(make_header(tarfile.GNUTYPE_LONGNAME, 6) + b"a%04d\0" % n + bytes(506) for n in range(5000))
    assert list_tar(chain + make_tar({"b": b"text"}, tarfile.GNU_FORMAT)) == {"a4999": b"text"}


@pytest.mark.parametrize(
    "raw",
    [
        make_header(tarfile.XHDTYPE, MAX_HEADER + 1) + bytes(MAX_HEADER + 512),
        make_header(tarfile.GNUTYPE_LONGNAME, 8 << 30),
        make_header(tarfile.XHDTYPE, 8) + b"99 path=" + bytes(504) + make_header(b"0", 0),
        make_header(tarfile.XHDTYPE, 12) + b"12 size=-99\n" + bytes(500) + make_header(b"0", 0),
        make_header(tarfile.XHDTYPE, 24) + b"24 GNU.sparse.major=100\n" + bytes(488) + make_header(b"0", 0),
        make_header(tarfile.XHDTYPE, 512) + b"1" * 512 + make_header(b"0", 0),
        make_header(tarfile.GNUTYPE_SPARSE, 0),
        make_header(b"0", 99),
        make_header(b"0", 0)[:300],
        make_header(b"0", 0).replace(b"ustar", b"xstar"),
        b"no archive" * 100,
    ],
)
def test_an_archive_that_lies_is_an_error(raw):
    with pytest.raises(BrokenTarError):
        list_tar(raw)


def test_what_is_passed_over_is_counted():
    taken = []
    raw = make_tar({"a.doc": bytes(3 << 20), "b.txt": b"text"}, tarfile.GNU_FORMAT)
    for _name, _stream in read_tar(io.BytesIO(raw), "a.tar", taken.append):
        pass
    assert sum(taken) > 3 << 20

"""Hostile archives: names that lead out, links, devices, members of one name, archives in archives, bombs, lies."""

import gzip
import io
import tarfile
import warnings
import zipfile
from pathlib import Path

from dedup.corpus.formats import split_format

from .texts import MARKS, draw_bytes

ENDINGS = (".zip", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.bz2", ".tar.xz", ".tbz2")
HOSTILE_NAMES = (
    "../escaped.jsonl",
    "../../in/news.jsonl",
    "/escaped.jsonl",
    "a/../../escaped.txt",
    "a/./b.jsonl",
    "a//b.jsonl",
    "./a.jsonl",
    "././a.jsonl",
    "",
    ".",
    "..",
    ".jsonl",
    "..jsonl",
    "a.jsonl/",
    "a.jsonl/b.jsonl",
    "C:\\a.jsonl",
    "..\\..\\escaped.jsonl",
    "a\0b.jsonl",
    "summary.json",
    ".dedup.json",
    "__MACOSX/._a.jsonl",
    "-o.jsonl",
    "a\x1b[31m.jsonl",
    "a\nb.jsonl",
    "caf\udce9.txt",
    "caf\\xe9.txt",
    "x" * 300 + ".jsonl",
    "d/" * 200 + "b.txt",
    "inner.zip",
    "inner.tar.gz",
    "a.parquet.gz",
    *(f"{mark[:100]}.txt" for mark in MARKS[:4]),
)
LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
OTHERS = (tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.CONTTYPE, b"Z")
TARGETS = ("/etc/passwd", "../../../etc/passwd", "a.jsonl", ".", "")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
PAX = (
    {},
    {},
    {"comment": "x" * 5000},
    {"size": "-1"},
    {"path": "../escaped.txt"},
    {"mtime": "nan"},
    {"GNU.sparse.major": "1"},
)
ZEROS = bytes(1 << 20)


def make_archive(source, ending, draw_file, endings):
    """Return the bytes of an archive, not yet compressed; `draw_file(source, ending)` makes what is in it."""
    members = []
    for number in range(source.choice([0, 1, 1, 2, 3, 5])):
        inner = source.choice(endings)
        name = source.choice(HOSTILE_NAMES) if source.random() < 0.12 else f"{source.choice(['', 'd/'])}{number}{inner}"
        raw = draw_file(source, inner)
        members.append((name, gzip.compress(raw) if source.random() < 0.1 else raw))
        if members[-1][1] is not raw:
            members[-1] = (f"{name}.gz", members[-1][1])
    if members and source.random() < 0.05:
        members.append(source.choice(members))
    if source.random() < 0.02:
        members.append(("bomb.jsonl", ZEROS * 64))
    if source.random() < 0.02:
        members += [(f"many/{number}.txt", b"a b c") for number in range(3000)]
    return make_zip(source, members) if ending == ".zip" else make_tar(source, members)


def make_zip(source, members):
    """Return a zip archive; now and then what it says of its members is not so."""
    sink = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(sink, "w", source.choice(METHODS)) as archive:
        for name, raw in members:
            info = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            info.compress_type = archive.compression
            if source.random() < 0.05:
                info.external_attr = source.choice([0o120777, 0o020666, 0o040755, 0xFFFF]) << 16
            archive.writestr(info, raw)
    packed = bytearray(sink.getvalue())
    if source.random() < 0.2:  # of a record of the directory: flags, method, sizes, place
        at = packed.find(b"PK\x01\x02")
        for _ in range(source.choice([1, 1, 3]) if at >= 0 else 0):
            packed[at + source.choice([6, 8, 9, 10, 16, 20, 23, 24, 27, 28, 30, 32, 42, 45])] ^= 1 << source.randrange(
                8
            )
    if source.random() < 0.05:
        packed[:0] = draw_bytes(source)
    return bytes(packed)


def make_tar(source, members):
    """Return a tar archive with what is no regular file among its members, and headers that lie."""
    sink = io.BytesIO()
    kind = source.choice([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
    with tarfile.open(fileobj=sink, mode="w", format=kind) as archive:
        for name, raw in members:
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            if kind == tarfile.PAX_FORMAT:
                info.pax_headers = dict(source.choice(PAX))
            if source.random() < 0.1:
                info.type, info.linkname = source.choice([*LINKS, *OTHERS]), source.choice(TARGETS)
            try:
                archive.addfile(info, io.BytesIO(raw))
            except ValueError:  # a name too long for the kind
                continue
    packed = bytearray(sink.getvalue())
    if source.random() < 0.15:
        place = source.choice([100, 124, 125, 135, 136, 148, 156, 157, 257, 345, 482, 483])  # fields of a header
        field = source.choice(
            [b"\xff" * 12, b"\x80" + b"\xff" * 11, b"77777777777\0", b"-1", b"S", b"x", b"L", b"\0" * 8]
        )
        packed[place : place + len(field)] = field
        if source.random() < 0.8:
            total = sum(packed[:148]) + 8 * 32 + sum(packed[156:512])
            packed[148:156] = b"%06o\0 " % total
    if source.random() < 0.02:
        packed[:0] = make_chain(source)
    return bytes(packed)


def make_chain(source):
    """Return headers that each say something of the next one, or one that is very long."""
    info = tarfile.TarInfo("././@LongLink")
    info.type = source.choice([tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE])
    info.size = source.choice([0, 10, 64 << 20])
    head = info.tobuf(tarfile.USTAR_FORMAT)
    return head + bytes(info.size) if info.size > 512 else (head + bytes(-(-info.size // 512) * 512)) * 2000


def list_members(path):
    """Return {name: bytes} of the files of known formats in an archive, by random access; None where it is broken."""
    try:
        if str(path).endswith(".zip"):
            with zipfile.ZipFile(path) as archive:
                found = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
        else:
            with tarfile.open(path) as archive:
                files = [info for info in archive if info.isreg()]
                found = {info.name: archive.extractfile(info).read() for info in files}
    except Exception:  # noqa: BLE001 (what others say of it does not count)
        return None
    return {name: raw for name, raw in found.items() if split_format(name)[0]}


def check_members(path, back):
    """Return the first plain member of an archive that is not as it was below a folder, None for none."""
    for name, raw in (list_members(path) or {}).items():
        place = Path(back, name.removeprefix("./"))
        is_plain = split_format(name)[1] is None and not name.endswith(".parquet")
        if is_plain and place.is_file() and place.read_bytes() != raw:
            return name
    return None

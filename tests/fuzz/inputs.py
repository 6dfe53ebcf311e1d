"""Hostile input files of every format that is read, damaged and compressed, and what is no file at all."""

import bz2
import gzip
import io
import json
import lzma
import os
import socket
import stat
from functools import partial

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from .archives import ENDINGS as ARCHIVES
from .archives import make_archive
from .texts import draw_bytes, draw_name, draw_text, draw_texts, draw_value

COMPRESSORS = {
    ".gz": gzip.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".bz2": bz2.compress,
    ".xz": partial(lzma.compress, preset=0),
}
PACKINGS = COMPRESSORS | {".tgz": gzip.compress, ".tbz2": bz2.compress}
ENCODINGS = ("cp1252", "latin-1", "utf-16", "utf-16-be", "utf-32", "shift_jis", "gb18030", "big5", "iso2022_jp", "hz")
FIELDS = ["title", "date", "outlet", "url"]
BAD_LINES = [
    b"",
    b"   ",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b'{"text": null}',
    b'{"text": 12}',
    b'{"text": ["a"]}',
    b'{"text": "a"} {"text": "b"}',
    b'{"text": "a",}',
    b'{"text": NaN}',
    b"{'text': 'a'}",
    b'{"text": "\\ud83d alone"}',
    b'{"text": "\\x41"}',
    b'{"text": "a\tb"}',
    b'{"text": "a", "text": "b"}',
    b'{"text": "deep", "x": ' + b"[" * 970 + b"]" * 970 + b"}",
    b'{"text": "deeper", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    b"[" * 20_000,
    b'{"text": "open',
    b"\xef\xbb\xbf",
    b'\xef\xbb\xbf{"text": "a"}',
    b'{"text": "a"}\r{"text": "b"}',
    b"\0" * 3000,
]


def make_jsonl(source):
    """Return JSON lines, some of which are broken."""
    lines = []
    for number, text in enumerate(draw_texts(source, source.randint(0, 14))):
        fields = [b'"text": ' + json.dumps(text, ensure_ascii=source.random() < 0.5).encode("utf-8", "replace")]
        if source.random() < 0.8:
            fields.append(b'"id": ' + (b'"%d"' % number if source.random() < 0.7 else draw_value(source)))
        names = source.sample(FIELDS, source.randrange(4))
        fields += [b'"%s": %s' % (name.encode(), draw_value(source)) for name in names]
        source.shuffle(fields)
        line = (
            source.choice([b"", b"", b" ", b"\t"]) + b"{" + b", ".join(fields) + b"}" + source.choice([b"", b"", b" "])
        )
        lines.append(line)
        if source.random() < 0.2:
            lines.append(source.choice([*BAD_LINES, draw_bytes(source)]))
    end = source.choice([b"\n"] * 6 + [b"\r\n"] * 2 + [b"\r"])
    raw = source.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + b"".join(line + end for line in lines)
    return raw if source.random() < 0.8 else raw.rstrip(b"\r\n")


def make_json(source):
    """Return a JSON file: a list, one object, or several, some of which are broken."""
    lines = [line.strip() for line in make_jsonl(source).split(b"\n") if line.strip()]
    kind = source.randrange(6)
    if kind == 0:
        return lines[0] if lines else b""
    if kind == 4:  # ids, and what they name
        return b"{" + b",".join(b'"%d": %s' % pair for pair in enumerate(lines)) + b"}"
    if kind == 5:  # the answer of a server
        answer = b'{"status": "ok", "articles": [' + b",".join(lines) + b"]}"
        return answer if source.random() < 0.5 else b'{"data": ' + answer + b"}"
    space = source.choice([b"", b" ", b"\n", b"\r\n  "])
    return space.join(lines) if kind == 1 else b"[" + space + (b"," + space).join(lines) + space + b"]"


def make_table(source, delimiter):
    """Return a CSV or TSV file, some of whose records are broken."""
    names = ["id", "text", *source.sample(FIELDS, source.randrange(4))]
    source.shuffle(names)
    if source.random() < 0.08:
        names.append(source.choice([*names, "", "te\x1b[31mxt"]))
    rows = [delimiter.join(quote_cell(source, name, delimiter) for name in names)]
    for number, text in enumerate(draw_texts(source, source.randint(0, 12))):
        cells = [text if name == "text" else str(number) if name == "id" else draw_text(source)[:40] for name in names]
        if source.random() < 0.1:
            cells = cells[: source.randrange(len(cells) + 1)] + ["surplus"] * source.randrange(3)
        rows.append(delimiter.join(quote_cell(source, cell, delimiter) for cell in cells))
        if source.random() < 0.1:
            rows.append(source.choice(['"open', 'a"b', '"a"b', "", "\x00", delimiter * 9, '""""']))
    if source.random() < 0.1:
        rows = [row.replace(delimiter, f"{delimiter} ") for row in rows]
    if source.random() < 0.03:
        rows.insert(0, f"sep={delimiter}")
    end = source.choice(["\n"] * 6 + ["\r\n"] * 3 + ["\r"])
    raw = "".join(row + end for row in rows).encode("utf-8", "replace")
    return raw if source.random() < 0.85 else raw.replace(b"e", draw_bytes(source), 1)


def quote_cell(source, cell, delimiter):
    """Return a cell, quoted where it has to be, or not."""
    if source.random() < 0.03:
        return cell
    must = any(mark in cell for mark in (delimiter, '"', "\n", "\r"))
    return '"' + cell.replace('"', '""') + '"' if must or source.random() < 0.2 else cell


def make_text_column(source, texts):
    """Return a column of texts of some type of Arrow; one in five has nulls, one in ten has bytes that are no text."""
    values = [None if source.random() < 0.1 else text for text in texts] if source.random() < 0.2 else list(texts)
    if source.random() < 0.1:
        raw = [None if value is None else value.encode() + draw_bytes(source) for value in values]
        return pa.array(raw, pa.binary()).view(pa.string())
    column = pa.array(values, source.choice([pa.string(), pa.large_string(), pa.string_view()]))
    kind = source.randrange(8)
    if kind == 0 and not pa.types.is_string_view(column.type):
        return column.dictionary_encode()
    return column.cast(pa.binary()) if kind == 1 and not pa.types.is_string_view(column.type) else column


def make_other_column(source, count):
    """Return a column beside the texts, of a type that JSON or Python may have no value for."""
    number = source.choice([0, 1, -1, 2**62, -(2**62), 10**15])
    kinds = [
        pa.array([number] * count, pa.int64()).cast(pa.timestamp(source.choice(["ms", "us", "ns"]))),
        pa.array([number] * count, pa.int64()).cast(pa.timestamp("us", source.choice(["UTC", "Mars/Base", "+14:00"]))),
        pa.array([number] * count, pa.int64()).cast(pa.duration("ns")),
        pa.array([float("nan")] * count),
        pa.array([[1, None]] * count),
        pa.array([{"a": {"b": "c"}}] * count, pa.struct({"a": pa.struct({"b": pa.string()})})),
        pa.array([b"\xff\x00"] * count, pa.binary()),
        pa.array([None] * count, pa.null()),
        pa.array([f"id {i}" for i in range(count)]),
        pa.array(["2024-01-31"] * count).dictionary_encode(),
    ]
    return source.choice(kinds)


def make_parquet(source):
    """Return a Parquet file."""
    texts = draw_texts(source, source.randint(0, 12))
    names, columns = ["text"], [make_text_column(source, texts)]
    for name in source.sample(["id", *FIELDS], source.randrange(4)):
        names.append(name)
        columns.append(make_other_column(source, len(texts)))
    if source.random() < 0.05:
        names[-1] = "text"
    sink = io.BytesIO()
    table = pa.Table.from_arrays(columns, names)
    compression = source.choice(["snappy", "zstd", "none"])
    pq.write_table(table, sink, row_group_size=source.choice([3, 100]), compression=compression)
    return sink.getvalue()


def damage(source, raw):
    """Return bytes that were cut, changed, doubled or lengthened."""
    kind = source.randrange(6)
    place = source.randrange(len(raw) + 1)
    if kind == 0:
        return raw[:place]
    if kind == 1:
        return raw[:place] + draw_bytes(source) + raw[place:]
    if kind == 2:
        return raw + draw_bytes(source)
    if kind == 3:
        return raw + raw
    if kind == 4:
        return b""
    changed = bytearray(raw)
    for _ in range(min(len(raw), 3)):
        changed[source.randrange(len(raw))] ^= 1 << source.randrange(8)
    return bytes(changed)


MAKERS = {
    ".jsonl": make_jsonl,
    ".ndjson": make_jsonl,
    ".json": make_json,
    ".csv": lambda source: make_table(source, ","),
    ".tsv": lambda source: make_table(source, "\t"),
    ".txt": lambda source: draw_text(source).encode("utf-8", "replace"),
    ".parquet": make_parquet,
}


def draw_file(source, ending):
    """Return the bytes of a file of a format; one in eight is damaged."""
    raw = MAKERS[ending](source)
    return damage(source, raw) if source.random() < 0.12 else raw


def draw_bomb(source, megabytes):
    """Return a gzip or zstandard file of a few kilobytes that holds megabytes of one byte, in one line or in many."""
    line = source.choice(
        [b"\x00" * (1 << 20), b"\n" * (1 << 20), b'{"text": "a b"}\n' * (1 << 16), b"word " * (1 << 18)]
    )
    return source.choice([gzip.compress, zstandard.ZstdCompressor().compress])(line * megabytes)


def add_files(source, folder, endings=tuple(MAKERS)):
    """Write one to four files of one format or of several into a folder; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for _ in range(source.choice([1, 1, 1, 2, 3, 4])):
        ending = source.choice(endings)
        if source.random() < 0.06:
            paths.append(add_archive(source, folder, endings))
            continue
        raw = draw_file(source, ending)
        shown = ending
        if source.random() < 0.04 and ending != ".parquet":
            raw = raw.decode("utf-8", "replace").encode(source.choice(ENCODINGS), "replace")
        if source.random() < 0.2:
            packed = source.choice(list(COMPRESSORS)[: 2 if source.random() < 0.8 else 4])
            raw, shown = COMPRESSORS[packed](raw), ending + packed
            raw = damage(source, raw) if source.random() < 0.2 else raw
        elif source.random() < 0.03:
            shown = source.choice([*MAKERS, ".gz", ".jsonl.gz", ""])
        path = folder / draw_name(source, shown)
        path.write_bytes(raw)
        paths.append(path)
    return paths


def add_archive(source, folder, endings):
    """Write an archive into a folder; return its path."""
    ending = source.choice(ARCHIVES)
    raw = make_archive(source, ending, draw_file, endings)
    packing = PACKINGS.get(f".{ending.rpartition('.')[2]}")
    raw = packing(raw) if packing else raw
    path = folder / draw_name(source, ending)
    path.write_bytes(damage(source, raw) if source.random() < 0.12 else raw)
    return path


def add_oddity(source, folder):
    """Put something into a folder that is no regular file, or one with two names; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / draw_name(source, source.choice([".jsonl", ".txt", ".csv", ".parquet"]))
    path = path.with_name(f"odd {path.name}") if os.path.lexists(path) else path
    kind = source.randrange(8)
    if kind == 0:
        os.mkfifo(path)
    elif kind == 1:
        path.symlink_to("nothing.jsonl")
    elif kind == 2:
        path.symlink_to(path.name)
    elif kind == 3:
        path.mkdir()
    elif kind == 4:
        make_socket(path)
    elif kind == 5:
        make_device(path)
    else:
        files = sorted(found for found in folder.iterdir() if found.is_file() and found != path)
        if not files:
            path.symlink_to("..")
        elif kind == 6:
            path.symlink_to(source.choice(files).name)
        else:
            os.link(source.choice(files), path)
    return path


def make_socket(path):
    """Make a socket, or a FIFO where the name is too long for one."""
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(os.fsencode(path))
    except OSError:
        os.mkfifo(path)


def make_device(path):
    """Make a node of the null device, or a FIFO where that is not permitted."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        os.mkfifo(path)

"""Hostile web pages and archives of them."""

import gzip
import zlib

from .inputs import damage
from .texts import MARKS, draw_bytes, draw_text

CHARSETS = ("utf-8", "windows-1252", "utf-16", "shift_jis", "x-user-defined", "none", "", "utf-7", "rot13", "\x1b")
HEADS = (
    "<base href='file:///etc/passwd'>",
    "<meta http-equiv=refresh content='0;url=file:///etc/passwd'>",
    "<link rel=canonical href='javascript:alert(1)'>",
    "<link rel=canonical href='http://[::1'>",
    "<meta property=og:site_name content='\x1b[2J'>",
    "<meta name=date content='2024-99-99T99:99:99Z'>",
    "<meta property=article:published_time content='" + "9" * 5000 + "'>",
    '<script type="application/ld+json">' + "[" * 5000 + "</script>",
    '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": 1e999, "author": {}}</script>',
    '<script type="application/ld+json">{"@graph": [null, 1, {"@type": ["NewsArticle"], "headline": []}]}</script>',
    "<?xml version='1.0'?><!DOCTYPE html [<!ENTITY a SYSTEM 'file:///etc/passwd'><!ENTITY b '&a;&a;'>]>",
)
BODIES = (
    "<div>" * 3000,
    "<p>" + "a" * 100_000,
    "<p>" + "&amp;" * 30_000,
    "<table><tr><td>" * 500,
    "<p>&b;&a;&#0;&#x110000;&#xd800;&bogus;</p>",
    "<!--" + "-" * 50_000,
    "<p " + " ".join(f"a{number}=1" for number in range(3000)) + ">",
    "<p>" + " ".join(f"<a href=x{number}>{number}</a>" for number in range(2000)),
    "<svg><script>alert(1)</script></svg><iframe srcdoc='<p>x'>",
    "<p>one. " * 5000,
)
TARGETS = ("http://example.org/a", "file:///etc/passwd", "", "http://[", "javascript:alert(1)", *MARKS)
KINDS = ("text/html", "text/html; charset=utf-8", "TEXT/HTML;charset=\x1b", "application/xhtml+xml", "image/png", "")


def make_page(source):
    """Return the bytes of a page, now and then of a broken one."""
    text = "".join(f"<p>{draw_text(source)}</p>" for _ in range(source.randrange(1, 4)))
    head = source.choice(HEADS) if source.random() < 0.3 else ""
    body = source.choice(BODIES) if source.random() < 0.2 else ""
    charset = f"<meta charset='{source.choice(CHARSETS)}'>" if source.random() < 0.3 else ""
    html = f"<html><head>{charset}<title>{draw_text(source)[:60]}</title>{head}</head><body><article>{body}{text}"
    raw = html.encode(source.choice(["utf-8", "utf-8", "utf-8", "utf-16", "cp1252"]), "replace")
    return damage(source, raw) if source.random() < 0.2 else raw


def make_warc(source):
    """Return an archive of some pages, now and then a broken one; each record compressed, or none."""
    records = [make_record(source) for _ in range(source.choice([0, 1, 1, 2, 5]))]
    if source.random() < 0.1:
        records.insert(
            0,
            source.choice(
                [draw_bytes(source), b"WARC/1.0\r\n\r\n\r\n\r\n", b"\r\n" * 5000, b"WARC/1.0\r\nA: " + b"b" * 300_000]
            ),
        )
    if source.random() < 0.5:
        return b"".join(records), ".warc"
    if source.random() < 0.1:
        return gzip.compress(b"".join(records), mtime=0), ".warc.gz"
    return b"".join(gzip.compress(record, mtime=0) for record in records), ".warc.gz"


def make_record(source):
    """Return the record of a page in an archive, whose lengths and encodings may be lies."""
    page = make_page(source)
    more = ""
    kind = source.randrange(12)
    if kind == 0:
        page, more = gzip.compress(page), "Content-Encoding: gzip\r\n"
    elif kind == 1:
        page, more = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page), "Transfer-Encoding: chunked\r\n"
    elif kind == 2:
        page, more = gzip.compress(bytes(64 << 20)), "Content-Encoding: gzip\r\n"
    elif kind == 3:
        more = source.choice(
            ["Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n", "Transfer-Encoding: chunked\r\n"]
        )
    elif kind == 4:
        page, more = b"ffffffffffffffff\r\n" + page, "Transfer-Encoding: chunked\r\n"
    elif kind == 5:
        page, more = zlib.compress(page), "Content-Encoding: deflate\r\n"
    status = source.choice(["200 OK"] * 8 + ["404 Not Found", "99999999999999999999", "", "-1 x"])
    http = f"HTTP/1.1 {status}\r\nContent-Type: {source.choice(KINDS)}\r\n{more}\r\n".encode() + page
    version, kind = source.choice(["1.0", "1.0", "1.1", "9"]), source.choice(["response"] * 6 + ["warcinfo", "x"])
    date = source.choice(["2024-01-31T10:00:00Z", "x", ""])
    length = source.choice([len(http)] * 12 + [0, -1, 2**63, len(http) - 1, len(http) + 1, "x", "9" * 30])
    head = (
        f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {source.choice(TARGETS)}\r\n"
        f"WARC-Date: {date}\r\nContent-Length: {length}\r\n\r\n"
    )
    record = head.encode("utf-8", "replace") + http + b"\r\n\r\n"
    return damage(source, record) if source.random() < 0.2 else record

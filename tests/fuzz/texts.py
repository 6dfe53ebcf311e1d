"""Hostile texts, names and JSON values, drawn from a seeded source."""

import json
import os

from report_pages import HOSTILE

SPOKEN = "the minister said on Monday that nine people were hurt in a fire at the harbour and police closed two roads"
OTHER = (
    "Русский текст с падежами 東京 首都 の 会議 ไทย ข่าว مرحبا بالعالم ශ්‍රී İstanbul ǆ ﬁne straße naïve e\u0301te\u0301"
)
SIGNS = "5 -5 5% $5 EUR C++ C# US us 1,000.50 2024-02-31 don’t “quote” 👩‍👧 x\u0301\u0301\u0301 Ω ﷺ 𝔘𝔫𝔦 -- … ..."
WORDS = [word for line in (SPOKEN, SPOKEN, OTHER, SIGNS) for word in line.split()]
MARKS = [
    *HOSTILE,
    "\x1b]0;x\x07\x1b[2J",
    "\x9b31m",
    "\r\n\x0b\x0c\x85\u2028",
    "\ufeff",
    "\ufffe\uffff",
    "\U0010ffff",
    "a" * 3000,
    "\u0301" * 200,
    "“” ‘’ '\"",
    "=cmd|' /C calc'!A0",
    "%s %n {0} {x.__class__} $HOME `id`",
    "\t,;|\\",
]
NAMES = [
    b"news",
    b"with space",
    b"caf\xe9",
    b"caf\\xe9",
    "größe".encode(),
    b"a\x1b[31m",
    b"a\nb",
    b"-o",
    b"--",
    b"*",
    b"[a]",
    b"out",
    b"x" * 180,
    b"<img src=x onerror=1>",
    b".hidden",
    b"news.part",
    b"news.new",
    b"news.lock",
    "\u202eevil".encode(),
    b"'\"; SELECT 1",
    b"summary.json",
    b"$HOME",
    b"a%20b",
]
RUNS = [
    "?!",
    ". ",
    ".! ",
    "。",
    ".。",
    "x",
    "x ",
    "x. ",
    "(",
    '"a" ',
    "a b c d e f ",
    "one two three ",
    "1,",
    "中",
    "J. ",
    "\u0301",
]
RAW_VALUES = [
    b"null",
    b"true",
    b"1",
    b"-0",
    b"1e999",
    b"-1e999",
    b"9" * 400,
    b'""',
    b"[]",
    b"{}",
    b'"\\ud83d"',
    b'"\\u0000"',
    b'"2024-01-31"',
    b'"2024-02-31T25:61:61Z"',
    b'"Sat, 03 Feb 2024 10:00:00 GMT"',
    b'"9999-12-31T23:59:59+14:00"',
    b'"9999-12-31T23:59:59-14:00"',
    b'"0001-01-01T00:00:00+14:00"',
    b'"0000-00-00"',
    b'"-0001-01-01"',
    b"253402300800",
    b"-1",
    b"-62135596801",
    b"1e308",
    b"[" * 60 + b"]" * 60,
    b'{"a": {"a": 1}, "a": 2}',
]


def draw_sentence(source):
    """Return some words and, now and then, a hostile mark."""
    words = source.choices(WORDS, k=source.randint(4, 16))
    if source.random() < 0.15:
        words.insert(source.randrange(len(words)), source.choice(MARKS))
    return " ".join(words).capitalize() + source.choice([".", ".", "!", "?", "...", "", "。"])


def draw_text(source):
    """Return a text of some sentences, now and then of none."""
    if source.random() < 0.05:
        return source.choice(["", " ", "\n", *MARKS])
    sentences = [draw_sentence(source) for _ in range(source.randint(1, 9))]
    return "".join(sentence + source.choice([" ", " ", "\n", "\n\n", "\r\n"]) for sentence in sentences)


def vary_text(source, text):
    """Return a copy of a text: exact, in capitals, with other words, a part of it, or printed twice."""
    words = text.split(" ")
    kind = source.randrange(7)
    if kind == 0:
        return text.upper()
    if kind == 1:
        words[source.randrange(len(words))] = source.choice(WORDS)
        return " ".join(words)
    if kind == 2:
        return " ".join(words[: max(1, len(words) * 3 // 4)])
    if kind == 3:
        return f"{text}\n\n{text}"
    if kind == 4:
        return f"{text}\n{draw_sentence(source)}"
    return text


def draw_texts(source, count):
    """Return texts, about half of which are copies of earlier ones."""
    texts = []
    for _ in range(count):
        copied = texts and source.random() < 0.5
        texts.append(vary_text(source, source.choice(texts)) if copied else draw_text(source))
    return texts


def draw_bytes(source):
    """Return some bytes that are no text."""
    return source.choice(
        [
            source.randbytes(source.randint(1, 60)),
            b"\xff\xfe\x00",
            b"\xed\xa0\x80",
            b"\xc0\xaf",
            b"\xf4\x90\x80\x80",
            b"\x00" * source.randint(1, 50),
            "utf-16 text".encode("utf-16"),
        ]
    )


def draw_name(source, ending):
    """Return the name of a file, in which each byte but NUL and the slash may be."""
    stem = source.choice(NAMES) if source.random() < 0.7 else bytes(source.choices(range(1, 256), k=5))
    return os.fsdecode(stem.replace(b"/", b"_") + str(source.randrange(100)).encode() + ending.encode())


def draw_value(source):
    """Return a raw JSON value."""
    return source.choice([*RAW_VALUES, json.dumps(source.choice(MARKS)).encode()])


def draw_run(source, run, size):
    """Return a text of a size in characters: a run again and again, now and then another word in it."""
    share = source.choice([0, 0, 0.001, 0.02])
    pieces = [run if source.random() >= share else f" x{source.randrange(10**6)} " for _ in range(size // len(run))]
    return f"{''.join(pieces)} He left."

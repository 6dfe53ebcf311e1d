"""Hostile files of settings for `--config`."""

from .inputs import damage
from .texts import draw_bytes

LINES = (
    "threshold = 0.7",
    'threshold = "0.7"',
    'threshold = "x"',
    "threshold = nan",
    "threshold = 2024-01-31",
    "threshold = [0.5, 0.6]",
    "threshold.a = 1",
    "threshold = 1" + "0" * 5000,
    "threshold = 0x" + "f" * 5000,
    "min-tokens = 10",
    "min_tokens = 1_000",
    "min_tokens = true",
    "workers = 1",
    'keep = "newest:date"',
    'keep = ["first"]',
    'keep = "newest:\\u001b[31m"',
    'text-field = "body"',
    'text-field = ""',
    'text-field = "\\u0000"',
    "id-field = {a = 1}",
    'remove = "all"',
    'max-record = "1KB"',
    "max-record = -1",
    'max-unpacked = "10KB"',
    'max-download = "1KB"',
    'encoding = "utf-8"',
    'encoding = "\\u0000"',
    'inputs = ["/etc/passwd"]',
    'config = "settings.toml"',
    "help = true",
    "quiet = 7",
    'quiet = "x"',
    "quiet = true",
    "unknown = 1",
    '"\\u001b[2J" = 1',
    '"" = 1',
    "[clean]\nthreshold = 0.6",
    "[clean]\nnone = 1",
    "clean = 3",
    "[[clean]]\na = 1",
    "[other]\nx = 1",
    "a = " + "[" * 3000 + "]" * 3000,
    "a = " + "{b=" * 3000,
    "a" + ".a" * 3000 + " = 1",
    "\ufeffthreshold = 0.5",
    "= 1",
    'a = """',
)


def make_settings(source):
    """Return the bytes of a file of settings, now and then of something else."""
    if source.random() < 0.08:
        return draw_bytes(source)
    raw = "\n".join(source.choices(LINES, k=source.choice([1, 1, 2, 3]))).encode()
    return damage(source, raw) if source.random() < 0.1 else raw


def add_settings(source, place):
    """Write a file of settings, or put something else where it is looked for; return how it is named."""
    name = source.choice(["settings.toml"] * 9 + ["settings.json", "in", "none.toml", "settings"])
    if name not in {"in", "none.toml"}:
        (place / name).write_bytes(make_settings(source))
    return ("--config", name)

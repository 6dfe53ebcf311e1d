"""Cases of `index`: an index that was made in good order, tampered with or replaced by another file, and used."""

from .document_cases import INDEX
from .inputs import add_files
from .invariants import DONE
from .options import draw_options
from .places import Target, add_inputs, draw_file_target
from .tampering import tamper_with_index
from .texts import draw_bytes, draw_text
from .watch import Step

BESIDE = (f"{INDEX}.lock",)


def make_index(source, place, share=0.7):
    """Make an index, and tamper with it in so many cases; now and then it is another file, or none."""
    kind = source.random()
    if kind < 0.05:
        return
    if kind < 0.12:
        (place / INDEX).write_bytes(source.choice([b"", draw_bytes(source), b"SQLite format 3\0" * 300]))
        return
    if kind < 0.15:
        (place / INDEX).mkdir()
        return
    add_files(source, place / "first", [".jsonl"])
    done = yield Step(("index", "add", "first", "--index", INDEX), (INDEX,), BESIDE)
    if done.code in DONE and source.random() < share:
        tamper_with_index(source, place / INDEX)


def add(source, place):
    """Add anything to an index."""
    yield from make_index(source, place)
    inputs = add_inputs(source, place)
    args = ("index", "add", *inputs.args, "--index", INDEX, *draw_options(source, "index add", share=0.03))
    yield Step(args, (INDEX,), BESIDE, inputs.stdin)


def check(source, place):
    """Ask an index about anything."""
    yield from make_index(source, place)
    inputs = add_inputs(source, place)
    target = draw_file_target(source, place, inputs.args)
    target = target if target.name != INDEX else Target("known")
    to_file = source.random() < 0.5
    options = draw_options(source, "index check", share=0.03)
    args = ("index", "check", *inputs.args, "--index", INDEX, *options, *(("-o", target.name) if to_file else ()))
    yield Step(args, target.outputs if to_file else (), BESIDE, inputs.stdin)


def find(source, place):
    """Ask an index where a text is."""
    yield from make_index(source, place)
    (place / "in/asked").write_bytes(source.choice([draw_bytes(source), draw_text(source).encode()]))
    text = source.choice(
        ["in/asked", "in/asked", "-", "in", "none.txt", "", "\x1b[2J", draw_text(source)[:500].replace("\0", "")]
    )
    target = draw_file_target(source, place, ("in/asked",))
    target = target if target.name != INDEX else Target("found")
    to_file = source.random() < 0.3
    options = draw_options(source, "index find", share=0.4)
    args = ("index", "find", *options, *(("-o", target.name) if to_file else ()), "--index", INDEX, "--", text)
    yield Step(args, target.outputs if to_file else (), stdin=(place / "in/asked").read_bytes() if text == "-" else b"")


def info(source, place):
    """Look into an index."""
    yield from make_index(source, place, share=0.9)
    yield Step(("index", "info", "--index", INDEX, *draw_options(source, "index info", share=0.5)))


def remove(source, place):
    """Take documents or a run out of an index."""
    yield from make_index(source, place)
    (place / "in/ids").write_bytes(source.choice([b"1\n2\n", b"", b"none\r\n", b"1\n" * 5000, draw_bytes(source)]))
    what = source.choice([["--ids", "in/ids"], ["--ids", "in"], ["--run", "0001-x"], ["--run", "\x1b[2J"], []])
    yield Step(("index", "remove", "--index", INDEX, *what), (INDEX,), BESIDE)


def export(source, place):
    """Write an index as Parquet."""
    yield from make_index(source, place, share=0.9)
    target = draw_file_target(source, place, ())
    target = target if target.name != INDEX else Target("rows")
    yield Step(("index", "export", "--index", INDEX, "-o", target.name), target.outputs, BESIDE)

"""Cases of commands that read single texts: diff, apply, compare."""

import itertools
import json

from corpora import make_records, write_jsonl

from .document_cases import make_run
from .inputs import damage
from .invariants import DONE, check_page, require
from .options import draw_options
from .places import Target, draw_file_target
from .tampering import tamper_with_folder
from .texts import MARKS, draw_bytes, draw_name, draw_text, vary_text
from .watch import Step


def add_texts(source, place, count):
    """Write texts, most of which are versions of one; return their paths."""
    first = draw_text(source)
    names = []
    for number in range(count):
        text = (
            first if source.random() < 0.1 else vary_text(source, first) if source.random() < 0.7 else draw_text(source)
        )
        raw = text.encode("utf-8", "replace")
        raw = draw_bytes(source) if source.random() < 0.03 else damage(source, raw) if source.random() < 0.05 else raw
        names.append(f"in/{number}{draw_name(source, '.txt')}")
        (place / names[-1]).write_bytes(raw)
    return names


def diff(source, place):
    """Compare two texts; a patch makes the new one from the old one."""
    names = add_texts(source, place, 2)
    if source.random() < 0.15:
        write_jsonl(place / "in/news.jsonl", make_records(str(source.random()), 2))
        names = ["--from", "in/news.jsonl", "s0-0", source.choice(["s0-1", "s1-0", "none", MARKS[0]])]
    elif source.random() < 0.1:
        names = ["in", "in"]
    target = draw_file_target(source, place, names)
    to_file = source.random() < 0.5
    options = draw_options(source, "diff", share=0.4, without=("id_field", "text_field"))
    args = ("diff", *names, *options, *(("-o", target.name) if to_file else ()))
    done = yield Step(args, target.outputs if to_file else ())
    if done.code == 2:
        return
    if "--stat" not in options:
        check_layout(options, (place / target.name).read_text() if to_file else done.stdout)
    if len(names) == 2 and names[0] != "in":
        done = yield Step(("diff", *names, "--format", "patch", "-o", "changes"), ("changes",))
        done = yield Step(("apply", "changes", names[0], "-o", "new"), ("new",))
        require(done.code == 0, f"apply fails: {done.stderr}")
        require((place / "new").read_bytes() == (place / names[1]).read_bytes(), "apply does not give the new text")


def history(source, place):
    """Show the versions of an article: of files, or of a corpus."""
    names = add_texts(source, place, source.choice([1, 2, 2, 3, 5]))
    if source.random() < 0.4:
        write_jsonl(place / "in/news.jsonl", make_records(str(source.random()), 6))
        names = ["--from", "in/news.jsonl", *source.choice([(), ("s0-0",), ("none",), (MARKS[0],)])]
    if source.random() < 0.15:
        write_jsonl(place / "in/news.jsonl", make_records(str(source.random()), 6))
        yield Step(
            (
                "history",
                "in/news.jsonl",
                "--all",
                "-o",
                "pages",
                *draw_options(source, "history", share=0.1, without=("corpus", "out", "every", "text_field", "output")),
            ),
            ("pages",),
        )
        return
    target = draw_file_target(source, place, names)
    to_file = source.random() < 0.5
    options = draw_options(source, "history", share=0.3, without=("corpus", "out", "every", "id_field", "text_field"))
    args = ("history", *names, *options, *(("-o", target.name) if to_file else ()))
    done = yield Step(args, target.outputs if to_file else ())
    if done.code == 0 and not {"--between", "-p", "--patch"} & {*options}:
        check_layout(options, (place / target.name).read_text() if to_file else done.stdout)


def completion(source, place):  # noqa: ARG001 (that of all cases)
    """Print the script of a shell, or of none."""
    yield Step(("completion", source.choice(["bash", "zsh", "fish", "sh", MARKS[0]])), ())


def check_layout(options, shown):
    """Require that JSON is JSON, and that a page does nothing; --json comes before --format."""
    pairs = {*itertools.pairwise(options)}
    if "--json" in options or ("--format", "json") in pairs:
        json.loads(shown)
    elif ("--format", "html") in pairs:
        check_page(shown, "page")


def apply(source, place):
    """Apply a patch that was tampered with, or that is of other texts; in place, too."""
    names = add_texts(source, place, 3)
    yield Step(("diff", *names[:2], "--format", "patch", "-o", "changes"), ("changes",))
    patch = place / "changes"
    if patch.exists():
        raw = patch.read_bytes()
        kind = source.randrange(4)
        if kind == 0:
            raw = damage(source, raw)
        elif kind == 1:
            lines = raw.splitlines(keepends=True)
            source.shuffle(lines)
            raw = b"".join(lines)
        elif kind == 2:
            raw = raw.translate(bytes.maketrans(b"123456789", bytes(source.choices(b"123456789-+,", k=9))))
        patch.write_bytes(raw)
    old = names[source.choice([0, 0, 0, 2])]
    target = draw_file_target(source, place, ["changes"]) if source.random() < 0.8 else Target(old)
    yield Step(("apply", "changes", old, "-o", target.name), target.outputs)


def compare(source, place):
    """Compare several texts: files, documents of a corpus, a cluster of a run that was tampered with."""
    kind = source.randrange(10)
    if kind < 6:
        names = add_texts(source, place, source.choice([1, 2, 2, 3, 5, 51]))
        base = ["--base", source.choice([*names, "none", MARKS[0]])] if source.random() < 0.2 else []
        args = [*names, *base]
    elif kind < 8:
        write_jsonl(place / "in/news.jsonl", make_records(str(source.random()), 3))
        args = ["--from", "in/news.jsonl", "s0-0", "s0-1", source.choice(["s1-0", "none", MARKS[0]])]
    else:
        done = yield make_run(source, place)
        if done.code in DONE and source.random() < 0.6:
            tamper_with_folder(source, place / "out")
        args = ["--run", "out", "--cluster", source.choice(["1", "1", "2", "-1", "s0-0", MARKS[0]])]
    options = draw_options(source, "compare", share=0.3, without=("id_field", "text_field"))
    target = draw_file_target(source, place, args)
    to_file = source.random() < 0.5
    args = ("compare", *args, "--engine", "lexical", *options, *(("-o", target.name) if to_file else ()))
    done = yield Step(args, target.outputs if to_file else ())
    if done.code == 0:
        check_layout(options, (place / target.name).read_text() if to_file else done.stdout)

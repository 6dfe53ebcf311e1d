"""Cases of commands that read a corpus or the OUT folder of one: each yields steps, and checks what they left."""

from corpora import make_records, write_jsonl

from dedup.corpus.formats import ARCHIVES
from dedup.text.printed_paths import name_on_disk

from .archives import check_members
from .inputs import add_oddity
from .invariants import DONE, check_page, check_partition, require
from .options import draw_options
from .pages import make_page, make_warc
from .places import (
    Target,
    add_inputs,
    count_records,
    draw_file_target,
    draw_folder_target,
    is_same_content,
    list_sources,
)
from .tampering import tamper_with_folder, tamper_with_index, tamper_with_json
from .texts import MARKS, RUNS, draw_name, draw_run, draw_text, draw_texts
from .watch import Step

INDEX = "news.duckdb"
PAGES = (".html", ".htm", ".xhtml")


def clean(source, place):
    """Clean anything; what was cleaned is in one place each, and `restore` gives it back."""
    inputs = add_inputs(source, place)
    target = draw_folder_target(source, place)
    options = [*target.options, *draw_options(source, "clean")]
    is_dry = "--dry-run" in options
    index = [] if source.random() < 0.85 or is_dry else ["--index", INDEX]
    args = ("clean", *inputs.args, "-o", target.name, *options, *index)
    files = list_sources(place, inputs, args)
    outputs = () if is_dry else (*target.outputs, *index[1:])
    done = yield Step(args, outputs, (*(() if is_dry else target.partial), f"{INDEX}.lock"), inputs.stdin)
    if done.code in DONE and not is_dry:
        yield from check_run(place, files, target.name)


def check_run(place, found, out):
    """Check that all records are in one place, and restore them."""
    kinds = [None if file.encoding else file.format for file in found]
    files = [(f.location, name_on_disk(f.name), kind) for f, kind in zip(found, kinds, strict=True)]
    check_partition(place / out, count_records, files)
    done = yield Step(("restore", out, "-o", "back"), ("back",))
    require(done.code == 0, f"restore fails: {done.stderr}")
    for location, name, kind in files:
        if kind in ARCHIVES.values():
            other = check_members(location, place / "back" / name)
            require(other is None, f"{other!a} of {name!a} is not restored as it was")
            continue
        require(is_same_content(location, place / "back" / name, kind), f"{name!a} is not restored as it was")


def make_run(source, place, *options):
    """Clean a small corpus in good order, so that there is something to go on with."""
    if source.random() < 0.7:
        records = make_records(str(source.random()), source.randint(1, 5), source.randint(1, 3))
        texts = draw_texts(source, source.randint(0, 5))
        records += [
            {"id": i, "text": text, "title": draw_text(source)[:50], "outlet": "a"} for i, text in enumerate(texts)
        ]
        write_jsonl(place / "in" / "news.jsonl", records)
        args = ("in",)
    else:
        args = add_inputs(source, place, oddities=0, bombs=0).args
    return Step(("clean", *args, "-o", "out", *options), ("out",), ("out.partial",))


def restore(source, place):
    """Restore a folder that was tampered with."""
    done = yield make_run(source, place)
    if done.code in DONE and source.random() < 0.9:
        tamper_with_folder(source, place / "out")
    target = draw_folder_target(source, place, "back")
    name = source.choice(["out"] * 9 + ["in"])
    options = draw_options(source, "restore")
    salvaged = target.outputs if "--force" in options else ()
    yield Step(("restore", name, "-o", target.name, *options), target.outputs, salvaged)


def report(source, place):
    """Report on a folder that may have been tampered with; the pages run nothing and load nothing."""
    done = yield make_run(source, place)
    if done.code in DONE and source.random() < 0.7:
        tamper_with_folder(source, place / "out")
    target = draw_folder_target(source, place, "pages")
    args = ("report", "out", "-o", target.name, *target.options, *draw_options(source, "report"))
    done = yield Step(args, target.outputs, target.partial)
    if done.code == 0:
        for path in sorted((place / target.name).rglob("*.html")):
            check_page(path.read_text(), path.name)


def export(source, place):
    """Export a table of a folder, of an index or of a comparison that may have been tampered with."""
    name = source.choice(["out", "out", "story.json", INDEX])
    if name == "story.json":
        for text in ("a.txt", "b.txt", "c.txt"):
            (place / text).write_text(draw_text(source), "utf-8", "replace")
        args = ("compare", "a.txt", "b.txt", "c.txt", "--engine", "lexical", "--format", "json", "-o", name)
        done = yield Step(args, (name,))
        if done.code == 0 and source.random() < 0.7:
            (place / name).write_bytes(tamper_with_json(source, (place / name).read_bytes()))
    else:
        step = make_run(source, place, "--index", INDEX)
        done = yield Step(step.args, (*step.outputs, INDEX), (*step.leftovers, f"{INDEX}.lock"))
        if done.code in DONE and source.random() < 0.7:
            tamper_with_folder(source, place / "out")
        if (place / INDEX).is_file() and source.random() < 0.5:
            tamper_with_index(source, place / INDEX)
    to_file = source.random() < 0.7
    target = draw_file_target(source, place, (name,))
    target = target if target.name != INDEX else Target("table")
    args = ("export", name, *draw_options(source, "export", share=0.6), *(("-o", target.name) if to_file else ()))
    yield Step(args, target.outputs if to_file else ())


def passages(source, place):
    """List passages of anything."""
    inputs = add_inputs(source, place)
    target = draw_file_target(source, place, inputs.args)
    args = ("passages", *inputs.args, "-o", target.name, *draw_options(source, "passages"))
    yield Step(args, target.outputs, (), inputs.stdin)


def stories(source, place):
    """Group anything into stories, and compare the first one from its file, which may have been tampered with."""
    inputs = add_inputs(source, place)
    target = draw_file_target(source, place, inputs.args)
    name = "-" if source.random() < 0.2 else target.name
    args = ("stories", *inputs.args, "-o", name, *draw_options(source, "stories", share=0.2))
    done = yield Step(args, target.outputs, (), inputs.stdin)
    made = place / target.name
    if done.code in DONE and name != "-" and made.is_file() and source.random() < 0.7:
        if source.random() < 0.5:
            made.write_bytes(tamper_with_json(source, made.read_bytes()))
        yield Step(("compare", "--stories", target.name, "--story", "1", "--engine", "lexical", "--format", "json"))


def sources(source, place):
    """Look for sources in anything, with a known source that is one of the inputs, a value or nothing."""
    inputs = add_inputs(source, place)
    target = draw_folder_target(source, place, "pages")
    wires = [
        ("--wire", source.choice([*inputs.paths, "outlet=AP", "=", MARKS[0], "AP"])) for _ in range(source.randrange(3))
    ]
    options = draw_options(source, "sources", share=0.2, without=("wires", "overwrite"))
    args = ("sources", *inputs.args, "-o", target.name, *target.options, *(part for wire in wires for part in wire))
    done = yield Step((*args, *options), target.outputs, target.partial, inputs.stdin)
    if done.code in DONE:
        for path in sorted((place / target.name).rglob("*.html")):
            check_page(path.read_text(), path.name)


def bench(source, place):
    """Measure anything small."""
    inputs = add_inputs(source, place, bombs=0)
    target = draw_file_target(source, place, inputs.args)
    args = ("bench", *inputs.args, "-o", target.name, *draw_options(source, "bench", share=0.05))
    yield Step(args, target.outputs, (), inputs.stdin)


def warm_up(source, _place):
    """Compile what is compiled."""
    yield Step(("warm-up", *draw_options(source, "warm-up")))


def extract(source, place):
    """Extract articles from pages and archives, broken ones among them; then clean them."""
    for number in range(source.choice([1, 1, 2, 4])):
        raw, ending = make_warc(source) if source.random() < 0.5 else (make_page(source), source.choice(PAGES))
        (place / "in" / draw_name(source, f"{number}{ending}")).write_bytes(raw)
    if source.random() < 0.05:
        add_oddity(source, place / "in")
    target = draw_file_target(source, place, ())
    to_file = source.random() < 0.9
    options = draw_options(source, "extract", share=0.2, without=("output", "rejected"))
    places = ("-o", target.name, "--rejected", "none.jsonl") if to_file else ()
    args = ("extract", *source.choice([("in",), ("in",), tuple(list_inside(place))]), *places, *options)
    done = yield Step(args, (*target.outputs, "none.jsonl") if to_file else ())
    if done.code in DONE and to_file and target.outputs:
        yield Step(("clean", target.name, "--input-format", "jsonl", "-o", "out"), ("out",), ("out.partial",))


def list_inside(place):
    """Return the files of the folder of inputs, as a command line names them."""
    return sorted(f"in/{path.name}" for path in (place / "in").iterdir())


def with_settings(source, place):
    """Clean with the settings of a run whose summary was tampered with."""
    done = yield make_run(source, place, *draw_options(source, "clean", share=0.05, without=("dry_run", "to_stdout")))
    summary = place / "out" / "summary.json"
    if done.code in DONE and summary.is_file() and source.random() < 0.8:
        for _ in range(source.choice([1, 2, 5])):
            summary.write_bytes(tamper_with_json(source, summary.read_bytes()))
    args = ("clean", "in", "--config", source.choice(["out/summary.json"] * 5 + ["out", "out/B3SUMS"]), "-o", "again")
    yield Step(args, ("again",), ("again.partial",))


def with_runs(source, place):
    """Work on long texts in which a few words or marks come again and again, with some changes: none takes a square."""
    run = source.choice(RUNS)
    texts = [draw_run(source, run, 60_000) for _ in range(2)]
    for name, text in zip(("a.txt", "b.txt"), texts, strict=True):
        (place / name).write_text(text, "utf-8")
    write_jsonl(place / "in/a.jsonl", [{"id": str(n), "text": text, "outlet": str(n)} for n, text in enumerate(texts)])
    command = source.choice(
        [
            ("diff", "a.txt", "b.txt", "--stat"),
            ("compare", "a.txt", "b.txt", "--engine", "lexical", "--summary"),
            ("history", "a.txt", "b.txt"),
            ("clean", "in", "-o", "out", "--passages", "all"),
            ("passages", "in", "-o", "out"),
            ("sources", "in", "-o", "out"),
        ]
    )
    yield Step(command, ("out",), ("out.partial",))

"""What has to hold after every command, whatever it was given: no expected output is needed."""

import base64
import hashlib
import itertools
import os
import re

from corpora import read_lines, read_summary
from report_pages import Page

from .watch import MAX_CPU_S, MAX_MORE_MB, MAX_S, TEMPORARY

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
OUR_COLOURS = re.compile(r"\x1b\[(0|1|2|35|33;9|34;1;4)m")
NOT_FOR_USERS = re.compile(
    r'Traceback|Warning:|Exception ignored|^  File "|terminate called|Fatal Python|core dumped', re.MULTILINE
)
READERS = ("clean", "passages", "stories", "sources", "index", "extract")
CODES = {"diff": {1}} | {name: {3} for name in READERS}  # beside 0 and 2
DONE = {0, 1, 3}
FORBIDDEN_TAGS = {"img", "iframe", "object", "embed", "link", "base", "audio", "video", "frame", "applet"}


class BrokenPromiseError(AssertionError):
    """Something that has to hold does not."""


def require(holds, message):
    """Raise `BrokenPromiseError` where something does not hold."""
    if not holds:
        raise BrokenPromiseError(message)


def check_end(step, done):
    """Require that a command ended as documented: a known exit code, one line for an error, bounds and no orphans."""
    said = done.stderr[-600:]
    require(done.code != -14, f"hangs: ended by the alarm after {MAX_S} s")
    require(done.code >= 0, f"died of signal {-done.code}: {said}")
    require(done.code in {0, 2} | CODES.get(step.args[0], set()), f"exit code {done.code}: {said}")
    require(not NOT_FOR_USERS.search(done.stderr), f"prints what is not for users: {said}")
    require(not done.has_orphans, "a process lives on")
    require(done.cpu_s < MAX_CPU_S, f"takes {done.cpu_s:.0f} s of CPU")
    require(done.more_mb < MAX_MORE_MB, f"takes {done.more_mb:.0f} MB")
    if done.code == 2:
        require(not done.stdout, f"fails, and prints on standard output: {done.stdout[:200]!r}")
        errors = [line for line in done.stderr.splitlines() if line.lower().startswith("error: ")]
        require(len(errors) == 1, f"fails with {len(errors)} lines of error: {said!r}")
    shown = done.stderr if step.is_for_programs else OUR_COLOURS.sub("", done.stdout) + done.stderr
    raw = RAW.search(shown)
    require(
        not raw, f"prints {raw and raw.group()!r} raw: {raw and shown[max(0, raw.start() - 60) : raw.end() + 20]!r}"
    )


def check_changes(step, done, before, after):
    """Require that nothing was made, changed or deleted but the outputs, and these only if the command succeeded."""
    allowed = {*step.leftovers, *(step.outputs if done.code in DONE else ())}
    named = [value for option, value in itertools.pairwise(step.args) if option in {"-o", "--index"}]
    touched = {os.path.dirname(os.path.normpath(path)) for path in (*step.outputs, *step.leftovers, *named)} | {
        TEMPORARY
    }
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old == new or any(path == each or path.startswith(each + os.sep) for each in map(os.path.normpath, allowed)):
            continue
        if old and new and old.is_folder and (old.mode, old.inode) == (new.mode, new.inode) and path in touched:
            continue  # a file was made in it, and its time with it
        if new and new.is_folder and not old and any(each.startswith(path + os.sep) for each in allowed):
            continue
        what = "was made" if old is None else "was deleted" if new is None else f"was changed: {old} -> {new}"
        require(False, f"{path!r} {what} (exit code {done.code}: {done.stderr[-300:]})")


# ------------------------------------------------------------------------------------------------------------- OUT


def check_partition(out, count_records, inputs):
    """Require that each record of the inputs is in exactly one place: kept, removed, or rejected; edited ones are kept.

    `inputs` are pairs of path and format, `count_records(path, format)` the records of a file, None if unknown.
    """
    counts = read_summary(out)["counts"]
    removed, rejected, edited = (read_lines(out / f"{name}.jsonl") for name in ("removed", "rejected", "edited"))
    require(counts["kept"] + counts["removed"] == counts["documents"], f"counts do not add up: {counts}")
    listed = {"removed": len(removed), "rejected": len(rejected)}
    require(listed == {name: counts[name] for name in listed}, f"{listed} are listed, {counts} counted")
    gone = [(r["source"]["path"], r["source"]["line"]) for r in removed] + [(r["path"], r["line"]) for r in rejected]
    kept = [(r["source"]["path"], r["source"]["line"]) for r in edited]
    require(len({*gone, *kept}) == len(gone) + len(kept), "a record is in two places")
    witnesses = {(r["witness"]["path"], r["witness"]["line"]) for r in removed if "run" not in r["witness"]}
    require(not witnesses & {*gone}, "a witness is not kept")
    for record in rejected:
        base64.b64decode(record.get("raw_base64", ""), validate=True)
    numbers = [(count_records(path, kind), count_records(out / "kept" / name, kind)) for path, name, kind in inputs]
    if all(None not in pair for pair in numbers):
        before, after = (sum(column) for column in zip(*numbers, strict=True))
        text_folder = sum(kind == "txt" for *_, kind in inputs)
        require(before == counts["documents"] + counts["rejected"], f"{before} records in, {counts} counted")
        require(after == counts["kept"] or text_folder, f"{after} records in kept/, {counts} counted")


# ------------------------------------------------------------------------------------------------------------ HTML


def check_page(source, name):
    """Require that a page runs nothing but our own script, and loads nothing."""
    page = Page(source)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', source)
    require(policy and "default-src 'none'" in policy[1], f"{name}: has no policy that forbids to load")
    for kind, script in re.findall(r"<script([^>]*)>(.*?)</script>", source, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        is_data = 'type="application/json"' in kind
        require(is_data or f"'sha256-{digest}'" in policy[1], f"{name}: has a script that is not ours")
    require(not FORBIDDEN_TAGS & set(page.tags), f"{name}: has {FORBIDDEN_TAGS & set(page.tags)}")
    handlers = {attribute for attribute in page.attributes if attribute.startswith("on")}
    require(not handlers | ({"src", "action", "srcdoc"} & page.attributes), f"{name}: has {page.attributes}")
    require(all(re.fullmatch(r"[\w./#%-]*", link) for link in page.links), f"{name}: links to {page.links[:20]}")
    require(not set("\x00\x1b\x9b\u202e\u2066") & set(source), f"{name}: has a control character")

"""A finished run in its OUT folder: its summary and its records, checked before anybody uses them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path, PurePath
from typing import TypeVar

import msgspec

from dedup.config import InputConfig, KeepPolicy, NearConfig, PassageConfig
from dedup.corpus.compression import changed_file
from dedup.corpus.encodings import name_encoding
from dedup.corpus.formats import COMPRESSIONS, FORMATS
from dedup.corpus.text_file import read_whole
from dedup.errors import DedupError, InputError
from dedup.model.run import Summary
from dedup.output.confined_paths import list_within, open_within, refuse_names
from dedup.output.digests import find_changes, name_some, read_digests
from dedup.output.run_folder import REMOVED, SUMMARY
from dedup.text.printed_paths import name_on_disk

Config = TypeVar("Config")
Record = TypeVar("Record", bound=msgspec.Struct)
BROKEN = (msgspec.DecodeError, DedupError, KeyError, TypeError, ValueError)


FileStates = dict[str, tuple[int, int, int]]  # name: inode, bytes, time of the last change in nanoseconds


@dataclass(frozen=True)
class FolderState:
    """An OUT folder as it is before anybody looks into it, so that who reads it notices that it changes meanwhile."""

    out: Path
    files: FileStates

    @classmethod
    def of(cls, out: Path) -> "FolderState":
        """Return the state of a folder; one that is not there has no files."""
        names = list_within(out) if out.is_dir() else ()
        found = {name: os.lstat(out / name_on_disk(name)) for name in names}
        return cls(out, {name: (file.st_ino, file.st_size, file.st_mtime_ns) for name, file in found.items()})

    def refuse_changed(self) -> None:
        """Raise `InputError` where a file is not as it was."""
        try:
            now = self.of(self.out).files
        except OSError:  # it is being replaced
            now = {}
        changed = sorted(name for name, state in self.files.items() if now.get(name) != state)
        if changed:
            raise changed_file(name_some(self.out, changed))

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        """Read the folder in this context: `InputError` at its end, or in place of any error in it, if it changed."""
        try:
            yield
        except Exception:
            self.refuse_changed()
            raise
        self.refuse_changed()


def read_summary(out: Path) -> Summary:
    """Return the summary of the run that a folder holds; a folder without one is an `InputError`.

    The names of its files are paths within `kept/`, each of one file. Its settings can be read.
    """
    path = out / SUMMARY
    try:
        with open_within(out, SUMMARY) as opened:
            raw = read_whole(opened, str(path))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{out}: no {SUMMARY} here. Name the OUT folder of a finished `dedup clean` run.") from None
    try:
        summary = msgspec.json.decode(raw, type=Summary)
        read_input_config(summary)
        read_near_config(summary)
        if summary.config["passages"]:  # of passages that were off nothing is said
            read_config(summary.config["passages"], PassageConfig)
    except BROKEN as error:
        raise InputError(f"{path}: is not the summary of a run ({error}). Run `dedup clean` anew.") from error
    refuse_names(path, [file.name for file in summary.inputs])
    if len({file.path for file in summary.inputs}) < len(summary.inputs):
        raise InputError(f"{path}: names an input twice. Run `dedup clean` anew.")
    for file in summary.inputs:
        if file.format not in FORMATS.values() or file.compression not in {None, *COMPRESSIONS.values()}:
            raise InputError(f"{path}: {file.name!a} has no format that is known. Run `dedup clean` anew.")
        if file.encoding is not None and name_encoding(file.encoding) is None:
            raise InputError(f"{path}: {file.name!a} has no encoding that is known. Run `dedup clean` anew.")
    return summary


def read_input_config(summary: Summary) -> InputConfig:
    """Return how a finished run read its input."""
    return read_config(summary.config["input"], InputConfig)


def read_near_config(summary: Summary) -> NearConfig:
    """Return the settings of the documents stage of a finished run."""
    values = summary.config["near"]
    keep = KeepPolicy.parse(str(values["keep"]))
    return replace(read_config({**values, "keep": {}}, NearConfig), keep=keep)


def read_config(values: dict[str, object], kind: type[Config]) -> Config:
    """Return the settings of a stage; those that lack one are a `ValueError`."""
    missing = {field.name for field in fields(kind)} - values.keys()  # type: ignore[arg-type] # each is a dataclass
    if missing:
        raise ValueError(f"lacks {min(missing)}")
    return msgspec.convert(values, kind)


def check_run(out: Path, tell: Callable[[str], None], *, force: bool = False) -> Summary:
    """Return the summary of a run of which no file was changed or is missing since; else it is an `InputError`.

    `tell` gets what does no harm: files that were added. With `force` it gets everything.
    """
    summary = read_summary(out)
    if summary.digests is None and (out / PurePath(REMOVED).stem).is_dir():
        raise InputError(
            f"{out}: is of a run on Spark: folders in place of files, no digests. Read it with Spark or Arrow, or run "
            "`dedup clean` with --engine local for what reads OUT."
        )
    if summary.digests is None:
        tell_or_refuse(
            f"{out}: {SUMMARY} names no digests, so nothing shows that this is as a run left it", force, tell
        )
        return summary
    changes = find_changes(out, read_digests(out, summary.digests), apart=[SUMMARY])
    if changes.added:
        tell(f"note: {name_some(out, changes.added)}: added after the run, not read")
    for names, state in ((changes.changed, "changed after the run"), (changes.missing, "missing")):
        if names:
            tell_or_refuse(f"{name_some(out, names)}: {state}", force, tell)
    return summary


def tell_or_refuse(problem: str, force: bool, tell: Callable[[str], None]) -> None:  # noqa: FBT001 (as check_run has it)
    """Tell a problem with force, raise it as an `InputError` without."""
    if not force:
        raise InputError(f"{problem}. Take OUT from a copy or run `dedup clean` anew; `dedup restore` has --force.")
    tell(f"warning: {problem}")


def read_records(out: Path, name: str, kind: type[Record], *, may_lack: bool = False) -> Iterator[Record]:
    """Yield the lines of a file of a run, as records of a kind; another line is an `InputError`."""
    for record, _ in read_placed(out, name, kind, may_lack=may_lack):
        yield record


def read_placed(out: Path, name: str, kind: type[Record], *, may_lack: bool = False) -> Iterator[tuple[Record, int]]:
    """Yield the same, each with the place of its first byte."""
    decoder, place = msgspec.json.Decoder(kind), 0
    try:
        with open_within(out, name) as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    record = decoder.decode(line)
                except msgspec.DecodeError as error:
                    raise InputError(no_record(out, name, number, error)) from error
                yield record, place
                place += len(line)
    except FileNotFoundError:
        if not may_lack:
            raise InputError(f"{out / name}: is missing. Name an OUT folder that is complete.") from None


def no_record(out: Path, name: str, number: int, error: Exception) -> str:
    """Return what is wrong with a line of a file of OUT."""
    return f"{out / name}, line {number}: is no record of this run ({error}). It was changed after the run."

"""`stories.jsonl`: written whole or not at all, or to standard output; read for the documents of one story."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from dedup.corpus.files import SourceFile
from dedup.errors import InputError, OutputError
from dedup.model.documents import DocumentPlace
from dedup.model.story import StoryRecord
from dedup.output.line_objects import NOT_OURS, read_lines, read_place


def refuse_input(out: str, files: Sequence[SourceFile]) -> None:
    """Raise `OutputError` where the output would replace an input, or cannot be a file."""
    if os.path.isdir(out):
        raise OutputError(f"{out}: is a folder. Name a file with -o.")
    if not os.path.isdir(os.path.dirname(os.path.abspath(out))):
        raise OutputError(f"{out}: its folder does not exist. Make it, or name another file with -o.")
    if any(os.path.realpath(file.location) == os.path.realpath(out) for file in files):
        raise OutputError(f"{out}: is an input. Name another file with -o.")


def write_stories(stories: Iterable[StoryRecord], out: str) -> None:
    """Write one JSON line for each story to a file, which is replaced when it is whole, or to standard output (-)."""
    encoder = msgspec.json.Encoder()
    lines = (encoder.encode(story) + b"\n" for story in stories)
    if out == "-":
        sys.stdout.buffer.writelines(lines)
        sys.stdout.flush()
        return
    part = Path(out).with_name(f".{Path(out).name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(lines)
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)


def read_story_places(path: str, number: int) -> list[DocumentPlace]:
    """Return the places of the documents of a story."""
    story = next((line for line in read_lines(path) if line.get("story") == number), None)
    if story is None:
        raise InputError(f"{path}: no story {number}. The first field of each line is its number.")
    try:
        return [read_place(document) for document in story["documents"]]
    except (KeyError, TypeError, ValueError):
        message = f"{path}: story {number} does not list its documents by path and line. {NOT_OURS}"
        raise InputError(message) from None

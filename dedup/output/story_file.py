"""`stories.jsonl`: written whole or not at all, or to standard output; read for the documents of one story."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from dedup.errors import InputError
from dedup.model.documents import DocumentPlace
from dedup.model.story import StoryRecord
from dedup.output.line_objects import NOT_OURS, read_lines, read_place
from dedup.output.output_file import open_output
from dedup.output.records import encode_line


def write_stories(stories: Iterable[StoryRecord], out: str, inputs: Iterable[str] = ()) -> None:
    """Write one JSON line for each story to a file, which is replaced when it is whole, or to standard output (-)."""
    lines = map(encode_line, stories)
    if out == "-":
        sys.stdout.buffer.writelines(lines)
        sys.stdout.flush()
        return
    with open_output(out, inputs) as file:
        file.writelines(lines)


def read_story_places(path: str, number: int) -> list[DocumentPlace]:
    """Return the places of the documents of a story."""
    story = next((line for line in read_lines(path) if line.get("story") == number), None)
    if story is None:
        raise InputError(f"{path}: no story {number}. The first field of each line is its number.")
    return list_places(path, story)


def read_stories(path: str) -> dict[str, list[DocumentPlace]]:
    """Return the places of the documents of each story, by its number."""
    return {f"{line.get('story', number)}": list_places(path, line) for number, line in enumerate(read_lines(path), 1)}


def list_places(path: str, story: Mapping[str, Any]) -> list[DocumentPlace]:
    """Return the places of the documents of a line."""
    try:
        return [read_place(document) for document in story["documents"]]
    except (KeyError, TypeError, ValueError):
        message = f"{path}: story {story.get('story')} does not list its documents by path and line. {NOT_OURS}"
        raise InputError(message) from None

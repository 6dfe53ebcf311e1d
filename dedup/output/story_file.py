"""`stories.jsonl`: written whole or not at all, or to standard output; read for the documents of one story."""

import sys
from collections.abc import Iterable, Iterator

import msgspec

from dedup.corpus.text_file import read_lines
from dedup.errors import InputError
from dedup.model.documents import DocumentPlace
from dedup.model.story import StoryRecord
from dedup.output.output_file import open_output
from dedup.output.records import encode_line

NOT_OURS = "The file is not as dedup wrote it."


def write_stories(stories: Iterable[StoryRecord], out: str, inputs: Iterable[str] = ()) -> None:
    """Write one JSON line for each story to a file, which is replaced when it is whole, or to standard output (-)."""
    lines = map(encode_line, stories)
    if out == "-":
        sys.stdout.buffer.writelines(lines)
        sys.stdout.flush()
        return
    with open_output(out, inputs) as file:
        file.writelines(lines)


class ListedDocument(msgspec.Struct, frozen=True):
    """Where a document of a story is."""

    path: str
    line: int


class ListedStory(msgspec.Struct, frozen=True):
    """A line of the file, as far as readers need it; `documents` are decoded for the stories that are asked for."""

    story: int | str | None = None
    documents: msgspec.Raw = msgspec.Raw(b"null")

    def list_places(self, path: str) -> list[DocumentPlace]:
        """Return the places of its documents."""
        try:
            found = msgspec.json.decode(self.documents, type=list[ListedDocument])
        except (msgspec.DecodeError, UnicodeDecodeError):
            message = f"{path}: story {self.story} does not list its documents by path and line. {NOT_OURS}"
            raise InputError(message) from None
        return [DocumentPlace(document.path, document.line) for document in found]


def read_listed(path: str) -> Iterator[ListedStory]:
    """Yield the stories of a file."""
    decoder = msgspec.json.Decoder(ListedStory)
    try:
        with open(path, "rb") as file:
            for number, line in read_lines(file, path):
                try:
                    yield decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                    raise InputError(f"{path}, line {number}: is no story ({error}). {NOT_OURS}") from None
    except FileNotFoundError:
        raise InputError(f"{path}: no such file. Name a file of dedup stories.") from None


def read_story_places(path: str, number: int) -> list[DocumentPlace]:
    """Return the places of the documents of a story."""
    story = next((story for story in read_listed(path) if story.story == number), None)
    if story is None:
        raise InputError(f"{path}: no story {number}. The first field of each line is its number.")
    return story.list_places(path)


def read_stories(path: str) -> dict[str, list[DocumentPlace]]:
    """Return the places of the documents of each story, by its number."""
    stories = enumerate(read_listed(path), 1)
    return {str(number if story.story is None else story.story): story.list_places(path) for number, story in stories}

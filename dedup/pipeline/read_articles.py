"""Read documents with their day, outlet and title: what grouping into stories looks at."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig, check
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.files import SourceFile
from dedup.corpus.shards import Shard, plan_shards, read_shard
from dedup.kernels.neighbours import UNDATED
from dedup.text.dates import parse_day


@dataclass(frozen=True)
class ArticleFields:
    """Where a document's day, outlet and title stand; any of them may be absent."""

    date: str = "date"
    title: str = "title"
    outlet: str = "outlet"

    def check(self, config: InputConfig) -> None:
        """Raise a `DedupError` where a field is the text itself."""
        for name in ("date", "title", "outlet"):
            check(
                getattr(self, name) != config.text_field,
                f'--{name}-field and --text-field are both "{config.text_field}". Name two different fields.',
            )


@dataclass
class Catalogue:
    """The documents of a run by their position, without their texts."""

    paths: list[str] = field(default_factory=list)
    files: "array[int]" = field(default_factory=lambda: array("i"))
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    days: "array[int]" = field(default_factory=lambda: array("i"))
    ids: list[bytes] = field(default_factory=list)
    dates: list[bytes] = field(default_factory=list)
    titles: list[str | None] = field(default_factory=list)
    outlets: list[str | None] = field(default_factory=list)
    num_rejected: int = 0
    first_rejection: str | None = None
    first_unreadable: str | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def number_outlets(self) -> npt.NDArray[np.int32]:
        """Return a number for each document's outlet, -1 where it has none."""
        numbers: dict[str, int] = {}
        return np.array([-1 if o is None else numbers.setdefault(o, len(numbers)) for o in self.outlets], np.int32)

    def raw_id(self, position: int) -> bytes:
        """Return the id of a document as JSON: its own, else PATH:LINE."""
        own = self.ids[position]
        return own or msgspec.json.encode(f"{self.paths[self.files[position]]}:{self.lines[position]}")

    def day(self, position: int) -> date | None:
        """Return the day of a document."""
        number = self.days[position]
        return None if number == UNDATED else date.fromordinal(number)


@dataclass(frozen=True)
class ArticleBlock:
    """A block of documents with the lines that stand before it in its file, and the texts that are compared."""

    shard: Shard
    block: DocumentBlock
    lines_before: int
    titles: list[str | None]
    texts: list[str]


def read_articles(
    files: Sequence[SourceFile], config: InputConfig, fields: ArticleFields, report: Callable[[int], None]
) -> Iterator[ArticleBlock]:
    """Yield all documents, block by block, each text with its title before it unless it begins with that."""
    roles = {"date": fields.date, "title": fields.title, "outlet": fields.outlet}
    file, lines_before = -1, 0
    for shard in plan_shards(files):
        if shard.first_file != file:
            file, lines_before = shard.first_file, 0
        num_lines = 0
        for block in read_shard(shard, config, roles, report):
            num_lines += block.num_lines
            titles = [read_text(raw) for raw in block.fields.get("title", [b""] * len(block.ids))]
            texts = [join_title(title, text) for title, text in zip(titles, block.texts.to_pylist(), strict=True)]
            yield ArticleBlock(shard, block, lines_before, titles, texts)
        lines_before += num_lines


def join_title(title: str | None, text: str) -> str:
    """Return the text with its title before it, unless it begins with that."""
    return text if not title or text.startswith(title) else f"{title}\n{text}"


def enter_block(catalogue: Catalogue, article: ArticleBlock) -> None:
    """Add the documents of a block to the catalogue."""
    block, shard = article.block, article.shard
    no_field = [b""] * len(block.ids)
    last_file = shard.first_file + len(shard.files)
    if last_file > len(catalogue.paths):
        catalogue.paths += [file.path for file in shard.files[len(catalogue.paths) - last_file :]]
    lines = [article.lines_before + line for line in block.lines.tolist()]
    files = [shard.first_file + file for file in block.files.tolist()]
    for rejection in block.rejections:
        catalogue.num_rejected += 1
        place = f"{shard.files[rejection.file].path}, line {article.lines_before + rejection.line:,}"
        catalogue.first_rejection = catalogue.first_rejection or f"{place}: {rejection.error}"
    for raw, file, line in zip(block.fields.get("date", no_field), files, lines, strict=True):
        day = parse_day(raw) if raw else None
        catalogue.days.append(UNDATED if day is None else day.toordinal())
        if raw not in {b"", b"null", b'""'} and day is None and catalogue.first_unreadable is None:
            value = raw.decode(errors="replace")
            catalogue.first_unreadable = f"{catalogue.paths[file]}, line {line:,}: {value[:60]}"
    catalogue.files.extend(files)
    catalogue.lines.extend(lines)
    catalogue.ids += block.ids
    catalogue.dates += block.fields.get("date", no_field)
    catalogue.titles += article.titles
    catalogue.outlets += [read_text(raw) or None for raw in block.fields.get("outlet", no_field)]


def read_text(raw: bytes) -> str | None:
    """Return a JSON value as text, a number as it is written; None for what is neither.

    >>> read_text(b'"Reuters"'), read_text(b"7"), read_text(b"null"), read_text(b"")
    ('Reuters', '7', None, None)
    """
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if isinstance(value, str):
        return value
    return raw.decode() if isinstance(value, (int, float)) and not isinstance(value, bool) else None

"""The documents of a corpus as stories look at them: day, outlet, title and text, block by block."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.files import SourceFile
from dedup.corpus.rejections import count_reasons
from dedup.corpus.shards import WHOLE_FILE, Shard, plan_shards, read_shard
from dedup.corpus.values import read_value
from dedup.kernels.neighbours import UNDATED
from dedup.model.run import RejectionCounts
from dedup.text.dates import parse_day


@dataclass(frozen=True)
class TitledBlock:
    """A block of documents with their titles, and the texts with their titles before them."""

    shard: Shard
    block: DocumentBlock
    titles: list[str | None]
    texts: list[str]


class StoryCatalogue:
    """Everything but the texts, by the position of a document; grows block by block."""

    def __init__(self, order: str | None = None) -> None:
        self._order = order
        self._errors: Counter[str] = Counter()
        self.first_rejection: str | None = None
        self.first_unreadable: str | None = None
        self.titles: list[str | None] = []
        self.outlets: list[str | None] = []
        self.dates: list[bytes] = []
        self._paths: dict[int, str] = {}
        self._files = array("i")
        self._lines = array("q")
        self._days = array("i")
        self._ids: list[bytes] = []

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def days(self) -> npt.NDArray[np.int32]:
        """Return the day of each document as an ordinal, `UNDATED` where it has none."""
        return np.array(self._days, np.int32)

    @property
    def rejections(self) -> RejectionCounts:
        """Return how many records were read and set aside."""
        return count_reasons(len(self), self._errors)

    def add(self, titled: TitledBlock) -> None:
        """Add the documents of a block."""
        block, shard = titled.block, titled.shard
        no_field = [b""] * len(block.ids)
        if shard.first_file not in self._paths:
            self._paths |= {number: file.path for number, file in enumerate(shard.files, shard.first_file)}
        for rejection in block.rejections:
            self._errors[rejection.error] += 1
            place = f"{shard.files[rejection.file].path}, line {rejection.line:,}"
            self.first_rejection = self.first_rejection or f"{place}: {rejection.error}"
        self._files.extend(shard.first_file + file for file in block.files.tolist())
        self._lines.extend(block.lines.tolist())
        self._ids += block.ids
        self.titles += titled.titles
        self.outlets += [read_value(raw) or None for raw in block.fields.get("outlet", no_field)]
        for raw in block.fields.get("date", no_field):
            self._add_date(raw)

    def _add_date(self, raw: bytes) -> None:
        day = parse_day(raw, self._order) if raw else None
        self._days.append(UNDATED if day is None else day.toordinal())
        self.dates.append(raw)
        if raw not in {b"", b"null", b'""'} and day is None and self.first_unreadable is None:
            position = len(self.dates) - 1
            value = raw.decode(errors="replace")
            self.first_unreadable = f"{self.path(position)}, line {self.line(position):,}: {value[:60]}"

    def path(self, position: int) -> str:
        """Return the path of a document's file."""
        return self._paths[self._files[position]]

    def line(self, position: int) -> int:
        """Return the line of a document in its file."""
        return self._lines[position]

    def raw_id(self, position: int) -> bytes:
        """Return the id of a document as JSON: its own, else PATH:LINE."""
        return self._ids[position] or msgspec.json.encode(f"{self.path(position)}:{self.line(position)}")

    def day(self, position: int) -> date | None:
        """Return the day of a document."""
        number = self._days[position]
        return None if number == UNDATED else date.fromordinal(number)


def number_outlets(outlets: Sequence[str | None]) -> npt.NDArray[np.int32]:
    """Return a number for the outlet of each document, -1 where it has none."""
    numbers: dict[str, int] = {}
    return np.array([-1 if o is None else numbers.setdefault(o, len(numbers)) for o in outlets], np.int32)


def read_titled_blocks(
    files: Sequence[SourceFile], config: InputConfig, report: Callable[[int], None]
) -> Iterator[TitledBlock]:
    """Yield all documents, block by block, each text with its title before it unless it begins with that."""
    for shard in plan_shards(files, WHOLE_FILE):
        for block in read_shard(shard, config, config.article_fields, report):
            titles = [read_value(raw) or None for raw in block.fields.get("title", [b""] * len(block.ids))]
            texts = [join_title(title, text) for title, text in zip(titles, block.texts.to_pylist(), strict=True)]
            yield TitledBlock(shard, block, titles, texts)


def join_title(title: str | None, text: str) -> str:
    """Return the text with its title before it, unless it begins with that."""
    return text if not title or text.startswith(title) else f"{title}\n{text}"

"""The documents that pages show, set aside on disk: memory does not grow with their texts."""

from dataclasses import dataclass
from typing import IO

import msgspec
import numpy as np
import numpy.typing as npt

from dedup.corpus.values import read_value
from dedup.errors import InputError
from dedup.output.records import Witness
from dedup.report.corpus.corpus_model import Card
from dedup.report.corpus.removal_table import Keys, find_keys


class ShownDocument(msgspec.Struct, frozen=True):
    """A document with its text as it was in the input."""

    card: Card
    text: str


def read_shown(file: IO[bytes], offset: int) -> ShownDocument:
    """Return the document at an offset of the file of shown documents, which has a JSON line for each."""
    file.seek(offset)
    return msgspec.json.decode(file.readline(), type=ShownDocument)


@dataclass(frozen=True)
class Wanted:
    """Which documents pages show: by key, and kept ones by their place among the kept; which they only name.

    All ascending.
    """

    keys: Keys
    kept: npt.NDArray[np.int64]
    named: Keys


@dataclass(frozen=True)
class ShownDocuments:
    """Where the file of shown documents has each of those wanted: int64 offsets in the same order.

    Only those of `wanted.keys`, and kept ones, have their text there.
    """

    wanted: Wanted
    offsets: npt.NDArray[np.int64]
    kept_offsets: npt.NDArray[np.int64]

    def find(self, keys: Keys) -> npt.NDArray[np.int64]:
        """Return the offsets of some documents."""
        rows = find_keys(self.wanted.named, keys)
        if (rows < 0).any() or (self.offsets[rows] < 0).any():
            raise InputError("OUT names a document that is not in it. It was changed after the run.")
        return self.offsets[rows]

    def read_card(self, file: IO[bytes], key: int, name: Witness) -> Card:
        """Return a document as pages name it; of one that is in no file of the run that is its id and place."""
        row = int(find_keys(self.wanted.named, np.array([key]))[0])
        if row < 0 or self.offsets[row] < 0:
            return Card(read_value(bytes(name.id)), name.path, name.line, "", "", "", "")
        return read_shown(file, int(self.offsets[row])).card

    def find_kept(self, place: int) -> int:
        """Return the offset of a kept document."""
        return int(self.kept_offsets[np.searchsorted(self.wanted.kept, place)])

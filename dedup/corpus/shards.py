"""Cut the input into shards: the unit of parallel work and of `--resume`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dedup.config import InputConfig
from dedup.corpus.blocks import DocumentBlock
from dedup.corpus.compression import open_regular
from dedup.corpus.delimited import DELIMITERS, TableReader, find_cuts, take_layout
from dedup.corpus.files import SourceFile, at_rest
from dedup.corpus.json_file import read_json_files
from dedup.corpus.jsonl import RecordReader
from dedup.corpus.lines import seek_line
from dedup.corpus.parquet import find_row_cuts, read_parquet
from dedup.corpus.text_folder import read_text_files

# Small enough that two workers share a 50 MB file evenly, large enough that a shard costs nothing by itself.
SHARD_SIZE = 16 << 20
SHARD_FILES = 2000
MAX_SHARDS = 2048  # more of them take longer than what they hold: shards of a larger input are larger than asked
CUT_UP = {"jsonl", *DELIMITERS}  # formats of which a file may be several shards
SMALL_FILES = {"txt", "json"}  # formats of which a shard takes several files
WHOLE_FILE = 1 << 62  # bytes: where a file is one shard, lines are counted from its beginning


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the input: several small files, a file, or the records that start in [start, stop) of one.

    These are bytes of lines and tables, and rows of a Parquet file.

    `first_file` is the place of `files[0]` in the list of all input files; `size` is its share of the bytes on disk.
    """

    index: int
    first_file: int
    files: tuple[SourceFile, ...]
    start: int
    stop: int | None
    size: int

    @property
    def is_in_bytes(self) -> bool:
        """Return whether the shard is a part of a file that is cut by bytes."""
        return self.stop is not None and self.files[0].format != "parquet"


def plan_shards(
    files: Sequence[SourceFile], shard_size: int = SHARD_SIZE, longest: int = InputConfig.max_record
) -> list[Shard]:
    """Return the shards of the files, in input order. The plan depends on the files alone, never on the workers.

    `longest` is the bound on a record: it says where a record ends whose quotes do not.
    """
    shard_size = max(shard_size, sum(file.size for file in files) // MAX_SHARDS)
    shards: list[Shard] = []
    first = 0
    while first < len(files):
        file = files[first]
        if file.format in SMALL_FILES:
            last = end_of_group(files, first, shard_size)
            group = tuple(files[first:last])
            shards.append(Shard(len(shards), first, group, 0, None, sum(f.size for f in group)))
            first = last
            continue
        is_cut = file.size > shard_size
        if is_cut and file.format == "parquet" and len(cuts := find_row_cuts(file.location, shard_size)) > 1:
            for start, stop in pairwise(cuts):
                share = file.size * stop // cuts[-1] - file.size * start // cuts[-1]
                shards.append(Shard(len(shards), first, (file,), start, stop, share))
        elif is_cut and file.format in CUT_UP and not file.is_packed:
            pieces = -(-file.size // shard_size)
            pieces += pieces % 2  # so that two workers get as much to do
            cuts = [file.size * piece // pieces for piece in range(pieces + 1)]
            if file.format in DELIMITERS:
                cuts[1:-1] = find_cuts(file, cuts[1:-1], longest)
            for start, stop in pairwise(cuts):
                shards.append(Shard(len(shards), first, (file,), start, stop, stop - start))
        else:
            shards.append(Shard(len(shards), first, (file,), 0, None, file.size))
        first += 1
    return shards


def end_of_group(files: Sequence[SourceFile], first: int, shard_size: int) -> int:
    """Return the index after the last file of the same format that goes into one shard with `files[first]`."""
    size, last, file_format = 0, first, files[first].format
    while last < len(files) and files[last].format == file_format and last - first < SHARD_FILES and size < shard_size:
        size += files[last].size
        last += 1
    return last


def read_shard(
    shard: Shard, config: InputConfig, roles: Mapping[str, str], report: Callable[[int], None]
) -> Iterator[DocumentBlock]:
    """Yield the blocks of a shard; `report` gets the bytes on disk that were read since its last call.

    `roles` names the fields that are wanted beside text and id, by what they are wanted for: "key", "title", ...
    `InputError` at the end if a file of the shard was changed since it was found.
    """
    with at_rest(shard.files):
        yield from read_blocks(shard, config, roles, report)


def read_blocks(
    shard: Shard, config: InputConfig, roles: Mapping[str, str], report: Callable[[int], None]
) -> Iterator[DocumentBlock]:
    """Do the work of `read_shard`, whatever happens to the files."""
    file = shard.files[0]
    if file.format in SMALL_FILES:
        small = (
            read_text_files(shard.files, config)
            if file.format == "txt"
            else read_json_files(shard.files, config, roles)
        )
        for block in small:
            report(int(block.lengths.sum()))
            yield block
        return
    if file.format == "parquet":
        rows = None if shard.stop is None else range(shard.start, shard.stop)
        yield from read_parquet(file.location, config, roles, rows, file.path)
        report(shard.size)
        return
    with file.open() as (stream, counter):
        if file.format in DELIMITERS:
            layout = take_layout(stream, file.format, file.path, config.max_record)
            if layout is None:
                return
            start = shard.start or layout.size
            if shard.start:
                stream.seek(start)
            blocks = TableReader(config, roles, layout, file.path).read(stream, start, shard.stop)
        else:
            start = seek_line(stream, shard.start, shard.stop)
            blocks = RecordReader(config, roles).read(stream, start, shard.stop, file.path)
        reported = counter.count
        for block in blocks:
            yield block
            report(counter.count - reported)
            reported = counter.count


def line_span(shard: Shard) -> tuple[int, int]:
    """Return the bytes [start, stop) of an uncompressed file whose lines are this shard's; shards tile their file.

    Where no line starts in the shard, both are its end.
    """
    file = shard.files[0]
    if shard.stop is None:
        return 0, file.size
    with open(file.location, "rb", opener=open_regular) as stream:
        start = seek_line(stream, shard.start, shard.stop)
        return start, shard.stop if start == shard.stop else seek_line(stream, shard.stop)

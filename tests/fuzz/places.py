"""The tree of one case: inputs in `in/`, what is named as an output, and what may be in its way."""

import bz2
import gzip
import io
import lzma
import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from dedup.corpus.files import find_files
from dedup.corpus.formats import ARCHIVES
from dedup.errors import InputError
from dedup.output.folder_marker import RUN, claim

from .inputs import ENCODINGS, MAKERS, add_files, add_oddity, draw_bomb, draw_file
from .settings import add_settings
from .tampering import add_user_folder
from .watch import HOME, TEMPORARY

ODD_ENCODINGS = (
    *("utf-7", "utf-8-sig", "idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "cp037", "cp932"),
    *("rot13", "base64", "zlib", "hex", "mbcs", "ascii", "none", "", "utf-16-le", "euc_kr", "johab", "\x1b[31m"),
)


@dataclass(frozen=True)
class Place:
    """A folder for one case: commands run in it."""

    folder: Path

    def __truediv__(self, name):
        """Return a path in it."""
        return self.folder / name

    def prepare(self):
        """Make the folders that every case has."""
        for name in (HOME, TEMPORARY, "in"):
            (self.folder / name).mkdir(parents=True)


@dataclass(frozen=True)
class Inputs:
    """Paths that name inputs, the bytes of standard input, and options that say how they are read."""

    paths: tuple
    stdin: bytes = b""
    options: tuple = ()

    @property
    def args(self):
        """Return all of that on a command line."""
        return (*self.paths, *self.options)


def add_inputs(source, place, *, oddities=0.1, bombs=0.01):
    """Write inputs of one format or of several, and return how a command line names them."""
    folder = place / "in"
    if source.random() < 0.08:
        ending = source.choice(list(MAKERS))
        (folder / "mine.txt").write_text("mine")  # an empty folder may become OUT
        named = ("--input-format", ending[1:]) if source.random() < 0.9 else ()
        return Inputs(("-",), draw_file(source, ending), named)
    endings = [source.choice(list(MAKERS))] if source.random() < 0.7 else list(MAKERS)
    paths = add_files(source, folder, endings)
    if source.random() < oddities:
        paths.append(add_oddity(source, folder))
    if source.random() < bombs:
        paths.append(folder / f"bomb.jsonl{source.choice(['.gz', '.zst'])}")
        paths[-1].write_bytes(draw_bomb(source, 64))
    options = ()
    if source.random() < 0.05:
        options += ("--encoding", source.choice([*ENCODINGS, *ODD_ENCODINGS]))
    if source.random() < 0.05:
        options += add_settings(source, place)
    if source.random() < 0.3 or endings == [".txt"]:
        return Inputs(("in",), options=options)
    if source.random() < 0.1:
        return Inputs((source.choice(["in/*", "in/**", "in/[!a]*"]),), options=options)
    return Inputs(tuple(dict.fromkeys(str(path.relative_to(place.folder)) for path in paths)), options=options)


@dataclass(frozen=True)
class Target:
    """What is named with -o, whether it may be made or changed, options that the place asks for, a link's target."""

    name: str
    is_free: bool = True
    options: tuple = ()
    behind: str | None = None

    @property
    def outputs(self):
        """Return what may change."""
        return (self.behind or self.name,) if self.is_free else ()

    @property
    def partial(self):
        """Return where a command works that makes a folder."""
        return (f"{self.name.rstrip('/')}.partial",) if self.is_free else ()


def draw_folder_target(source, place, name="out"):
    """Return a place for a folder; one in four is taken by something."""
    if source.random() < 0.75:
        return Target(source.choice([name, name, name, f"{name}/", f"./{name}", f"{name}\udce9"]))
    flags = source.choice([(), ("--overwrite",)])
    kind = source.randrange(9)
    if kind == 0:
        (place / name).mkdir()
        return Target(name)
    if kind == 1:
        add_user_folder(place / name, source)
    elif kind == 2:
        add_partial(source, place / f"{name}.partial")
        return Target(name, name == "back", flags)  # `restore` works in no such folder
    elif kind == 3:
        (place / "real").mkdir()
        (place / name).symlink_to("real")
    elif kind == 4:
        (place / name).symlink_to("nothing")
    elif kind == 5:
        (place / name).write_text("mine")
    elif kind == 6:
        os.mkfifo(place / name)
    elif kind == 7:
        return Target("in/out", options=flags)
    else:
        return Target(source.choice(["in", ".", "x" * 255, "x" * 300]), False, flags)
    return Target(name, False, flags)


def add_partial(source, partial):
    """Put a folder or a file of the user in the place where a command works, or a file in our folder there."""
    kind = source.randrange(3)
    if kind == 0:
        add_user_folder(partial, source)
        return
    if kind == 1:
        claim(partial, RUN)
        partial /= source.choice(["segments", "out", "parts", "unpacked"])
    partial.write_text("mine")


def draw_file_target(source, place, inputs, name="made"):
    """Return a place for a file; one in four is taken by something: an input, a folder, an index, a link."""
    kind = source.randrange(40)
    if kind >= 10:
        return Target(name)
    if kind == 0:
        (place / name).write_text("before")
        return Target(name)
    if kind < 3:
        (place / name).symlink_to("target")
        if kind == 1:
            (place / "target").write_text("before")
        return Target(name, behind="target")
    return Target(take_place(source, place, inputs, name), False)


def take_place(source, place, inputs, name):
    """Put something where no output may go, and return how it is named."""
    files = [argument for argument in inputs if (place / argument).is_file()]
    if not files:
        return source.choice([".", "", "in", "x" * 300])
    named = source.choice(files)
    kind = source.randrange(5)
    if kind == 0:
        return named
    if kind == 1:
        os.link(place / named, place / name)
    elif kind == 2:
        (place / name).symlink_to(place / named)
    elif kind == 3:
        (place / name).mkdir()
    else:
        (place / name).write_bytes(bytes(8) + b"DUCK" + bytes(4000))
    return name


# ---------------------------------------------------------------------------------------------- what is in a file


def list_sources(place, inputs, arguments):
    """Return the source files that a command reads, standard input among them as a file; none if it refuses them."""
    input_format = find_option(arguments, "--input-format")
    args = [str(place / path) for path in inputs.paths]
    if "-" in inputs.paths:
        kind = input_format or "jsonl"
        args = [str(place / f"stdin.{kind}")]
        Path(args[0]).write_bytes(inputs.stdin)
    try:
        return find_files(args, input_format, find_option(arguments, "--encoding"))
    except InputError:
        return []


def find_option(args, name):
    """Return the value of an option, the last one if it is given more than once, None if it is not given."""
    places = [place for place, argument in enumerate(args) if argument == name]
    return args[places[-1] + 1] if places else None


def read_plain(path):
    """Return the bytes of a file, decompressed; None where no other reader than ours can."""
    raw = Path(path).read_bytes()
    try:
        if str(path).endswith(".gz"):
            return gzip.decompress(raw)
        if str(path).endswith((".xz", ".bz2")):
            return (lzma if str(path).endswith(".xz") else bz2).decompress(raw)
        if str(path).endswith(".zst"):
            with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(raw), read_across_frames=True) as stream:
                return stream.read()
    except (OSError, EOFError, ValueError, lzma.LZMAError, zstandard.ZstdError):
        return None
    return raw


def is_same_content(path, other, kind):
    """Return whether two files hold the same: bytes after decompression; schema and rows of Parquet."""
    if kind == "parquet":
        tables = [pq.read_table(io.BytesIO(Path(each).read_bytes())) for each in (path, other)]
        return tables[0].schema == tables[1].schema and show_table(tables[0]) == show_table(tables[1])
    contents = [read_plain(each) for each in (path, other)]
    return None in contents or contents[0] == contents[1]


def show_table(table):
    """Return the values of a table, equal for equal values, whatever the kind of column."""
    return [show_value(value) for column in table.columns for value in column]


def show_value(value):
    """Return a value as a number, bytes or text: there is no Python object for each."""
    if not value.is_valid:
        return None
    if isinstance(value, pa.DictionaryScalar):
        return show_value(value.value)
    if hasattr(value, "as_buffer"):
        return value.as_buffer().to_pybytes()
    return value.value if isinstance(value, (pa.TimestampScalar, pa.DurationScalar)) else repr(value)


def count_records(path, kind):
    """Return the number of records in a file, by another reader than ours; None where there is none."""
    if kind == "json" and not Path(path).exists():
        return 0  # of a file that is no JSON nothing is kept
    if kind == "txt":
        return int(Path(path).exists())
    if kind == "parquet":
        return pq.read_metadata(io.BytesIO(Path(path).read_bytes())).num_rows
    raw = read_plain(path) if kind not in ARCHIVES.values() else None
    if raw is None:
        return None
    if kind == "jsonl":
        return sum(bool(line.strip(b" \t\r")) for line in raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"))
    return None

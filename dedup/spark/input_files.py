"""Input files by Spark's own readers: JSON lines and Parquet, on any file system it knows."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial, reduce
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import msgspec
from pyspark.sql import functions as F

from dedup.config import CleanSettings, InputConfig
from dedup.corpus.blocks import list_names, missing_column
from dedup.corpus.compression import changed_file
from dedup.corpus.field_names import (
    MAX_FILES,
    MAX_RECORDS,
    choose_in_samples,
    flatten,
    refuse_absent_fields,
    spell_field,
)
from dedup.corpus.files import find_files
from dedup.corpus.formats import split_format
from dedup.errors import InputError
from dedup.model.run import InputFile
from dedup.pipeline.job import InputState
from dedup.spark.sketch_splits import SKETCH_SCHEMA, sketch_batches
from dedup.spark.spark_tables import as_struct, make_table, quote

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedup.spark.sketched_corpus import SketchedCorpus


class SparkInputState(NamedTuple):
    """By what a change of a file is noticed: its bytes, and its time of modification in milliseconds."""

    size: int
    modified_ms: int


@dataclass(frozen=True)
class SparkInput:
    """The files of a run, all of one format, in order.

    locations  what Spark reads: files, folders, patterns
    names      the name of each file in the output, by its address in Spark
    states     the state of each file when it was found
    """

    spark: "SparkSession"
    locations: tuple[str, ...]
    names: dict[str, str]
    states: tuple[SparkInputState, ...]
    format: str

    def place_of(self, file: str) -> int:
        """Return the place of a file in the input."""
        return list(self.names).index(plain(file))

    def name(self, file: str) -> str:
        """Return the name of a file in the output."""
        return self.names.get(plain(file), plain(file))

    def choose_fields(self, config: InputConfig, tell: Callable[[str], object]) -> InputConfig:
        """Return the fields that the first records have where nobody named others, as `corpus.field_names` does."""
        samples = {self.name(place): [*map(flatten, self._sample(place))] for place in self.locations[:MAX_FILES]}
        refuse_absent_fields(config, [*chain.from_iterable(samples.values())], self._names_field)
        return choose_in_samples(samples, config, tell)

    def _sample(self, location: str) -> Iterator[Mapping[str, Any]]:
        """Yield the first records of a file, or of the files that a folder or a pattern names."""
        if self.format == "parquet":
            for row in self._table(location).head(MAX_RECORDS):
                yield {n: str(v) if isinstance(v, date) else v for n, v in row.asDict().items()}
            return
        for row in self._lines(location).head(MAX_RECORDS):
            with suppress(msgspec.MsgspecError, ValueError, RecursionError):
                yield msgspec.json.decode(bytes(row["value"]), type=dict[str, Any])

    def _names_field(self, field: str) -> bool:
        """Return whether the schema, or any line of JSON, names a field."""
        if self.format == "parquet":
            return field in self._table().columns
        text, forms = F.col("value").cast("string"), spell_field(field)
        named = reduce(operator.or_, (text.contains(f'"{form}"') for form in forms))
        return bool(self._lines().filter(named).head(1))

    def sketch(self, task: CleanSettings) -> "DataFrame":
        """Return the sketch rows of all documents."""
        is_text = self.format == "jsonl"
        columns = [] if is_text else [quote(column) for column in self._columns(task.input, task.roles)]
        rows = self._lines() if is_text else self._table().select(*columns, *where())
        return rows.mapInArrow(partial(sketch_batches, task=task, is_text=is_text), as_struct(SKETCH_SCHEMA))

    def records(self, corpus: "SketchedCorpus") -> "DataFrame":
        """Return all records with `at`: `value` is a line of JSON, `record` a row of Parquet."""
        if self.format == "jsonl":
            return corpus.place_lines(self._lines().withColumn("number", F.monotonically_increasing_id()))
        table = self._table()
        record = F.struct(*(quote(column) for column in table.columns)).alias("record")
        rows = table.select(record, *where(), F.col("_metadata.row_index").alias("line"))
        starts = {split.file: split.at_base for split in reversed(corpus.splits)}
        bases = make_table(self.spark, list(starts.items()), {"file": "string", "base": "bigint"})
        return rows.join(bases, "file").select((F.col("line") + F.col("base")).alias("at"), "record")

    def as_texts(self, records: "DataFrame", text_field: str) -> "DataFrame":
        """Return records as `dedup.spark.locate_passages` takes them: `at`, `value`."""
        if self.format == "jsonl":
            return records
        return records.select("at", F.col("record").getField(text_field).cast("binary").alias("value"))

    def digest(self) -> InputState:
        """Return a digest of the names and states of the files."""
        state = repr((self.names, self.states)).encode("utf-8", "surrogateescape")
        return InputState(blake2b(state, digest_size=16).hexdigest())

    def describe(self) -> list[InputFile]:
        """Return the files with their sizes."""
        return [
            InputFile(name, uri.rpartition("/")[2], self.format, split_format(name)[1], state.size)
            for (uri, name), state in zip(self.names.items(), self.states, strict=True)
        ]

    def refuse_changed(self) -> None:
        """Raise `InputError` where a file is not in the state in which it was found."""
        for name, before, now in zip(
            self.names.values(), self.states, find_states(self.spark, self.names), strict=True
        ):
            if before != now:
                raise changed_file(name)

    def _lines(self, *locations: str) -> "DataFrame":
        lines = self.spark.read.option("lineSep", "\n").text(list(locations or self.locations))
        return lines.select(F.col("value").cast("binary").alias("value"), *where())

    def _table(self, *locations: str) -> "DataFrame":
        return self.spark.read.parquet(*(locations or self.locations))

    def _columns(self, config: InputConfig, roles: dict[str, str]) -> list[str]:
        types = dict(self._table().dtypes)
        if config.text_field not in types:
            raise missing_column(self.locations[0], config.text_field, [*types], "--text-field ")
        if types[config.text_field] != "string":
            raise InputError(
                f'{self.locations[0]}: column "{config.text_field}" is {types[config.text_field]}, not text. '
                "Name the text column with --text-field."
            )
        if "key" in roles and roles["key"] not in types:
            raise missing_column(self.locations[0], roles["key"], [*types], "--keep POLICY:")
        others = chain.from_iterable(list_names(config, roles).values())
        wanted = dict.fromkeys((config.text_field, config.id_field, *others))
        return [column for column in wanted if column in types]


def open_input(spark: "SparkSession", inputs: Sequence[str], input_format: str | None) -> SparkInput:
    """Return the files that the inputs name; local ones are found as the local engine finds them."""
    locations: list[str] = []
    paths: dict[str, str] = {}
    formats: set[str] = set()
    for given in inputs:
        if "://" in given:
            locations.append(given)
            formats.add(input_format or split_format(given)[0] or "jsonl")
            continue
        for file in find_files([given], input_format):
            locations.append(f"file://{spark._jvm.java.io.File(file.location).getAbsolutePath()}")  # noqa: SLF001
            paths[locations[-1]] = file.path
            formats.add(file.format)
    if len(formats) > 1 or not formats <= {"jsonl", "parquet"}:
        raise InputError(
            "--engine spark reads JSON lines or Parquet, all files in one of the two; "
            f"given: {', '.join(sorted(formats))}."
            " Other formats are read by --engine local."
        )
    file_format = formats.pop()
    table = spark.read.parquet(*locations) if file_format == "parquet" else spark.read.text(locations)
    found = sorted(plain(uri) for uri in table.inputFiles())
    names: dict[str, str] = {}
    for location in locations:  # a file or a folder
        for uri in found:
            if uri == plain(location) or uri.startswith(plain(location) + "/"):
                names.setdefault(uri, paths.get(location, uri))
    for uri in found:  # of a pattern
        names.setdefault(uri, uri)
    return SparkInput(spark, tuple(locations), names, find_states(spark, names), file_format)


def find_states(spark: "SparkSession", addresses: Iterable[str]) -> tuple[SparkInputState, ...]:
    """Return the state of each file now."""
    java = spark._jvm  # noqa: SLF001 (PySpark has no other way to Hadoop's file systems)
    settings = spark._jsparkSession.sessionState().newHadoopConf()  # noqa: SLF001
    paths = [java.org.apache.hadoop.fs.Path(address) for address in addresses]
    found = [path.getFileSystem(settings).getFileStatus(path) for path in paths]
    return tuple(SparkInputState(int(each.getLen()), int(each.getModificationTime())) for each in found)


def plain(uri: str) -> str:
    """Return a file's address as it is compared: Spark writes the same one in two ways."""
    return unquote(uri).replace("file:///", "file:/")


def where() -> tuple[Any, Any]:
    """Return the columns that place a row: the file and the first byte of its split."""
    return F.col("_metadata.file_path").alias("file"), F.col("_metadata.file_block_start").alias("block")

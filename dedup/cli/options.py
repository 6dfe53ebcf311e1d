"""Options that several commands share, declared once: the same flag means the same thing everywhere."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import click

from dedup.cli.option_values import (
    RECORD_FIELDS,
    make_near,
    make_passages,
    make_records,
    make_settings,
    or_off,
    parse_encoding,
    parse_size,
    refuse_dash,
)


def compose(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return one decorator that applies several, the first one outermost."""

    def apply(command: Any) -> Any:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply


def hand_over(name: str, options: Sequence[str], make: Callable[..., object]) -> Callable[[Any], Any]:
    """Return a decorator that hands some options over as one argument: what `make` makes of them, by name."""

    def apply(command: Any) -> Any:
        @wraps(command)
        def run(**values: object) -> object:
            made = make(**{option: values.pop(option) for option in options})
            return command(**values, **{name: made})

        return run

    return apply


def format_option(meant_for: str, *formats: str, is_written: bool = True) -> Callable[[Any], Any]:
    """Return the option `--format` of a command: by default what the ending of its output says, else the first.

    Without an output, not `is_written`, it is the first. Text for a terminal escapes nothing, so it is no `.html`.
    """
    chosen = click.Choice(formats)

    def choose(command: Any) -> Any:
        @wraps(command)
        def run(**values: Any) -> object:
            _, dot, ending = os.path.basename(values.get("output") or "").lower().rpartition(".")
            ending = "html" if ending == "htm" else ending
            source = click.get_current_context().get_parameter_source("output_format")
            if source is click.core.ParameterSource.DEFAULT and dot and ending in formats:
                values["output_format"] = ending
            return command(**values)

        return run

    return compose(
        choose,
        click.option(
            "--format",
            "output_format",
            type=chosen,
            default=formats[0],
            help=f"{meant_for}{' The ending of FILE chooses too.' * is_written}",
        ),
        click.option("--json", "output_format", flag_value="json", help="Short for --format json."),
    )


inputs_argument = click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")

input_options = compose(
    click.option(
        "--text-field",
        default="text",
        help="Field or column with the text, else a well-known name (body, maintext, ...); a.b: inside an object.",
    ),
    click.option("--id-field", default="id", help="Field that holds the id; may be absent."),
    click.option(
        "--input-format",
        type=click.Choice(["jsonl", "json", "csv", "tsv", "parquet", "txt"]),
        help="Format of the input, if the file name does not show it. [default for -: jsonl]",
    ),
    click.option(
        "--max-record",
        default="512MB",
        metavar="SIZE",
        callback=parse_size,
        help="Set a longer record aside unread: a bound on memory.",
    ),
    click.option(
        "--encoding",
        metavar="NAME",
        callback=parse_encoding,
        help="Encoding of text without a byte order mark, as cp1252.  [default: UTF-8]",
    ),
    click.option(
        "--max-unpacked",
        metavar="SIZE",
        callback=parse_size,
        help="Stop at a file that becomes longer when it is unpacked.  [default: 200 times its size, at least 4GB]",
    ),
    click.option(
        "--max-download",
        default="16GB",
        show_default=True,
        metavar="SIZE",
        callback=parse_size,
        help="Stop at a longer file at an address.",
    ),
)
TEXT_FIELDS = ("text_field", "id_field", "input_format", "max_record", "encoding", "max_unpacked", "max_download")
text_options = compose(input_options, hand_over("records", TEXT_FIELDS, make_records))

fact_options = compose(
    click.option("--date-field", default="date", help="Field that holds the date; may be absent."),
    click.option("--title-field", default="title", help="Field that holds the title; may be absent."),
    click.option("--outlet-field", default="outlet", help="Field that says who published; may be absent."),
    click.option(
        "--date-order",
        type=click.Choice(["dmy", "mdy"]),
        help="What 01/02/2024 is: day or month first.  [default: it is not read]",
    ),
)

record_options = compose(
    input_options,
    fact_options,
    click.option("--url-field", default="url", help="Field that holds the URL; may be absent."),
    click.option("--series-field", hidden=True, help="What --outlet-field was called."),
    hand_over("records", (*RECORD_FIELDS, *TEXT_FIELDS[2:], "series_field", "date_order"), make_records),
)

ARTICLE_FIELDS = (*RECORD_FIELDS[2:5], "date_order")
field_options = compose(fact_options, hand_over("fields", ARTICLE_FIELDS, make_records))
article_options = compose(
    input_options, fact_options, hand_over("records", (*TEXT_FIELDS, *ARTICLE_FIELDS), make_records)
)

near_options = compose(
    click.option(
        "--threshold", default=0.35, help="Near-duplicates have at least this Jaccard similarity of their shingle sets."
    ),
    click.option("--shingle-size", default=5, help="Words (CJK, Thai: characters) in a shingle."),
    click.option("--num-perm", default=128, help="Most permutations in a signature."),
    click.option(
        "--keep",
        default="first",
        metavar="POLICY",
        help="Which copy is kept: first, longest, newest:FIELD, oldest:FIELD or prefer:FIELD=a,b. "
        "Of two of which one contains the other, the longer is kept.",
    ),
    click.option(
        "--remove",
        default="exact,edited,contained",
        metavar="RELATIONS",
        help="What goes: exact, edited, contained, template, update, extended, or all. The rest stays: related.jsonl.",
    ),
    click.option(
        "--max-novel",
        default="0.3,200",
        metavar="SHARE[,WORDS]",
        help="Share of a removed document's words, and words in a row, that its witness may lack. "
        "Below a similarity of 0.5 it may lack 100 words.",
    ),
    hand_over("near", ("threshold", "shingle_size", "num_perm", "keep", "remove", "max_novel"), make_near),
)


output_option = click.option(
    "-o",
    "--output",
    metavar="FILE",
    callback=refuse_dash,
    help="Write to this file, also over one.  [default: standard output]",
)
color_option = click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="NO_COLOR is respected by auto."
)
MAX_WIDTH = 10_000  # columns
width_option = click.option(
    "--width",
    type=click.IntRange(40, MAX_WIDTH),
    callback=lambda _context, _parameter, value: value or min(shutil.get_terminal_size().columns, MAX_WIDTH),
    help="Columns of the terminal.  [default: its width]",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress, no notes.")


def is_coloured(color: str, output: str | None = None) -> bool:
    """Return whether to use colour: asked for, or a terminal that does not forbid it (https://no-color.org)."""
    if color == "auto" and output is None:
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return color == "always"


def write_output(rendered: str, output: str | None, inputs: Iterable[str] = ()) -> None:
    """Write bytes, so that no platform changes a line end, to a file that is none of the inputs, or standard output."""
    from dedup.output.output_file import open_output

    raw = rendered.encode("utf-8")
    if output is None:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        return
    with open_output(output, inputs) as file:
        file.write(raw)


min_tokens_option = click.option("--min-tokens", default=20, help="Words (CJK, Thai: characters) of a passage.")

index_option = click.option(
    "--index",
    metavar="FILE",
    help="Index of earlier runs (one DuckDB file). Copies of its documents are removed, kept documents are added.",
)

passage_options = compose(
    click.option("--strip-boilerplate", is_flag=True, help="Cut boilerplate out of the kept documents."),
    click.option(
        "--passages",
        type=click.Choice(["within", "all", "off"]),
        default="within",
        help="Which repeated passages are cut out: those inside a document, those of other documents too, or none.",
    ),
    min_tokens_option,
    click.option(
        "--contained",
        default="0.9",
        metavar="SHARE|off",
        callback=or_off(float, "a number"),
        help="Remove a document if passages of one kept document have this share of its words. "
        "An edited copy of a longer one goes from 0.6 on; a threshold above 0.35 asks for more.",
    ),
    hand_over("passages", ("passages", "min_tokens", "contained", "strip_boilerplate"), make_passages),
)

settings_options = compose(
    near_options,
    passage_options,
    record_options,
    hand_over("settings", ("near", "passages", "records"), make_settings),
)

workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    show_default="all cores",
    help="Worker processes. The result is the same for any number.",
)

shard_size_option = click.option(
    "--shard-size",
    type=click.IntRange(min=100),
    hidden=True,
    help="Bytes of a file that one worker takes at a time. The result is the same for any. [default: 16 MB]",
)

spark_options = compose(
    click.option(
        "--engine",
        type=click.Choice(["local", "spark"]),
        default="local",
        help="Where documents are compared: here, or on a Spark cluster (needs newsdedup[spark] and Java).",
    ),
    click.option("--master", metavar="URL", default="local[*]", help="Spark's master, with --engine spark."),
    click.option(
        "--spark-conf", metavar="KEY=VALUE", multiple=True, help="A setting of Spark, as spark.driver.memory=8g."
    ),
)

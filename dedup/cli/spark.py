"""`dedup clean --engine spark`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dedup.cli.config_file import is_of_run
from dedup.cli.startup import release
from dedup.errors import DedupError

if TYPE_CHECKING:
    from dedup.cli.teller import Teller
    from dedup.model.run import Summary
    from dedup.spark.session import SparkRun, SparkSessionOptions

# What the Spark engine does not do, by parameter, and the way out.
LOCAL_ONLY = {
    "dry_run": "a run on Spark has no dry run. Use --engine local.",
    "shard_size": "Spark cuts its input itself. Leave --shard-size out, or use --engine local.",
    "annotate": "records are not annotated on Spark. Use --engine local.",
    "to_stdout": "nothing is passed on from Spark. Use --engine local.",
    "index": "an index is not used on Spark. Use --engine local.",
}


def refuse_other_engine(context: click.Context) -> None:
    """Refuse options of one engine that were given with the other."""
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) not in {click.core.ParameterSource.DEFAULT, None}
        and not (name == "annotate" and is_of_run(context, name))
    }
    if context.params["engine"] == "local":
        for name in ("master", "spark_conf"):
            if name in given:
                raise click.UsageError(f"--{name.replace('_', '-')} is for --engine spark.")
        return
    for name, reason in LOCAL_ONLY.items():
        if name in given and context.params[name] not in {None, False}:
            raise click.UsageError(f"--{name.replace('_', '-')} with --engine spark: {reason}")
    if context.params["passages"] == "all":
        raise click.UsageError(
            "--passages all with --engine spark: only passages within a document are looked for there. "
            "Leave it out, or use --engine local."
        )
    if "-" in context.params["inputs"]:
        raise click.UsageError("- (standard input) with --engine spark: Spark reads files. Save it to a file first.")


def parse_settings(values: Sequence[str]) -> dict[str, str]:
    """Return the settings of --spark-conf."""
    for value in values:
        if "=" not in value:
            raise click.BadParameter(f'"{value}" is not KEY=VALUE.', param_hint="--spark-conf")
    return dict(value.split("=", 1) for value in values)


def clean_files_on_spark(run: "SparkRun", options: "SparkSessionOptions", teller: "Teller") -> "Summary":
    """Run, print the summary and return it."""
    release()  # Spark uses pandas
    from dedup.report.terminal.clean_terminal import render_summary
    from dedup.spark.session import first_line, refuse_missing, start_session

    refuse_missing()
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    from dedup.spark.clean_on_spark import clean_on_spark

    spark = start_session(options)
    try:
        summary = clean_on_spark(spark, run, teller.progress())
    except (PySparkException, Py4JError) as error:
        raise DedupError(f"Spark failed: {first_line(error)}") from error
    finally:
        spark.stop()
    teller.tell(summary, lambda: render_summary(summary, (), Path(run.out)))
    return summary

"""What a run on Spark is asked to do, and the session that the command line starts for it.

The library takes the caller's session, and sets nothing in it. Importing this module does not import pyspark.
"""

import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from dedup.config import CleanSettings, InputConfig
from dedup.errors import DedupError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PATIENCE_S = 5.0
LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")
DEFAULTS = {
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "200",  # adaptive execution joins those that are small
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.autoBroadcastJoinThreshold": str(64 << 20),
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.sql.files.maxPartitionBytes": str(128 << 20),
    "spark.ui.showConsoleProgress": "false",
}
RANGES = "spark.dedup.ranges"  # how many ranges; the result is the same for any number
SPLIT_SETTING = "spark.sql.files.minPartitionNum"
# By these the input is cut up, and documents are ranged: a run that is resumed has to have the same.
CUT_SETTINGS = (SPLIT_SETTING, "spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes", RANGES)
JAVA_OPTIONS = "spark.driver.extraJavaOptions"
# On one machine there is only the JVM of the driver. It lives for a minute: it has no time to compile code twice.
# Adaptive execution makes a job of every stage, which takes longer than it saves.
LOCAL_DEFAULTS = {
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.adaptive.enabled": "false",
    "spark.ui.enabled": "false",
    JAVA_OPTIONS: "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC",
}


@dataclass(frozen=True)
class SparkRun:
    """Everything a clean run on Spark is asked to do."""

    inputs: Sequence[str]
    out: str
    settings: CleanSettings = field(default_factory=CleanSettings)
    resume: bool = False
    overwrite: bool = False
    strict: bool = False

    def with_input(self, config: InputConfig) -> Self:
        """Return this run with other settings of the input."""
        return replace(self, settings=replace(self.settings, input=config))


@dataclass(frozen=True)
class SparkSessionOptions:
    """Where Spark runs, and its own settings."""

    master: str = "local[*]"
    settings: Mapping[str, str] = field(default_factory=dict)


def start_session(options: SparkSessionOptions) -> "SparkSession":
    """Return a new Spark session; whatever keeps it from starting is a `DedupError` that says what to do."""
    master = options.master
    refuse_missing()
    refuse_unreachable(master)
    from pyspark.errors import PySparkException  # noqa: PLC0415 (an extra, and a second of import)
    from pyspark.sql import SparkSession  # noqa: PLC0415 (the same)

    is_local = master.startswith("local")
    if is_local:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    chosen = DEFAULTS | (LOCAL_DEFAULTS if is_local else {}) | dict(options.settings)
    chosen[JAVA_OPTIONS] = f"-Dlog4j2.configurationFile=file:{LOG_SETTINGS} {chosen.get(JAVA_OPTIONS, '')}".strip()
    builder = SparkSession.builder.master(master).appName("dedup clean").config(map=dict(chosen))
    try:
        return fix_splits(builder.getOrCreate())
    except (PySparkException, OSError, RuntimeError) as error:
        raise DedupError(f"--master {master}: Spark did not start ({first_line(error)}).") from error
    except Exception as error:
        if type(error).__module__.startswith("py4j"):
            raise DedupError(f"--master {master}: Spark did not start ({first_line(error)}).") from error
        raise


def fix_splits(session: "SparkSession") -> "SparkSession":
    """Have files cut up alike in the whole run, also where a cluster gains or loses workers meanwhile."""
    if session.conf.get(SPLIT_SETTING, None) is None:
        session.conf.set(SPLIT_SETTING, str(session.sparkContext.defaultParallelism))
    return session


def read_cuts(session: "SparkSession") -> dict[str, str]:
    """Return the settings by which input and documents are cut up (CUT_SETTINGS)."""
    absent = {SPLIT_SETTING: str(session.sparkContext.defaultParallelism), RANGES: "0"}
    conf = session.conf
    return {name: str(conf.get(name, absent[name]) if name in absent else conf.get(name)) for name in CUT_SETTINGS}


@contextmanager
def set_for_now(session: "SparkSession", settings: Mapping[str, str]) -> Iterator[None]:
    """Have other settings for as long as the block lasts."""
    before = {name: session.conf.get(name, None) for name in settings}
    try:
        for name, value in settings.items():
            session.conf.set(name, value)
        yield
    finally:
        for name, old in before.items():
            if old is None:
                session.conf.unset(name)
            else:
                session.conf.set(name, old)


def refuse_missing() -> None:
    """Raise `DedupError` where PySpark or Java is not installed."""
    try:
        import pandas  # noqa: ICN001, F401, PLC0415 (pyspark asks for it)
        import pyspark  # noqa: F401, PLC0415 (an extra)
    except ImportError:
        raise DedupError("--engine spark needs PySpark. Install it with: pip install 'newsdedup[spark]'") from None
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else None
    if not (java and java.exists()) and shutil.which("java") is None:
        raise DedupError(
            "--engine spark needs Java 17 or newer. Install it (Debian: apt-get install default-jre-headless), "
            "or name its folder in JAVA_HOME."
        )


def refuse_unreachable(master: str) -> None:
    """Raise `DedupError` where no master listens at a spark:// address: Spark itself would try for a minute."""
    if not master.startswith("spark://"):
        return
    first = urlsplit(master.split(",", maxsplit=1)[0])
    try:
        socket.create_connection((first.hostname or "", first.port or 7077), PATIENCE_S).close()
    except (OSError, ValueError) as error:
        raise DedupError(
            f"--master {master}: nothing answers there ({error}). "
            "Start the master, or run here with --master 'local[*]'."
        ) from None


def first_line(error: Exception) -> str:
    """Return what an error of Spark says, without the stack of Java."""
    java = getattr(error, "java_exception", None)
    text = str(java.getMessage() if java is not None else error) or type(error).__name__
    return text.strip().splitlines()[0].removesuffix(".")

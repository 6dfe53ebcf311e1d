"""What the stages leave for one another: Parquet in one folder, so that no stage is computed twice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@dataclass(frozen=True)
class Checkpoints:
    """Writes tables to a folder on any file system that Spark knows, and reads them back.

    What is read back has no history: a lost worker repeats a task of one stage, never the stages before it.
    """

    spark: "SparkSession"
    folder: str

    def save(self, name: str, table: "DataFrame") -> "DataFrame":
        """Write a table, and return it as it was written."""
        table.write.mode("overwrite").option("compression", "lz4").parquet(f"{self.folder}/{name}")
        return self.spark.read.schema(table.schema).parquet(f"{self.folder}/{name}")

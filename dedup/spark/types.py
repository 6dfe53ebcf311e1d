"""Arrow schemas as Spark types."""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql.types import StructType


def as_struct(schema: pa.Schema) -> "StructType":
    """Return the Spark type of rows of an Arrow schema."""
    from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 (pyspark is an extra)

    return from_arrow_schema(schema)

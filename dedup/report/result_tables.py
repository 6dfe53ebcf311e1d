"""Results of the library as tables: for a notebook, for Arrow, pandas and Polars."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from dedup.report.wording import clip
from dedup.text.control_characters import show_line

if TYPE_CHECKING:
    import pyarrow as pa

Item = TypeVar("Item")
MAX_ROWS = 50  # of a table in a notebook
MAX_CELL = 120  # characters of a cell there
SHOWN = 3  # things of a list in its repr


class TabularResult:
    """A result that gives itself as a table: one row for each thing that it is about."""

    @property
    def _columns(self) -> Mapping[str, str]:
        """Return the columns with the names of their types in Arrow."""
        raise NotImplementedError

    def _rows(self) -> Iterable[tuple[object, ...]]:
        """Return the rows."""
        raise NotImplementedError

    def _shown(self) -> Iterable[tuple[object, ...]]:
        """Return the rows that a notebook shows the first of."""
        return self._rows()

    def to_arrow(self) -> "pa.Table":
        """Return the table as one of PyArrow."""
        import pyarrow as pa  # noqa: PLC0415 (for those who ask for it)

        columns = list(zip(*self._rows(), strict=True)) or [()] * len(self._columns)
        schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in self._columns.items()])
        return pa.table([pa.array(c, kind) for c, kind in zip(columns, schema.types, strict=True)], schema=schema)

    def to_pandas(self) -> Any:
        """Return the table as a data frame of pandas."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> Any:
        """Return the table as a data frame of Polars."""
        import polars as pl  # noqa: PLC0415 (for those who have it)

        return pl.from_arrow(self.to_arrow())

    def _repr_html_(self) -> str:
        """Return a small table; everything that came from a document is escaped."""
        rows = list(islice(self._shown(), MAX_ROWS + 1))
        head = "".join(f"<th>{escape(name)}</th>" for name in self._columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(show_cell(cell))}</td>" for cell in row) + "</tr>" for row in rows[:MAX_ROWS]
        )
        more = f"<p>the first {MAX_ROWS}</p>" if len(rows) > MAX_ROWS else ""
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
        return f"<div><p>{escape(repr(self))}</p>{table}{more}</div>"


def show_cell(value: object) -> str:
    r"""Return a value in one line, "" for none.

    >>> show_cell(0.98765), show_cell(None), show_cell("a\nb")
    ('0.988', '', 'a b')
    """
    if isinstance(value, float):
        return f"{value:.3f}"
    return "" if value is None else clip(show_line(str(value)), MAX_CELL)


class ResultList(list[Item], TabularResult):
    """A list of what was found, which is a table too; its repr shows the first things.

    `describe` gives the rows of a thing by its number, from 1; all have the same columns.
    """

    def __init__(
        self,
        items: Iterable[Item],
        columns: Mapping[str, str],
        describe: Callable[[int, Item], Iterable[tuple[object, ...]]],
    ) -> None:
        super().__init__(items)
        self._kinds, self._describe = columns, describe

    @property
    def _columns(self) -> Mapping[str, str]:
        return self._kinds

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for number, item in enumerate(self, 1):
            yield from self._describe(number, item)

    def __repr__(self) -> str:
        more = f", ... {len(self) - SHOWN:,} more" if len(self) > SHOWN else ""
        return f"[{', '.join(map(repr, self[:SHOWN]))}{more}]"

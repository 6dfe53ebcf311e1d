"""A table of what dedup found: of the folder of a run, of an index, or of a comparison."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from dedup.corpus.text_file import read_whole
from dedup.errors import InputError
from dedup.index.admin import TABLES, open_table
from dedup.index.store import IndexFile
from dedup.output.finished_run import FolderState, check_run
from dedup.output.output_file import is_index
from dedup.output.run_rows import list_tables
from dedup.output.table_file import TableSource
from dedup.report.compare.compare_tables import COLUMNS, list_rows


@contextmanager
def find_table(source: str, table: str, tell: Callable[[str], None]) -> Iterator[TableSource]:
    """Give a table of a source; a source that is none, or has no such table, is an `InputError`.

    `tell` is that of `check_run`.
    """
    path = Path(source)
    if path.is_dir():
        state = FolderState.of(path)
        tables = list_tables(path, check_run(path, tell))
        refuse_other(source, "a run", table, tables)
        with state.at_rest():
            yield tables[table]()
    elif is_index(source):
        refuse_other(source, "an index", table, TABLES)
        with open_table(IndexFile(path), table) as found:
            yield found
    else:
        found_table = read_comparison(path, table if table in COLUMNS else "documents")  # refuses what is none
        refuse_other(source, "a comparison", table, COLUMNS)
        yield found_table


def refuse_other(source: str, what: str, table: str, tables: Iterable[str]) -> None:
    """Raise `InputError` where a source has no such table."""
    if table not in tables:
        raise InputError(f"{source}: is {what}, which has no table {table}. It has {', '.join(tables)}.")


def read_comparison(path: Path, table: str) -> TableSource:
    """Return a table of a comparison that was written as JSON."""
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(read_whole(file, str(path)))
        rows = list(list_rows(found, table))
        wrong = [name for row in rows for name, kind in COLUMNS[table].items() if not fits(row.get(name), str(kind))]
    except (msgspec.MsgspecError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        wrong = [table]
    if wrong:
        raise InputError(
            f"{path}: is no folder of `dedup clean`, no index, and not what `dedup compare --format json` writes."
        )
    return TableSource(COLUMNS[table], iter(rows))


def fits(value: object, kind: str) -> bool:
    """Return whether a value is one of a column: null always is."""
    kinds: tuple[type, ...] = {"string": (str,), "int64": (int,)}.get(kind, (int, float))
    is_huge = isinstance(value, int) and abs(value) >= 1 << 63
    return value is None or (isinstance(value, kinds) and not isinstance(value, bool) and not is_huge)

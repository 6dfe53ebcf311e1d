"""The index: one DuckDB file that remembers the documents of earlier runs."""

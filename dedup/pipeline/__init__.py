"""The one place that knows the order of the stages: `clean` for files, `deduplicate` for texts in memory."""

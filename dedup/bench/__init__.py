"""Measuring what dedup does to a corpus: planted copies and passages, measures, intervals."""

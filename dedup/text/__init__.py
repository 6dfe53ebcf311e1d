"""Texts as words, sentences and units, all of them spans `[start, end)` in the original text."""

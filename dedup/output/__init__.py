"""Decisions to files: the OUT folder, and back with restore."""

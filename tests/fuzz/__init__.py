"""Hostile files from fixed seeds, and what has to hold after every command, whatever it was given."""

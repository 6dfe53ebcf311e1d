"""Two texts compared by sentence and word."""

"""N texts compared, as a page, as JSON and for a terminal."""

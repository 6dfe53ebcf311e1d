"""Near-duplicate documents: sketch, band, cover."""

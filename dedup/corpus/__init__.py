"""Files to documents and back: one module per format, compression, shards."""

"""Results as text a person or a program reads: pure functions, one module per format."""

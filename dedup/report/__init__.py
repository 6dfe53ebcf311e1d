"""Results to text for people and programs: pure functions, result -> str, one file per format."""

"""What a command did, for a person at a terminal."""

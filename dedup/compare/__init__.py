"""N texts about one event: who says what, in which words."""

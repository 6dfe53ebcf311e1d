"""Text: the folding table behind tokens, and the units of language."""

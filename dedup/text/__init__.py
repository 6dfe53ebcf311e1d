"""Text: the folding table behind tokens, and words, sentences and units as spans in the original."""

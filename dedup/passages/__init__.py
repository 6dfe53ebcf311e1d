"""Repeated passages, within and across documents: seeds, chains, true ends, spans in characters."""

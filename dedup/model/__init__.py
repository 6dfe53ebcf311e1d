"""The nouns that pass between the stages: frozen, complete when made, and importing nothing of ours."""

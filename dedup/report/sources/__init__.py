"""Sources of shared text, as terminal text and pages. Pure."""

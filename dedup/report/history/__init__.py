"""The history of one article, as terminal text, JSON, CSV and pages. Pure."""

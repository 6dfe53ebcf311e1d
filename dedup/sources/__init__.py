"""Text that outlets share, and where it came from: credits, families, likely sources, flows."""

"""The pages of a clean run: its numbers, its clusters, its pairs near the threshold."""

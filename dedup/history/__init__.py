"""The versions of one article: what changed from each to the next, and since when each sentence is there."""

"""Slow, obvious twins of what the project computes; nothing here imports it."""

from itertools import combinations, pairwise


def find_heaviest_increasing_sum(values, weights):
    """Return the largest sum of weights of an increasing subsequence, by trying all of them."""
    best = 0.0
    for size in range(len(values) + 1):
        for chosen in combinations(range(len(values)), size):
            if all(values[a] < values[b] for a, b in pairwise(chosen)):
                best = max(best, sum(weights[index] for index in chosen))
    return best


def count_common(old, new):
    """Return the length of a longest common subsequence, by the table of the textbook."""
    row = [0] * (len(new) + 1)
    for a in old:
        above = row[:]
        for index, b in enumerate(new):
            row[index + 1] = above[index] + 1 if a == b else max(above[index + 1], row[index])
    return row[-1]

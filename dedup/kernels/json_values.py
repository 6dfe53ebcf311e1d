"""Where the values of a JSON file are: the elements of an array, or values one after the other."""

from dedup.kernels.jit import inlined, kernel

QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE = 34, 92, 44, 91, 93, 123, 125
SPACE, TAB, LINE_FEED, CARRIAGE_RETURN = 32, 9, 10, 13


@inlined
def is_apart(c, in_list):
    """Return whether a byte is none of any value: white space, and in a list its commas and its end."""
    if c == SPACE or c == TAB or c == LINE_FEED or c == CARRIAGE_RETURN:
        return True
    return in_list and (c == COMMA or c == CLOSE_LIST)


@inlined
def end_of_text(data, i):
    """Return the index after a JSON string that begins at i, or the end of the data."""
    i += 1
    while i < data.size:
        if data[i] == QUOTE:
            return i + 1
        i += 2 if data[i] == BACKSLASH else 1
    return data.size


@kernel
def find_values(data, start, in_list, max_bytes, starts, ends):
    """Find the values in `data` (uint8[n]) from a place between two on; return (their number, the next such place).

    Ends where `starts` and `ends` (int64[m]) are full, or `max_bytes` are passed. One state: the depth. O(n).
    """
    i, count = start, 0
    while i < data.size and count < starts.size and i - start < max_bytes:
        if is_apart(data[i], in_list):
            i += 1
            continue
        begin, depth = i, 0
        while i < data.size:
            c = data[i]
            if depth == 0 and is_apart(c, in_list):
                break
            if c == QUOTE:
                i = end_of_text(data, i)
                if depth == 0:
                    break
                continue
            if c == OPEN or c == OPEN_LIST:
                depth += 1
            elif c == CLOSE or c == CLOSE_LIST:
                depth -= 1
                if depth <= 0:
                    i += 1
                    break
            i += 1
        starts[count], ends[count] = begin, min(i, data.size)
        count += 1
    return count, i

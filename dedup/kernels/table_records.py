"""Records of a CSV file and their cells, as the csv module of Python reads them when it is strict.

Between tabs a mark at the beginning of a cell is plain, unless another one ends it: such files are rarely quoted.
"""

from dedup.kernels.jit import inlined, kernel

QUOTE, LINE_FEED, CARRIAGE_RETURN, TAB = 34, 10, 13, 9
START, END, LINES, FIELDS = 0, 1, 2, 3  # columns of `records`
BLANK, MALFORMED, TOO_LONG = 0, -1, -2  # numbers of fields that say something else


@inlined
def copy_cell(data, start, end, slot, place, out):
    """Copy bytes of a cell to its place in a slot, if it has one; return the place behind it."""
    if slot < 0:
        return place
    for i in range(start, end):
        out[slot, place + i - start] = data[i]
    return place + end - start


@inlined
def find_line_end(data, i):
    """Return the index behind the next line feed, 0 where there is none."""
    while i < data.size:
        if data[i] == LINE_FEED:
            return i + 1
        i += 1
    return 0


@kernel
def read_table(data, begin, doomed, delimiter, slot_of, longest, is_last, out, ends, records):
    """Read records from `data` (uint8[n]) from the start of one on; return (their number, the next start, `doomed`).

    A whole record gets a row of `records` (int64[m, 4]: start, end, line feeds, fields, or what is wrong). Its cells in
    columns with a slot (`slot_of`, int64[columns], -1 for none) go to `out` (uint8[slots, n]), without their quotes.
    They end at `ends` (int64[slots, m + 1]). A record of more than `longest` bytes ends with the line that makes it so
    long. A malformed one is its first line: the next line begins a record. Between tabs, where a carriage return in a
    cell is all that can be wrong, it ends as others do. The last record needs no line end where `is_last`. A cell that
    goes on over a line end before `doomed` (index) fails there, as one before it did. O(n).
    """
    i, count, size = begin, 0, data.size
    while i < size and count < records.shape[0]:
        start, fields, is_whole, is_right = i, 0, False, True
        for slot in range(ends.shape[0]):
            ends[slot, count + 1] = ends[slot, count]
        while True:
            slot = slot_of[fields] if fields < slot_of.size else -1
            place = ends[slot, count] if slot >= 0 else 0
            opening, before = i, place
            is_quoted = i < size and data[i] == QUOTE
            if is_quoted:
                i += 1
                while True:
                    piece = i
                    while i < size and data[i] != QUOTE:
                        i += 1
                    is_right = piece >= doomed or find_line_end(data[: min(i, doomed)], piece) == 0
                    if not is_right:
                        i = doomed
                        break
                    place = copy_cell(data, piece, i, slot, place, out)
                    if i + 1 < size and data[i + 1] == QUOTE:
                        place = copy_cell(data, i, i + 1, slot, place, out)
                        i += 2
                        continue
                    break
                is_right = is_right and i < size
                if is_right:
                    i += 1
                is_over = i == size or data[i] == delimiter or data[i] == LINE_FEED or data[i] == CARRIAGE_RETURN
                is_plain = i - start > longest or (not (is_right and is_over) and (i < size or is_last))
                if delimiter == TAB and is_plain:
                    i, place, is_right, is_quoted = opening, before, True, False
                elif not is_right:
                    break
            if not is_quoted:
                piece = i
                while i < size and data[i] != delimiter and data[i] != LINE_FEED and data[i] != CARRIAGE_RETURN:
                    i += 1
                place = copy_cell(data, piece, i, slot, place, out)
            fields += 1
            if slot >= 0:
                ends[slot, count + 1] = place
            if i < size and data[i] == delimiter:
                i += 1
                continue
            while i < size and data[i] == CARRIAGE_RETURN:
                i += 1
            if i < size:
                is_right = is_whole = data[i] == LINE_FEED
                if is_right:
                    i += 1
            break
        failed = i
        if not is_right and i < size:
            i = find_line_end(data, i)
            is_whole = i > 0
            i = i if is_whole else size
        is_long = i - start > longest
        if is_long:
            i = find_line_end(data, start + longest)
            is_whole = i > 0
            i = i if is_whole else size
        if not is_whole and not is_last:
            return count, start, doomed
        if not is_right and not is_long and delimiter != TAB:
            i = find_line_end(data, start)
            i = i if i > 0 else size
        num_lines = 0
        for k in range(start, i):
            num_lines += data[k] == LINE_FEED
        if fields == 1 and is_right and not is_long and data[start] <= CARRIAGE_RETURN:
            k = start
            while k < i and (data[k] == CARRIAGE_RETURN or data[k] == LINE_FEED):
                k += 1
            fields = BLANK if k == i else fields
        if is_long or not is_right:
            fields = TOO_LONG if is_long else MALFORMED
            doomed = doomed if is_long else max(doomed, failed)
            for slot in range(ends.shape[0]):
                ends[slot, count + 1] = ends[slot, count]
        records[count, START], records[count, END] = start, i
        records[count, LINES], records[count, FIELDS] = num_lines, fields
        count += 1
    return count, i, doomed

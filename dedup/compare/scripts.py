"""Scripts of texts: two texts in different ones have no words to match, so neither leaves out what the other says."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from dedup.compare.left_out import Omitted
from dedup.compare.model import Link, Outlet, Row

SAMPLE = 2_000  # characters that tell the script
_JAPANESE = {"HIRAGANA": "CJK", "KATAKANA": "CJK"}


def find_script(text: str) -> str:
    """Return the script of most letters, "" where there are none.

    >>> find_script("Riga 2024"), find_script("Рига"), find_script("12")
    ('LATIN', 'CYRILLIC', '')
    """
    names = (unicodedata.name(letter, "").split(" ")[0] for letter in text[:SAMPLE] if letter.isalpha())
    counts = Counter(_JAPANESE.get(name, name) for name in names)
    return counts.most_common(1)[0][0] if counts else ""


def cut_sentence(outlet: Outlet, sentence: int) -> str:
    """Return the text of a sentence."""
    return outlet.sentences[sentence].span.cut(outlet.text)


def part_scripts(outlets: Sequence[Outlet], links: Sequence[Link]) -> tuple[str, ...]:
    """Return for each text the scripts of the texts that it is matched with; nothing where that is all of them.

    A link of two sentences in different scripts matches these. A sentence that is quoted in another script does not.
    """
    scripts = [find_script(outlet.text) for outlet in outlets]
    group = {script: frozenset({script}) for script in scripts}
    for link in links:
        first, second = scripts[link.a.outlet], scripts[link.b.outlet]
        if group[first] != group[second]:
            said = {find_script(cut_sentence(outlets[end.outlet], end.sentence)) for end in (link.a, link.b)}
            joined = group[first] | group[second]
            group |= dict.fromkeys(joined, joined) if len(said) > 1 else {}
    if len({group[script] for script in scripts if script}) < 2:
        return ()
    return tuple("/".join(sorted(map(call_script, group[script]))) for script in scripts)


def call_script(script: str) -> str:
    """Return the name of a script as a reader knows it."""
    return script if script in _JAPANESE.values() else script.title()


def drop_unmatched(omitted: Omitted, rows: Sequence[Row], scripts: Sequence[str]) -> Omitted:
    """Return what is left out, and what one text alone says, of texts that are matched with others."""
    if not scripts:
        return omitted
    left_out = tuple(e for e in omitted.left_out if scripts[e.outlet] in {scripts[o] for o in e.outlets})
    return Omitted(left_out, tuple(n for n in omitted.alone if scripts.count(scripts[rows[n].outlets[0]]) > 1))


def explain_scripts(scripts: Sequence[str]) -> tuple[str, ...]:
    """Return the limit of texts in different scripts, if there are any."""
    names = " and ".join(sorted({*scripts} - {""}))
    told = "what one leaves out, or alone says, holds among those in its script"
    return (f"texts in different scripts ({names}) are not matched with each other: {told}",) if names else ()

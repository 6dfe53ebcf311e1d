"""Scripts of texts: two texts in different ones have no words to match, so neither leaves out what the other says."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from dedup.compare.left_out import Omitted
from dedup.compare.model import Link, Outlet

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


def list_unmatched(outlets: Sequence[Outlet], links: Sequence[Link]) -> list[str]:
    """Return the script of each text where there are several and no link joins two sentences of them, else "" for each.

    A sentence that is quoted in another script joins no texts.
    """
    scripts = [find_script(outlet.text) for outlet in outlets]
    ends = ((link.a, link.b) for link in links if scripts[link.a.outlet] != scripts[link.b.outlet])
    said = ([cut_sentence(outlets[end.outlet], end.sentence) for end in pair] for pair in ends)
    is_joined = any(find_script(first) != find_script(second) for first, second in said)
    return [""] * len(scripts) if is_joined or len({*scripts} - {""}) < 2 else scripts


def drop_unmatched(omitted: Omitted, scripts: Sequence[str]) -> Omitted:
    """Return what is left out of texts in the same script; what one text alone says is not known beside others."""
    left_out = tuple(e for e in omitted.left_out if scripts[e.outlet] in {scripts[o] for o in e.outlets})
    return Omitted(left_out, () if any(scripts) else omitted.alone)


def explain_scripts(scripts: Sequence[str]) -> tuple[str, ...]:
    """Return the limit of texts in different scripts, if there are any."""
    names = " and ".join(
        sorted({script if script in _JAPANESE.values() else script.title() for script in scripts} - {""})
    )
    return (f"texts in different scripts ({names}) are not matched with each other",) if names else ()

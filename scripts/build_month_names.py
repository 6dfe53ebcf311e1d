"""Build dedup/text/month_names.json: names of months in many languages, by number, from the data of dateparser.

    pip install dateparser==1.5.0 && python scripts/build_month_names.py

A name that large languages give to different months is left out: listopad is October in Croatian, November in Polish.
"""

import calendar
import json
import pkgutil
import re
import unicodedata
from collections import defaultdict
from importlib import import_module
from pathlib import Path

from dateparser.data import date_translation_data as data

MONTHS = [month.lower() for month in calendar.month_name[1:]]
LARGE = {
    "ar", "bg", "bn", "cs", "da", "de", "el", "es", "et", "fa", "fi", "fr", "he", "hi",
    "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nl", "no", "pl", "pt", "ro",
    "ru", "sk", "sl", "sr", "sv", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
}  # fmt: skip
TARGET = Path(__file__).resolve().parent.parent / "dedup" / "text" / "month_names.json"


def list_names() -> dict[str, dict[str, int]]:
    """Return the months of each name by language, in lower case and without a point at its end."""
    months: dict[str, dict[str, int]] = defaultdict(dict)
    for module in pkgutil.iter_modules(data.__path__):
        info = import_module(f"{data.__name__}.{module.name}").info
        for number, month in enumerate(MONTHS, 1):
            for name in info.get(month, []):
                plain = name.casefold().strip(". \u05f3\u0970")  # marks of short forms in Hebrew and Hindi
                if is_name(plain):
                    months[plain][module.name] = number
    return months


def choose_month(months: dict[str, int]) -> int | None:
    """Return the month of a name: that in English, else the one of all large languages, else the one of all others."""
    if "en" in months:
        return months["en"]
    found = {number for language, number in months.items() if language in LARGE} or set(months.values())
    return found.pop() if len(found) == 1 else None


def is_name(word: str) -> bool:
    """Return whether a word can be told from others: no numeral, and no two letters of an alphabet."""
    is_latin = word.isascii() or any("\u00c0" <= c <= "\u052f" for c in word)
    has_letters = all(unicodedata.category(c)[0] in "LM" for c in word.replace("'", ""))
    return has_letters and not re.fullmatch("[ivx]+", word) and len(word) >= 2 + is_latin


if __name__ == "__main__":
    found = {name: choose_month(months) for name, months in list_names().items()}
    table = {n: " ".join(sorted(name for name, month in found.items() if month == n)) for n in range(1, 13)}
    TARGET.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{sum(len(names.split()) for names in table.values())} names in {TARGET}")

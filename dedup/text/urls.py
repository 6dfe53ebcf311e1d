"""Addresses on the web: two that lead to one page, written alike."""

import re

_PARTS = re.compile(r"\s*(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:www\.)?([^/?#\s]*)([^?#\s]*)\??([^#\s]*)", re.IGNORECASE)
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|msclkid|igshid|mc_[ce]id|cmpid|ns_\w+)=", re.IGNORECASE)


def normalise_url(url: str) -> str:
    """Return a URL without scheme, `www.`, fragment, last slash and parameters that track readers; "" of none.

    >>> normalise_url("https://www.BBC.com/News/1/?utm_source=x&id=7#top"), normalise_url("bbc.com/News/1?id=7")
    ('bbc.com/News/1?id=7', 'bbc.com/News/1?id=7')
    """
    found = _PARTS.match(url)
    assert found is not None, "it matches any text"
    host, path, query = found.groups()
    if query:
        query = "&".join(part for part in query.split("&") if part and not _TRACKING.match(part))
    return f"{host.casefold()}{path.rstrip('/')}{'?' if query else ''}{query}"

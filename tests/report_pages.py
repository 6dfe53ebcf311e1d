"""Made-up runs to report on, and reading of the pages."""

from html.parser import HTMLParser

from corpora import edit_text, make_text, write_jsonl

CANARY = "document.documentElement.dataset.canary=1"
HOSTILE = [
    f"<script>{CANARY}</script>",
    f'"><img src=x onerror="{CANARY}">',
    f"javascript:{CANARY}",
    f"</script><script>{CANARY}</script>",
    f"</style><svg onload={CANARY}>",
    f"</title><a href='javascript:{CANARY}' autofocus onfocus={CANARY}>x</a>",
    "{{ 7*7 }} {% raw %} {# note #} ${7*7}",
    "<!-- </details></section> -->",
    "\u202eevil\u202c \u2066iso\u2069",
    "nul\x00 escape\x1b[2J",
    "&lt;script&gt; &amp; &#34;",
    "W" * 5000,
    "\u2028\u2029 ]]> \\u003c/script\\u003e",
    "../../../etc/passwd",
]


class Page(HTMLParser):
    """The tags, ids, links, attributes and text of a page."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.ids, self.links, self.attributes, self.texts = [], [], [], set(), []
        self._silent = 0
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name == "href"]
        self._silent += tag in {"script", "style"}
        if tag in {"td", "th", "dd", "li", "text"}:
            self.texts.append(" ")

    def handle_endtag(self, tag):
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data):
        if not self._silent:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def read_pages(folder):
    """Return {path: source} of all pages of a report."""
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*.html"))}


def hostile_records():
    """Return records whose ids, outlets, titles, dates and texts are hostile; each has a near-copy."""
    records = []
    for number, hostile in enumerate(HOSTILE):
        text = make_text(f"hostile-{number}", 60)
        for copy in range(2):
            name = f"{hostile} {number}-{copy}"
            middle = edit_text(text, f"{number}-{copy}", 2 * copy)
            body = f"{hostile} {middle}. {hostile} end."
            records.append(
                {
                    "id": name,
                    "outlet": name,
                    "title": name,
                    "date": f"2024-01-0{copy + 1} {hostile}",
                    "text": body,
                    "url": f"https://a.example/{number}" if copy else hostile,
                }
            )
    return records


STORM = (
    "A winter storm closed the harbour on Monday and kept the ferries in port for a second day. "
    "The harbour master said that waves of nine metres had been measured off the western mole. "
    "Two trawlers that had ignored the warning were brought in by the lifeboat shortly before midnight. "
    "Nobody was hurt, and the owners of both boats declined to comment on what the rescue had cost. "
    "The ferry company hopes to sail again on Wednesday if the wind turns to the north as forecast."
)


def story_records():
    """Return a small corpus of three outlets: stories with copies, one contained, one unrelated, one without fields."""
    wire, other, long = STORM, make_text("other", 60), make_text("long", 200)
    edited = wire.replace("nine metres", "eight metres").replace("Nobody was hurt, and the", "The")
    return [
        {"id": "w1", "outlet": "Wire", "date": "2024-01-31", "title": "The storm", "text": wire},
        {"id": "a1", "outlet": "Argus", "date": "2024-02-01", "title": "A storm", "text": edited},
        {"id": "b1", "outlet": "Beacon", "date": "2024-02-01", "title": "Storm", "text": wire},
        {"id": "a2", "outlet": "Argus", "date": "2024-02-02", "title": "The vote", "text": other},
        {"id": "b2", "outlet": "Beacon", "date": "Sat, 03 Feb 2024 10:00:00 GMT", "title": "Vote", "text": other},
        {"id": "w2", "outlet": "Wire", "date": "2024-02-04", "title": "The long read", "text": long},
        {"id": "b3", "outlet": "Beacon", "date": "2024-02-05", "title": "Short", "text": " ".join(long.split()[:70])},
        {"id": "a3", "outlet": "Argus", "date": "soon", "text": make_text("alone", 50)},
        {"text": make_text("nameless", 50)},
    ]


def make_report(dedup, folder, records, *options, name="news.jsonl"):
    """Clean the records and report on them; return (OUT, DIR)."""
    folder.mkdir(parents=True, exist_ok=True)
    source = write_jsonl(folder / name, records)
    out, pages = folder / "out", folder / "pages"
    for command in (
        ("clean", source, "-o", out, "--workers", 1),
        ("report", out, "-o", pages, "--workers", 1, *options),
    ):
        done = dedup(*command)
        assert done.code == 0, done.stderr
    return out, pages

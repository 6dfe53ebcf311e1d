"""Settings of the stages: one frozen dataclass each, checked once when it is made."""

import hashlib
import re
from dataclasses import asdict, dataclass, field, fields, replace

from dedup.errors import DedupError
from dedup.model.argument_types import require_types
from dedup.model.documents import CopyRelation

KEEP_SYNTAX = re.compile(r"first|longest|(newest|oldest):[^=]+|prefer:[^=]+=.+")
DATE_ORDERS = (None, "dmy", "mdy")


def check(condition: bool, message: str) -> None:  # noqa: FBT001 (reads as a sentence: check that ...)
    """Raise `DedupError(message)` unless the condition holds."""
    if not condition:
        raise DedupError(message)


@dataclass(frozen=True)
class KeepPolicy:
    """Which document of several near-copies is kept.

    `first` | `longest` | `newest:FIELD` | `oldest:FIELD` | `prefer:FIELD=a,b`; ties by position.
    `date_order` is that of `InputConfig`.

    >>> KeepPolicy.parse("prefer:outlet=reuters,ap")
    KeepPolicy(rule='prefer', field='outlet', values=('reuters', 'ap'), date_order=None)
    """

    rule: str = "first"
    field: str | None = None
    values: tuple[str, ...] = ()
    date_order: str | None = None

    def __post_init__(self) -> None:
        check(self.date_order in DATE_ORDERS, f'--date-order "{self.date_order}" is neither dmy nor mdy.')

    @classmethod
    def parse(cls, text: str) -> "KeepPolicy":
        """Read a policy as it is written on the command line."""
        check(
            KEEP_SYNTAX.fullmatch(text) is not None,
            f'--keep "{text}" is not a policy. Use first, longest, newest:FIELD, oldest:FIELD or prefer:FIELD=a,b.',
        )
        rule, _, rest = text.partition(":")
        name, _, values = rest.partition("=")
        return cls(rule, name or None, tuple(values.split(",")) if values else ())

    def __str__(self) -> str:
        field = f":{self.field}" if self.field else ""
        return self.rule + field + (f"={','.join(self.values)}" if self.values else "")


def parse_remove(text: str) -> str:
    """Return a list of relations as it is written on the command line, in the usual order; `all` are all of them.

    >>> parse_remove("edited, exact")
    'exact,edited'
    """
    named = {name.strip() for name in text.split(",")}
    known = [relation.label for relation in CopyRelation]
    wrong = sorted(named - {*known, "all"})
    check(not wrong, f'--remove "{", ".join(wrong)}" is no relation. There are all, {", ".join(known)}.')
    return ",".join(name for name in known if name in named or "all" in named)


REMOVE_ALL = ",".join(relation.label for relation in CopyRelation)


@dataclass(frozen=True)
class NearConfig:
    """How near-duplicate documents are found and who is kept.

    threshold       exact Jaccard of shingle sets from which two documents may be copies, 0 < t <= 1
    shingle_size    consecutive tokens in a shingle
    num_perm        most permutations a signature may take; as many are used as the bands need
    seed            of the permutations, as in datasketch
    recall          probability with which a pair exactly at the threshold becomes a candidate
    keep            keep policy
    remove          relations that go, as `parse_remove` returns them: what is alike otherwise stays
    max_novel       share of a removed document's words that its witness may lack
    max_novel_run   the same for words in a row; below a similarity of 0.5 a removed document has 100 in all
    max_bucket      kept documents one bucket may hold; the summary says when a bucket was full
    """

    threshold: float = 0.35
    shingle_size: int = 5
    num_perm: int = 128
    seed: int = 1
    recall: float = 0.995
    keep: KeepPolicy = field(default_factory=KeepPolicy)
    remove: str = "exact,edited,contained"
    max_novel: float = 0.3
    max_novel_run: int = 200
    max_bucket: int = 2000

    def __post_init__(self) -> None:
        require_types(self)
        check(0 < self.threshold <= 1, f"--threshold {self.threshold:g} is not between 0 (excluded) and 1.")
        check(1 <= self.shingle_size <= 100, f"--shingle-size {self.shingle_size} is not between 1 and 100.")
        check(1 <= self.num_perm <= 4096, f"--num-perm {self.num_perm} is not between 1 and 4096.")
        check(0 <= self.seed < 2**32, f"seed {self.seed} is not between 0 and 2^32 - 1.")
        check(0 < self.recall < 1, f"recall {self.recall:g} is not between 0 and 1 (both excluded).")
        check(parse_remove(self.remove) == self.remove, f'--remove "{self.remove}" is not in the usual order.')
        check(0 <= self.max_novel <= 1, f"--max-novel {self.max_novel:g} is not between 0 and 1.")
        check(0 <= self.max_novel_run < 2**31, f"--max-novel {self.max_novel_run} is not a number of words.")
        check(1 <= self.max_bucket < 2**16, f"max_bucket {self.max_bucket} is not between 1 and 65535.")


@dataclass(frozen=True)
class PassageConfig:
    """How repeated passages are found and what is done with them.

    scope             "within" documents, "across" documents, "all", or "off": passages are not looked for at all
    min_tokens        least tokens of a passage; an edited one may lack up to a quarter of them, because its edited ends
                      look like the text around it
    min_similarity    share of equal tokens, 2 * equal / (tokens of both sides), from which two spans are one passage
    cut_similarity    the same, from which a copy of `cut_edited` tokens that another document holds may be cut; any
                      other has to be exact
    cut_edited        tokens from which such an edited copy may be cut: a shorter one is a restatement
    cut_share         a repeat that stands apart from its source is cut only if it ends the text and is at least this
                      share of what stays: a body or a half of it
    contained         share of a document's words in passages of one kept document, from which it is contained in it
                      (an edited copy of a longer document from 0.6 on, with a threshold above 0.35 from more);
                      None: containment is not looked for
    shingle_size      tokens of a seed
    window            one seed of this many consecutive ones is looked up: shared runs of shingle_size + window - 1
                      tokens are always found
    strip_boilerplate cut boilerplate out of the kept documents
    max_fingerprints  seeds of the corpus that are held in memory at once; more are taken in several passes
    """

    scope: str = "all"
    min_tokens: int = 20
    min_similarity: float = 0.5
    cut_similarity: float = 0.95
    cut_edited: int = 60
    cut_share: float = 0.25
    contained: float | None = 0.9
    shingle_size: int = 5
    window: int = 4
    strip_boilerplate: bool = False
    max_fingerprints: int = 16_000_000

    def __post_init__(self) -> None:
        require_types(self)
        known = self.scope in {"off", "within", "across", "all"}
        check(known, f'scope "{self.scope}" is none of "off", "within", "across" and "all".')
        check(
            self.shingle_size <= self.min_tokens < 2**31,
            f"--min-tokens {self.min_tokens} is not between {self.shingle_size} and 2,147,483,647.",
        )
        for name in ("min_similarity", "cut_similarity"):
            check(0 < getattr(self, name) <= 1, f"{name} {getattr(self, name):g} is not between 0 (excluded) and 1.")
        check(
            self.contained is None or 0.5 <= self.contained <= 1,
            f"--contained {self.contained} is neither off nor between 0.5 and 1.",
        )

    @property
    def is_on(self) -> bool:
        """Return whether passages, containment or boilerplate are looked for."""
        return self.scope != "off"

    @property
    def finds_contained(self) -> bool:
        """Return whether contained documents are looked for."""
        return self.is_on and self.contained is not None

    @property
    def within(self) -> bool:
        """Return whether repeats inside documents are looked for."""
        return self.scope in {"within", "all"}

    @property
    def across(self) -> bool:
        """Return whether passages that documents share are looked for."""
        return self.scope in {"across", "all"}


@dataclass(frozen=True)
class InputConfig:
    """How documents are read: field names, and the format where the file name does not tell it.

    text_field    field that holds the text
    id_field      field that holds the id; like those below it may be absent
    input_format  None: the file name tells it
    title_field   field that holds the title
    date_field    field that holds the date
    outlet_field  field that says who published; documents of one outlet share boilerplate
    url_field     field that holds the address on the web
    max_record    bytes of a record; a longer one is set aside unread
    encoding      of text files without a byte order mark; None: UTF-8
    date_order    what 01/02/2024 is: "dmy" the first of February, "mdy" the second of January; None: it is not read
    max_unpacked  bytes that a compressed file or an archive may become; None: 200 times its own, at least 4 GB
    max_download  bytes of one file at an address
    given         fields that somebody named; any other one that is not there is looked for under well-known names
    """

    text_field: str = "text"
    id_field: str = "id"
    input_format: str | None = None
    title_field: str = "title"
    date_field: str = "date"
    outlet_field: str = "outlet"
    url_field: str = "url"
    max_record: int = 512 << 20
    encoding: str | None = None
    max_unpacked: int | None = None
    max_download: int = 16 << 30
    given: tuple[str, ...] = ()
    date_order: str | None = None

    def __post_init__(self) -> None:
        require_types(self)
        check(self.date_order in DATE_ORDERS, f'--date-order "{self.date_order}" is neither dmy nor mdy.')
        check(1 <= self.max_record <= 2**31 - 1, f"--max-record {self.max_record} is not between 1 and 2,147,483,647.")
        check(bool(self.text_field), "--text-field is empty. Name the field that holds the text.")
        check(bool(self.id_field), "--id-field is empty. Name the field that holds the id.")
        both = f'--text-field and --id-field are both "{self.text_field}". Name two different fields.'
        check(self.text_field != self.id_field, both)

    @property
    def article_fields(self) -> dict[str, str]:
        """Return the fields of the date, the title and the outlet, by role."""
        return {role: str(getattr(self, f"{role}_field")) for role in ("date", "title", "outlet")}

    @property
    def facts(self) -> dict[str, str]:
        """Return the fields of what may be known of a document, by role; none is the text itself."""
        fields = {role: getattr(self, f"{role}_field") for role in ("title", "date", "outlet", "url")}
        return {role: field for role, field in fields.items() if field and field != self.text_field}


def fingerprint(*configs: object) -> str:
    """Return a short hash of settings, stored with what was made under them.

    >>> fingerprint(NearConfig()) == fingerprint(NearConfig(threshold=0.35))
    True
    """
    text = repr([(type(config).__name__, sorted(asdict(config).items())) for config in configs])  # type: ignore[call-overload]
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def describe(config: object) -> dict[str, object]:
    """Return the settings as plain values for a summary."""
    values = {f.name: getattr(config, f.name) for f in fields(config)}  # type: ignore[arg-type]
    return {name: str(value) if isinstance(value, KeepPolicy) else value for name, value in values.items()}


@dataclass(frozen=True)
class CleanSettings:
    """The settings of a clean run: its output depends on them and on its input alone."""

    near: NearConfig = field(default_factory=NearConfig)
    passages: PassageConfig = field(default_factory=lambda: PassageConfig(scope="within"))
    input: InputConfig = field(default_factory=InputConfig)

    def __post_init__(self) -> None:
        require_types(self)
        names_text = f"--keep {self.near.keep} names the text field. Name a field that holds a date or an outlet."
        check(self.near.keep.field != self.input.text_field, names_text)

    @property
    def keep(self) -> KeepPolicy:
        """Return the keep policy, which reads dates as the input has them."""
        return replace(self.near.keep, date_order=self.input.date_order or self.near.keep.date_order)

    @property
    def roles(self) -> dict[str, str]:
        """Return the fields that are read beside text and id, by their use: "key" orders, the others are facts."""
        return self.input.facts | ({"key": self.near.keep.field} if self.near.keep.field else {})

    def fingerprint(self, *inputs: object) -> str:
        """Return a short hash of the settings and of what the run works on."""
        passages = [self.passages] if self.passages.is_on else []
        return fingerprint(self.near, *passages, self.input, *inputs)

    def describe(self) -> dict[str, dict[str, object]]:
        """Return the settings by stage as plain values; no values of passages that are off."""
        passages = describe(self.passages) if self.passages.is_on else {}
        return {"near": describe(self.near), "passages": passages, "input": describe(self.input)}

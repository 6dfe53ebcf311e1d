"""English words by which a statement is denied, and words that are opposites of each other."""

import re

from dedup.compare.terms import stem

# What turns the verb behind it into its opposite.
NEGATIONS = frozenset(
    "not n't never cannot nobody none cant dont wont didnt doesnt isnt wasnt arent werent hasnt havent hadnt couldnt "
    "wouldnt".split()
)
_NT = re.compile(r"n['’]t$|^(?:did|does|is|was|are|were|has|have|had|could|would)n$")
PHRASES = (
    "no one", "no intention of", "no intention to", "no plans to", "no plan to", "no longer", "ruled out", "rules out",
    "rule out", "ruling out", "far from", "stopped short of", "stops short of",
    "fall short of", "falls short of", "fell short of", "has yet to", "have yet to", "instead of", "rather than",
    "unable to", "refused to", "refuses to", "declined to", "declines to", "failed to", "fails to", "unlikely to",
    "denied that", "denies that", "denied having", "denies having",
    *(
        f"{denial} {claim} that"
        for denial in ("denied", "denies", "rejected", "rejects", "dismissed", "dismisses")
        for claim in ("claims", "reports", "allegations", "accusations", "the claim", "the allegation")
    ),
)  # fmt: skip
PHRASES_OF = {word: tuple(p for p in PHRASES if p.split()[0] == word) for word in {p.split()[0] for p in PHRASES}}
# Adverbs that deny nothing but what they stand beside; "not properly passed" is passed.
WHOLLY = frozenset("actually currently deliberately ever even formally knowingly officially publicly really".split())
# What denies the things behind it: contradicted by a number of them.
NO = frozenset("no without zero".split())
# What denies a verb in -ing behind it.
DENIALS = frozenset("deny denies denied denying".split())
# Words between a denial and a noun: "not in the area", "never a member".
NOUN_MARKS = frozenset("a an the in of on at by for from with to as that this his her its their even".split())
QUANTIFIERS = frozenset("several many some dozens hundreds thousands".split())
# What says where somebody is: "was not in the house".
BE = frozenset("is are was were be been being isn't wasn't aren't weren't isnt wasnt arent werent".split())
AT = frozenset("in at inside aboard".split())
ARTICLES = frozenset("the a an his her its their this that".split())
# Where a denial ends, and what makes it none: "not only", "no doubt".
CLAUSE_WORDS = frozenset(
    "but while although though because after before when if unless until whereas whether however as since amid despite "
    "following".split()
)
NO_NEGATION = frozenset("only just doubt matter wonder less more sooner later least immediately clear one".split())
# Heads that say nothing of what happened: "did not say", "is not known".
EMPTY_HEADS = frozenset(
    "say know clear comment respond reply think believ seem hav get mak be do want need requir immediat yet sur "
    "elaborat specif identif nam tak giv go com claim alleg accus charg report answ mention detail disclos reveal "
    "look confirm other any way thing evid inform part us possibl far much enough able long single person "
    "people".split()
)
# Concepts, each with words for it and words for its opposite; words of one line are taken for one another.
CONCEPTS = (
    (
        "stay remain continue resume proceed go-ahead",
        "leave quit abandon withdraw exit break-off pull-out walk-away walk-out "
        "end stop halt suspend cancel call-off postpone",
    ),
    ("confirm", "deny denied"),
    (
        "accept agree approve back support endorse welcome pass adopt",
        "reject refuse oppose oppos decline turn-down veto",
    ),
    ("open reopen", "close shut"),
    ("succeed success", "fail failure collapse break-down"),
    ("legal lawful", "illegal unlawful"),
    ("guilty convict", "innocent acquit"),
    ("allow permit", "ban bar prohibit forbid"),
    ("arrive", "depart"),
    ("safe", "unsafe dangerous"),
    ("true genuine", "false fake fabricate fabrication hoax"),
    ("release free", "detain"),
    ("lift", "impose"),
    ("appoint", "dismiss sack fire"),
    ("attend", "skip boycott"),
    ("uphold upheld", "overturn quash strike-down"),
    ("critical", "stable"),
    ("east", "west"),
    ("north", "south"),
    ("carry hold possess", ""),
)
# Adjectives, and participles, that a prefix turns into their opposites. No other word is taken apart: a migrant is an
# immigrant, and who unveils a plan denies no veil.
PREFIXED = {
    "un": "acceptable affected armed authorized available aware certain changed conditional confirmed conscious "
    "constitutional damaged documented employed equal fair fit founded happy harmed healthy hurt important injured "
    "justified necessary paid popular prepared reliable related restricted scathed stable successful sustainable usual "
    "vaccinated verified willing",
    "in": "accurate active adequate appropriate capable complete consistent correct decisive direct effective eligible "
    "expensive formal secure significant sufficient valid visible voluntary",
    "im": "mature moral perfect plausible possible practical probable proper",
    "il": "legitimate literate logical",
    "ir": "rational regular relevant responsible reversible",
}
# Words that a prefix denies, whose stems are those of other words: arm, found.
WHOLE_WORDS = frozenset(["armed", "founded"])
# Nouns that news puts for each other.
SAME_THINGS = (
    "talks negotiation negotiations dialogue negotiating",
    "attack strike assault attacks strikes",
    "agreement deal accord pact treaty",
    "residence home house mansion",
    "troops soldiers forces army",
    "children kids",
    "firm company",
    "election vote poll",
    "plan proposal",
    "resign resignation step-down",
    "arrest detain",
    "shooting gunfire",
    "quake earthquake tremor temblor",
)
# What is behind a verb, and not what it is about; as stems.
TIMES = frozenset(
    stem(word)
    for word in (
        "year month week day hour minut time today yesterday tomorrow monday tuesday wednesday thursday "
        "friday saturday sunday januar februar march april june jul august september october november "
        "december outright"
    ).split()
)
# Names of one government.
SAME_NAMES = (
    "russia moscow kremlin russian",
    "ukraine kyiv kiev ukrainian",
    "us washington american u.s.",
    "china beijing chinese",
    "israel israeli",
    "iran tehran iranian",
    "uk britain london british",
    "germany berlin german",
    "france paris french",
    "india delhi indian",
)
# Words of many names: "United States" and "United Nations" have nobody in common.
COMMON_NAMES = frozenset(
    stem(word) for word in "united new north south general world national international minister president".split()
)
# Words of a clause that neither asserts nor denies: what is tried, planned, wished, possible or failed,
# what holds of a part only, and what is so until now.
MIXED = frozenset(
    "should must may might could ought shall let want wants wanted urge urges urged urging demand demands demanded "
    "scheduled planned supposed expected originally initially due try trying tries tried seek seeking seeks hope hopes "
    "hoping effort efforts attempt attempts failure lack despite temptation falsely wrongly blocking "
    "preventing only charged suspicion percent most some all half few majority partly yet".split()
)
# Verbs and the like whose "to" says what happens or is going to; behind other words it says a purpose.
GOVERNORS = frozenset(
    stem(word)
    for word in (
        "has have had having threaten threat decide agree vow pledge promise continue begin began begun "
        "start going set force used ready about able manage choose chose chosen refuse fail likely unlikely "
        "intend intention plan decision appear seem is are was were be been proceed determined willing "
        "allow told"
    ).split()
)
PLEAS = frozenset("plead pleads pleaded pleading plea".split())  # what is pleaded need not be found
# "He had a gun" says what "he carried a gun" does.
OWNING = frozenset("has have had having".split())
ANY = frozenset("a an any".split())
OTHERS = frozenset("another other others".split())  # of an actor that was not spoken of before
RELATIVES = frozenset("who whom whose which".split())
# Verbs of what must not be done: they reach to the end of the sentence, over commas and "or".
BARRED = frozenset("refrain refrains refrained refraining prohibited prohibits prohibiting barred forbidden".split())
# Verbs that change their stem.
IRREGULAR = {
    "broke": "break", "broken": "break", "left": "leave", "withdrew": "withdraw", "withdrawn": "withdraw", "went": "go",
    "gone": "go", "came": "come", "gave": "give", "given": "give", "took": "take", "taken": "take", "fell": "fall",
    "fallen": "fall", "rose": "rise", "risen": "rise", "grew": "grow", "grown": "grow", "won": "win", "lost": "lose",
    "met": "meet", "found": "find", "held": "hold", "shot": "shoot", "struck": "strike", "began": "begin",
    "begun": "begin", "knew": "know", "known": "know", "spoke": "speak", "spoken": "speak", "paid": "pay",
    "sent": "send", "built": "build", "bought": "buy", "sold": "sell", "stood": "stand", "kept": "keep",
    "sank": "sink", "sunk": "sink", "stole": "steal", "stolen": "steal", "fled": "flee", "caught": "catch",
    "drove": "drive", "driven": "drive", "flew": "fly", "flown": "fly", "hid": "hide", "hidden": "hide", "ran": "run",
    "fought": "fight", "threw": "throw", "thrown": "throw", "chose": "choose", "wed": "marry", "burnt": "burn",
    "died": "die", "dying": "die", "lying": "lie", "wrote": "write", "written": "write", "shrank": "shrink",
}  # fmt: skip
# Words of a concept in one phrase only: "in critical condition", "west of Oslo".
FOLLOWERS = {"critical": "condition", "stable": "condition", **dict.fromkeys("east west north south".split(), "of")}
# What markets open or close at.
LEVELS = frozenset("lower higher flat mixed weaker stronger unchanged".split())
PARTICLES = frozenset("off out away down up ahead".split())


def has_other_sense(word: str, before: str, follower: str) -> bool:
    """Return whether a word is not what its concept says: "were left stranded", "opened lower", "continue until"."""
    is_of_market = word in {"open", "opens", "opened", "close", "closes", "closed"} and follower in LEVELS
    if word in FOLLOWERS:
        return follower != FOLLOWERS[word]
    is_ending = follower == "until" and word.startswith("continu")
    return is_ending or is_of_market or (word == "left" and before in BE)


def is_negation(word: str) -> bool:
    """Return whether a word denies the verb behind it."""
    return word in NEGATIONS or _NT.search(word) is not None


def find_key(word: str) -> str:
    """Return what forms of a word have in common: its stem, if no other word has it too."""
    return word if word in WHOLE_WORDS else stem(word)

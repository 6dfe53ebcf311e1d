"""What the code knows of English words: months, days, number words, abbreviations; and the marks that end sentences."""

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH_ABBREVIATIONS = (*(month[:3] for month in MONTHS), "sept")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
}
NUMBER_VALUES = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * (number + 2) for number, word in enumerate(_TENS)}
    | NUMBER_SCALES
)

# Words whose full stop ends no sentence, in lower case.
ABBREVIATIONS = (
    frozenset("mr mrs ms dr sen sens rep reps gov govt gen col lt sgt capt st prof hon rev jr sr asst ret".split())
    | frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
    | frozenset("no nos vs inc incl ltd co corp etc dept est fig vol pp apt approx cont max min pct viz".split())
)
# Short forms whose long form is the same word in any text.
SHORT_FORMS = {
    "govt": "government",
    "gov": "governor",
    "dept": "department",
    "ltd": "limited",
    "pvt": "private",
    "corp": "corporation",
    "inc": "incorporated",
    "prof": "professor",
    "sgt": "sergeant",
    "capt": "captain",
    "sen": "senator",
    "rep": "representative",
    "dr": "doctor",
    "mt": "mount",
}

# Those that a name or a number follows; no sentence ends there.
TITLES = frozenset(
    "mr mrs ms messrs dr sen sens rep reps gov govs gen maj col lt sgt capt cmdr adm brig cpl supt prof hon rev ven "
    "rs".split()
)
# Words that begin a sentence behind initials: "in the U.S. They left", but "the U.S. Senate".
SENTENCE_STARTERS = frozenset(
    "a an the this that these those he she it they we i you his her its their our my your there here who what why how "
    "which in on at by for from with to of as if when while where after before since although though because during "
    "under over until unless despite and but or so yet however meanwhile moreover today yesterday tomorrow last next "
    "no not all some many most each every one both several few such even also now then more another nearly about only "
    "just is are was were do does did has have had can could will would should may might let according "
    "earlier later".split()
)

# CJK, Arabic and Urdu, Devanagari, Sinhala, Ethiopic, Myanmar, Khmer, Armenian and Tibetan.
FOREIGN_SENTENCE_ENDS = "。！？｡؟۔।॥෴።፧፨။៕។։།"
SENTENCE_ENDS = frozenset(".!?…．" + FOREIGN_SENTENCE_ENDS)

# English words that say nothing by themselves.
STOP_WORDS = frozenset(
    "a an the this that these those he she it they we i you his her its their our my your him them us me who whom "
    "whose which what when where while as at by for from in into of off on onto out over to up with within without "
    "about after before between during against under through and or but nor so yet if than then there here is are was "
    "were be been being am has have had having do does did will would shall should can could may might must not no n't "
    "s t also just only very more most much many some any all both each every other another such own same too again "
    "further once one said says say told according added reported mr mrs ms dr".split()
)
# The commonest words of languages at large, none of them a noun, a verb or a name in another one.
FUNCTION_WORDS = STOP_WORDS | frozenset(
    "der das und ist nicht ein eine einen einem einer von zu im auf für mit sich dem auch als nach wie wird wurde "
    "le la les un une des du et est dans que qui pour pas sur au aux avec ce cette par il elle ont été "
    "el los las una y del se por con para su como más fue han "
    "lo gli di da nel della delle che non sono anche ha "
    "os uma e do em no na não foi ao pela pelo "
    "het een van dat niet zijn voor met aan ook door".split()
)

# The public API, declared once: `__init__.py` reads the names and their modules from here (SPEC 1, lazy loading).
from dedup.config import CleanSettings as CleanSettings
from dedup.config import InputConfig as InputConfig
from dedup.config import KeepPolicy as KeepPolicy
from dedup.config import NearConfig as NearConfig
from dedup.config import PassageConfig as PassageConfig
from dedup.errors import DedupError as DedupError
from dedup.model.documents import Cluster as Cluster
from dedup.model.documents import Document as Document
from dedup.model.documents import Member as Member
from dedup.model.documents import Passage as Passage
from dedup.model.documents import Removal as Removal
from dedup.model.documents import Story as Story
from dedup.model.index_results import Match as Match
from dedup.model.index_results import SharedPassage as SharedPassage
from dedup.model.index_results import SharingDocument as SharingDocument
from dedup.model.index_results import SharingDocuments as SharingDocuments
from dedup.near.bands import candidate_probability as candidate_probability
from dedup.near.bands import choose_bands as choose_bands
from dedup.near.sketcher import Signature as Signature
from dedup.near.sketcher import sign_text as sign_text
from dedup.pipeline.cleaned_files import CleanedFiles as CleanedFiles
from dedup.pipeline.cleaned_files import clean_files as clean_files
from dedup.pipeline.compare_in_memory import compare_texts as compare_texts
from dedup.pipeline.compare_in_memory import diff_texts as diff_texts
from dedup.pipeline.deduplicate import Deduplication as Deduplication
from dedup.pipeline.deduplicate import deduplicate as deduplicate
from dedup.pipeline.find_passages import find_passages as find_passages
from dedup.pipeline.find_stories import find_stories as find_stories
from dedup.pipeline.text_index import Index as Index
from dedup.story_config import StoryConfig as StoryConfig

__version__: str

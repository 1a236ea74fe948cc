"""What is risky about a study and its lexicon, before any work is done."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from pipeline.concepts.check_names import check_concepts, risks_of_names
from pipeline.concepts.check_words import risks_of_words
from pipeline.concepts.lexicon import load_lexicon, plain, terms_of
from pipeline.concepts.lock import describe_lock
from pipeline.errors import show_path
from pipeline.ingest.dates import parse_date
from pipeline.ingest.sources import folder, table_rows
from pipeline.languages.stop_words import fold, read_list, stop_word_file
from pipeline.languages.tokens import language_module
from pipeline.languages.trained import find_models, gaps_of_models
from pipeline.study import is_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.records import Concept, Term
    from pipeline.study import Study

_MEANT = {
    name: column
    for column, names in {
        "date": "datum erscheinungsdatum jahr year 日期 时间 年份 发布日期",
        "title": "titel überschrift 标题 题名",
        "author": "autor autorin verfasser redner rednerin speaker 作者 讲话人",
        "publisher": "herausgeber verlag quelle zeitung 来源 出版者",
        "language": "sprache 语言",
        "city": "stadt ort 城市",
        "url": "link adresse 网址 链接",
    }.items()
    for name in names.split()
}
"""What people call the columns of a sidecar, and what they are called."""
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_ID = re.compile(r"(?=\S*\d)[\w.:/#-]+", re.ASCII)
_HARDLY_ANY = 0.9
_MANY, _SHORT_TEXT = 20, 60
_SHORT = 2
"""A Chinese form of so few characters also stands inside many other words."""


def find_risks(study: Study) -> list[str]:
    """One sentence for each thing that a user should look at; mistakes are raised, not listed.

    Raises:
        StudyError: the study or the lexicon is wrong.
    """
    concepts = load_lexicon(study.lexicon)
    check_concepts(study, concepts)
    models = find_models(study).values()
    words = risks_of_words(study, terms_of(concepts, "zh")) if "zh" in study.languages else []
    return [
        *risks_of_names(study),
        *_risks_of_lexicon(study, concepts),
        *describe_lock(study.lexicon, concepts)[1:],
        *words,
        *_risks_of_study(study),
        *_risks_of_columns(study),
        *_risks_of_stop_words(study, concepts),
        *gaps_of_models(study, models),
    ]


def _risks_of_lexicon(study: Study, concepts: Sequence[Concept]) -> Iterator[str]:
    where = show_path(study.lexicon)
    for concept in concepts:
        for code in study.languages:
            if not any(term.language == code for term in concept.terms):
                yield f"{where}: concept {concept.id!r} has no term in {code}: it has no curve there"
            if code not in concept.label:
                yield f"{where}: concept {concept.id!r} has no label in {code}: figures show its id"
    terms = [term for concept in concepts for term in concept.terms if term.language in study.languages]
    for term in terms:
        form = plain(term.form, term.language)
        if term.language == "zh" and term.match == "form" and len(form) <= _SHORT and not term.not_in:
            yield (
                f"{where}: concept {term.concept!r}: {term.form!r} is short and may stand inside other words; "
                f"read its concordance, and name such words in not_in"
            )
        yield from _nested(where, term, terms)


def _nested(where: str, term: Term, terms: Sequence[Term]) -> Iterator[str]:
    if term.match == "regex":
        return
    form = plain(term.form, term.language)
    for other in terms:
        if other.language != term.language or other.match == "regex" or other.concept == term.concept:
            continue
        longer = plain(other.form, other.language)
        if form != longer and (form in longer if term.language == "zh" else f" {form} " in f" {longer} "):
            yield (
                f"{where}: {term.form!r} ({term.concept}) lies in {other.form!r} ({other.concept}): "
                f"there it is recorded, and counted for {other.concept} alone"
            )


def _risks_of_stop_words(study: Study, concepts: Sequence[Concept]) -> Iterator[str]:
    """Stop words that are terms; of lists that the study names also words that the text is never cut into."""
    for code in study.languages:
        path = stop_word_file(study, code)
        listed, where = read_list(path), show_path(path)
        terms = {fold(plain(t.form, code), code): t for c in concepts for t in c.terms if t.language == code}
        for word in listed:
            if (term := terms.get(fold(word, code))) is not None:
                yield f"{where}: the stop word {word!r} is a term of {term.concept!r}: it is in no list of words"
        if getattr(study.stop_words, code) is None:
            continue
        cuts = language_module(code).cut(listed)
        number = np.bincount(cuts.passage, minlength=len(listed))
        for word in (word for word, size in zip(listed, number.tolist(), strict=True) if size != 1):
            if fold(word, code) not in terms:
                yield f"{where}: the stop word {word!r} can never match: the text is cut inside it"


def _risks_of_study(study: Study) -> Iterator[str]:
    for source in study.sources:
        if source.kind == "folder" and not is_url(source.path) and not folder.list_files(study, source):
            yield f"{study.where}: [[source]] {source.id}: there is no file in {show_path(study.resolve(source.path))}"
        if source.kind == "folder" and source.metadata is None:
            yield (
                f"{study.where}: [[source]] {source.id} has no metadata: documents whose file does not say its "
                f"date are in no period"
            )
        if source.kind == "table" and "date" not in (source.columns or {}):
            yield f"{study.where}: [[source]] {source.id} names no column for the date: its rows are in no period"
        if source.kind == "table" and "id" not in (source.columns or {}):
            yield (
                f"{study.where}: [[source]] {source.id} names no column for the id: rows are known by their "
                f"number, which changes when a row is added above"
            )


def _risks_of_columns(study: Study) -> Iterator[str]:
    """Columns of tables that hold no texts, and of sidecars that are called otherwise than the ones that are read.

    Raises:
        StudyError: a table has not the columns that the study names, or a sidecar cannot be read.
    """
    for source in study.sources:
        if source.kind == "table" and source.columns and not is_url(source.path):
            column = source.columns["text"]
            rows = table_rows.first_rows(study.resolve(source.path), source.columns)
            held = _held_instead([said for row in rows if (said := str(row.get(column) or "").strip())])
            if held:
                yield f"{study.where}: [[source]] {source.id}: the column {column!r}, taken as the text, holds {held}"
        if source.kind != "folder" or not source.metadata or is_url(source.path):
            continue
        path = study.resolve(source.path) / source.metadata
        columns = {name for cells in folder.read_sidecar(path).values() for name in cells}
        for name in sorted(columns):
            meant = _MEANT.get(name.lower())
            if meant and meant not in columns:
                where = show_path(path)
                yield f"{where}: the column {name!r} is not read as {meant!r}; if it is meant so, call it {meant!r}"


def _held_instead(texts: Sequence[str]) -> str:
    """What a column holds of which hardly any cell is a text; empty where they are, or titles. One word may be one."""
    kinds = Counter(kind for text in texts if (kind := _kind_of(text)))
    if texts and kinds.total() >= _HARDLY_ANY * len(texts):
        return f"{kinds.most_common(1)[0][0]}, not texts"
    few = len(set(texts))
    if len(texts) >= _MANY and few * 10 <= len(texts):
        return f"{few} different {'text' if few == 1 else 'texts'} in its first {len(texts)} rows"
    return ""


def _kind_of(text: str) -> str:
    """What a cell is that is no text for sure; empty for any other."""
    if _ADDRESS.fullmatch(text):
        return "addresses"
    if not any(map(str.isalpha, text)) or (len(text) < _SHORT_TEXT and parse_date(text)):
        return "dates or numbers"
    return "ids" if _ID.fullmatch(text) else ""

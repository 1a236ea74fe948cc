"""The study: ``configs/NAME.toml`` as one frozen, typed value. One file is one paper."""

from __future__ import annotations

import difflib
import hashlib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.errors import StudyError, show_path
from pipeline.settings import (
    ChineseSettings,
    CollocationSettings,
    ComparisonSettings,
    ConcordanceSettings,
    EmancipationSettings,
    EncoderSettings,
    KeynessSettings,
    Name,
    PaperSettings,
    PassageSettings,
    PdfSettings,
    RunSettings,
    Source,
    StopWordSettings,
    Table,
    TimelineSettings,
    TopicSettings,
    TrainedSettings,
    WebSettings,
)
from pipeline.toml_files import read_toml, say_validation

CONFIGS = Path("configs")
"""Where studies are kept, from the working folder: what a study without a folder is looked for in."""


class _Head(Table):
    name: Name
    title: str
    languages: Annotated[list[Literal["zh", "de", "en"]], Field(min_length=1)]
    lexicon: str
    note: str = ""


class _File(Table):
    study: _Head
    source: Annotated[list[Source], Field(min_length=1)]
    passages: PassageSettings = PassageSettings()
    timelines: TimelineSettings = TimelineSettings()
    topics: TopicSettings = TopicSettings()
    encoder: EncoderSettings = EncoderSettings()
    collocations: CollocationSettings = CollocationSettings()
    keyness: KeynessSettings = KeynessSettings()
    keywords: list[ComparisonSettings] = Field(default=[])
    emancipation: EmancipationSettings = EmancipationSettings()
    concordance: ConcordanceSettings = ConcordanceSettings()
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
    keyness: KeynessSettings
    keywords: tuple[ComparisonSettings, ...]
    emancipation: EmancipationSettings
    concordance: ConcordanceSettings
    chinese: ChineseSettings
    german: TrainedSettings
    english: TrainedSettings
    stop_words: StopWordSettings
    pdf: PdfSettings
    web: WebSettings
    paper: PaperSettings
    run: RunSettings

    @property
    def where(self) -> str:
        """How messages name the study's file."""
        return show_path(self.path)

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
        """A path of the study file as an absolute one; of an address, where its copy is kept."""
        if is_url(path):
            address = path.rstrip("/")
            digest = hashlib.sha256(address.encode()).hexdigest()[:12]
            return self.corpus_folder / "remote" / digest / address.rpartition("/")[2]
        return (self.path.parent / Path(path).expanduser()).resolve()


def is_url(path: str) -> bool:
    """Whether a path is an address (``s3://bucket/folder``) and no path of this machine."""
    return "://" in path


def load_study(path: Path, root: Path | None = None) -> Study:
    """Read and check a study.

    Args:
        path: the study's TOML file, or a name that stands for ``configs/NAME.toml``.
        root: the folder under which outputs are kept; the working folder where absent.

    Raises:
        StudyError: the file is missing, is no TOML, or says something that cannot be.
    """
    path = find_study(path)
    file, where = _read_file(path), show_path(path)
    ids = [source.id for source in file.source]
    for name in ids:
        if ids.count(name) > 1:
            raise StudyError(f"{where}: two sources have the id {name!r}; each needs its own")
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
        keyness=file.keyness,
        keywords=tuple(file.keywords),
        emancipation=file.emancipation,
        concordance=file.concordance,
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
    if study.run.copy_to:
        _check_address(f"{where}: [run] copy_to", study.run.copy_to)
    for words in study.word_lists:
        if not words.is_file():
            raise StudyError(f"{where}: [chinese] words: there is no file {show_path(words)}{_near(words)}")
    for code, words in study.stop_words.model_dump(exclude_none=True).items():
        if not study.resolve(words).is_file():
            place = study.resolve(words)
            raise StudyError(f"{where}: [stop_words] {code}: there is no file {show_path(place)}{_near(place)}")
    if not study.lexicon.is_file():
        place = study.lexicon
        raise StudyError(f"{where}: [study] lexicon: there is no file {show_path(place)}{_near(place)}")
    return study


def find_study(given: Path) -> Path:
    """The file that a user means who names a study: ``mine`` for ``configs/mine.toml`` where there is one, or its path.

    Raises:
        StudyError: there is none; the sentence names those that there are.
    """
    named = Path(f"{given}.toml")
    is_name = given.parent == Path() and not given.suffix
    for path in (CONFIGS / named if is_name else given, given, named, CONFIGS / given, CONFIGS / named):
        if path.is_file():
            return path
    if given.exists():
        return given  # reading it says what is wrong
    places = [given.parent, CONFIGS] if given.parent != Path() else [CONFIGS, Path()]
    found = next((files for place in places if (files := sorted(place.glob("*.toml")))), [])
    known = {path.stem: show_path(path) for path in found}
    if not known:
        raise StudyError(f"{show_path(given)}: there is no such file; work in the folder that has configs/ in it")
    near = difflib.get_close_matches(given.stem, known, n=1, cutoff=0.5)
    said = f"did you mean {known[near[0]]}? (there is " if near else "(there is "
    what = "file" if given.suffix == ".toml" else "study"
    raise StudyError(f"{show_path(given)}: there is no such {what}; {said}{', '.join(known.values())})")


def _near(path: Path) -> str:
    """The name beside the first part of a path that is not there which is spelt most like it."""
    while not path.parent.exists():
        path = path.parent
    names = sorted(other.name for other in path.parent.iterdir()) if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _read_file(path: Path) -> _File:
    raw = read_toml(path, StudyError)
    try:
        return _File.model_validate(raw)
    except ValidationError as problem:
        raise StudyError(say_validation(path, problem, _File)) from None


def _check_paths(study: Study, source: Source) -> None:
    where = f"{study.where}: [[source]] {source.id}"
    if source.kind == "web" or is_url(source.path):
        _check_elsewhere(study, source, where)
        return
    path = study.resolve(source.path)
    shown = show_path(path)
    if not path.exists():
        raise StudyError(f"{where}: path: there is no {shown}{_near(path)}")
    if source.kind == "folder" and not path.is_dir():
        raise StudyError(f"{where}: path: {shown} is a file; kind = 'folder' needs a folder, kind = 'table' a table")
    if path in {study.corpus_folder, study.export_folder}:
        raise StudyError(
            f"{where}: path: the study's own tables are kept in {shown}; put the texts into a folder in it"
        )
    if source.kind == "table" and path.is_dir():
        raise StudyError(f"{where}: path: {shown} is a folder; kind = 'table' needs a file")
    base = path.parent if source.kind == "archive" and path.is_file() else path
    if source.metadata and not (base / source.metadata).is_file():
        near = sorted(path.name for path in base.glob("metadata.*") if path.is_file())
        raise StudyError(
            f"{where}: metadata: there is no {show_path(base / source.metadata)}"
            + (f"; there is {', '.join(near)}" if near else "")
        )
    if source.files and not study.resolve(source.files).is_dir():
        raise StudyError(f"{where}: files: there is no folder {show_path(study.resolve(source.files))}")


def _check_elsewhere(study: Study, source: Source, where: str) -> None:
    """Check a source whose files are not on this machine."""
    if source.kind != "web":
        _check_address(f"{where}: path", source.path)
        if source.kind == "bibliography":
            raise StudyError(f"{where}: path: a bibliography is read from this machine; copy it here")
        return
    if not study.web.contact:
        raise StudyError(f"{study.where}: [web] contact is missing: a mail or web address, which each request names")
    if source.urls and not study.resolve(source.urls).is_file():
        raise StudyError(f"{where}: urls: there is no file {show_path(study.resolve(source.urls))}")


def _check_address(where: str, url: str) -> None:
    """An address stands in tables and manifests, so it may hold no secret."""
    parts = urlsplit(url)
    if parts.password is not None or parts.query or "::" in url:
        raise StudyError(
            f"{where}: an address with a password or a query would stand in every manifest; "
            f"keep them in the settings of your machine (fsspec reads ~/.config/fsspec)"
        )

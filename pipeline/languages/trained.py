"""Trained spaCy models that a study names: where they are, what they are, whether they fit.

The study names an installed package or a folder. Nothing is downloaded, and no code of a package is run to find it: its
``meta.json`` and ``config.cfg`` are read.
"""

from __future__ import annotations

import configparser
import hashlib
import importlib.metadata
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError, MissingTool, StudyError
from pipeline.stages import FileHashes, hash_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.study import Study

RELEASES = "https://github.com/explosion/spacy-models/releases"
IMPOSTOR = "'de-core-news-md' 999.9.9 of the package index is an impostor: do not install it"
TABLES = {"de": "german", "en": "english"}
"""The table of the study that names a language's model."""

_CODE = ("pipeline.languages.trained", "pipeline.languages.context")

LEMMA, TAG, POS, ENTITIES = "lemma", "tag", "pos", "entities"
GIVES: dict[str, tuple[str, ...]] = {
    "lemmatizer": (LEMMA,),
    "trainable_lemmatizer": (LEMMA,),
    "attribute_ruler": (LEMMA, TAG),
    "tagger": (TAG,),
    "morphologizer": (POS,),
    "ner": (ENTITIES,),
    "beam_ner": (ENTITIES,),
    "entity_ruler": (ENTITIES,),
    "future_entity_ruler": (ENTITIES,),
    "span_ruler": (ENTITIES,),
    "tok2vec": (),
    "transformer": (),
    "curated_transformer": (),
}
"""What spaCy's components can give; one of another make may give anything."""
LEFT_OUT = frozenset(
    {"parser", "beam_parser", "senter", "sentencizer", "textcat", "textcat_multilabel", "spancat",
     "spancat_singlelabel", "span_finder", "entity_linker", "merge_entities", "merge_noun_chunks", "merge_subtokens",
     "token_splitter", "doc_cleaner"}
)  # fmt: skip
"""Components that are not run: they give nothing that is kept, or change the tokens."""

_digests: dict[tuple[Any, ...], str] = {}
"""Of the folders seen, by the state of their files: a model has up to a gigabyte, and is asked for several times."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it was found."""

    language: str
    named: str
    """As the study names it."""
    folder: Path
    title: str
    """Its own name and version: ``de_core_news_md 3.8.0``."""
    sha256: str
    """Over the names and bytes of its files."""
    gives: tuple[tuple[str, tuple[str, ...]], ...]
    """For lemma, tag, pos and entities its components that can give it."""
    left_out: tuple[str, ...]

    def givers(self, column: str) -> tuple[str, ...]:
        """The components that can give a column."""
        return dict(self.gives)[column]

    def as_json(self) -> dict[str, Any]:
        """What the manifest says of it."""
        ours = "none: by form, without context"
        tag = (*self.givers(TAG), *self.givers(POS))
        columns = {"lemma": self.givers(LEMMA), "tag": tag, "entities": self.givers(ENTITIES)}
        return {"model": self.title, "sha256": self.sha256} | {
            name: ", ".join(givers) or ("none" if name == "entities" else ours) for name, givers in columns.items()
        }


def find_models(study: Study) -> dict[str, Model]:
    """The models that the study names, by language.

    Raises:
        StudyError: there is no such folder, it holds no model, or one of another language, or one that gives nothing.
        MissingTool: the package is not installed.
        InputError: the model was made for another spaCy.
    """
    return {code: _find(study, code, named) for code, named in study.models.items()}


def model_files(study: Study) -> list[Path]:
    """All files of the study's models."""
    return [path for model in find_models(study).values() for path in _files(model.folder)]


def gaps_of_models(study: Study, models: Iterable[Model]) -> Iterator[str]:
    """One sentence for each column that a model does not give: what stands there in its place."""
    for model in models:
        where = f"{study.where}: [{TABLES[model.language]}] model {model.title}"
        if not model.givers(LEMMA):
            yield f"{where} has no lemmatizer: lemmas are found by form, without context, as without a model"
        if not model.givers(TAG) and not model.givers(POS):
            yield f"{where} has no tagger: word classes are found by form, without context, as without a model"
        if not model.givers(ENTITIES):
            yield f"{where} has no ner: there are no named entities"


def _find(study: Study, code: str, named: str) -> Model:
    from packaging.specifiers import InvalidSpecifier

    where = f"{study.where}: [{TABLES[code]}] model"
    folder, meta = _data_folder(where, _locate(study, where, code, named))
    config = configparser.RawConfigParser(strict=False)
    try:
        config.read_string((folder / "config.cfg").read_text(encoding="utf-8"))
        disabled = json.loads(config["nlp"].get("disabled", "[]"))
        running = [name for name in json.loads(config["nlp"]["pipeline"]) if name not in disabled]
        factories = {name: json.loads(config[f"components.{name}"]["factory"]) for name in running}
        fits = _fits(meta["spacy_version"])
        title = f"{meta['lang']}_{meta['name']} {meta['version']}"
    except (KeyError, TypeError, ValueError, AttributeError, configparser.Error, InvalidSpecifier) as problem:
        what = repr(problem).splitlines()[0]
        raise StudyError(f"{where}: {folder} is no model that spaCy can load ({what}); get it anew") from None
    if meta["lang"] != code:
        raise StudyError(f"{where}: {title} is a model of the language {meta['lang']!r}; this needs one of {code!r}")
    if not fits:
        spacy = importlib.metadata.version("spacy")
        raise InputError(
            f"{where}: {title} was made for spaCy {meta['spacy_version']}, installed is {spacy}; take the model's "
            f"release for spaCy {spacy.rpartition('.')[0]} from {RELEASES}"
        )
    gives = {column: tuple(n for n, f in factories.items() if column in GIVES.get(f, (column,)) and f not in LEFT_OUT)
             for column in (LEMMA, TAG, POS, ENTITIES)}  # fmt: skip
    if not any(gives.values()):
        raise StudyError(
            f"{where}: {title} gives no lemmas, no word classes and no entities (it has {', '.join(running) or 'no'} "
            f"components); leave the key out, or name a model with a lemmatizer, a tagger or ner"
        )
    left_out = tuple(name for name, factory in factories.items() if factory in LEFT_OUT)
    return Model(code, named, folder, title, _digest(study, folder), tuple(gives.items()), left_out)


def _locate(study: Study, where: str, code: str, named: str) -> Path:
    """The folder of a package, or the one that a path names."""
    if re.search(r"[/\\.~]", named):
        folder = study.resolve(named)
        if not folder.is_dir():
            raise StudyError(f"{where}: there is no folder {folder}; a path is relative to the study, and an installed "
                             f"package is named without slashes and dots")  # fmt: skip
        return folder
    package = named.replace("-", "_")
    try:
        spec = importlib.util.find_spec(package)
    except ValueError:
        spec = None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "meta.json").is_file():
            return Path(place)
    got = "is installed but holds no model; uninstall it" if spec else "is not installed"
    example = "de_core_news_md" if code == "de" else "en_core_web_md"
    raise MissingTool(
        f"{where}: {package!r} {got}. Download the wheel of a model ({example}, for spaCy "
        f"{importlib.metadata.version('spacy').rpartition('.')[0]}) from {RELEASES} and install that file: "
        f"python -m pip install ./FILE.whl\n{IMPOSTOR}"
    )


def _data_folder(where: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder that holds ``config.cfg``: itself, or that of the version in a package; and what ``meta.json`` says.

    Raises:
        StudyError: there is none.
    """
    try:
        meta = json.loads((folder / "meta.json").read_bytes())
        inner = folder / f"{meta['lang']}_{meta['name']}-{meta['version']}"
        data = next(place for place in (folder, inner) if (place / "config.cfg").is_file())
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        raise StudyError(
            f"{where}: {folder} is no model that spaCy can load: it needs meta.json and config.cfg, as nlp.to_disk "
            f"writes them"
        ) from None
    return data, meta


def _fits(wanted: str) -> bool:
    """Whether the installed spaCy is one that the model was made for, or of the same minor version."""
    from packaging.specifiers import SpecifierSet

    installed = importlib.metadata.version("spacy")
    minor = installed.rpartition(".")[0]
    same_minor = wanted.startswith(tuple(f"{sign}{minor}." for sign in (">=", "==", "~=")))
    return same_minor or SpecifierSet(wanted).contains(installed, prereleases=True)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(study: Study, folder: Path) -> str:
    files = _files(folder)
    state = (folder, *((path, path.stat().st_size, path.stat().st_mtime_ns) for path in files))
    if state not in _digests:
        hashes = FileHashes(study)
        lines = (f"{path.relative_to(folder).as_posix()}\0{hashes.of(path)}\n" for path in files)
        _digests[state] = hashlib.sha256("".join(lines).encode()).hexdigest()
    return _digests[state]


def model_key(model: Model) -> str:
    """What the analysis depends on beside the tokens, as a short string."""
    return f"{model.title} {model.sha256} {hash_code(_CODE)} thinc {importlib.metadata.version('thinc')}"

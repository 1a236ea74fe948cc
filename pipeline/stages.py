"""What a stage is, what it read and wrote, and whether it is stale.

A stage declares what it reads and writes. It works in a draft folder, its files are renamed into place when they are
whole, and the manifest beside them says what they were made from: the settings, the sha256 of each input, the code of
the modules and the versions of the tools that shape the result. Stale is one comparison: what the stage would be made
from now, against what the manifest says it was made from.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline import __version__
from pipeline.errors import InputError, MissingTool, show_path

if TYPE_CHECKING:
    from pipeline.study import Study

MANIFEST = "manifest.json"
LOCK = ".lock"
"""In the folder of a study's words; the run that is at work on the study holds it."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

Summary = Mapping[str, Any]
"""What a stage has to say of its work; JSON values."""


@dataclass(frozen=True)
class Stage:
    """One step of the work."""

    name: str
    folder: Callable[[Study], Path]
    """Where it writes."""
    settings: Callable[[Study], Any]
    """What of the study shapes its result; JSON values."""
    reads: Callable[[Study], Sequence[Path]]
    """The files that it reads."""
    writes: tuple[str, ...]
    """Files and folders that it leaves in its folder."""
    modules: tuple[str, ...]
    """Our modules and packages whose code shapes its result."""
    tools: tuple[str, ...]
    """Distributions whose version shapes its result."""
    run: Callable[[Study, Path, Progress], Summary]
    """The work: takes the study and a draft folder, leaves ``writes`` there."""


@dataclass(frozen=True, slots=True)
class State:
    """Whether a stage is up to date."""

    stage: str
    stale: str | None
    """Why the stage has to run, or None."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a stage in this run."""

    stage: str
    why: str | None
    """Why it ran; None if there was nothing to do."""
    seconds: float
    summary: Summary
    paths: tuple[Path, ...] = field(default=())


def bring_up_to_date(stages: Sequence[Stage], study: Study, progress: Progress) -> list[Outcome]:
    """Run what is stale, in order.

    Raises:
        InputError: a file cannot be read or written.
    """
    return [_bring_one(stage, study, progress) for stage in stages]


@contextmanager
def only_run(study: Study) -> Iterator[None]:
    """Keep other runs off a study; the system frees the lock of a run that was killed.

    A folder that cannot be locked (on some network drives, or one that may only be read) is worked on without.

    Raises:
        InputError: another run is at work on the study.
    """
    from filelock import FileLock, Timeout

    folder = study.corpus_folder
    with ExitStack() as held:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(FileLock(folder / LOCK, blocking=False, fallback_to_soft=False))
        except Timeout:
            where = show_path(folder)
            raise InputError(
                f"{where}: another run is at work on this study; wait until it has ended, or stop it"
            ) from None
        except (OSError, NotImplementedError):
            pass
        yield


def look_at(stages: Sequence[Stage], study: Study) -> list[State]:
    """Say of each stage whether it is stale and why; a stage behind a stale one waits for it."""
    states: list[State] = []
    remade: dict[Path, str] = {}
    for stage in stages:
        read = {place for path in stage.reads(study) for place in (path, *path.parents)}
        awaited = {remade[path] for path in remade if path in read}
        why = f"waits for {', '.join(sorted(awaited))}" if awaited else _why_stale(stage, study)
        if why:
            remade |= {stage.folder(study) / name: stage.name for name in stage.writes}
        states.append(State(stage.name, why))
    return states


def read_summary(stage: Stage, study: Study) -> Summary:
    """What the stage had to say when it last ran; empty if it never did."""
    summary: Summary = _read_manifest(stage.folder(study))["stages"].get(stage.name, {}).get("summary", {})
    return summary


def file_of_last_run(folder: Path) -> str:
    """The study file, from the root, whose run made something in a folder last; empty where nothing tells."""
    return str(_read_manifest(folder).get("file", ""))


def was_made(stage: Stage, study: Study) -> bool:
    """Whether the stage ever ran to its end; what it made may be stale."""
    return stage.name in stages_made(stage.folder(study))


def stages_made(folder: Path) -> frozenset[str]:
    """The names of the stages that ran to their end in a folder; what they made may be stale."""
    return frozenset(_read_manifest(folder)["stages"])


def path_name(path: Path, root: Path) -> str:
    """A path as our files write it: relative to ``root`` where it lies under it, with slashes.

    A name whose bytes are no UTF-8 (a Chinese ZIP archive unpacked elsewhere) is written with these bytes as
    hexadecimal escapes: no text file and no Arrow table could hold it otherwise.
    """
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    return os.fsencode(inside.as_posix()).decode("utf-8", "backslashreplace")


def hash_file(path: Path) -> str:
    """The sha256 of a file's bytes, as hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_code(modules: Sequence[str]) -> str:
    """The sha256 over the source of modules, and of all modules inside packages."""
    digest = hashlib.sha256()
    for name in sorted(modules):
        for source in _sources(name):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def _bring_one(stage: Stage, study: Study, progress: Progress) -> Outcome:
    folder = stage.folder(study)
    paths = tuple(folder / name for name in stage.writes)
    why = _why_stale(stage, study)
    if why is None:
        return Outcome(stage.name, None, 0.0, read_summary(stage, study), paths)
    started = time.perf_counter()
    made_from = _made_from(stage, study)
    draft = folder / f".draft-{stage.name}"
    with _naming_what_failed(stage, folder):
        try:
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            summary = stage.run(study, draft, progress)
            seconds = time.perf_counter() - started
            _commit(stage, study, draft, {"made_from": made_from, "summary": summary, "seconds": round(seconds, 3)})
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            pa.default_memory_pool().release_unused()
    return Outcome(stage.name, why, seconds, summary, paths)


@contextmanager
def _naming_what_failed(stage: Stage, folder: Path) -> Iterator[None]:
    """Say of the system's errors where they were met, and that the stage's results are those of before."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as problem:
        if problem.errno is None:
            raise
        place = problem.filename or folder
        raise InputError(f"{place}: {problem.strerror}; the stage {stage.name!r} was left as it was") from problem


def _commit(stage: Stage, study: Study, draft: Path, entry: dict[str, Any]) -> None:
    """Put the draft's files into place. The manifest's entry goes first and comes last, so a crash between is seen."""
    folder = stage.folder(study)
    missing = [name for name in stage.writes if not (draft / name).exists()]
    if missing:
        raise AssertionError(f"the stage {stage.name!r} declared but did not write {', '.join(missing)}")
    manifest = _read_manifest(folder)
    manifest["stages"].pop(stage.name, None)
    _write_manifest(folder, manifest)
    for name in stage.writes:
        target = folder / name
        if target.is_dir():
            shutil.rmtree(target)
        (draft / name).replace(target)
    hashes = FileHashes(study)
    wrote = {path.relative_to(folder).as_posix(): hashes.of(path) for path in _outputs(stage, folder)}
    for path in stage.reads(study):
        hashes.of(path)
    finished = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    manifest["stages"][stage.name] = entry | {"wrote": wrote, "finished": finished}
    manifest |= {"zwiesprache": __version__, "study": study.name, "file": path_name(study.path, study.root)}
    manifest["files"] = _still_used(manifest["files"] | hashes.seen, manifest["stages"], path_name(folder, study.root))
    _write_manifest(folder, manifest)


def _still_used(files: dict[str, Any], stages: dict[str, Any], folder: str) -> dict[str, Any]:
    """What is remembered of files, without those that no stage reads or wrote any more."""
    read = {name for entry in stages.values() for name in entry.get("made_from", {}).get("reads", {})}
    wrote = {f"{folder}/{name}" for entry in stages.values() for name in entry.get("wrote", {})}
    return {name: known for name, known in files.items() if name in read or name in wrote}


def _why_stale(stage: Stage, study: Study) -> str | None:
    folder = stage.folder(study)
    entry = _read_manifest(folder)["stages"].get(stage.name)
    if entry is None:
        return "never made"
    now, then = _made_from(stage, study), entry.get("made_from", {})
    for part, said in (("reads", "input"), ("settings", "setting"), ("tools", "tool"), ("code", "code")):
        difference = _first_difference(then.get(part), now[part])
        if difference is not None:
            several = _say_inputs(then["reads"], now["reads"]) if part == "reads" and part in then else ""
            return several or f"{said} {difference}"
    hashes = FileHashes(study)
    for name, digest in entry.get("wrote", {}).items():
        if not (folder / name).exists():
            return f"output {name} is gone"
        if hashes.of(folder / name) != digest:
            return f"output {name} is not as it was written"
    return None


def _say_inputs(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """How many inputs are new, gone or changed, and the first of each; nothing for one alone, which is simply named."""
    new, gone = [name for name in now if name not in then], [name for name in then if name not in now]
    changed = [name for name in now if name in then and now[name] != then[name]]
    if len(new) + len(gone) + len(changed) == 1:
        return ""
    kinds = ((new, "new"), (gone, "gone"), (changed, "changed"))
    said = (f"{len(names)} {kind}: {names[0]}{' …' * (len(names) > 1)}" for names, kind in kinds if names)
    return f"inputs, {'; '.join(said)}"


def _made_from(stage: Stage, study: Study) -> dict[str, Any]:
    hashes = FileHashes(study)
    return {
        "settings": json.loads(json.dumps(stage.settings(study), default=str)),
        "reads": {path_name(path, study.root): hashes.of(path) for path in stage.reads(study)},
        "tools": tool_versions(stage.tools),
        "code": {name: hash_code([name]) for name in stage.modules},
    }


def tool_versions(tools: Sequence[str]) -> dict[str, str]:
    """The version of each distribution.

    Raises:
        MissingTool: one is not installed.
    """
    versions: dict[str, str] = {}
    for tool in tools:
        try:
            versions[tool] = _version(importlib.metadata.version, tool)
        except importlib.metadata.PackageNotFoundError:
            raise MissingTool(f"{tool} is not installed; install it with: python -m pip install {tool}") from None
    return versions


@cache
def _version(look_up: Callable[[str], str], tool: str) -> str:
    """The version of a distribution, which ``look_up`` parses anew each time; it stays the same in a process."""
    return look_up(tool)


class FileHashes:
    """The sha256 of files; one whose size and time of change are as the manifests remember is not read again."""

    def __init__(self, study: Study) -> None:
        self.root = study.root
        folders = (study.corpus_folder, study.model_folder, study.export_folder)
        self.known: dict[str, Any] = {}
        for folder in folders:
            self.known |= _read_manifest(folder)["files"]
        self.seen: dict[str, Any] = {}

    def of(self, path: Path) -> str:
        """The sha256 of a file's bytes; ``missing`` where there is no file.

        Raises:
            InputError: the file may not be read.
        """
        name = path_name(path, self.root)
        entry = self.known.get(name)
        try:
            stat = path.stat()
            if entry is None or entry[:2] != [stat.st_size, stat.st_mtime_ns]:
                entry = [stat.st_size, stat.st_mtime_ns, hash_file(path)]
        except (FileNotFoundError, IsADirectoryError):
            return "missing"
        except OSError as problem:
            raise InputError(f"{path}: {problem.strerror}; the work needs this file") from problem
        self.seen[name] = entry
        digest: str = entry[2]
        return digest


def _outputs(stage: Stage, folder: Path) -> list[Path]:
    found: list[Path] = []
    for name in stage.writes:
        path = folder / name
        found += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return found


def _first_difference(then: Any, now: Any) -> str | None:
    """The first place at which two JSON values differ, in words, or None."""
    if then == now:
        return None
    if isinstance(then, dict) and isinstance(now, dict):
        for key in (*now, *then):
            if key not in then:
                return f"{key} is new"
            if key not in now:
                return f"{key} is gone"
            inner = _first_difference(then[key], now[key])
            if inner is not None:
                return f"{key} {inner}" if isinstance(now[key], dict) else f"{key} changed"
    return "changed"


@cache
def _sources(module: str) -> tuple[Path, ...]:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise AssertionError(f"no module {module}")
    origin = Path(spec.origin)
    if spec.submodule_search_locations is None:
        return (origin,)
    return tuple(sorted(p for p in origin.parent.rglob("*") if p.suffix in {".py", ".txt", ".j2"} and p.is_file()))


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a folder; an empty one where there is none or it cannot be read: then all is made again."""
    empty: dict[str, Any] = {"stages": {}, "files": {}}
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return empty
    is_ours = isinstance(manifest, dict) and all(isinstance(manifest.get(part), dict) for part in empty)
    return manifest if is_ours else empty


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    draft = folder / f".{MANIFEST}"
    draft.write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(folder / MANIFEST)

"""Files that lie elsewhere (``s3://…``, ``sftp://…``): sources are copied here before they are read, results there.

What is read is the copy, so that each number still leads to a file with its sha256. A copy is made anew when the size
or the time of the file there changed. Nothing is read while the other side is away: old copies would pass for new ones.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipeline.errors import InputError, MissingTool
from pipeline.study import is_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.study import Study

COPIES = ".copies.json"
"""Beside what was copied: each file's size, and when it was changed, there."""
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "modified", "created")


def fetch_sources(study: Study, progress: Callable[[str, int, int], None]) -> None:
    """Bring the copies of all sources that lie elsewhere up to date.

    Raises:
        MissingTool: fsspec, or the package for such addresses, is not installed.
        InputError: the other side does not answer, or nothing is there.
    """
    for source in study.sources:
        if is_url(source.path):
            _fetch(study, source.id, source.path, progress)


def copy_results(study: Study) -> int:
    """Copy the tables, figures and the report to where the study says; give how many files were new or changed."""
    if not study.run.copy_to:
        return 0
    where = f"{study.where}: [run] copy_to: {study.run.copy_to}"
    system, root = _open(study.run.copy_to, where)
    log = study.export_folder / COPIES
    before = _read_log(log)
    now = {
        path.relative_to(study.export_folder).as_posix(): [path.stat().st_size, str(path.stat().st_mtime_ns)]
        for path in sorted(study.export_folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(study.export_folder).parts)
    }
    there = {f"{study.run.copy_to} {name}": stamp for name, stamp in now.items()}
    changed = [name for name in now if before.get(f"{study.run.copy_to} {name}") != now[name]]
    for name in changed:
        target = f"{root.rstrip('/')}/{name}"
        _ask(where, partial(system.makedirs, str(PurePosixPath(target).parent), exist_ok=True))
        _ask(where, partial(system.put_file, str(study.export_folder / name), target))
    log.write_text(json.dumps(there, ensure_ascii=False), encoding="utf-8")
    return len(changed)


def _fetch(study: Study, source: str, url: str, progress: Callable[[str, int, int], None]) -> None:
    where = f"{study.where}: [[source]] {source}: path: {url}"
    system, root = _open(url, where)
    target = study.resolve(url)
    log = target.parent / COPIES
    before = _read_log(log)
    info = _ask(where, partial(system.info, root))
    found = {root: info} if info["type"] == "file" else _ask(where, partial(system.find, root, detail=True))
    found = {name: said for name, said in found.items() if said["type"] == "file"}
    if not found:
        raise InputError(f"{where}: there is no file in it")
    now: dict[str, list[Any]] = {}
    for i, (name, said) in enumerate(sorted(found.items())):
        inside = _inside(name.removeprefix(root.rstrip("/")).lstrip("/"), where)
        copy = target / inside if inside else target
        stamp = [said.get("size"), next((str(said[key]) for key in _STAMPS if said.get(key)), "")]
        if not copy.exists() or before.get(inside) != stamp:
            copy.parent.mkdir(parents=True, exist_ok=True)
            draft = copy.with_name(f".{copy.name}.draft")
            _ask(where, partial(system.get_file, name, str(draft)))
            draft.replace(copy)
        now[inside] = stamp
        progress(f"files of {source} from elsewhere", i + 1, len(found))
    for gone in before.keys() - now.keys():
        (target / gone).unlink(missing_ok=True)
    log.write_text(json.dumps(now, ensure_ascii=False), encoding="utf-8")


def _inside(name: str, where: str) -> str:
    """A file's name below the source; one that would lie outside of it is refused."""
    if ".." in PurePosixPath(name).parts or "\\" in name:
        raise InputError(f"{where}: the name {name!r} would lie outside of the folder")
    return name


def _open(url: str, where: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise MissingTool(
            f"{where}: such addresses need fsspec; install it with: python -m pip install 'zwiesprache[remote]'"
        ) from None
    try:
        system, root = url_to_fs(url, use_listings_cache=False)
    except ImportError as problem:
        raise MissingTool(f"{where}: {problem}") from None
    except ValueError as problem:
        raise InputError(f"{where}: {problem}") from None
    return system, str(root)


def _ask(where: str, question: Callable[[], Any]) -> Any:
    """The answer of the other side; each kind of file system has errors of its own."""
    try:
        return question()
    except FileNotFoundError:
        raise InputError(f"{where}: there is nothing at this address") from None
    except Exception as problem:
        said = " ".join(str(problem).split())[:200] or type(problem).__name__
        raise InputError(f"{where}: the other side does not answer as it should: {said}") from problem


def _read_log(path: Path) -> Mapping[str, list[Any]]:
    try:
        said = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}

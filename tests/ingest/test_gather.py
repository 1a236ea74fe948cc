"""Reading on a Dask cluster: the same bytes as here, whatever dies; a run that was stopped leaves nothing behind."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from pdf_pages import three_pages_with_heads
from user_study import ROWS, SIDECAR, TEXTS, write_rows, write_study, write_texts
from warcs import page, response, warc

from pipeline.errors import InputError
from pipeline.executor import check_shared, open_executor
from pipeline.ingest.corpus import build_corpus
from pipeline.ingest.gather import PARTS_FOLDER
from pipeline.ingest.isolation import read_each
from pipeline.ingest.sources import table
from pipeline.settings import RunSettings
from pipeline.study import load_study

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SOURCES = """
[[source]]
id = "files"
kind = "folder"
path = "texts"
type = "speech"
metadata = "metadata.csv"
[[source]]
id = "news"
kind = "table"
path = "news.jsonl"
type = "news"
columns = { id = "nr", text = "text", title = "title", date = "date", language = "lang" }
[[source]]
id = "web"
kind = "archive"
path = "pages.warc.gz"
type = "city_website"
"""
SUFFIXES = {".parquet", ".csv", ".arrow"}


def write_sources(folder: Path) -> None:
    """A PDF, a page, a PDF that is cut off, one that is too big for the limit, a table of several parts, an archive."""
    pdf = three_pages_with_heads().data()
    more = {"a.pdf": pdf, "cut.pdf": pdf[: len(pdf) // 2], "b.html": page("Seite")}
    root = write_texts(folder, {**TEXTS, **more}, SIDECAR)
    (root / "large.txt").touch()
    os.truncate(root / "large.txt", 700_000_000)
    write_rows(folder / "news.jsonl", tuple(dict(row, nr=i) for i in range(200) for row in ROWS[i % 2 :][:1]))
    pages = [response(f"https://stadt.example/{i}", page(f"Nummer {i}")) for i in range(40)]
    (folder / "pages.warc.gz").write_bytes(warc(*pages))


def made(folder: Path, sources: Path, scheduler: str | None) -> dict[str, bytes]:
    """What the stage ``corpus`` makes, parts included."""
    more = "[run]\nworkers = 1\nmegabytes_per_file = 600\n" + (f'scheduler = "{scheduler}"\n' if scheduler else "")
    study = load_study(write_study(sources, SOURCES, more=more), folder)
    draft = study.corpus_folder / ".draft"
    draft.mkdir(parents=True)
    build_corpus(study, draft, lambda *_: None)
    parts = study.corpus_folder / PARTS_FOLDER
    assert not [path for path in parts.iterdir() if path.suffix == ".draft"]
    return {path.name: path.read_bytes() for place in (draft, parts) for path in place.iterdir()}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    write_sources(folder)
    return folder


@pytest.fixture(scope="module")
def made_here(tmp_path_factory: pytest.TempPathFactory, sources: Path) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "CHUNK_CHARACTERS", 3000)
        return made(tmp_path_factory.mktemp("here"), sources, None)


def test_the_corpus_is_the_same_bytes_as_read_in_one_process(
    tmp_path: Path, sources: Path, made_here: dict[str, bytes], scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "CHUNK_CHARACTERS", 3000)
    there = made(tmp_path, sources, scheduler)
    rejects = made_here["rejects.csv"].decode()
    assert "cut.pdf,corpus,broken" in rejects
    assert "large.txt,corpus,too_big" in rejects
    assert len([name for name in made_here if name.endswith(".arrow")]) > 10
    assert there.keys() == made_here.keys()
    assert [name for name in there if there[name] != made_here[name]] == []


def test_workers_that_are_killed_change_nothing(
    tmp_path: Path, sources: Path, made_here: dict[str, bytes], scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "CHUNK_CHARACTERS", 3000)
    with distributed.Client(scheduler, set_as_default=False) as client:
        pids = list(client.run(os.getpid).values())
    killed = []

    def kill(what: str, done: int, whole: int) -> None:
        if pids and what.startswith(("files", "parts")):
            killed.append(pids.pop())
            os.kill(killed[-1], signal.SIGKILL)

    more = f'[run]\nmegabytes_per_file = 600\nscheduler = "{scheduler}"\n'
    study = load_study(write_study(sources, SOURCES, more=more), tmp_path)
    draft = tmp_path / "draft"
    draft.mkdir()
    build_corpus(study, draft, kill)
    assert len(killed) == 2
    for name in ("documents.parquet", "passages.parquet", "rejects.csv"):
        assert (draft / name).read_bytes() == made_here[name]


def held(scheduler: str) -> tuple[int, int]:
    """How many tasks the cluster knows of, and how many processes its workers have started for them."""
    with distributed.Client(scheduler, set_as_default=False) as client:
        tasks = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
        return tasks, sum(client.run(sleeping).values())


def sleeping() -> int:
    """Processes of the pool beside a worker; the one that forks them stays."""
    children = psutil.Process().children(recursive=True)
    return sum("forkserver" in " ".join(child.cmdline()) for child in children) - 1 if children else 0


def test_a_run_that_is_stopped_leaves_no_task_behind(scheduler: str) -> None:
    limits = RunSettings(scheduler=scheduler, seconds_per_file=100)
    tasks = [0.0, 0.0] + [90.0] * 14

    def stopped() -> Iterator[Any]:
        for ended in read_each(time.sleep, tasks, limits):
            yield ended
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(stopped())
    assert time.monotonic() - started < 20
    for _ in range(100):
        left = held(scheduler)
        if left[0] == 0 and left[1] <= 0:
            break
        time.sleep(0.1)
    assert left[0] == 0
    assert left[1] <= 0


def test_a_worker_that_does_not_see_our_files_is_named(tmp_path: Path, scheduler: str) -> None:
    seen = tmp_path / "text.txt"
    seen.touch()
    check_shared(scheduler, tmp_path, [seen, tmp_path / "not here either.txt"])
    assert list(tmp_path.iterdir()) == [seen]
    with distributed.Client(scheduler, set_as_default=False) as client:
        client.run(hide, str(seen))
        with pytest.raises(InputError, match=rf"worker on \S+ cannot reach {seen}.* one file system"):
            check_shared(scheduler, tmp_path, [seen])
        client.run(show)


def hide(name: str) -> None:
    """As on a machine that has a folder of its own under the same path."""
    from pipeline import cluster

    cluster._unseen = lambda paths: ("there", next(path for path in paths if str(path) == name))  # type: ignore[assignment]


def show() -> None:
    import importlib

    from pipeline import cluster

    importlib.reload(cluster)


def read(path: Path) -> bytes:
    return path.read_bytes()


def test_a_task_that_misses_a_file_on_a_worker_names_the_machine_and_the_path(tmp_path: Path, scheduler: str) -> None:
    with (
        pytest.raises(InputError, match=rf"worker on \S+ cannot reach {tmp_path}/piece.arrow"),
        open_executor(None, 1, scheduler) as executor,
    ):
        executor.submit(read, tmp_path / "piece.arrow").result()

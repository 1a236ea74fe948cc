"""The work on a Dask cluster: the same bytes as in one process, even when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import pytest
from made import build, make_document, make_study

from pipeline import cluster
from pipeline.concepts import mentions
from pipeline.errors import InputError
from pipeline.executor import map_in_order, open_executor
from pipeline.languages.tokens import PIECES_FOLDER
from pipeline.store import corpus, tokens
from pipeline.store.postings import POSTINGS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pipeline.study import Study

distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

LEXICON = (
    '[[concept]]\nid = "a"\nzh = ["城市外交", "友好城市"]\nde = [{ form = "Partnerschaft", match = "compound" }]\n'
)
MADE = (mentions.MENTIONS_FILE, tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE, POSTINGS_FILE)


def made(study: Study, scheduler: str | None) -> dict[str, bytes]:
    study = study.model_copy(update={"run": study.run.model_copy(update={"scheduler": scheduler})})
    texts = [
        ("第{}个友好城市推动了城市外交部的会议。", "zh"),
        ("Die Städtepartnerschaft Nummer {} der Stadt ruht.", "de"),
    ]
    build(study, [make_document(f"{i}", *((code, text.format(i) * 20) for text, code in texts)) for i in range(60)])
    assert len(list((study.corpus_folder / PIECES_FOLDER).iterdir())) > 20
    return {name: (study.corpus_folder / name).read_bytes() for name in MADE}


def test_words_and_mentions_are_the_same_bytes_as_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheduler: str
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 3000)
    here = made(make_study(tmp_path / "here", LEXICON), None)
    assert made(make_study(tmp_path / "there", LEXICON), scheduler) == here


def slow_square(number: int) -> tuple[int, int]:
    time.sleep(0.05)
    return number * number, os.getpid()


def test_a_worker_that_is_killed_changes_nothing(scheduler: str) -> None:
    with open_executor(None, 40, scheduler) as executor:
        killed: list[int] = []
        results = []
        for square, pid in map_in_order(executor, slow_square, range(40), under_way=6):
            results.append(square)
            if not killed:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
    assert killed
    assert results == [n * n for n in range(40)]


@contextmanager
def silent() -> Iterator[str]:
    """The address of somebody who takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def deaf() -> Iterator[str]:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    yield f"tcp://127.0.0.1:{port}"


@contextmanager
def other() -> Iterator[str]:
    """The address of a program that is no scheduler."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            call, _ = listening.accept()
            call.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
            call.close()

        threading.Thread(target=greet, daemon=True).start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


WRONG = [
    nullcontext(address) for address in ("nonsense", "tcp://no.such.host.invalid:8786", "tcp://127.0.0.1", "http://x:1")
]


@pytest.mark.parametrize(
    "where", [deaf(), silent(), other(), *WRONG], ids=["nobody", "silent", "other", "a", "b", "c", "d"]
)
def test_a_scheduler_that_does_not_answer_is_said_in_time_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, where: AbstractContextManager[str]
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    started = time.monotonic()
    with where as address:
        with pytest.raises(InputError) as caught, open_executor(None, 3, address):
            pass
        assert f"no Dask scheduler answers at {address} within 1 s" in str(caught.value)
    assert "dask scheduler" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.monotonic() - started < 8


def test_a_scheduler_without_workers_is_said() -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as local,
        pytest.raises(InputError, match="has no workers"),
        open_executor(None, 3, local.scheduler_address),
    ):
        pass


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        ({"zwiesprache": "9.9.9"}, r"has zwiesprache \S+ \(here 9\.9\.9\); results would"),
        ({"Python": "2.7"}, r"has Python 3\.\d+ \(here 2\.7\)"),
        ({"rjieba": "0", "pyarrow": "1"}, r"has pyarrow \S+ \(here 1\), rjieba \S+ \(here 0\)"),
        ({"zhplot": None, "a thing of ours": "1"}, r"zhplot \S+ \(here missing\), a thing of ours missing \(here 1\)"),
        ({f"thing{i}": "1" for i in range(7)}, r"thing4 missing \(here 1\) and 2 more"),
    ],
)
def test_a_worker_of_another_version_is_refused_with_what_differs(
    monkeypatch: pytest.MonkeyPatch, scheduler: str, ours: dict[str, str | None], said: str
) -> None:
    known = cluster._versions() | ours
    monkeypatch.setattr(cluster, "_versions", lambda: known)
    with pytest.raises(InputError, match=said) as caught, open_executor(None, 3, scheduler):
        pass
    assert "the worker tcp://127.0.0.1:" in str(caught.value)


def test_a_worker_with_other_code_of_the_same_version_is_refused(
    monkeypatch: pytest.MonkeyPatch, scheduler: str
) -> None:
    known = cluster._versions() | {cluster._CODE: "edited"}
    monkeypatch.setattr(cluster, "_versions", lambda: known)
    with (
        pytest.raises(InputError, match=r"has code of zwiesprache [0-9a-f]{8} \(here edited\)"),
        open_executor(None, 3, scheduler) as executor,
    ):
        executor.submit(slow_square, 2).result()


def test_no_cluster_is_asked_where_there_is_nothing_to_do() -> None:
    before = threading.active_count()
    with open_executor(None, 0, "tcp://127.0.0.1:9") as executor:
        assert list(map_in_order(executor, slow_square, [], under_way=3)) == []
    assert threading.active_count() == before

"""The work on a Dask cluster: the same bytes as in one process, even when a worker is killed in the middle."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
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


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as local:
            yield local.scheduler_address


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 3000)
    here = made(make_study(tmp_path / "here", LEXICON), None)
    assert made(make_study(tmp_path / "there", LEXICON), address) == here


def slow_square(number: int) -> tuple[int, int]:
    time.sleep(0.05)
    return number * number, os.getpid()


def test_a_worker_that_is_killed_changes_nothing(address: str) -> None:
    with open_executor(None, 40, address) as executor:
        killed: list[int] = []
        results = []
        for square, pid in map_in_order(executor, slow_square, range(40), under_way=6):
            results.append(square)
            if not killed:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)
    assert killed
    assert results == [n * n for n in range(40)]


def test_a_scheduler_that_does_not_answer_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 0.5)
    for nobody in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(InputError, match=r"nobody answers at .*dask scheduler"), open_executor(None, 3, nobody):
            pass


def test_a_scheduler_without_workers_is_said() -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=50) as local,
        pytest.raises(InputError, match="has no workers"),
        open_executor(None, 3, local.scheduler_address),
    ):
        pass


def test_a_worker_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(cluster, "__version__", "9.9.9")
    with pytest.raises(InputError, match=r"this is 9\.9\.9"), open_executor(None, 3, address):
        pass


def test_no_cluster_is_asked_where_there_is_nothing_to_do() -> None:
    before = threading.active_count()
    with open_executor(None, 0, "tcp://127.0.0.1:9") as executor:
        assert list(map_in_order(executor, slow_square, [], under_way=3)) == []
    assert threading.active_count() == before

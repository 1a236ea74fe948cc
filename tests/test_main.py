from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from user_study import (
    DE,
    FOLDER,
    LEXICON,
    ZH,
    Ran,
    assert_short,
    run,
    write_study,
    write_texts,
)

from pipeline import __main__ as command
from pipeline.__main__ import VERBS, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["corpsu"], "there is no command 'corpsu'; did you mean 'corpus'?"),
        (["corpus", "--strickt"], "there is no option '--strickt'; did you mean '--strict'?"),
        ([], "see zwiesprache --help"),
        (["corpus", "tokens"], "tokens is not expected; a study is named with --study"),
        (["corpus", "--study"], "expected one argument"),
    ],
)
def test_a_wrong_command_is_said_with_the_right_word(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    status = main(words)
    assert_short(Ran(status, *capsys.readouterr()), 2, said)


def test_help_names_every_verb_and_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert "\n\nHow concepts are spoken of over time" in out
    assert "prints or exits" not in out
    for word in (*VERBS, "--study", "--quiet", "--json", "--strict", "--parquet", "--debug"):
        assert word in out


def test_debug_shows_where_an_error_was_raised(here: Path) -> None:
    with pytest.raises(Exception, match="no such file"):
        main(["corpus", "--study", "mien.toml", "--debug"])


def test_a_mistake_of_ours_is_called_one(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> int:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(command, "_run", break_down)
    assert_short(run(capsys, "corpus"), 1, "ZeroDivisionError", "--debug")


def test_quiet_shows_no_progress_and_without_it_progress_is_plain_lines_on_stderr(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 100_000, 10))
    monkeypatch.setattr(command.time, "monotonic", lambda: next(clock))
    assert run(capsys, "corpus", "--quiet").err == ""
    write_texts(here, {"neu.txt": DE}, None)
    ran = run(capsys, "corpus")
    assert "files of speeches: 1 of 1\n" in ran.err
    assert "\r" not in ran.err
    assert "files of" not in ran.out


def test_json_is_the_only_thing_on_stdout_and_says_what_was_done(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (json.loads(run(capsys, "corpus", "--json").out) for _ in range(2))
    assert (first["verb"], first["study"], first["worked"], second["worked"]) == ("corpus", "mine", True, False)
    stage = first["stages"]["corpus"]
    assert (stage["ran"], stage["why"]) == (True, "never made")
    names = ("documents.parquet", "passages.parquet", "rejects.csv")
    assert stage["outputs"] == [f"corpora/mine/{name}" for name in names]
    assert stage["summary"]["documents"] == 4
    assert second["stages"]["corpus"]["summary"] == stage["summary"]


def test_check_says_what_is_risky_and_makes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "check")
    assert (ran.status, ran.out.splitlines()[0]) == (0, "nothing is wrong")
    write_study(here, FOLDER.replace('metadata = "metadata.csv"', ""), LEXICON.replace('["城市外交"]', '["外办"]'))
    ran = run(capsys, "check")
    assert ran.status == 0
    assert "'外办' is short" in ran.out
    assert "speeches has no metadata" in ran.out
    assert json.loads(run(capsys, "check", "--json").out)["risks"] == ran.out.splitlines()[:-1]
    assert not (here / "corpora").exists()


def test_status_says_what_is_stale_and_why_and_makes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "status")
    assert ran.status == 0
    assert ran.out.splitlines()[:2] == ["corpus       stale: never made", "tokens       stale: waits for corpus"]
    assert not (here / "corpora").exists()
    run(capsys, "tokens")
    stages = json.loads(run(capsys, "status", "--json").out)["stages"]
    assert [name for name, why in stages.items() if why is None] == ["corpus", "tokens", "mentions"]
    write_texts(here, {"neu.txt": DE})
    stages = json.loads(run(capsys, "status", "--json").out)["stages"]
    assert stages["corpus"] == "input texts/neu.txt is new"
    assert stages["mentions"] == "waits for corpus, tokens"
    assert stages["report"].startswith("waits for bibliography, corpus")


def start(*words: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    call = [sys.executable, "-m", "pipeline", *words]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background are deaf, and so are
    try:  # the programs that they start
        return subprocess.Popen(call, stdout=pipe, stderr=pipe, text=True, encoding="utf-8", start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_stops_all_workers_with_one_sentence(here: Path) -> None:
    write_texts(here, {f"{i:04}.txt": f"{DE} {ZH}\n" * 40 + str(i) for i in range(1500)}, None)
    write_study(here, FOLDER.replace('metadata = "metadata.csv"', ""), more="[run]\nworkers = 2\n")
    process = start("corpus", "--study", "mine.toml")
    parts = here / "corpora" / "mine" / ".parts"
    until = time.monotonic() + 30
    while time.monotonic() < until and not (parts.exists() and any(parts.iterdir())):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, ""), err
    assert [line for line in err.splitlines() if not line.startswith("files of")] == [
        "stopped; what was whole is kept, and the next run goes on from there"
    ]


def test_a_reader_that_closes_the_pipe_early_sees_no_complaint(here: Path) -> None:
    process = start("status", "--study", "mine.toml")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    process.wait(timeout=30)

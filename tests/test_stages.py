from __future__ import annotations

import errno
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock
import pytest
from user_study import write_study, write_texts

from pipeline import stages
from pipeline.errors import InputError, MissingTool
from pipeline.stages import (
    Stage,
    bring_up_to_date,
    hash_code,
    hash_file,
    look_at,
    only_run,
    path_name,
    read_summary,
    was_made,
)
from pipeline.study import Study, load_study

if TYPE_CHECKING:
    from pipeline.stages import Progress, Summary


def silent(what: str, done: int, whole: int) -> None:
    """Show nothing."""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    write_texts(tmp_path)
    return load_study(write_study(tmp_path), tmp_path)


@dataclass
class Copying:
    """A stage that joins the files it reads into one, and a folder with one copy; it counts its runs."""

    name: str
    inputs: list[Path]
    output: str = "out.txt"
    runs: int = 0
    setting: dict[str, Any] = field(default_factory=dict)

    def work(self, _: Study, draft: Path, progress: Progress) -> Summary:
        self.runs += 1
        text = b"".join(path.read_bytes() for path in self.inputs)
        (draft / self.output).write_bytes(text)
        (draft / f"{self.output}.d").mkdir()
        (draft / f"{self.output}.d" / f"{len(text)}.txt").write_bytes(text)
        progress(self.name, 1, 1)
        return {"bytes": len(text)}

    def stage(self) -> Stage:
        return Stage(
            name=self.name,
            folder=lambda study: study.corpus_folder,
            settings=lambda _: self.setting,
            reads=lambda _: self.inputs,
            writes=(self.output, f"{self.output}.d"),
            modules=("pipeline.errors",),
            tools=("pyarrow",),
            run=self.work,
        )


@pytest.fixture
def copying(tmp_path: Path) -> Copying:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    return Copying("copy", [tmp_path / "a.txt", tmp_path / "b.txt"])


def why(copying: Copying, study: Study) -> str | None:
    return bring_up_to_date([copying.stage()], study, silent)[0].why


def out(study: Study) -> Path:
    return study.corpus_folder / "out.txt"


def test_a_stage_runs_once_and_then_there_is_nothing_to_do(study: Study, copying: Copying) -> None:
    first = bring_up_to_date([copying.stage()], study, silent)[0]
    before = {path: path.stat().st_mtime_ns for path in study.corpus_folder.rglob("*")}
    second = bring_up_to_date([copying.stage()], study, silent)[0]
    assert (first.why, second.why, copying.runs) == ("never made", None, 1)
    assert first.summary == second.summary == read_summary(copying.stage(), study) == {"bytes": 2}
    assert before == {path: path.stat().st_mtime_ns for path in study.corpus_folder.rglob("*")}
    assert out(study).read_text() == "ab"


def test_a_changed_input_is_named_and_the_folder_holds_nothing_of_before(study: Study, copying: Copying) -> None:
    why(copying, study)
    copying.inputs[0].write_text("aaa")
    assert why(copying, study) == "input a.txt changed"
    assert [path.name for path in (study.corpus_folder / "out.txt.d").iterdir()] == ["4.txt"]


def test_an_input_of_the_same_size_and_another_time_is_read_again(study: Study, copying: Copying) -> None:
    why(copying, study)
    then = copying.inputs[0].stat().st_mtime_ns
    copying.inputs[0].write_text("x")
    os.utime(copying.inputs[0], ns=(then + 1, then + 1))
    assert why(copying, study) == "input a.txt changed"


def test_a_touched_input_with_the_same_bytes_is_no_change(study: Study, copying: Copying) -> None:
    why(copying, study)
    os.utime(copying.inputs[0], (1, 1))
    assert why(copying, study) is None


def test_new_and_missing_inputs_are_named(study: Study, copying: Copying, tmp_path: Path) -> None:
    why(copying, study)
    (tmp_path / "c.txt").write_text("c")
    copying.inputs.append(tmp_path / "c.txt")
    assert why(copying, study) == "input c.txt is new"
    copying.inputs.pop(0)
    assert why(copying, study) == "input a.txt is gone"
    copying.inputs = [tmp_path / name for name in ("d.txt", "e.txt", "c.txt")]
    for path in copying.inputs:
        path.write_text("new")
    assert why(copying, study) == "inputs, 2 new: d.txt …; 1 gone: b.txt; 1 changed: c.txt"


def test_a_changed_setting_is_named_by_its_path(study: Study, copying: Copying) -> None:
    copying.setting = {"timelines": {"seed": 1}}
    why(copying, study)
    copying.setting = {"timelines": {"seed": 2}}
    assert why(copying, study) == "setting timelines seed changed"
    assert why(copying, study) is None


def test_another_version_of_a_tool_is_a_reason(study: Study, copying: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    why(copying, study)
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "0.0.1")
    assert why(copying, study) == "tool pyarrow changed"


def test_a_tool_that_is_not_installed_says_how_to_install_it(study: Study, copying: Copying) -> None:
    with pytest.raises(MissingTool, match="no-such-tool is not installed; install it with"):
        bring_up_to_date([replace(copying.stage(), tools=("no-such-tool",))], study, silent)


def test_changed_code_is_a_reason(study: Study, copying: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    why(copying, study)
    monkeypatch.setattr(stages, "hash_code", lambda _: "another")
    assert why(copying, study) == "code pipeline.errors changed"


def test_the_code_of_a_package_is_that_of_all_its_modules() -> None:
    folder = Path(stages.__file__).parent / "store"
    text = hash_code(["pipeline.store"])
    assert text == hash_code(["pipeline.store"])
    assert text not in {hash_code([f"pipeline.store.{path.stem}"]) for path in folder.glob("*.py")}


@pytest.mark.parametrize("name", ["out.txt", "out.txt.d/2.txt"])
def test_an_edited_or_deleted_output_is_made_again(study: Study, copying: Copying, name: str) -> None:
    why(copying, study)
    (study.corpus_folder / name).write_text("edited")
    assert why(copying, study) == f"output {name} is not as it was written"
    (study.corpus_folder / name).unlink()
    assert why(copying, study) == f"output {name} is gone"
    assert (study.corpus_folder / name).read_text() == "ab"


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), ValueError("of ours"), MemoryError()])
def test_a_stage_that_fails_leaves_the_old_outputs_and_no_draft(
    study: Study, copying: Copying, problem: BaseException
) -> None:
    why(copying, study)
    copying.inputs[0].write_text("new")

    def fail(study: Study, draft: Path, progress: Progress) -> Summary:
        (draft / "out.txt").write_text("half")
        raise problem

    with pytest.raises(type(problem)):
        bring_up_to_date([replace(copying.stage(), run=fail)], study, silent)
    assert out(study).read_text() == "ab"
    assert not list(study.corpus_folder.glob(".draft*"))
    assert why(copying, study) == "input a.txt changed"


def test_a_stage_that_leaves_out_an_output_is_a_mistake_of_ours_and_nothing_is_replaced(
    study: Study, copying: Copying
) -> None:
    why(copying, study)
    copying.inputs[0].write_text("new")
    with pytest.raises(AssertionError, match=r"out\.txt\.d"):
        bring_up_to_date(
            [replace(copying.stage(), run=lambda _, draft, __: {"bytes": (draft / "out.txt").write_text("x")})],
            study,
            silent,
        )
    assert out(study).read_text() == "ab"


def test_a_crash_between_the_renames_and_the_manifest_is_noticed(
    study: Study, copying: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    why(copying, study)
    copying.inputs[0].write_text("new")
    written: list[int] = []
    write = stages._write_manifest

    def crash_at_the_second(folder: Path, manifest: dict[str, Any]) -> None:
        written.append(1)
        if len(written) == 2:
            raise KeyboardInterrupt
        write(folder, manifest)

    with monkeypatch.context() as patch:
        patch.setattr(stages, "_write_manifest", crash_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            why(copying, study)
    assert why(copying, study) == "never made"
    assert out(study).read_text() == "newb"


def test_a_crash_between_two_renames_is_noticed(
    study: Study, copying: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    why(copying, study)
    copying.inputs[0].write_text("new")
    rename = Path.replace

    def crash_at_the_folder(self: Path, target: Path) -> Path:
        if self.name == "out.txt.d":
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", crash_at_the_folder)
        with pytest.raises(KeyboardInterrupt):
            why(copying, study)
    assert why(copying, study) == "never made"
    assert (study.corpus_folder / "out.txt.d" / "4.txt").read_text() == "newb"


def test_a_second_run_is_told_to_wait_until_the_first_was_stopped(study: Study) -> None:
    folder = study.corpus_folder
    folder.mkdir(parents=True)
    hold = f"""
import filelock, sys
with filelock.FileLock({str(folder / stages.LOCK)!r}):
    print("held", flush=True)
    sys.stdin.read()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", hold], stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with (
            pytest.raises(InputError, match=r"corpora/mine: another run is at work on this study; wait"),
            only_run(study),
        ):
            pytest.fail("two runs were at work")
        first.kill()
    with only_run(study):
        pass
    with only_run(study):
        pass


@pytest.mark.parametrize("problem", [OSError(errno.ENOLCK, "No locks available"), NotImplementedError("no flock")])
def test_a_folder_that_cannot_be_locked_is_worked_on_without(
    study: Study, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    done = False
    with only_run(study):
        done = True
    assert done


def test_the_draft_of_a_killed_run_is_swept_away(study: Study, copying: Copying) -> None:
    draft = study.corpus_folder / ".draft-copy"
    draft.mkdir(parents=True)
    (draft / "left.txt").write_text("left")
    why(copying, study)
    assert not draft.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"stages": [], "files": {}}', '{"stages": {"copy": {}}, "files": {}}']
)
def test_a_damaged_manifest_means_that_all_is_made_again(study: Study, copying: Copying, text: str) -> None:
    why(copying, study)
    (study.corpus_folder / "manifest.json").write_text(text)
    assert why(copying, study) is not None
    assert why(copying, study) is None


def test_the_manifest_says_what_a_result_was_made_from(study: Study, copying: Copying) -> None:
    copying.setting = {"seed": 7}
    why(copying, study)
    manifest = json.loads((study.corpus_folder / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest["stages"]["copy"]
    assert entry["made_from"]["reads"] == {name: hash_file(study.root / name) for name in ("a.txt", "b.txt")}
    assert entry["made_from"]["settings"] == {"seed": 7}
    assert entry["made_from"]["tools"] == {"pyarrow": importlib.metadata.version("pyarrow")}
    assert entry["wrote"]["out.txt"] == hash_file(out(study))
    assert entry["finished"]
    assert entry["seconds"] >= 0


def test_the_manifest_forgets_files_that_are_no_more(study: Study, copying: Copying) -> None:
    why(copying, study)
    copying.inputs[0].unlink()
    copying.inputs.pop(0)
    why(copying, study)
    manifest = json.loads((study.corpus_folder / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["files"]) == ["b.txt", "corpora/mine/out.txt", "corpora/mine/out.txt.d/1.txt"]


def test_status_knows_that_a_stage_waits_for_another_even_for_a_file_in_its_folder(
    study: Study, copying: Copying, tmp_path: Path
) -> None:
    second = Copying("second", [study.corpus_folder / "out.txt.d" / "2.txt"], "second.txt")
    third = Copying("third", [study.corpus_folder / "second.txt"], "third.txt")
    chain = [copying.stage(), second.stage(), third.stage()]
    assert [state.stale for state in look_at(chain, study)] == ["never made", "waits for copy", "waits for second"]
    bring_up_to_date(chain, study, silent)
    assert [state.stale for state in look_at(chain, study)] == [None, None, None]
    copying.inputs[0].write_text("xx")
    assert [s.stale for s in look_at(chain, study)] == ["input a.txt changed", "waits for copy", "waits for second"]
    assert (copying.runs, second.runs, third.runs) == (1, 1, 1)


def test_a_remade_output_with_the_same_bytes_is_no_reason_for_the_next_stage(study: Study, copying: Copying) -> None:
    second = Copying("second", [study.corpus_folder / "out.txt"], "second.txt")
    bring_up_to_date([copying.stage(), second.stage()], study, silent)
    copying.setting = {"seed": 2}
    outcomes = bring_up_to_date([copying.stage(), second.stage()], study, silent)
    assert [outcome.why for outcome in outcomes] == ["setting seed is new", None]


def test_it_is_known_whether_a_stage_was_ever_made(study: Study, copying: Copying) -> None:
    assert not was_made(copying.stage(), study)
    assert read_summary(copying.stage(), study) == {}
    why(copying, study)
    assert was_made(copying.stage(), study)


def test_a_folder_that_cannot_be_written_is_named(study: Study, copying: Copying) -> None:
    study.corpus_folder.parent.mkdir()
    study.corpus_folder.write_text("a file in the way")
    with pytest.raises(InputError, match="corpora/mine"):
        why(copying, study)


def test_an_input_that_may_not_be_read_is_named(
    study: Study, copying: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(stages, "hash_file", refuse)
    with pytest.raises(InputError, match=r"a\.txt: Permission denied"):
        why(copying, study)


def test_a_full_disk_is_said_with_the_stage_that_was_left(study: Study, copying: Copying) -> None:
    def fill(study: Study, draft: Path, progress: Progress) -> Summary:
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"corpora/mine: No space left on device; the stage 'copy'"):
        bring_up_to_date([replace(copying.stage(), run=fill)], study, silent)


def test_the_study_can_move_to_another_folder(tmp_path: Path, study: Study, copying: Copying) -> None:
    why(copying, study)
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    shutil.copytree(tmp_path, moved)
    copying.inputs = [moved / "a.txt", moved / "b.txt"]
    assert why(copying, load_study(moved / "mine.toml", moved)) is None


def test_names_are_written_with_slashes_and_undecodable_bytes_escaped(tmp_path: Path) -> None:
    assert path_name(tmp_path / "a" / "城市 外交.txt", tmp_path) == "a/城市 外交.txt"
    assert path_name(Path("/elsewhere/b.txt"), tmp_path) == "/elsewhere/b.txt"
    name = os.fsdecode("城.txt".encode("gb18030"))
    assert path_name(tmp_path / name, tmp_path) == "\\xb3\\xc7.txt"

from __future__ import annotations

import ast
import datetime as dt
import importlib.metadata
import importlib.util
import os
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from user_study import (
    DE,
    FOLDER,
    ROWS,
    SIDECAR,
    TABLE,
    TEXTS,
    ZH,
    Ran,
    assert_short,
    built,
    documents,
    run,
    write_rows,
    write_study,
    write_texts,
)

from pipeline.ingest import corpus, finish, gather
from pipeline.ingest.dates import Dated
from pipeline.ingest.sources import table, table_rows
from pipeline.store import corpus as store
from pipeline.store.parts import read_part

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_SIDECAR = FOLDER.replace('metadata = "metadata.csv"', "")
THIRD = "file,title,date,language\nzh_2014.txt,讲话,2014-05-15,zh\nde_2015.txt,Rede,2015,de\nneu.txt,Neu,2016,de\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(capsys: pytest.CaptureFixture[str]) -> Ran:
    ran = run(capsys, "corpus", "--json")
    assert ran.status == 0, ran.err
    return ran


def files_read(ran: Ran) -> int:
    number: int = ran.summary["stages"]["corpus"]["summary"]["files_read"]
    return number


def test_an_added_file_reads_one_file_and_gives_what_a_build_from_nothing_gives(
    here: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    write_texts(here)
    write_study(here)
    assert files_read(build(capsys)) == 2
    write_texts(here, {"neu.txt": DE + " Neu."}, THIRD)
    assert files_read(build(capsys)) == 1
    anew = tmp_path_factory.mktemp("anew")
    os.chdir(anew)
    write_texts(anew, {**TEXTS, "neu.txt": DE + " Neu."}, THIRD)
    write_study(anew)
    assert files_read(build(capsys)) == 3
    assert built(anew) == built(here)


def test_a_file_that_is_taken_away_leaves_no_trace_and_nothing_is_read(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_texts(here)
    write_study(here)
    build(capsys)
    before = built(here)
    root = write_texts(here, {"neu.txt": DE + " Neu."}, THIRD)
    build(capsys)
    (root / "neu.txt").unlink()
    write_texts(here, {})
    assert files_read(build(capsys)) == 0
    assert built(here) == before
    assert len(list((here / "corpora" / "mine" / ".parts").iterdir())) == 2


def test_a_changed_sidecar_reads_no_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_texts(here)
    write_study(here)
    build(capsys)
    (root / "metadata.csv").write_text("file,date\nzh_2014.txt,2011\n", encoding="utf-8")
    ran = build(capsys)
    assert (ran.ran(), files_read(ran)) == (["corpus"], 0)
    assert [row["date"] for row in documents(here)] == [dt.date(2015, 1, 1), dt.date(2011, 1, 1)]


def test_the_day_on_which_a_file_was_changed_is_its_date_only_where_the_study_asks_and_nothing_else_tells(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_texts(here, {"ohne.txt": DE, "rede_2011.txt": DE + " Zwei."}, None)
    for path in root.iterdir():
        os.utime(path, (1_400_112_000, 1_400_112_000))  # 2014-05-15
    write_study(here, NO_SIDECAR)
    build(capsys)
    assert [(row["date"], row["date_evidence"]) for row in documents(here)] == [
        (None, None),
        (dt.date(2011, 1, 1), "filename"),
    ]
    write_study(here, NO_SIDECAR + "file_dates = true\n")
    ran = build(capsys)
    assert files_read(ran) == 0
    assert [(row["date"], row["date_precision"], row["date_evidence"]) for row in documents(here)] == [
        (dt.date(2014, 5, 15), "day", "file"),
        (dt.date(2011, 1, 1), "year", "filename"),
    ]


def test_a_renamed_file_is_read_under_its_new_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_texts(here, {"a.txt": DE, "b.txt": ZH}, None)
    write_study(here, NO_SIDECAR)
    build(capsys)
    (root / "a.txt").rename(root / "c.txt")
    build(capsys)
    assert [row["doc_id"] for row in documents(here)] == ["speeches/b.txt", "speeches/c.txt"]


def test_a_table_that_is_changed_and_changed_back_is_whole_again(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_rows(here / "news.jsonl")
    write_study(here, TABLE)
    build(capsys)
    before = built(here)
    write_rows(here / "news.jsonl", ROWS[:1])
    build(capsys)
    write_rows(here / "news.jsonl")
    build(capsys)
    assert built(here) == before


def test_parts_of_a_table_that_went_missing_are_made_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_rows(here / "news.jsonl")
    path = write_study(here, TABLE)
    build(capsys)
    before = built(here)
    for part in (here / "corpora" / "mine" / ".parts").glob("*.arrow"):
        part.unlink()
    path.write_text(path.read_text(encoding="utf-8").replace('"news"\n', '"press"\n', 1), encoding="utf-8")
    build(capsys)
    assert len(documents(here)) == 2
    path.write_text(path.read_text(encoding="utf-8").replace('"press"\n', '"news"\n', 1), encoding="utf-8")
    build(capsys)
    assert built(here) == before


def test_another_version_of_a_reader_reads_every_file_again(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_texts(here)
    write_study(here)
    build(capsys)
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "9" if name == "trafilatura" else version(name))
    ran = build(capsys)
    assert ran.summary["stages"]["corpus"]["why"] == "tool trafilatura changed"
    assert files_read(ran) == 2


def test_what_a_stopped_run_has_read_is_not_read_again(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_texts(here, {f"{i}.txt": f"{DE} {i}" for i in range(6)}, None)
    write_study(here, NO_SIDECAR)
    read_each = gather.read_each

    def stop_after_three(function: object, tasks: list[object], limits: object) -> Iterator[object]:
        yield from read_each(function, tasks[:3], limits)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gather, "read_each", stop_after_three)
        assert run(capsys, "corpus").status == 130
    assert not (here / "corpora" / "mine" / "documents.parquet").exists()
    assert files_read(build(capsys)) == 3
    assert len(documents(here)) == 6


def test_a_damaged_part_is_said_and_the_next_run_mends_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_texts(here)
    write_study(here)
    build(capsys)
    before = built(here)
    next((here / "corpora" / "mine" / ".parts").iterdir()).write_bytes(b"")
    (root / "metadata.csv").write_text(SIDECAR.replace("Rede", "Vortrag").replace("讲话", "演讲"), encoding="utf-8")
    assert_short(run(capsys, "corpus"), 1, ".parts", "damaged", "run the command again")
    assert built(here) == before
    assert files_read(build(capsys)) == 1
    assert {row["title"] for row in documents(here)} == {"Vortrag", "演讲"}


def test_an_unchanged_part_is_not_read_again(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_texts(here)
    write_rows(here / "news.jsonl")
    write_study(here, FOLDER + TABLE)
    build(capsys)
    read: list[str] = []
    monkeypatch.setattr(corpus, "read_part", lambda path: (read.append(path.name), read_part(path))[1])
    monkeypatch.setattr(store, "GROUP_CHARACTERS", 50)  # so that no row group of the first build fits
    write_texts(here, {"neu.txt": DE + " Neu."}, THIRD)
    build(capsys)
    assert len(read) > 3
    read.clear()
    write_texts(here, {"neu.txt": DE + " Neu und anders."}, THIRD)
    build(capsys)
    assert len(read) == 1


def test_a_corpus_that_grew_and_shrank_many_times_has_the_bytes_of_one_built_from_nothing(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "GROUP_CHARACTERS", 300)
    monkeypatch.setattr(table, "CHUNK_CHARACTERS", 500)
    rng = random.Random(5)
    words = [{"zh": ZH, "de": DE}[code].replace("Wuhan", f"Wuhan {i}") for i in range(9) for code in ("zh", "de")]
    rows = [
        {"nr": i, "text": f"{rng.choice(words)} {i % 37}", "title": None, "date": f"20{i % 20:02}", "lang": "de"}
        | ({"party": f"P{i}"} if i % 3 else {})
        for i in range(200)
    ]
    folders = [here / "grown", here / "new"]
    encoded: list[int] = []
    encode = store.encode
    monkeypatch.setattr(store, "encode", lambda some, **how: (encoded.append(some.num_columns), encode(some, **how))[1])
    for step in range(5):
        chosen = [row for row in rows[: 150 + 10 * step] if step % 2 == 0 or rng.random() < 0.98]
        for folder in folders:
            folder.mkdir(exist_ok=True)
            os.chdir(folder)
            write_rows(folder / "news.jsonl", tuple(chosen))
            write_study(folder, TABLE.replace('language = "lang"', 'language = "lang", party = "party"'))
            if folder.name == "new":
                shutil.rmtree(folder / "corpora", ignore_errors=True)
            encoded.clear()
            build(capsys)
            texts = sum(number > 1 for number in encoded)
            whole = store.count_batches(folder / "corpora" / "mine")
            assert texts == whole if folder.name == "new" or not step else 0 < texts < whole
        assert built(folders[0]) == built(folders[1])
    assert sum(row["duplicate_of"] is not None for row in documents(folders[0])) > 5


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "nonsense"])
@pytest.mark.parametrize("name", [".kept/.outlines.arrow", ".kept/entries.arrow", ".kept/compared.arrow",
                                  "passages.parquet"])  # fmt: skip
def test_what_was_kept_and_is_damaged_is_not_used(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, damage: str
) -> None:
    write_texts(here, {f"{i}.txt": f"{DE} {i}" for i in range(4)}, None)
    write_study(here, NO_SIDECAR)
    build(capsys)
    before = built(here)
    path = here / "corpora" / "mine" / name
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes({"cut": data[: 2 * len(data) // 3], "flipped": flipped, "nonsense": b"\0" * 99}[damage])
    (here / "corpora" / "mine" / "rejects.csv").unlink()
    build(capsys)
    assert built(here) == before


def test_a_date_that_could_not_be_read_is_read_anew(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_texts(here, sidecar=SIDECAR.replace("2015,de", "übermorgen,de"))
    write_study(here)
    build(capsys)
    monkeypatch.setattr(finish, "_read_date", lambda _: Dated(dt.date(2016, 1, 2), "day"))
    (here / "corpora" / "mine" / "rejects.csv").unlink()
    build(capsys)
    assert dt.date(2016, 1, 2) in [row["date"] for row in documents(here)]


def test_one_and_two_workers_give_the_same_bytes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts: dict[str, str | bytes] = {f"{i:02d}.txt": f"{DE if i % 2 else ZH} {i}" for i in range(12)} | {"leer.txt": ""}
    write_texts(here, texts, None)
    one, two = here / "one", here / "two"
    for folder, workers in ((one, 1), (two, 2)):
        folder.mkdir()
        os.chdir(folder)
        write_texts(folder, texts, None)
        write_study(folder, NO_SIDECAR, more=f"[run]\nworkers = {workers}\n")
        build(capsys)
    assert built(one) == built(two)


def modules_behind(names: set[str]) -> set[str]:
    """All modules of ours that some modules import, and so on."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        waiting |= set(imports_of(name))
    return found


def imports_of(name: str) -> Iterator[str]:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline."):
            yield node.module
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if importlib.util.find_spec(node.module).submodule_search_locations and importlib.util.find_spec(inner):  # type: ignore[union-attr]
                    yield inner


def test_the_code_that_shapes_a_part_is_all_declared() -> None:
    reading = {f"pipeline.ingest.sources.{name}" for name in ("folder", "table")}
    declared = ("pipeline.errors", "pipeline.records", "pipeline.study", "pipeline.stages", "pipeline.store.cells",
                "pipeline.executor", "pipeline.cluster", "pipeline.memory", "pipeline.servers", "pipeline.settings",
                "pipeline.toml_files", *gather.READING)  # fmt: skip
    undeclared = {
        name for name in modules_behind(reading) if not any(name == d or name.startswith(f"{d}.") for d in declared)
    }
    assert undeclared <= {"pipeline.ingest", "pipeline.store", "pipeline.languages"}


def test_of_a_table_that_grew_by_a_row_only_the_chunk_around_it_is_read(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "CHUNK_CHARACTERS", 1000)
    rows = [{"nr": i, "text": f"{DE} {i}", "title": None, "date": "2015", "lang": "de"} for i in range(100)]
    write_rows(here / "news.jsonl", tuple(rows[:-1]))
    write_study(here, TABLE)
    build(capsys)
    before = set((here / "corpora" / "mine" / ".parts").glob("*.arrow"))
    read: list[int] = []
    parse = table_rows.json_row
    monkeypatch.setattr(table_rows, "json_row", lambda line, number: (read.append(number), parse(line, number))[1])
    write_rows(here / "news.jsonl", tuple(rows))
    assert files_read(build(capsys)) == 1
    after = set((here / "corpora" / "mine" / ".parts").glob("*.arrow"))
    assert len(before) > 5
    assert len(after - before) == len(before - after) == 1
    assert read[0] == 1
    assert len(read) < 30
    assert len(documents(here)) == 100

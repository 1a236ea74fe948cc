from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from user_study import FOLDER, TABLE, write_rows, write_study, write_texts

from pipeline.concepts.lexicon import load_lexicon
from pipeline.errors import LexiconError, StudyError, known_names
from pipeline.study import find_study, load_study


def said_of(folder: Path, sources: str = FOLDER, more: str = "") -> str:
    write_texts(folder)
    write_rows(folder / "news.jsonl")
    with pytest.raises(StudyError) as caught:
        load_study(write_study(folder, sources, more=more), folder)
    message = str(caught.value)
    assert "mine.toml" in message
    assert len(message.splitlines()) <= 2
    return message


def test_a_study_has_absolute_paths_and_every_setting(tmp_path: Path) -> None:
    write_texts(tmp_path)
    study = load_study(write_study(tmp_path, more=""), tmp_path)
    assert study.lexicon == tmp_path / "lexicon.toml"
    assert study.resolve(study.sources[0].path) == tmp_path / "texts"
    assert (study.corpus_folder, study.export_folder) == (tmp_path / "corpora/mine", tmp_path / "exports/mine")
    assert (study.passages.keep, study.timelines.bootstrap, study.timelines.seed) == (["body", "heading"], 1000, 1)


def test_paths_are_relative_to_the_file_and_outputs_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "elsewhere").mkdir()
    write_texts(tmp_path / "configs")
    write_study(tmp_path / "configs")
    monkeypatch.chdir(tmp_path / "elsewhere")
    study = load_study(tmp_path / "elsewhere" / ".." / "configs" / "mine.toml")
    assert study.resolve(study.sources[0].path) == tmp_path / "configs" / "texts"
    assert study.export_folder == tmp_path / "elsewhere" / "exports" / "mine"


@pytest.mark.parametrize(
    ("sources", "more", "key", "right"),
    [
        (FOLDER.replace("type =", "typ ="), "", "typ", "type"),
        (FOLDER.replace("metadata =", "meta_data ="), "", "meta_data", "metadata"),
        (FOLDER, '[passages]\nkeeps = ["body"]\n', "keeps", "keep"),
        (FOLDER, "[timelines]\nbootstap = 100\n", "bootstap", "bootstrap"),
        (FOLDER, '[topics]\nmodell = "lda"\n', "modell", "model"),
        (FOLDER, "[run]\nworker = 1\n", "worker", "workers"),
        (FOLDER, "[timeline]\nbootstrap = 100\n", "[timeline]", "timelines"),
        ('titel = "x"\n' + FOLDER, "", "titel", "title"),
        (TABLE.replace("title =", "tilte ="), "", "tilte", "title"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_right_one(
    tmp_path: Path, sources: str, more: str, key: str, right: str
) -> None:
    message = said_of(tmp_path, sources, more)
    assert key in message
    assert f"did you mean {right!r}?" in message


@pytest.mark.parametrize(
    ("written", "key", "right"),
    [
        ('lable = { zh = "x" }\nzh = ["城市外交"]', "lable", "label"),
        ('zh = [{ form = "城市外交", notin = ["城市外交官"] }]', "notin", "not_in"),
        ('de = ["Stadt", { from = "Städtediplomatie" }]', "from", "form"),
        ('zh = ["城市外交"]\nnotes = "x"', "notes", "note"),
    ],
)
def test_an_unknown_key_of_the_lexicon_is_named_with_the_nearest_right_one(
    tmp_path: Path, written: str, key: str, right: str
) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text(f'[[concept]]\nid = "city"\n{written}\n', encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_lexicon(path)
    message = str(caught.value)
    assert "lexicon.toml: concept 'city'" in message
    assert key in message
    assert f"did you mean {right!r}?" in message


def test_a_term_of_a_wrong_shape_is_shown_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text('[[concept]]\nid = "city"\nzh = ["城市外交", 7]\n', encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_lexicon(path)
    for word in ("lexicon.toml: concept 'city': zh number 2", "string", "7"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("sources", "more", "words"),
    [
        (FOLDER.replace('"texts"', '"textes"'), "", ("speeches", "path", "textes", "there is no")),
        (FOLDER.replace("metadata.csv", "meta.csv"), "", ("speeches", "metadata", "meta.csv")),
        (FOLDER.replace('"texts"', '"news.jsonl"'), "", ("is a file", "kind = 'table'")),
        (TABLE.replace('"news.jsonl"', '"texts"'), "", ("is a folder", "needs a file")),
        (FOLDER.replace('"folder"', '"floder"'), "", ("[[source]] number 1: kind", "'folder'", "'floder'")),
        (
            FOLDER.replace('"speeches"', '"Meine Rede"'),
            "",
            ("[[source]] number 1: id", "a-z, 0-9 and _", "'Meine Rede'"),
        ),
        (FOLDER.replace('type = "speech"', ""), "", ("[[source]] number 1: type", "missing")),
        (FOLDER + FOLDER, "", ("two sources", "'speeches'")),
        (FOLDER + 'language = "Chinese"\n', "", ("language", "'zh'", "'Chinese'")),
        (FOLDER + 'columns = { text = "t" }\n', "", ("'columns' belongs to kind = 'table'",)),
        (TABLE.replace('text = "text", ', ""), "", ("a table needs columns", "text")),
        (TABLE + 'metadata = "m.csv"\n', "", ("'metadata' belongs to kind = 'folder' or 'archive'",)),
        (TABLE.replace("title =", "sha256 ="), "", ("'sha256'", "take a new name")),
        ("", "", ("source", "missing")),
        (FOLDER, '[passages]\nkeep = ["bodies"]\n', ("[passages]: keep", "did you mean 'body'?")),
        (FOLDER, "[passages]\nkeep = []\n", ("at least one kind",)),
        (FOLDER, '[timelines]\nperiod = "yaer"\n', ("[timelines]: period", "'year'", "'yaer'")),
        (FOLDER, "[timelines]\nyears = [2024, 2000]\n", ("the first year, 2024, is after the last", "[2000, 2024]")),
        (FOLDER, "[timelines]\nbootstrap = 5\n", ("bootstrap", "100", "but it is 5")),
        (FOLDER, '[timelines]\nseed = "one"\n', ("seed", "whole number", "'one'")),
        (FOLDER, "[timelines]\nperiod = [[2013-01-01, 2012-01-01]]\n", ("start before end",)),
        (FOLDER, "[timelines]\nperiod = [[2012-01-01, 2014-01-01], [2013-01-01, 2015-01-01]]\n", ("overlap",)),
        (FOLDER, '[timelines]\nperiod = [["a;b", 2012-01-01, 2014-01-01]]\n', ("name of a period", "'a;b'")),
        (
            FOLDER,
            '[timelines]\nperiod = [["a", 2012-01-01, 2013-01-01], ["a", 2013-01-01, 2014-01-01]]\n',
            ("two periods", "'a'"),
        ),
        (FOLDER, '[timelines]\nperiod = [[2012-01-01, 2014-01-01, "late"]]\n', ("with a name before",)),
        (FOLDER, "[run]\nworkers = 0\n", ("[run]: workers", "but it is 0")),
        (FOLDER.replace('type = "speech"', 'type = "speech'), "", ("not valid TOML", "line", "a quote missing")),
        (FOLDER.replace('"speech"', "„speech“"), "", ("not valid TOML", "straight quotes")),
        (FOLDER.replace("type =", "type ＝"), "", ("not valid TOML", "outside of quotes write = for ＝")),
        (FOLDER, '[timelines]\ngroup_by = ["a，b"，"c"]\n', ("not valid TOML", "outside of quotes write , for ，")),
        (FOLDER, '[timelines]\ngroup_by = ["a"、"c"]\n', ("not valid TOML", "outside of quotes write , for 、")),
        (FOLDER, '[timelines]\ngroup_by = ["a"］\n', ("not valid TOML", "outside of quotes write ] for ］")),
        (FOLDER, '[timelines]\ngroup_by = ["a，b" "c" # ，]\n', ("not valid TOML: Unclosed array (at line",)),
        (FOLDER.replace('"texts"', '"C:\\Users\\me"'), "", ("not valid TOML", "write / for every")),
        (FOLDER, "[timelines]\nperiod = [[2012-01-01, 15.11.2013]]\n", ("not valid TOML", "written 2012-11-15")),
        (FOLDER, "[timelines]\nyears = [2004-2024]\n", ("not valid TOML", "commas: [2004, 2024]")),
        (FOLDER, "[timelines]\nyears = [2022]\n", ("years is the first and the last",)),
        (FOLDER, "[timelines]\nyears = 2004\n", ("[timelines]: years: this is a list in square brackets, but it is",)),
        (FOLDER, '[timelines]\nyears = ["2004", 2024]\n', ("years number 1: this is a whole number without quotes",)),
        (
            FOLDER,
            "[timelines]\nperiod = [[2012, 2013]]\n",
            ("period number 1 number 1: this is a date",),
        ),
        (FOLDER, '[timelines]\nperiod = [[2012-01-01, "2013-01-01"]]\n', ("a period is two dates without quotes",)),
        (FOLDER, "[timelines]\nperiod = [[2012-13-01, 2013-01-01]]\n", ("not valid TOML", "a day of the calendar")),
    ],
)
def test_a_mistake_in_the_study_is_said_with_its_place_and_what_would_be_right(
    tmp_path: Path, sources: str, more: str, words: tuple[str, ...]
) -> None:
    message = said_of(tmp_path, sources, more)
    for word in words:
        assert word in message


def test_texts_beside_the_tables_that_the_study_writes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "corpora" / "mine").mkdir(parents=True)
    source = FOLDER.replace('"texts"', '"corpora/mine"').replace('metadata = "metadata.csv"', "")
    assert "put the texts into a folder in it" in said_of(tmp_path, source)


def test_a_sidecar_of_another_kind_is_named(tmp_path: Path) -> None:
    said = said_of(tmp_path, FOLDER.replace("metadata.csv", "metadata.xlsx"))
    assert said.endswith("metadata.xlsx; there is metadata.csv")


def test_own_periods_are_put_in_order(tmp_path: Path) -> None:
    write_texts(tmp_path)
    more = "[timelines]\nperiod = [[2018-03-17, 2023-03-10], [2013-03-14, 2018-03-17]]\n"
    study = load_study(write_study(tmp_path, more=more), tmp_path)
    assert study.timelines.period[0] == [dt.date(2013, 3, 14), dt.date(2018, 3, 17)]


def test_a_missing_study_names_those_that_are_there(tmp_path: Path) -> None:
    write_study(tmp_path)
    with pytest.raises(
        StudyError, match=r"mien\.toml: there is no such file; did you mean .*mine\.toml\? \(there is .*mine\.toml"
    ):
        load_study(tmp_path / "mien.toml")


def test_a_study_may_begin_with_the_mark_that_windows_writes(tmp_path: Path) -> None:
    write_texts(tmp_path)
    path = write_study(tmp_path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_study(path, tmp_path).name == "mine"


@pytest.mark.parametrize(("data", "word"), [("名".encode("gb18030"), "not UTF-8"), (b"\x00", "not valid TOML")])
def test_a_study_in_another_encoding_is_refused_in_one_line(tmp_path: Path, data: bytes, word: str) -> None:
    path = write_study(tmp_path)
    path.write_bytes(b'[study]\ntitle = "' + data + b'"\n')
    with pytest.raises(StudyError, match=word):
        load_study(path)


def test_a_folder_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="this is a folder"):
        load_study(tmp_path)


@pytest.mark.parametrize(
    ("name", "said"), [("tittle", "did you mean 'title'? (known: path, title)"), ("qqq", "known: path, title")]
)
def test_known_names_are_listed_and_the_nearest_comes_first(name: str, said: str) -> None:
    assert known_names(name, {"title", "path"}) == said


def test_of_very_many_known_names_a_message_lists_the_first_and_the_nearest() -> None:
    said = known_names("texxt", ["text", *(f"column_{i:05}" for i in range(20_000))])
    assert said.startswith("did you mean 'text'? (known: column_00000, ")
    assert len(said) < 2_100


def test_a_name_is_the_study_in_configs_though_a_file_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").mkdir()
    for path in ("mine", "mine.toml", "configs/mine.toml"):
        (tmp_path / path).write_text("", encoding="utf-8")
    assert find_study(Path("mine")) == Path("configs/mine.toml")
    assert find_study(Path("mine.toml")) == Path("mine.toml")

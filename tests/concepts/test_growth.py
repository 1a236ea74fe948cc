"""A corpus that grew or shrank is worked on where it is new, and comes out as if it were built from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made import build, make_document, make_study

from pipeline.concepts import asked
from pipeline.concepts import mentions as mentions_stage
from pipeline.errors import InputError
from pipeline.languages import tokens as tokens_stage
from pipeline.store import corpus, tokens

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LEXICON = (
    '[[concept]]\nid = "a"\nzh = ["城市外交", "友好城市"]\nde = [{ form = "Partnerschaft", match = "compound" }]\n'
)
MADE = (mentions_stage.MENTIONS_FILE, tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE, tokens.CUT_TYPES_FILE,
        tokens.CUTS_FILE)  # fmt: skip
ZH = "第{}个友好城市推动了城市外交部的第{}次会议。"
DE = "Die Städtepartnerschaft Nummer {} der Stadt feiert das Jahr {}."


def documents(*numbers: int) -> list[dict[str, object]]:
    return [make_document(f"{i:04d}", ("zh", ZH.format(i, 2 * i)), ("de", DE.format(i, 1900 + i))) for i in numbers]


def made(study: Study) -> dict[str, bytes]:
    return {name: (study.corpus_folder / name).read_bytes() for name in MADE}


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 400)


@pytest.mark.parametrize("change", ["one more", "one less"])
def test_a_document_more_or_less_is_cut_and_searched_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    whole = [*range(120)]
    part = [i for i in whole if i != 57]
    before, after = (part, whole) if change == "one more" else (whole, part)
    study, fresh = make_study(tmp_path / "grown", LEXICON), make_study(tmp_path / "fresh", LEXICON)
    build(study, documents(*before))
    searched: list[int] = []
    search = mentions_stage.search_batch
    monkeypatch.setattr(mentions_stage, "search_batch", lambda s, task: (searched.append(task[0]), search(s, task)))
    build(study, documents(*after))
    batches = corpus.count_batches(study.corpus_folder)
    assert 0 < len(set(searched)) <= 3 < batches
    monkeypatch.undo()
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 400)
    build(fresh, documents(*after))
    grown, new = made(study), made(fresh)
    assert {name for name in MADE if grown[name] != new[name]} == set()
    assert len(list((study.corpus_folder / tokens_stage.PIECES_FOLDER).iterdir())) == 2 * batches
    kept = [path.name for path in (study.corpus_folder / mentions_stage.PIECES_FOLDER).iterdir()]
    assert len([name for name in kept if not name.startswith("asked")]) == 3 * batches


def test_a_text_in_chinese_alone_has_no_german_made_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, fresh = make_study(tmp_path / "grown", LEXICON), make_study(tmp_path / "fresh", LEXICON)
    chinese = [make_document(f"a{i:04d}", ("zh", ZH.format(i, 2 * i))) for i in range(80)]
    german = [make_document(f"b{i:04d}", ("de", DE.format(i, 1900 + i))) for i in range(80)]
    build(study, chinese[1:] + german)
    prepared: list[list[str]] = []
    prepare = mentions_stage.prepare_search
    monkeypatch.setattr(
        mentions_stage, "prepare_search", lambda *given: (prepared.append([*given[2]]), prepare(*given))[1]
    )
    build(study, chinese + german)
    assert prepared
    assert not any(prepared)
    monkeypatch.undo()
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 400)
    build(fresh, chinese + german)
    assert made(study) == made(fresh)


def test_a_text_more_asks_a_language_for_nothing_that_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, fresh = make_study(tmp_path / "grown", LEXICON), make_study(tmp_path / "fresh", LEXICON)
    build(study, documents(*range(30)))
    monkeypatch.setattr(asked, "language_module", lambda _: None)
    build(study, documents(*range(31)))
    monkeypatch.undo()
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 400)
    build(fresh, documents(*range(31)))
    assert made(study) == made(fresh)


def test_a_changed_language_alone_is_cut_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, documents(*range(30)))
    folder = study.corpus_folder / tokens_stage.PIECES_FOLDER
    before = {path.name for path in folder.iterdir()}
    key = tokens_stage.language_key
    monkeypatch.setattr(tokens_stage, "language_key", lambda code: key(code) + " changed" * (code == "de"))
    build(study, documents(*range(30)))
    kept = before & {path.name for path in folder.iterdir()}
    assert {name[:2] for name in kept} == {"zh"}
    assert len(kept) == corpus.count_batches(study.corpus_folder)


def test_a_damaged_piece_is_said_and_made_again(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, documents(*range(30)))
    whole = made(study)
    for folder in (tokens_stage.PIECES_FOLDER, mentions_stage.PIECES_FOLDER):
        damaged = sorted((study.corpus_folder / folder).iterdir())[1]
        damaged.write_bytes(damaged.read_bytes()[:-40])
        with pytest.raises(InputError, match="run the command again"):
            build(study, documents(*range(30)))
        build(study, documents(*range(30)))
        assert made(study) == whole

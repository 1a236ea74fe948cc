"""The stage: passages, tokens and mentions fit together, whatever the text."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import build, make_document, make_study
from strategies import de_text, mixed_text, zh_text

from pipeline.concepts.mentions import find_mentions, read_mentions
from pipeline.records import TOKENS
from pipeline.store import corpus, tokens

LEXICON = """
[[concept]]
id = "city"
zh = ["城市外交", { form = "外交", not_in = ["外交部"] }, { form = "发.{1,3}国", match = "regex" }]
de = [{ form = "Städtepartnerschaft", match = "compound" }, "öffentliche Diplomatie"]
en = ["people's diplomacy"]
[[concept]]
id = "people"
zh = ["民间外交", "友好城市", "国际友好城市"]
de = ["Diplomatie"]
"""

passages = st.lists(
    st.one_of(
        st.tuples(st.just("zh"), zh_text), st.tuples(st.just("de"), de_text),
        st.tuples(st.just("en"), mixed_text), st.tuples(st.sampled_from(["zh", "de", "und"]), mixed_text),
    ),
    max_size=5,
)  # fmt: skip


def read_tokens(folder: Path) -> list[dict[str, Any]]:
    return pa.Table.from_batches(tokens.token_batches(folder / tokens.TOKENS_FILE), TOKENS).to_pylist()


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(passages, max_size=3))
def test_tokens_words_and_mentions_fit_the_text(documents: list[list[tuple[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = make_study(Path(folder), LEXICON, ["zh", "de", "en"])
        mentions = build(study, [make_document(f"{i}", *found) for i, found in enumerate(documents)])
        texts = [passage for found in documents for passage in found]
        types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).to_pylist()
        rows = read_tokens(study.corpus_folder)
        assert [row["type"] for row in types] == list(range(len(types)))
        assert len({(row["language"], row["form"]) for row in types}) == len(types)
        last = (-1, 0)
        words = [0] * len(texts)
        covered = [set[int]() for _ in texts]
        for row in rows:
            language, text = texts[row["passage"]]
            kind = types[row["type"]]
            end = row["start"] + row["length"]
            assert text[row["start"] : end] == kind["form"]
            assert kind["language"] == language
            assert row["length"] > 0
            assert not kind["form"].isspace()
            assert kind["is_word"] == any(map(str.isalnum, kind["form"]))
            assert (row["passage"], row["start"]) >= last, "in order, none over another"
            last = (row["passage"], end)
            words[row["passage"]] += kind["is_word"]
            covered[row["passage"]] |= set(range(row["start"], end))
        for (language, text), places in zip(texts, covered, strict=True):
            missing = {i for i, character in enumerate(text) if not character.isspace()} - places
            assert missing == (set() if language != "und" else {i for i, c in enumerate(text) if not c.isspace()})
        assert tokens.read_words(study.corpus_folder / tokens.WORDS_FILE).tolist() == words
        _check_mentions(mentions.to_pylist(), texts)


def _check_mentions(mentions: list[dict[str, Any]], texts: list[tuple[str, str]]) -> None:
    keys = [(row["passage"], row["start"], -row["end"]) for row in mentions]
    assert keys == sorted(keys)
    counted = [row for row in mentions if row["counted"]]
    for row in mentions:
        language, text = texts[row["passage"]]
        assert row["language"] == language
        assert text[row["start"] : row["end"]] == row["surface"]
        assert row["counted"] == (row["nested_in"] is None)
        if not row["counted"]:
            assert any(
                outer["concept"] == row["nested_in"] and outer["passage"] == row["passage"]
                and outer["start"] <= row["start"] and row["end"] <= outer["end"]
                for outer in counted
            )  # fmt: skip


def test_a_changed_lexicon_needs_no_new_cut(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    documents = [make_document("a", ("zh", "论友好城市与民间外交"), ("de", "die Diplomatie"))]
    build(study, documents)
    cuts = (study.corpus_folder / tokens.CUTS_FILE).read_bytes()
    (tmp_path / "lexicon.toml").write_text('[[concept]]\nid = "x"\nzh = ["友好城市与民间"]\n', encoding="utf-8")
    summary = find_mentions(study, study.corpus_folder, lambda *_: None)
    assert (study.corpus_folder / tokens.CUTS_FILE).read_bytes() == cuts
    assert read_mentions(study.corpus_folder)["surface"].to_pylist() == ["友好城市与民间"]
    assert summary == {"mentions": 1, "counted": {"x": 1}, "terms_never_found": []}
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)["form"].to_pylist()
    forms = [types[row["type"]] for row in read_tokens(study.corpus_folder) if row["passage"] == 0]
    assert forms == ["论", "友好城市与民间", "外交"]


def test_the_summary_names_the_terms_that_were_never_found(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "x"\nzh = ["外交", "城市"]\nde = ["Stadt"]\n')
    build(study, [make_document("a", ("zh", "外交"))])
    summary = find_mentions(study, study.corpus_folder, lambda *_: None)
    assert summary["terms_never_found"] == ["x: 城市", "x: Stadt"]


def test_a_corpus_of_nothing_has_no_tokens_and_no_mentions(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    assert build(study, []).num_rows == 0
    assert build(study, [make_document("a", ("zh", "")), make_document("b")]).num_rows == 0
    assert read_tokens(study.corpus_folder) == []


def test_batches_and_workers_change_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    texts = [
        "论友好城市与城市外交。",
        "国际友好城市",
        "发展中国家的城市外交部",
        "die Städtepartnerschaften der Diplomatie",
    ] * 3
    documents = [make_document(f"{i}", ("zh" if i % 4 < 3 else "de", text)) for i, text in enumerate(texts)]
    outputs = []
    for name, size in (("one", 2_000_000), ("many", 8)):
        monkeypatch.setattr(corpus, "GROUP_CHARACTERS", size)
        study = make_study(tmp_path / name, LEXICON)
        mentions = build(study, documents)
        types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)["form"].to_pylist()
        forms = [(row["passage"], row["start"], types[row["type"]]) for row in read_tokens(study.corpus_folder)]
        outputs.append((mentions.to_pylist(), forms))
    assert corpus.count_batches(study.corpus_folder) > 5
    assert outputs[0] == outputs[1]


def test_a_mention_longer_than_a_token_can_be_is_kept_and_not_held(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "x"\nzh = [{ form = "外交.+", match = "regex" }]\n')
    text = "外交" + "城市" * 40_000
    mentions = build(study, [make_document("a", ("zh", text))])
    assert mentions["end"].to_pylist() == [len(text)]
    rows = read_tokens(study.corpus_folder)
    assert np.sum([row["length"] for row in rows]) == len(text)

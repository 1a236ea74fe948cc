"""The stage: cut batches as types and tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, make_document, make_study

from pipeline.concepts.lexicon import load_lexicon, terms_of
from pipeline.languages import tokens as stage
from pipeline.languages.cuts import Cuts
from pipeline.store import tokens

PROJECT_LEXICON = Path(__file__).resolve().parents[2] / "configs" / "lexicons" / "city_diplomacy.toml"
LEXICON = '[[concept]]\nid = "a"\nzh = ["外交"]\n'


def test_each_language_has_the_same_functions() -> None:
    for code in ("zh", "de", "en"):
        module = stage.language_module(code)
        cuts = module.cut(["a b"])
        lemmas = module.lemmatize(cuts.forms)
        assert len(lemmas) == len(module.split_compounds(cuts.forms, lemmas)) == len(module.are_words(cuts.forms)) == 2
        assert module.VERSION


def test_types_are_numbered_as_they_appear_and_keep_languages_apart(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(
        study,
        [make_document("a", ("de", "Die EU"), ("zh", "EU的"), ("de", "EU die")), make_document("b", ("fr", "EU"))],
    )
    types = tokens.read_types(study.corpus_folder / tokens.CUT_TYPES_FILE)
    assert sorted(zip(types["language"].to_pylist(), types["form"].to_pylist(), strict=True)) == [
        ("de", "Die"), ("de", "EU"), ("de", "die"), ("zh", "EU"), ("zh", "的"),
    ]  # fmt: skip
    assert types["type"].to_pylist() == list(range(5))
    cuts = tokens.read_cuts(study.corpus_folder, 0)
    assert {code: cut.passage.tolist() for code, cut in cuts.items()} == {"zh": [1, 1], "de": [0, 0, 2, 2]}
    forms = types["form"].to_pylist()
    assert [forms[i] for i in cuts["de"].types[cuts["de"].form]] == ["Die", "EU", "EU", "die"]


def test_types_described_some_at_a_time_or_the_last_time_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are looked at in the order of the alphabet, kept in that in which they appear, and taken over once known."""
    first = make_document("a", ("de", "Städtepartnerschaften und Zebras, Äpfel, an 12 Abenden."), ("zh", "外交的"))
    more = make_document("b", ("de", "Abende mit Städten"), ("zh", "城市"))
    tables = []
    for name, at_once, steps in (("whole", 100, [[first, more]]), ("grown", 2, [[first], [first, more]])):
        monkeypatch.setattr(stage, "TYPES_AT_ONCE", at_once)
        study = make_study(tmp_path / name, LEXICON)
        for documents in steps:
            build(study, documents)
        tables.append(tokens.read_types(study.corpus_folder / tokens.CUT_TYPES_FILE))
    assert tables[0] == tables[1]
    described = {row["form"]: (row["lemma"], row["parts"]) for row in tables[1].to_pylist()}
    assert described["Städtepartnerschaften"] == ("Städtepartnerschaft", ["Stadt", "Partnerschaft"])
    assert described["Abenden"] == ("Abend", [])


@given(st.lists(st.text("ab", min_size=1, max_size=12), min_size=1, max_size=6), st.integers(1, 5))
def test_a_token_too_long_to_say_becomes_several(forms: list[str], longest: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "LONGEST", longest)
        length = np.array([len(form) for form in forms])
        distinct = list(dict.fromkeys(forms))
        cuts = Cuts(
            passage=np.zeros(len(forms), np.int64),
            start=np.cumsum(length) - length,
            length=length,
            form=np.array([distinct.index(form) for form in forms]),
            forms=distinct,
        )
        bounded = stage._bounded(cuts)
    text = "".join(forms)
    assert (bounded.length <= longest).all()
    assert bounded.length.sum() == len(text)
    pieces = [text[at : at + size] for at, size in zip(bounded.start, bounded.length, strict=True)]
    assert pieces == [bounded.forms[i] for i in bounded.form]
    assert "".join(pieces) == text


def test_each_chinese_term_is_one_token_in_sentences_of_all_kinds(tmp_path: Path) -> None:
    terms = [term.form for term in terms_of(load_lexicon(PROJECT_LEXICON), "zh")]
    before = ["", "推动", "中国的", "第", "2014年", "a", "“", "大", "国", "对"]
    behind = ["", "的发展", "家", "学会", "部", "，", "会议", "b", "网络"]
    sentences = [f"{before[i % 10]}{terms[i % len(terms)]}{behind[i % 9]}" for i in range(max(200, len(terms) * 3))]
    study = make_study(tmp_path, PROJECT_LEXICON.read_text(encoding="utf-8"), ["zh"])
    mentions = build(study, [make_document("all", *(("zh", text) for text in sentences))]).to_pylist()
    outermost: set[tuple[int, int, int]] = set()
    for row in mentions:  # in order; of two that overlap (友好交往城市网络) the first is held
        if row["nested_in"] is None and not any(p == row["passage"] and row["start"] < end for p, _, end in outermost):
            outermost.add((row["passage"], row["start"], row["end"]))
    assert len({passage for passage, _, _ in outermost}) > len(sentences) * 0.9  # the others: not_in, or a Latin word
    found = pa.Table.from_batches(list(tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE))).to_pylist()
    spans = {(row["passage"], row["start"], row["start"] + row["length"]) for row in found}
    assert {span for span in outermost if span not in spans} == set()

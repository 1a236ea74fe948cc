"""What the texts say of a lexicon, and the words of the corpus that it may lack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from made import build, make_document, make_study

from pipeline.analyses.candidates import MOST, find_candidates
from pipeline.analyses.lexicon_review import review_lexicon
from pipeline.concepts.mentions import read_mentions

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

LEXICON = """
[[concept]]
id = "twin"
zh = ["友好城市", "姊妹城市"]
de = ["Städtepartnerschaft", "Gemeindepartnerschaft"]
[[concept]]
id = "diplomacy"
zh = ["城市外交", "外交"]
de = ["Diplomatie"]
[[concept]]
id = "network"
zh = ["友好城市网络"]
"""
DE = (
    "Die Städtepartnerschaft lebt vom Besuch. Der Partnerschaftsverein der Städte lädt ein.",
    "Jede kommunale Partnerschaft braucht Geld, und die Städtepartnerschft mit Wuhan auch.",
    "Kommunale Partnerschaften und Diplomatie gehören zusammen. Die Kommunalpartnerschaft ist neu.",
)
ZH = ("友好城市外交发展很快，姐妹城市也多。", "他们谈城市外交，也谈姐妹城市和友好城市网络。", "姐妹城市很重要。")


def built(folder: Path, lexicon: str = LEXICON, again: int = 1) -> Study:
    study = make_study(folder, lexicon)
    texts = [*(("zh", text) for text in ZH), *(("de", text) for text in DE)]
    build(
        study, [make_document(f"{n}{i}", text, date="2014-01-01") for n in range(again) for i, text in enumerate(texts)]
    )
    return study


def test_terms_of_different_concepts_that_overlap_are_counted(tmp_path: Path) -> None:
    said = [risk for risk in review_lexicon(built(tmp_path, again=3)) if "overlap" in risk]
    pair = "'友好城市' (twin) and '城市外交' (diplomacy) overlap 3 times, as in '友好城市外交'"
    assert said == [f"{tmp_path / 'lexicon.toml'}: {pair}: both count there"]


def test_a_dead_term_is_named_with_what_is_spelt_like_it(tmp_path: Path) -> None:
    said = "\n".join(risk for risk in review_lexicon(built(tmp_path)) if "never found" in risk)
    assert "terms never found in passages in zh: '姊妹城市' (twin)" in said
    lexicon = LEXICON.replace('"Gemeindepartnerschaft"', '"Partnerschaftsvereine", "Besucht"')
    said = "\n".join(review_lexicon(built(tmp_path, lexicon.replace('"Besucht"', '"Bezuch"'))))
    assert "'Bezuch' (twin, de) is never found; the corpus has 'Besuch'" in said
    assert "'Städtepartnerschaft' (twin" not in said


def test_terms_in_passages_of_another_language_are_counted_and_said(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nzh = ["城市外交", "外交"]\nde = ["Städtediplomatie", "民间外交"]\n'
    study = make_study(tmp_path, lexicon)
    german = "Die Städtediplomatie (城市外交, früher 城市外交), die 民间外交 und die Außenpolitik (外\n交)."
    chinese = "城市外交（Städtediplomatie, Städtediplomatien）是新的概念。"
    build(study, [make_document("a", ("de", german), ("zh", chinese))])
    (said,) = (risk for risk in review_lexicon(study) if "another language" in risk)
    places = "'城市外交' (zh) 2 times in de, '外交' (zh) once in de, 'Städtediplomatie' (de) once in zh;"
    assert f"where they do not count: {places}" in said


def test_a_form_listed_under_both_languages_is_no_gloss(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "a"\nzh = ["城市外交"]\nde = ["Städtediplomatie", "城市外交"]\n')
    build(study, [make_document("a", ("de", "Die Städtediplomatie (城市外交)."), ("zh", "城市外交在发展。"))])
    assert not any("another language" in risk for risk in review_lexicon(study))
    assert read_mentions(study.corpus_folder)["language"].to_pylist().count("de") == 2


def test_a_term_whose_mentions_stand_in_one_document_is_said(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, ["de"])
    build(study, [make_document("loud", ("de", "Diplomatie. " * 4)), make_document("other", ("de", "Diplomatie."))])
    assert any("4 of its 5 mentions stand in one document, texts/loud" in risk for risk in review_lexicon(study))
    build(
        study, [make_document("a", ("de", "Diplomatie. " * 3)), make_document("b", ("de", "Diplomatie. Diplomatie."))]
    )
    assert not any("one document" in risk for risk in review_lexicon(study))


def test_a_term_that_is_the_whole_curve_is_said_and_one_inside_it_of_the_same_concept_is_not(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON, ["zh"])
    build(study, [make_document(f"{i}", ("zh", "城市外交很好。" * 5)) for i in range(5)])
    said = "\n".join(review_lexicon(study))
    assert "'城市外交' (diplomacy, zh): 25 of the 25 mentions of its concept are its own" in said
    assert "'外交' (diplomacy, zh)" not in said


def test_a_term_that_loses_its_mentions_to_other_concepts_is_said(tmp_path: Path) -> None:
    other = '[[concept]]\nid = "city"\nlabel = { zh = "城市外交" }\nzh = ["城市外交"]\n'
    only = '[[concept]]\nid = "any"\nlabel = { zh = "外交" }\nzh = ["外交", "大国外交"]\n'
    study = make_study(tmp_path, only + other, ["zh"])
    texts = ("城市外交很好。" * 3 + "大国外交很好。" * 2, "城市外交很好。" * 3 + "外交很好。")
    build(study, [make_document(f"{i}", ("zh", text)) for i, text in enumerate(texts)])
    said = "\n".join(review_lexicon(study))
    assert "'外交' (any, zh): 6 of its 9 mentions lie in those of other concepts" in said


def test_an_empty_corpus_has_dead_terms_and_no_candidates(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, [])
    assert {"never found" in risk for risk in review_lexicon(study)} == {True}
    assert find_candidates(study).num_rows == 0


def test_candidates_share_parts_or_spelling_and_are_no_mentions(tmp_path: Path) -> None:
    rows = find_candidates(built(tmp_path, again=2)).to_pylist()
    why = {(r["concept"], r["candidate"]): r["why"] for r in rows}
    assert why["twin", "Kommunalpartnerschaft"] == "parts"
    assert why["twin", "Städtepartnerschft"] == "spelling"
    assert why["twin", "姐妹城市"] in {"parts", "spelling"}
    assert ("twin", "kommunale Partnerschaft") in why
    assert not {"友好城市", "城市外交", "友好城市网络", "Diplomatie", "Städtepartnerschaft"} & {c for _, c in why}
    row = next(r for r in rows if r["candidate"] == "姐妹城市" and r["concept"] == "twin")
    assert (row["frequency"], row["documents"], row["doc_id"]) == (6, 6, "texts/00")
    assert "姐妹城市" in row["example"]


def test_candidates_come_best_first_and_are_few(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nde = ["Partnerschaft"]\n'
    study = make_study(tmp_path, lexicon, ["de"])
    heads = ("Arbeit", "Freiheit", "Kultur", "Musik", "Natur", "Sport", "Verkehr", "Wald", "Wasser", "Zeit", "Sonne")
    tails = ("spartnerschaft", "spartnerschaften", "partnerschaftsrat")
    text = " ".join(f"Die {head}{tail} ist neu." for head in heads for tail in tails)
    build(study, [make_document("0", ("de", text))])
    rows = find_candidates(study).to_pylist()
    scores = [r["score"] for r in rows if r["why"] != "context"]
    assert 5 < len(rows) <= MOST
    assert scores == sorted(scores, reverse=True)


def test_only_counted_passages_give_candidates(tmp_path: Path) -> None:
    study = make_study(tmp_path, '[[concept]]\nid = "a"\nde = ["Städtepartnerschaft"]\n', ["de"])
    text = "Die Kommunalpartnerschaft ist eine Städtepartnerschaft."
    build(study, [make_document("0", ("de", text, "footnote"), ("de", "Die Gemeindepartnerschaft auch.", "body"))])
    assert {r["candidate"] for r in find_candidates(study).to_pylist()} == {"Gemeindepartnerschaft"}

from __future__ import annotations

from pipeline.languages import en


def test_english_words_lemmas_and_no_parts() -> None:
    cuts = en.cut(["The mayors didn't sign twin-city partnerships in 2019."])
    forms = [cuts.forms[index] for index in cuts.form]
    assert forms == ["The", "mayors", "did", "n't", "sign", "twin", "-", "city", "partnerships", "in", "2019", "."]
    lemmas = en.lemmatize(forms)
    assert lemmas[1:3] == ["mayor", "do"]
    assert lemmas[8:] == ["partnership", "in", "2019", "."]
    assert en.split_compounds(forms, lemmas) == [()] * len(forms)
    assert en.are_words(forms)[-2:] == [True, False]


def test_the_terms_of_the_lexicon_meet_their_plurals() -> None:
    forms = ["cities", "partnerships", "networks", "diplomacies", "exchanges", "associations", "rivals", "Cities"]
    lemmas = ["city", "partnership", "network", "diplomacy", "exchange", "association", "rival", "city"]
    assert en.lemmatize(forms) == lemmas


def test_the_version_names_the_tools() -> None:
    assert en.VERSION.startswith("spacy 3.")
    assert "simplemma 2." in en.VERSION

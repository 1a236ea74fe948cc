from __future__ import annotations

import pytest
from HanTa.HanoverTagger import HanoverTagger

from pipeline.languages.morphology import analyse, stem_lemma

WORDS = ["Städtepartnerschaftsvereins", "ging", "kommt", "Partnerstädten", "freundschaftlichen", "Rivalen", "Häuser",
         "stattgefunden", "abzulehnen", "besser", "Abgeordneten", "Einflüsse", "Volksdiplomatie", "Außenpolitik",
         "Schulen", "Berlins", "schnellere", "gelesen", "Firmen", "Gremien"]  # fmt: skip


@pytest.fixture(scope="module")
def hanta() -> HanoverTagger:
    return HanoverTagger("morphmodel_ger.pgz")


@pytest.mark.parametrize("word", WORDS)
def test_the_faster_search_finds_what_hanta_finds(word: str, hanta: HanoverTagger) -> None:
    analysis = analyse(word)
    assert analysis is not None
    assert (analysis.lemma, analysis.pos) == hanta.analyze(word)
    assert list(analysis.morphemes) == hanta.analyze(word, taglevel=3)[1]


def test_the_morphemes_spell_the_word() -> None:
    for word in WORDS:
        analysis = analyse(word)
        assert analysis is not None
        assert "".join(form for form, _ in analysis.morphemes) == word.lower()


def test_words_in_new_spelling_are_known() -> None:
    analysis = analyse("Flussufer")
    assert analysis is not None
    assert analysis.known
    assert analysis.morphemes == (("fluss", "NN"), ("ufer", "NN"))


@pytest.mark.parametrize("word", ["", "x" * 61, "Qwrtzpsdfgx", "\U0001f600"])
def test_what_is_no_german_word_has_no_analysis(word: str) -> None:
    assert analyse(word) is None


def test_stems_inside_compounds_get_their_lemma() -> None:
    stems = [
        ("städt", "NN_VAR"),
        ("schul", "NN_VAR_EL"),
        ("lern", "VV"),
        ("neu", "NN"),
        ("china", "NE"),
        ("eu", "ACR_NE"),
    ]
    assert [stem_lemma(*stem) for stem in stems] == ["Stadt", "Schule", "lernen", "neu", "China", "EU"]

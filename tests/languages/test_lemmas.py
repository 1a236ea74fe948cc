from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.languages.lemmas import lemma_of

SOME = st.sampled_from(
    ["Stadt", "städt", "innen", "Innen", "*", ":", "-", "/", "_", "ß", "ss", "er", "E", "x", "2", ".", "ı", "İ"]
)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_form_has_a_lemma(form: str) -> None:
    assert lemma_of(form)


@given(st.lists(SOME, min_size=1, max_size=8).map("".join))
def test_any_mixture_of_german_has_a_lemma(form: str) -> None:
    assert lemma_of(form)


@pytest.mark.parametrize("form", ["x" * 100_000, "Stadt" * 12, "a-" * 50_000 + "b", "ab*" * 30_000, "Innen" * 20_000])
def test_what_is_too_long_for_a_word_stays_as_it_is(form: str) -> None:
    start = time.perf_counter()
    assert lemma_of(form).startswith(form[:50])
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("Preisblasen", "Preisblase"),  # by known parts
        ("Genmaissorten", "Genmaissorte"),
        ("Glyphosatpräparaten", "Glyphosatpräparat"),  # by the last part
        ("Wälzungsmöglichkeiten", "Wälzungsmöglichkeit"),
        ("Paradiplomatien", "Paradiplomatie"),  # by guess
        ("haushaltsgesetzlichen", "haushaltsgesetzlich"),
        ("Unionsabgeordneten", "Unionsabgeordnete"),
        ("Quelle", "Quelle"),  # the dictionary says Quell
        ("Schulden", "Schuld"),  # the dictionary says Schulde
        ("Szenarien", "Szenario"),  # the dictionary says Szenarie
        ("demoliert", "demolieren"),
        ("naturschutzrechtlichen", "naturschutzrechtlich"),  # by the adjective at its end
        ("verdachtsloser", "verdachtslos"),
        ("stadtviertel", "Stadtviertel"),
        ("mandatiert", "mandatieren"),
        ("dynamisiert", "dynamisieren"),  # by the dictionary's verb
        ("gedüngt", "düngen"),
        ("erhöhte", "erhöht"),
        ("unbesetzt", "unbesetzt"),  # no verb is unbesetzen
        ("fraktionsübergreifend", "fraktionsübergreifend"),
        ("generationengerecht", "generationengerecht"),
        ("zusammengehören", "zusammengehören"),
        ("stattgefunden", "stattfinden"),
        ("bilaterale", "bilateral"),  # the dictionary has it as a lemma
        ("rechtsextremistischer", "rechtsextremistisch"),
        ("wachsender", "wachsend"),  # the model has it as a word of one form
        ("glücklicherweise", "glücklicherweise"),
        ("richtigerweise", "richtigerweise"),
        ("verweise", "verweisen"),
        ("Herzlichen", "herzlich"),  # the dictionary says Herzliche
        ("Planungsrechtliche", "planungsrechtlich"),  # the model has it as a noun
        ("Topografischen", "topografisch"),  # by the suffix
        ("Kleinräumige", "kleinräumig"),
        ("Anschlusspflichtigen", "Anschlusspflichtige"),
        ("Pflegebedürftigen", "Pflegebedürftige"),
        ("Hagsfelder", "Hagsfelder"),
        ("Wolfartsweier", "Wolfartsweier"),  # not of Ei
        ("Älteren", "Ältere"),
        ("Schwächeren", "Schwächere"),
        ("vorgelegen", "vorliegen"),  # the model says vorlegen, of which it is vorgelegt
        ("hingehören", "hingehören"),
        ("Politikerinnen", "Politikerin"),
        ("Raketenbeschusses", "Raketenbeschuss"),
        ("Liegenschaf-ten", "Liegenschaf-ten"),
        ("Staedtepartnerschaften", "Städtepartnerschaft"),
        ("oeffentlichen", "öffentlich"),
        ("Foerderung", "Förderung"),
        ("Israel", "Israel"),
        ("Baerbock", "Baerbock"),
        ("Koehler", "Koehler"),
        (
            "Deutsch-Chinesischen-Städtepartnerschafts-Initiativen",
            "Deutsch-Chinesische-Städtepartnerschafts-Initiative",
        ),
    ],
)
def test_words_and_where_their_lemma_comes_from(form: str, lemma: str) -> None:
    assert lemma_of(form) == lemma

from __future__ import annotations

import time

import pytest
import spacy
from gender_forms import differences
from hypothesis import given
from hypothesis import strategies as st
from strategies import DE_PIECES, ODD, SPACES

from pipeline.languages import de
from pipeline.languages.gender import feminine, split
from pipeline.languages.tokens import describe_types

FORMS = {
    "Bürger*innen": ("Bürger", "Bürgerin"),
    "Bürger:innen": ("Bürger", "Bürgerin"),
    "Bürger_innen": ("Bürger", "Bürgerin"),
    "Bürger·innen": ("Bürger", "Bürgerin"),
    "BürgerInnen": ("Bürger", "Bürgerin"),
    "BürgerINNEN": ("Bürger", "Bürgerin"),
    "Bürger/innen": ("Bürger", "Bürgerin"),
    "Bürger/Innen": ("Bürger", "Bürgerin"),
    "Bürger/-innen": ("Bürger", "Bürgerin"),
    "Bürger(innen)": ("Bürger", "Bürgerin"),
    "BÜRGER:INNEN": ("Bürger", "Bürgerin"),
    "Kolleg:innen": ("Kollege", "Kollegin"),
    "Ärzt/innen": ("Arzt", "Ärztin"),
    "Expert*in": ("Experte", "Expertin"),
    "Autor:in": ("Autor", "Autorin"),
    "AutorIn": ("Autor", "Autorin"),
    "Mieter(in)": ("Mieter", "Mieterin"),
    "Teilnehmern/innen": ("Teilnehmer", "Teilnehmerin"),
    "Senioren/innen": ("Senior", "Seniorin"),
    "Bürger*innenräte": ("Bürgerrat", "Bürgerinnenrat"),
    "Kolleg:innenkreis": ("Kollegenkreis", "Kolleginnenkreis"),
    "Schüler:innen-Rat": ("Schüler-Rat", "Schülerinnen-Rat"),
    "Lehrer*innen-Verband": ("Lehrer-Verband", "Lehrerinnen-Verband"),
}


@pytest.mark.parametrize(("form", "lemmas"), FORMS.items())
def test_a_gender_form_is_one_token_with_two_readings(form: str, lemmas: tuple[str, str]) -> None:
    for text in (form, f"Die {form}.", f"„{form}“, so", f"({form})"):
        cuts = de.cut([text])
        assert form in [cuts.forms[i] for i in cuts.form], text
    assert de.lemmatize([form]) == [lemmas[0]]
    read = feminine(form)
    assert read is not None
    assert de.lemmatize([read]) == [lemmas[1]]
    assert de.tag([form], lemmas[:1]) == ["NN"]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("von innen/außen", ["von", "innen", "/", "außen"]),
        ("Außen/innen", ["Außen", "/", "innen"]),
        ("die Entfernung/in Metern", ["die", "Entfernung", "/", "in", "Metern"]),
        ("Betten(in Zahlen)", ["Betten", "(", "in", "Zahlen", ")"]),
        ("AZ:Innenstadt", ["AZ", ":", "Innenstadt"]),
        ("Umwelt/Innenpolitik", ["Umwelt", "/", "Innenpolitik"]),
        ("Bürger: innen", ["Bürger", ":", "innen"]),
        ("Konzepte/innovativ", ["Konzepte", "/", "innovativ"]),
    ],
)
def test_other_words_with_in_and_innen_stay_as_spacy_has_them(text: str, forms: list[str]) -> None:
    cuts = de.cut([text])
    assert [cuts.forms[i] for i in cuts.form] == forms


def test_a_web_address_is_no_gender_form() -> None:
    text = "unter Server/index.html und Server/in.html"
    docs = [token.text for token in spacy.blank("de")(text)]
    cuts = de.cut([text])
    assert [cuts.forms[i] for i in cuts.form] == docs


@pytest.mark.parametrize("form", ["Stadt", "innen", "LinkedIn", "Innenstadt", "in", "", "*innen", "/-innen", "Berlin"])
def test_what_is_no_gender_form_is_not_split(form: str) -> None:
    assert split(form) is None


PIECES = st.sampled_from(
    ["Bürger", "Kolleg", "Ärzt", "*", ":", "/", "/-", "_", "(", ")", "innen", "in", "Innen", "INNEN", "rat", "-", ".",
     " ", "Bürgerin", ":-)", "z.B.", *ODD, *SPACES, *DE_PIECES]
)  # fmt: skip


@given(st.lists(st.lists(PIECES, max_size=12).map("".join), min_size=1, max_size=4))
def test_only_gender_forms_differ_from_spacy_and_offsets_are_true(texts: list[str]) -> None:
    cuts = de.cut(texts)
    found = list(zip(cuts.passage.tolist(), cuts.start.tolist(), (cuts.forms[i] for i in cuts.form), strict=True))
    docs = map(spacy.blank("de").tokenizer, texts)
    differences(found, [(at, t.idx, t.text) for at, doc in enumerate(docs) for t in doc if not t.is_space])
    for passage, start, length, form in zip(cuts.passage, cuts.start, cuts.length, cuts.form, strict=True):
        assert texts[passage][start : start + length] == cuts.forms[form]


HOSTILE = ["x" * 100_000, "Städtepartnerschafts" * 5_000, "Bürger:innen" * 8_000, "Bürger*innen" * 8_000, "a-" * 50_000,
           "B/in" * 25_000, "(in)" * 25_000, "\u200b" * 100_000, "\u00ad".join("Stadt" * 100), "\u202eStadt\u202c",
           "👩\u200d💻" * 1_000, "\ue000" * 1_000, "a" + "\u0301" * 100_000, "ae" * 50_000, "In" * 50_000]  # fmt: skip


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_no_word_takes_long_and_all_are_described(word: str) -> None:
    start = time.process_time()
    text = f"Die {word} ruht."
    cuts = de.cut([text])
    for at, length, form in zip(cuts.start, cuts.length, cuts.form, strict=True):
        assert text[at : at + length] == cuts.forms[form]
    assert describe_types("de", cuts.forms).num_rows == len(cuts.forms)
    feminine(word)
    assert time.process_time() - start < 5


@given(st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_any_form_is_described_lone_surrogates_too(forms: list[str]) -> None:
    lemmas = de.lemmatize(forms)
    assert all(lemmas)
    assert len(de.tag(forms, lemmas)) == len(de.split_compounds(forms, lemmas)) == len(forms)

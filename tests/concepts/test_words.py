"""German and English terms on words: each rule of the contract, and a search token by token as the truth."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, find, make_document, make_study

from pipeline.concepts import words as in_words
from pipeline.concepts.asked import Asked
from pipeline.concepts.lexicon import load_lexicon, terms_of
from pipeline.concepts.search import _passages, _words, prepare_search
from pipeline.languages import de
from pipeline.languages.tokens import describe_types
from pipeline.records import Term
from pipeline.store.tokens import Cut

DE = """
[[concept]]
id = "twin"
de = [{ form = "Städtepartnerschaft", match = "compound" }, "Partnerstadt"]
[[concept]]
id = "city"
de = ["Städtediplomatie", { form = "Urban Diplomacy", match = "form" }]
[[concept]]
id = "public"
de = ["öffentliche Diplomatie", { form = "Großmachtdiplomatie", not_in = ["neue Großmachtdiplomatie"] }]
[[concept]]
id = "road"
de = ["neue Seidenstraße", "Belt-and-Road-Initiative", "BRI"]
[[concept]]
id = "diplomacy"
de = ["Diplomatie", { form = "Klub", match = "compound" }, { form = "[Ff]rieden(s|\\\\b)", match = "regex" }]
"""
EN = """
[[concept]]
id = "people"
en = ["people's diplomacy", "people-to-people diplomacy"]
[[concept]]
id = "city"
en = ["city diplomacy", "sister city"]
[[concept]]
id = "risk"
en = ["de-risking", "Belt and Road"]
"""


def in_german(folder: Path, *texts: str) -> list[tuple[str, str]]:
    return [(concept, surface) for concept, surface, counted in find(folder, DE, "de", *texts) if counted]


def in_english(folder: Path, *texts: str) -> list[tuple[str, str]]:
    return [(concept, surface) for concept, surface, counted in find(folder, EN, "en", *texts) if counted]


@pytest.mark.parametrize(
    ("text", "concept", "surface"),
    [
        ("Viele Städtepartnerschaften ruhen.", "twin", "Städtepartnerschaften"),
        ("Unsere Partnerstädte und", "twin", "Partnerstädte"),
        ("in der Städte-Diplomatie heute", "city", "Städte-Diplomatie"),
        ("in der Städte\u2011Diplomatie heute", "city", "Städte\u2011Diplomatie"),
        ("in der (Städtediplomatie), so", "city", "Städtediplomatie"),
        ("mit öffentlicher Diplomatie wirbt", "public", "öffentlicher Diplomatie"),
        ("das ist wahr. Öffentliche Diplomatie wirbt", "public", "Öffentliche Diplomatie"),
        ("Öffentliche Diplomatie wirbt", "public", "Öffentliche Diplomatie"),
        ("die ÖFFENTLICHE DIPLOMATIE wirbt", "public", "ÖFFENTLICHE DIPLOMATIE"),
        ("die STÄDTEPARTNERSCHAFTEN ruhen", "twin", "STÄDTEPARTNERSCHAFTEN"),
        ("die GROSSMACHTDIPLOMATIE wirkt", "public", "GROSSMACHTDIPLOMATIE"),
        ("an der neuen Seidenstraße liegt", "road", "neuen Seidenstraße"),
        ("die Belt-and-Road-Initiative lahmt", "road", "Belt-and-Road-Initiative"),
        ("zur BRI gehört", "road", "BRI"),
        ("von Urban Diplomacy die Rede", "city", "Urban Diplomacy"),
        ("der Städtepartnerschaftsverein tagt", "twin", "Städtepartnerschaftsverein"),
        ("ein Städtepartnerschaftsjubiläum", "twin", "Städtepartnerschaftsjubiläum"),
        ("der Friedensrat", "diplomacy", "Friedens"),
    ],
)
def test_a_german_term_is_found(tmp_path: Path, text: str, concept: str, surface: str) -> None:
    assert in_german(tmp_path, text) == [(concept, surface)]


@pytest.mark.parametrize(
    "text",
    [
        "die Öffentliche Anstalt",
        "im Jahr Neue Seidenstraße",  # case as written: no first word, not all capitals
        "die Stadtpartnerschaft",
        "die Städtepartner",
        "bri und Bri",
        "urban Diplomacy",
        "von Urban Diplomacys",
        "eine neue Großmachtdiplomatie",
        "die Stadt im Städtebau",
        "öffentliche",
    ],
)
def test_what_is_no_german_term_is_not_found(tmp_path: Path, text: str) -> None:
    assert in_german(tmp_path, text) == []


def test_the_words_of_a_term_stand_in_one_passage_side_by_side(tmp_path: Path) -> None:
    assert in_german(tmp_path, "eine neue", "Seidenstraße") == []
    assert in_german(tmp_path, "eine neue, große Seidenstraße") == []
    assert in_german(tmp_path, "eine neue  Seidenstraße") == [("road", "neue  Seidenstraße")]


def test_a_compound_also_counts_where_the_term_is_its_last_part(tmp_path: Path) -> None:
    assert in_german(tmp_path, "der Presseklub und der Klubraum") == [
        ("diplomacy", "Presseklub"),
        ("diplomacy", "Klubraum"),
    ]


GENDER = ["Bürger*innen", "Bürger:innen", "Bürger_innen", "BürgerInnen", "Bürger/innen", "Bürger/-innen",
          "Bürger(innen)", "BÜRGER:INNEN", "Bürger:in", "Bürger*in"]  # fmt: skip


@pytest.mark.parametrize("term", ["Bürger", "Bürgerin", "Bürgerinnen"])
def test_a_gender_form_counts_for_the_generic_and_for_the_feminine_noun(tmp_path: Path, term: str) -> None:
    lexicon = f'[[concept]]\nid = "a"\nde = ["{term}"]\n'
    found = find(tmp_path, lexicon, "de", *(f"die {form} der Stadt" for form in GENDER), "nach innen", "in der Stadt")
    assert [surface for _, surface, _ in found] == GENDER


def test_a_gender_form_counts_once_where_the_lexicon_has_both_nouns(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nde = ["Bürger", "Bürgerin", "innen", "Bürgerinnenrat"]\n'
    found = find(tmp_path, lexicon, "de", "die Bürger:innen", "die Bürger*innenräte", "nach innen")
    assert [surface for _, surface, counted in found if counted] == ["Bürger:innen", "Bürger*innenräte", "innen"]


def test_a_term_matched_by_form_is_no_gender_form(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nde = [{ form = "Bürgerinnen", match = "form" }]\n'
    assert find(tmp_path, lexicon, "de", "die Bürger:innen", "die Bürger*innen") == []


def test_a_compound_counts_in_other_spellings(tmp_path: Path) -> None:
    forms = ["STÄDTEPARTNERSCHAFTEN", "Städte-Partnerschaft", "Staedtepartnerschaften",
             "Deutsch-Chinesischen-Städtepartnerschafts-Initiative"]  # fmt: skip
    found = find(tmp_path, DE, "de", *(f"bei den {form} hier" for form in forms))
    assert [surface for _, surface, _ in found] == forms


def test_the_first_half_of_a_shortened_pair_is_no_mention(tmp_path: Path) -> None:
    """As docs/lexicon.md says: Städte- is no word, and what it lacks is not guessed."""
    assert in_german(tmp_path, "die Städte- und Gemeindepartnerschaften") == []


def test_a_longer_word_named_in_not_in_is_no_mention(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nde = [{ form = "Klub", match = "compound", not_in = ["Klubsessel"] }]\n'
    found = find(tmp_path, lexicon, "de", "zwei Klubsessel und der Presseklub", "KLUBSESSEL im Klub")
    assert [surface for _, surface, _ in found] == ["Presseklub", "Klub"]


def test_a_mention_in_a_longer_one_of_another_concept_is_recorded_and_not_counted(tmp_path: Path) -> None:
    study = make_study(tmp_path, DE, ["de"])
    rows = build(study, [make_document("a", ("de", "mit öffentlicher Diplomatie und Diplomatie"))]).to_pylist()
    assert [(r["concept"], r["term"], r["surface"], r["nested_in"], r["counted"]) for r in rows] == [
        ("public", "öffentliche Diplomatie", "öffentlicher Diplomatie", None, True),
        ("diplomacy", "Diplomatie", "Diplomatie", "public", False),
        ("diplomacy", "Diplomatie", "Diplomatie", None, True),
    ]


def test_of_two_terms_on_the_same_words_the_longer_form_counts_then_the_first(tmp_path: Path) -> None:
    lexicon = (
        '[[concept]]\nid = "a"\nde = [{ form = "Stadtrat", match = "form" }, { form = "Stadt.at", match = "regex" }]\n'
        '[[concept]]\nid = "b"\nde = [{ form = "Stadt[a-z]at", match = "regex" }]\n'
    )
    study = make_study(tmp_path, lexicon, ["de"])
    rows = build(study, [make_document("a", ("de", "im Stadtrat"))]).to_pylist()
    assert [(r["term"], r["counted"], r["nested_in"]) for r in rows] == [
        ("Stadt[a-z]at", True, None),
        ("Stadtrat", False, "b"),
        ("Stadt.at", False, "b"),
    ]


@pytest.mark.parametrize(
    ("text", "concept", "surface"),
    [
        ("on people's diplomacy today", "people", "people's diplomacy"),
        ("on people’s diplomacy today", "people", "people’s diplomacy"),
        ("People’s diplomacy began", "people", "People’s diplomacy"),
        ("the people-to-people diplomacy of", "people", "people-to-people diplomacy"),
        ("the people to people diplomacy of", "people", "people to people diplomacy"),
        ("two sister cities met", "city", "sister cities"),
        ("a sister-city agreement", "city", "sister-city"),
        ("CITY DIPLOMACY", "city", "CITY DIPLOMACY"),
        ("City diplomacy works", "city", "City diplomacy"),
        ("about de-risking now", "risk", "de-risking"),
        ("about derisking now", "risk", "derisking"),
        ("the Belt and Road", "risk", "Belt and Road"),
    ],
)
def test_an_english_term_is_found(tmp_path: Path, text: str, concept: str, surface: str) -> None:
    assert in_english(tmp_path, text) == [(concept, surface)]


@pytest.mark.parametrize(
    "text", ["the peoples' road", "a belt and road", "the City diplomacy", "city - state diplomacy"]
)
def test_what_is_no_english_term_is_not_found(tmp_path: Path, text: str) -> None:
    assert in_english(tmp_path, text) == []


VOCABULARY = (
    "Städtediplomatie", "Städte-Diplomatie", "städtediplomatie", "STÄDTEDIPLOMATIE", "öffentliche", "Öffentliche",
    "öffentlichen", "ÖFFENTLICHE", "Diplomatie", "DIPLOMATIE", "diplomatie", "neue", "Neue", "neuen", "Seidenstraße",
    "der", "und", ".", ",", ":", "„", "BRI", "bri",
)  # fmt: skip
FORMS = ("Städtediplomatie", "öffentliche Diplomatie", "neue Seidenstraße", "Diplomatie", "BRI")
sentences = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)


@cache
def german() -> Any:
    import spacy

    return spacy.blank("de")


def lemma(word: str) -> str:
    return de.lemmatize([word.replace("-", "").capitalize() if "-" in word else word])[0]


def fills(word: str, wanted: str, *, at_start: bool) -> bool:
    """The contract's rule for one word: by lemma, case as written but for first words and words all in capitals."""
    bare = word.replace("-", "")
    bare = word[:1] + bare[1:].lower() if "-" in word else bare
    if word.isupper():
        return word.lower() in {
            wanted.lower(),
            *(w.lower() for w in ("öffentlichen", "neuen") if lemma(w) == lemma(wanted)),
        }
    same = bare == wanted or lemma(bare) == lemma(wanted)
    if same and bare[0].isupper() == wanted[0].isupper():
        return not wanted.isupper() or bare.isupper()
    lowered = bare[0].lower() + bare[1:]
    return at_start and word[0].isupper() and lemma(lowered).lower() == lemma(wanted).lower()


def search_by_tokens(text: str) -> set[tuple[int, int, int]]:
    tokens = [(t.text, t.idx, t.idx + len(t.text)) for t in german()(text) if not t.is_space]
    found = set()
    for at in range(len(tokens)):
        for number, form in enumerate(FORMS):
            wanted = form.split()
            taken = tokens[at : at + len(wanted)]
            if len(taken) == len(wanted) and all(
                fills(
                    token[0],
                    want,
                    at_start=at + k == 0 or tokens[at + k - 1][0] in {".", ":", "„"} or begins(tokens, at + k),
                )
                for k, (token, want) in enumerate(zip(taken, wanted, strict=True))
            ):
                found.add((taken[0][1], taken[-1][2], number))
    return found


def begins(tokens: list[tuple[str, int, int]], at: int) -> bool:
    """Whether all before a token, or all since a mark that ends a sentence, is no word."""
    while at and not tokens[at - 1][0][0].isalnum():
        at -= 1
        if tokens[at][0] in {".", ":", "„"}:
            return True
    return at == 0


@given(st.lists(sentences, min_size=1, max_size=3))
def test_all_matches_are_those_of_a_search_token_by_token(texts: list[str]) -> None:
    terms = [Term("c", "de", form, "lemma") for form in FORMS]
    cuts = de.cut(texts)
    types = describe_types("de", cuts.forms)
    types = types.add_column(0, "type", [np.arange(len(cuts.forms), dtype=np.uint32)])
    numbers = np.arange(len(cuts.forms), dtype=np.uint32)
    cut = Cut(cuts.passage, cuts.start, cuts.length, cuts.form, pa.array(cuts.forms, pa.string()), numbers)
    own = _passages(pa.chunked_array([pa.array(texts, pa.string())]), np.arange(len(texts)))
    search = prepare_search(Path(), {"de": terms}, [Asked("de")], types)
    found, longer = in_words.find_in_words(search.ready["de"], _words(search, cut, own), "")
    truth = set()
    for text, offset in zip(texts, own.offsets.tolist(), strict=True):
        truth |= {(start + offset, end + offset, term) for start, end, term in search_by_tokens(text)}
    spans = list(zip(found.start.tolist(), found.end.tolist(), found.term.tolist(), strict=True))
    assert sorted(spans) == sorted(truth)
    assert not len(longer.start)


def test_terms_of_the_project_s_lexicon_are_found_as_they_are_written(tmp_path: Path) -> None:
    lexicon = Path(__file__).resolve().parents[2] / "configs" / "lexicons" / "city_diplomacy.toml"
    concepts = load_lexicon(lexicon)
    for language in ("zh", "de", "en"):
        terms = terms_of(concepts, language)
        texts = [f"{term.form}。" if language == "zh" else f"We: {term.form}, xx" for term in terms]
        study = make_study(tmp_path, lexicon.read_text(encoding="utf-8"), [language])
        rows = build(study, [make_document("all", *((language, text) for text in texts))]).to_pylist()
        whole = {(row["passage"], row["concept"]) for row in rows if row["surface"] == terms[row["passage"]].form}
        assert {i for i, term in enumerate(terms) if (i, term.concept) not in whole} == set()

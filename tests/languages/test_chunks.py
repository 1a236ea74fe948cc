from __future__ import annotations

import itertools
import pickle
from functools import cache
from typing import TYPE_CHECKING

import pytest
import spacy
from gender_forms import differences
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.languages import chunks
from pipeline.languages.chunks import cut_chunks

if TYPE_CHECKING:
    from spacy.language import Language

    from pipeline.languages.cuts import Cuts


@cache
def blank(language: str) -> Language:
    return spacy.blank(language)


def tokens(cuts: Cuts) -> list[tuple[int, int, str]]:
    forms = [cuts.forms[index] for index in cuts.form]
    return list(zip(cuts.passage.tolist(), cuts.start.tolist(), forms, strict=True))


def spacy_tokens(texts: list[str], language: str) -> list[tuple[int, int, str]]:
    docs = map(blank(language).tokenizer, texts)
    return [(at, token.idx, token.text) for at, doc in enumerate(docs) for token in doc if not token.is_space]


def check(texts: list[str], language: str) -> None:
    cuts = cut_chunks(texts, language)
    if language == "de":
        differences(tokens(cuts), spacy_tokens(texts, language))
    else:
        assert tokens(cuts) == spacy_tokens(texts, language)
    assert cuts.forms == list(dict.fromkeys(form for _, _, form in tokens(cuts)))
    for passage, start, length, form in zip(cuts.passage, cuts.start, cuts.length, cuts.form, strict=True):
        assert texts[passage][start : start + length] == cuts.forms[form]


WORDS = [
    "Straße",
    "z.B.",
    "geht's",
    "20",
    "°C.",
    "EU-China",
    "don't",
    "U.S.",
    "10a.m.",
    "(8)",
    "Nr.:",
    "𝔘",
    "é",
    "城市",
]
SPACES = [" ", "  ", "\t", "\n", "\u00a0", "\u2009", "\u3000", "\r\n", "\x1c", "\x85"]
MARKS = [
    "(",
    ")",
    ":",
    "-",
    "'",
    ".",
    "°",
    "…",
    "„",
    "“",
    "😀",
    "👩\u200d💻",
    "\u200b",
    "\u202e",
    "\ue000",
    "\x00",
    "*",
    "/",
]
CASES = sorted(case for case in blank("de").tokenizer.rules if not case.isspace())
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS + SPACES * 3 + MARKS * 2 + CASES), max_size=12).map("".join), max_size=5
)


@pytest.mark.parametrize("language", ["de", "en"])
@settings(max_examples=300)
@given(texts=TEXTS)
def test_tokens_are_those_of_spacy_on_made_text(language: str, texts: list[str]) -> None:
    check(texts, language)


@pytest.mark.parametrize("language", ["de", "en"])
@settings(max_examples=200)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=4))
def test_tokens_are_those_of_spacy_on_any_text(language: str, texts: list[str]) -> None:
    check(texts, language)


LETTERS = st.text("abzABZäßÖ", min_size=1, max_size=4) | st.sampled_from(["Abb", "XD", "xD", "CDU", "Mio", "Co", "Mr"])
CHAINS = st.lists(LETTERS, min_size=1, max_size=3).map("-".join)
MARKED = st.tuples(st.sampled_from(["", "", "-", "("]), CHAINS, st.sampled_from(["", *".,;:?!", "..", "-"])).map(
    "".join
)


@pytest.mark.parametrize("language", ["de", "en"])
@settings(max_examples=300)
@given(words=st.lists(MARKED, max_size=12), others=st.lists(st.sampled_from([*CASES, ")", "(", ":"]), max_size=4))
def test_words_of_letters_with_marks_are_cut_as_spacy_does(language: str, words: list[str], others: list[str]) -> None:
    mixed = [chunk for pair in itertools.zip_longest(words, others, fillvalue="") for chunk in pair]
    check([" ".join(words), " ".join(filter(None, mixed))], language)


def test_chunks_stand_between_all_that_is_whitespace() -> None:
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    near = [chr(ord(space) + step) for space in spaces if ord(space) > 127 for step in (-1, 1)]
    text = "".join(f"ä{space}b" for space in spaces + near)
    chunks_ = chunks._split(["", text, "", text])
    written = [chunks_.distinct[i].as_py() for i in chunks_.ids]
    assert written == text.split() * 2
    places = zip(chunks_.passage.tolist(), chunks_.start.tolist(), written, strict=True)
    assert all(passage in {1, 3} and text[start:].startswith(chunk) for passage, start, chunk in places)


@pytest.mark.parametrize("text", ["x.:( ((hrsg.Jh.", ": ():-]Bsp.ca.", "Hrsg.=(: )))v.l.n.r.", "20 ° C., und"])
def test_a_special_case_over_two_chunks_hides_one_inside(text: str) -> None:
    """As spaCy has it: these texts differ when their chunks are tokenised alone."""
    check(["davor", text, "danach"], "de")


def test_no_text_has_no_tokens() -> None:
    for texts in ([], [""], ["", " \n", "\u00a0"]):
        assert tokens(cut_chunks(texts, "de")) == []


@pytest.mark.parametrize("unit", ['"', "(„", "a1", "ab-", "城市外交", "😀", ":-)", "z.B."])
def test_a_chunk_without_an_end_is_cut_in_pieces_and_loses_nothing(unit: str) -> None:
    text = f"Der Text {unit * (30_000 // len(unit))} endet hier ( :-) oder da."
    found = tokens(cut_chunks([text, "Und weiter."], "de"))
    assert "".join(form for _, _, form in found) == "".join(text.split()) + "Undweiter."
    assert all(text[start:].startswith(form) for passage, start, form in found if passage == 0)
    assert [form for _, _, form in found[-6:]] == ["oder", "da", ".", "Und", "weiter", "."]
    assert max(len(form) for _, _, form in found) <= chunks.LONGEST


def test_a_chunk_as_long_as_an_address_can_be_is_as_spacy_has_it() -> None:
    text = "Siehe " + "https://www.example.org/a/b-c_d?e=f&g=h/" * 12 + " oder „(" + "ab1-" * 100 + ")“."
    assert 400 < max(map(len, text.split())) <= chunks.LONGEST
    check([text, text + " ( :-)"], "de")
    check([text], "en")


def test_a_word_of_100_000_letters_is_one_token() -> None:
    assert tokens(cut_chunks(["a " + "x" * 100_000 + " b"], "de"))[1] == (0, 2, "x" * 100_000)


def test_a_lone_surrogate_is_an_error() -> None:
    with pytest.raises(UnicodeEncodeError):
        cut_chunks(["ein \ud800 Zeichen"], "de")


def test_an_emptied_memo_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["Die Stadt (z.B. Duisburg) geht's an.", "Die Stadt geht."]
    before = tokens(cut_chunks(texts, "de"))
    monkeypatch.setattr(chunks, "MEMO_CHARACTERS", 0)
    assert tokens(cut_chunks(texts, "de")) == before == tokens(cut_chunks(texts, "de"))


def test_what_comes_back_travels_between_processes() -> None:
    cuts = cut_chunks(["Eine Städtepartnerschaft."], "de")
    assert tokens(pickle.loads(pickle.dumps(cuts))) == tokens(cuts)

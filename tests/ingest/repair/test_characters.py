"""Ciphers, look-alikes, ligatures and spaces."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.repair.cipher import KEY, decode_cipher, is_ciphered
from pipeline.ingest.repair.compatibility import SUPPLEMENT, fold_compatibility
from pipeline.ingest.repair.ligatures import join_broken_ligatures
from pipeline.ingest.repair.spacing import clean_spaces, join_letterspaced


def test_the_cipher_of_the_journals_is_read() -> None:
    assert decode_cipher("犜犺犲") == "The"
    assert decode_cipher("城市外交（犆犻狋狔 犇犻狆犾狅犿犪犮狔）") == "城市外交（City Diplomacy）"


def test_a_lone_rare_character_is_a_name_unless_the_text_is_ciphered() -> None:
    assert decode_cipher("作者李犇") == "作者李犇"
    assert decode_cipher("犃 和 犅", certain=True) == "A 和 B"
    assert is_ciphered("犜犺犲")
    assert not is_ciphered("作者李犇")


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=3))
def test_what_was_ciphered_is_decoded(text: str) -> None:
    backwards = str.maketrans({plain: chr(code) for code, plain in KEY.items()})
    assert decode_cipher(text.translate(backwards)) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("⼀⽅⾯", "一方面"),
        ("⺠⽣", "民生"),
        ("⼾⼝", "户口"),
        ("２０１４年ＧＤＰ", "2014年GDP"),
        ("ﬁnden, oﬀiziell", "finden, offiziell"),
        ("fu\u0308r", "für"),
        ("f¨ur", "für"),
        ("10\u00a0000", "10 000"),
        ("中\u200b国", "中国"),
        ("中国，（德国）", "中国，（德国）"),
    ],
)
def test_look_alikes_become_the_characters_meant(text: str, plain: str) -> None:
    assert fold_compatibility(text) == plain


def test_each_radical_is_written_as_its_own_character() -> None:
    for radical, plain in SUPPLEMENT.items():
        assert unicodedata.name(radical).startswith("CJK RADICAL ")
        assert unicodedata.name(plain).startswith("CJK UNIFIED IDEOGRAPH-")


@given(st.text())
def test_folding_gives_nfc_and_does_nothing_twice(text: str) -> None:
    once = fold_compatibility(text)
    assert unicodedata.is_normalized("NFC", once)
    assert fold_compatibility(once) == once


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("城 市 外 交", "城市外交"),
        ("中国 ， 德国", "中国，德国"),
        ("使用 Debian 系统", "使用 Debian 系统"),
        ("18 . Wahlperiode", "18. Wahlperiode"),
        ("Kapitel 1 . . . . . 7", "Kapitel 1 . . . . . 7"),
        ("  zwei   Wörter ", "zwei Wörter"),
        ("他说 “ 城市 ” 很好", "他说“城市”很好"),
    ],
)
def test_spaces_of_the_layout_go(text: str, clean: str) -> None:
    assert clean_spaces(text) == clean


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("eine P a r t n e r s t a d t am Rhein", "eine Partnerstadt am Rhein"),
        ("D i e S t a d t", "Die Stadt"),
        ("D U I S B U R G", "DUISBURG"),
        ("z. B. a b c", "z. B. a b c"),
        ("学员2 1 7 人", "学员217人"),
        ("第 3 章", "第 3 章"),
        ("1 2 3", "1 2 3"),
    ],
)
def test_letterspaced_words_are_closed_up(text: str, closed: str) -> None:
    assert join_letterspaced(text) == closed


WORDS = frozenset({"official", "off", "in", "office", "ice", "influence", "affairs", "auf", "zugriff"})


def known(form: str) -> bool:
    return form.casefold() in WORDS


def test_words_broken_by_a_ligature_are_whole_again() -> None:
    assert join_broken_ligatures("an off icial visit", {}, known) == "an official visit"
    assert join_broken_ligatures("the infl uence of foreign aff airs", {}, known) == "the influence of foreign affairs"


def test_two_words_stay_two() -> None:
    assert join_broken_ligatures("Zugriff auf das Archiv", {}, known) == "Zugriff auf das Archiv"
    assert join_broken_ligatures("off in the distance", {}, known) == "off in the distance"


def test_where_the_font_breaks_many_words_parts_that_are_words_are_joined_too() -> None:
    broken = "off icial infl uence, aff airs of the off ice"
    assert join_broken_ligatures(broken, {}, known) == "official influence, affairs of the office"
    assert join_broken_ligatures("off ice", {}, known) == "off ice"


def test_a_whole_form_elsewhere_is_evidence_without_a_lexicon() -> None:
    def never(form: str) -> bool:
        raise AssertionError(form)

    assert join_broken_ligatures("die Graff itis", {"graffitis": 2}, never) == "die Graffitis"
    seen = {"zugriff": 3, "auf": 20}
    assert join_broken_ligatures("Zugriff auf", seen, never) == "Zugriff auf"

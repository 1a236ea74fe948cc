from __future__ import annotations

import pytest

from pipeline.languages.spelling import of_1996, with_sharp_s, with_umlauts

OLD_AND_NEW = {
    "daß": "dass", "Daß": "Dass", "muß": "muss", "mußte": "musste", "müßte": "müsste", "läßt": "läßt", "laßt": "lasst",
    "Schluß": "Schluss", "Einfluß": "Einfluss", "Kuß": "Kuss", "bewußt": "bewusst", "Prozeß": "Prozess",
    "Prozeßordnung": "Prozessordnung", "Kongreß": "Kongress", "gewiß": "gewiss", "Kompromiß": "Kompromiss",
    "Mißbrauch": "Missbrauch", "Paß": "Pass", "naß": "nass", "Schloß": "Schloss", "Rußland": "Russland",
}  # fmt: skip
"""As before and after the reform of 1996; läßt is left to the dictionary, which knows it."""

KEPT = ["Straße", "Fuß", "Füße", "Gruß", "groß", "größte", "Spaß", "Maß", "aß", "saß", "weiß", "heißt", "ließ",
        "schließt", "außen", "äußern", "Preußen", "Soße", "süß", "stoßen", "Muße", "Größe", "gemäß",
        "regelmäßig", "Verstoß"]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), OLD_AND_NEW.items())
def test_short_vowels_get_ss(old: str, new: str) -> None:
    assert of_1996(old) == new


@pytest.mark.parametrize("form", KEPT)
def test_long_vowels_keep_sharp_s(form: str) -> None:
    assert of_1996(form) == form


def test_swiss_spelling_gets_sharp_s() -> None:
    forms = ["Strasse", "aussen", "Massnahme", "grosse", "Fussball", "Wasser", "Fluss", "Masse", "Gasse",
             "Aussendienst", "Äusserung", "Voraussetzung", "aussehen", "aussenden"]  # fmt: skip
    new = ["Straße", "außen", "Maßnahme", "große", "Fußball", "Wasser", "Fluss", "Masse", "Gasse",
           "Außendienst", "Äußerung", "Voraussetzung", "aussehen", "aussenden"]  # fmt: skip
    assert [with_sharp_s(form) for form in forms] == new


@pytest.mark.parametrize(
    ("form", "umlauts"),
    [("Staedte", "Städte"), ("fuer", "für"), ("Oel", "Öl"), ("OEFFENTLICH", "ÖFFENTLICH"), ("Treue", "Treue"),
     ("Steuer", "Steuer"), ("Quelle", "Quelle"), ("Stadt", "Stadt")],
)  # fmt: skip
def test_digraphs_may_be_umlauts(form: str, umlauts: str) -> None:
    assert with_umlauts(form) == umlauts

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy
from gender_forms import differences

from pipeline.languages import de

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOORS = json.loads((Path(__file__).parent.parent / "floors.json").read_text("utf-8"))
CONTENT = frozenset({"NOUN", "VERB", "ADJ", "ADV", "PROPN", "AUX"})


def passages(path: Path, count: int) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = (json.loads(line)["text"] for line in islice(lines, 0, None, 3))
        yield from islice((passage for text in texts for passage in re.split(r"\n\s*\n", text) if passage), count)


def gold_lemmas(path: Path) -> Iterator[tuple[str, str]]:
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    return ((row[1], row[2]) for row in rows if len(row) == 10 and row[3] in CONTENT and row[0].isdigit())


@pytest.mark.shared
@pytest.mark.parametrize("corpus", ["de_parliament_2012_2016", "de_city_council_sample"])
def test_the_tokens_of_5000_real_passages_are_those_of_spacy_but_for_gender_forms(shared: Path, corpus: str) -> None:
    texts = [text[:1000] for text in passages(shared / "corpora" / f"{corpus}.jsonl.gz", 5000)]
    assert len(texts) == 5000
    cuts = de.cut(texts)
    found = zip(cuts.passage.tolist(), cuts.start.tolist(), (cuts.forms[index] for index in cuts.form), strict=True)
    docs = map(spacy.blank("de").tokenizer, texts)
    truth = ((at, token.idx, token.text) for at, doc in enumerate(docs) for token in doc if not token.is_space)
    joined = differences(list(found), list(truth))
    assert len(joined) < 100
    assert bool(joined) == (corpus == "de_city_council_sample")


@pytest.mark.shared
def test_lemmas_reach_the_floors_on_gold(shared: Path) -> None:
    """UD German GSD, nouns, names, verbs, auxiliaries, adjectives and adverbs, each form without its sentence.

    `de_lemma_exact` compares as written. `de_lemma` takes capital and small letters as one, and the gold's ß of before
    1996 (Streß for Stress) as ss, since the lemmas here are in the present spelling.
    """
    forms, gold = zip(*gold_lemmas(shared / "gold" / "de_gsd-ud-dev.conllu"), strict=True)
    lemmas = de.lemmatize(forms)
    exact = sum(map(str.__eq__, lemmas, gold)) / len(gold)
    alike = sum(map(str.__eq__, map(plain, lemmas), map(plain, gold))) / len(gold)
    assert exact >= FLOORS["de_lemma_exact"]
    assert alike >= FLOORS["de_lemma"]


def plain(lemma: str) -> str:
    return lemma.lower().replace("ß", "ss")


def inflections(*lines: str) -> list[tuple[str, str]]:
    """Pairs of form and lemma from lines that begin with the lemma."""
    return [(form, line.split()[0]) for line in lines for form in line.split()]


NOUNS = inflections(
    "Städtediplomatie Städtediplomatien STÄDTEDIPLOMATIE STÄDTEDIPLOMATIEN",
    "Stadtdiplomatie Stadtdiplomatien",
    "Kommunaldiplomatie Kommunaldiplomatien",
    "Volksdiplomatie Volksdiplomatien VOLKSDIPLOMATIE",
    "Bürgerdiplomatie Bürgerdiplomatien",
    "Kulturdiplomatie Kulturdiplomatien",
    "Wirtschaftsdiplomatie Wirtschaftsdiplomatien",
    "Digitaldiplomatie Digitaldiplomatien",
    "Paradiplomatie Paradiplomatien",
    "Nebenaußenpolitik Nebenaußenpolitiken",
    "Großmachtdiplomatie Großmachtdiplomatien",
    "Gipfeldiplomatie Gipfeldiplomatien",
    "Gesamtdiplomatie Gesamtdiplomatien",
    "Wolfskriegerdiplomatie Wolfskriegerdiplomatien",
    "Wolfskrieger-Diplomatie Wolfskrieger-Diplomatien",
    "Cloud-Diplomatie Cloud-Diplomatien",
    "Städtepartnerschaft Städtepartnerschaften STÄDTEPARTNERSCHAFT STÄDTEPARTNERSCHAFTEN",
    "Partnerstadt Partnerstädte Partnerstädten PARTNERSTÄDTE",
    "Kommunalpartnerschaft Kommunalpartnerschaften",
    "Gemeindepartnerschaft Gemeindepartnerschaften",
    "Städtefreundschaft Städtefreundschaften",
    "Städtekontakt Städtekontakts Städtekontaktes Städtekontakte Städtekontakten",
    "Städtefreundschaftskontakt Städtefreundschaftskontakts Städtefreundschaftskontakte Städtefreundschaftskontakten",
    "Projektpartnerschaft Projektpartnerschaften",
    "Regionalpartnerschaft Regionalpartnerschaften",
    "Länderpartnerschaft Länderpartnerschaften",
    "Schulpartnerschaft Schulpartnerschaften",
    "Schüleraustausch Schüleraustauschs Schüleraustausches Schüleraustausche Schüleraustauschen",
    "Partnerschule Partnerschulen",
    "Hochschulpartnerschaft Hochschulpartnerschaften",
    "Hochschulkooperation Hochschulkooperationen",
    "Universitätspartnerschaft Universitätspartnerschaften",
    "Klimapartnerschaft Klimapartnerschaften",
    "Urbanisierungspartnerschaft Urbanisierungspartnerschaften",
    "Bürgeraustausch Bürgeraustauschs Bürgeraustausches Bürgeraustausche",
    "Bürgerbegegnung Bürgerbegegnungen",
    "Städtenetzwerk Städtenetzwerks Städtenetzwerkes Städtenetzwerke Städtenetzwerken",
    "Städtenetz Städtenetzes Städtenetze Städtenetzen",
    "Städtebund Städtebunds Städtebundes Städtebünde Städtebünden",
    "Freundschaftsgesellschaft Freundschaftsgesellschaften",
    "Partnerschaftsverein Partnerschaftsvereins Partnerschaftsvereines Partnerschaftsvereine Partnerschaftsvereinen",
    "Freundschaftsverein Freundschaftsvereins Freundschaftsvereines Freundschaftsvereine Freundschaftsvereinen",
    "Seidenstraße Seidenstraßen Seidenstrasse SEIDENSTRASSE",
    "Seidenstraßeninitiative Seidenstraßeninitiativen",
    "Seidenstraßen-Initiative Seidenstraßen-Initiativen",
    "Belt-and-Road-Initiative Belt-and-Road-Initiativen",
    "China-Zug China-Zugs China-Zuges China-Züge China-Zügen",
    "Güterzugverbindung Güterzugverbindungen",
    "Schicksalsgemeinschaft Schicksalsgemeinschaften",
    "Öffnungspolitik Öffnungspolitiken",
    "Auslandsamt Auslandsamts Auslandsamtes Auslandsämter Auslandsämtern",
    "Spionage Spionagen",
    "Wirtschaftsspionage Wirtschaftsspionagen",
    "Industriespionage Industriespionagen",
    "Einflussnahme Einflussnahmen Einflußnahme Einflußnahmen EINFLUSSNAHME",
    "Einheitsfront Einheitsfronten",
    "Abhängigkeit Abhängigkeiten",
    "Risikominderung Risikominderungen",
    "Entkopplung Entkopplungen",
    "Rivale Rivalen",
    "Systemrivale Systemrivalen",
    "Systemrivalität Systemrivalitäten",
    "Beziehung Beziehungen",
    "Partnerschaft Partnerschaften",
    "Außenpolitik Außenpolitiken",
    "Abgeordnete Abgeordneter Abgeordneten Abgeordnetem",
)
ADJECTIVES = inflections(*(
    f"{stem} {stem}e {stem}en {stem}em {stem}er {stem}es"
    for stem in ("systemisch", "freundschaftlich", "kommunal", "urban", "zivilgesellschaftlich", "öffentlich",
                 "kulturell", "wirtschaftlich", "digital", "subnational", "groß", "neu", "chinesisch")
))  # fmt: skip
PARTICIPLES = [(stem + ending, stem) for stem in ("geteilt", "eingebettet") for ending in ("e", "en", "em", "er", "es")]
"""Without an ending they are forms of a verb: teilen, einbetten."""
OTHERS = [
    ("daß", "dass"), ("Daß", "dass"), ("muß", "müssen"), ("Prozeß", "Prozess"), ("Rußland", "Russland"),
    ("Internationale", "international"), ("Neue", "neu"), ("Die", "der"), ("Chinas", "China"), ("Pekings", "Peking"),
    ("Städte-Diplomatien", "Städte-Diplomatie"), ("STÄDTE-DIPLOMATIEN", "Städte-Diplomatie"),
    ("EU-China-Gipfels", "EU-China-Gipfel"), ("geteilt", "teilen"), ("eingebettet", "einbetten"), ("😀", "😀"),
    ("NATO", "NATO"), ("SPD", "SPD"), ("PKWs", "PKW"), ("Duisburger", "Duisburger"), ("FitnessPoint", "FitnessPoint"),
    ("stattgefunden", "stattfinden"), ("umzusetzen", "umsetzen"), ("ablehnt", "ablehnen"), ("ging", "gehen"),
    ("Bürger*innen", "Bürger"), ("BürgerInnen", "Bürger"), ("Bürger:innen", "Bürger"), ("Bürger_innen", "Bürger"),
    ("Bürger/-innen", "Bürger"), ("Kolleg*innen", "Kollege"), ("Ärzt:innen", "Arzt"), ("Bürger*innenräte", "Bürgerrat"),
    ("Bürgerinnen", "Bürgerin"), ("32-jährigen", "32-jährig"), ("2019", "2019"), ("„", "„"), ("...", "..."),
]  # fmt: skip


@pytest.mark.parametrize(("form", "lemma"), NOUNS + ADJECTIVES + PARTICIPLES + OTHERS)
def test_inflected_forms_meet_in_one_lemma(form: str, lemma: str) -> None:
    assert de.lemmatize([form]) == [lemma]


def test_compounds_are_split_by_lemma() -> None:
    forms = ["Städtepartnerschaftsvereins", "Stadt", "gehen", "."]
    assert de.split_compounds(forms, de.lemmatize(forms)) == [("Stadt", "Partnerschaft", "Verein"), (), (), ()]


def test_importing_the_language_loads_no_model() -> None:
    heavy = ("spacy", "HanTa", "simplemma")
    script = (
        f"import sys, pipeline.languages.de, pipeline.languages.en; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_version_names_the_tools() -> None:
    assert [tool.split()[0] for tool in de.VERSION.split("; ")] == ["spacy", "simplemma", "HanTa"]

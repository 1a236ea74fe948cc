"""The methods paragraph in German."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.paper.methods import quote_terms
from pipeline.export.paper.tools import SHOWN, analysers
from pipeline.export.phrases import GERMAN
from pipeline.records import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.export.paper.facts import Facts, LockFacts

_N = GERMAN.number
_day = GERMAN.day
_PERIODS = {"year": "nach Jahren", "quarter": "nach Quartalen", "month": "nach Monaten"}
_ADJECTIVES = {"zh": "Chinesische", "de": "Deutsche", "en": "Englische"}
REASONS_DE = {
    "missing_file": "die Datei fehlt", "empty": "die Datei ist leer", "binary": "kein Text und kein bekanntes Format",
    "unknown_format": "das Format ist unbekannt", "encoding": "die Zeichenkodierung ist nicht erkennbar",
    "encrypted": "mit Kennwort geschützt", "broken": "die Datei ist beschädigt", "no_text": "kein Text in der Datei",
    "bad_row": "die Tabellenzeile ist nicht lesbar", "duplicate_id": "die Kennung ist doppelt vergeben",
    "needs_ocr": "Seitenbilder ohne Text", "too_slow": "das Lesen dauerte zu lange", "too_big": "die Datei ist zu groß",
    "crashed": "das Lesen brach ab", "robots": "die robots.txt der Website verbietet es",
    "refused": "die Adresse ist nicht zulässig", "unreachable": "die Website antwortete nicht",
    "http_error": "die Website antwortete mit einem Fehler",
}  # fmt: skip
"""Reasons of rejects in German."""


def write_german(facts: Facts) -> str:
    """The paragraphs, apart by an empty line."""
    return "\n\n".join([_corpus(facts), _counting(facts), _rates(facts), _provenance(facts)])


def _corpus(facts: Facts) -> str:
    total = sum(facts.documents.values())
    by_language = [
        f"{_N(count)} auf {GERMAN.language(code)} ({_many(facts.words[code], 'Wort', 'Wörter')})"
        for code, count in facts.documents.items()
    ]
    by_type = [f"{GERMAN.group(kind)} ({_N(count)})" for kind, count in facts.types.items()]
    dated = "" if facts.years is None else f" {_years(facts.years)}"
    sentences = [f"Das Korpus umfasst {_many(total, 'Dokument', 'Dokumente')}{dated}: {GERMAN.join(by_language)}."]
    if by_type:
        sentences.append(f"Nach Art der Quelle sind dies: {', '.join(by_type)}.")
    kept = GERMAN.join([GERMAN.kinds.get(kind, kind) for kind in facts.kept])
    left_out = GERMAN.join([GERMAN.kinds.get(kind, kind) for kind in facts.left_out])
    sentences.append(
        f"Gezählt wurde in folgenden Textteilen: {kept}" + (f"; nicht gezählt: {left_out}." if left_out else ".")
    )
    if facts.other_documents:
        verb = "wurde" if facts.other_documents == 1 else "wurden"
        others = _many(facts.other_documents, "Dokument", "Dokumente")
        sentences.append(f"{others} überwiegend in anderen Sprachen {verb} nicht gezählt.")
    if facts.copies:
        verb = "ist eine Kopie eines anderen und wurde" if facts.copies == 1 else "sind Kopien anderer und wurden"
        how = (
            "ausgeschlossen, sodass jeder Text einmal zählt"
            if facts.duplicates == "first"
            else "wie alle anderen gezählt"
        )
        sentences.append(f"{_many(facts.copies, 'Dokument', 'Dokumente')} {verb} {how}.")
    else:
        sentences.append("Kopien wurden unter den Dokumenten nicht gefunden.")
    if facts.undated:
        one = facts.undated == 1
        number = facts.undated_mentions
        mentions = f"die {_N(number)} {'Nennung' if number == 1 else 'Nennungen'} darin"
        sentences.append(
            f"{_many(facts.undated, 'Dokument', 'Dokumente')} ohne Datum {'gehört' if one else 'gehören'} zu keinem "
            f"Zeitraum, ebenso {mentions}."
        )
    if facts.outside_mentions:
        sentences.append(
            f"{_many(facts.outside_mentions, 'Nennung', 'Nennungen')} in Dokumenten, deren Datum in keinem der "
            f"Zeiträume liegt, {'gehört' if facts.outside_mentions == 1 else 'gehören'} zu keinem."
        )
    if facts.rejects:
        total = sum(facts.rejects.values())
        reasons = [
            f"{_N(count)} ({REASONS_DE.get(name, REASONS.get(name, name))})" for name, count in facts.rejects.items()
        ]
        verb = "ließ" if total == 1 else "ließen"
        sentences.append(f"{_many(total, 'Einheit', 'Einheiten')} {verb} sich nicht verwenden: {', '.join(reasons)}.")
    return " ".join(sentences)


def _counting(facts: Facts) -> str:
    concepts = _many(facts.concepts, "Begriff", "Begriffen")
    terms = _many(facts.terms, "Suchwort", "Suchwörtern")
    sentences = [f"Grundlage der Suche ist ein Lexikon mit {concepts} und {terms}."]
    if "zh" in facts.languages:
        sentences.append(
            "Chinesische Suchwörter wurden auf den Schriftzeichen eines Absatzes gesucht, Langzeichen als Kurzzeichen "
            "gelesen, sodass die Wortsegmentierung keine Zählung ändern kann."
        )
    others = [_ADJECTIVES[code] for code in facts.languages if code != "zh"]
    if others:
        named = others[0] + "".join(f" und {word.lower()}" for word in others[1:])
        sentences.append(f"{named} Suchwörter wurden nach Lemma gesucht, sodass flektierte Formen mitzählen.")
    sentences.append("Wo sich Nennungen überschneiden, zählt die längste.")
    if facts.excluded:
        strings = _many(facts.excluded, "längere Zeichenfolge", "längere Zeichenfolgen")
        one = facts.excluded == 1
        sentences.append(
            f"Nicht als Nennung {'gilt' if one else 'gelten'} {strings}, die ein Suchwort "
            f"{'enthält' if one else 'enthalten'}, etwa Namen von Einrichtungen."
        )
    sentences.append(
        f"Gefunden {'wurde' if facts.found == 1 else 'wurden'} {_many(facts.found, 'Nennung', 'Nennungen')}; "
        f"nach diesen Regeln {'zählt' if facts.counted == 1 else 'zählen'} {_N(facts.counted)}."
    )
    return " ".join(sentences)


def _rates(facts: Facts) -> str:
    own = f"in {_many(facts.own_periods, 'Zeitraum', 'Zeiträumen')}"
    words = facts.per == "words"
    below = "laufender Wörter" if words else "Zeichen ohne Leerraum"
    said = "Wörter" if words else "Zeichen"
    cut = [f"{by} ({GERMAN.language(code)})" for code, by in analysers(facts).items()]
    draws = _many(facts.draws, "Ziehung", "Ziehungen")
    sentences = [
        f"Häufigkeiten sind {_PERIODS.get(facts.period, own)} als Nennungen je Million {below} angegeben.",
        f"Bezugsgröße sind die {said} derselben Sprache; in Wörter zerlegt wurden die Texte mit {GERMAN.join(cut)}.",
        "Für Zeiträume ohne Texte ist keine Häufigkeit angegeben; sie gelten nicht als null.",
        (
            f"Die Intervalle sind 95-%-Intervalle aus einem Bootstrap über ganze Dokumente ({draws}, "
            f"Startwert {facts.seed}), berechnet auf der logarithmischen Skala mit Quantilen der Student-Verteilung; "
            "wo höchstens ein einzelnes Dokument eine Nennung enthält, gelten die Grenzen einer Poisson-Zählung."
        ),
        "Für Anteile von Dokumenten ist das 95-%-Intervall nach Wilson angegeben.",
        "Maß der Streuung über die Dokumente ist die normierte Deviation of Proportions (DP) nach Gries.",
    ]
    if facts.adjusted:
        sentences.append(
            "Bereinigte Häufigkeiten halten die Zusammensetzung der Quellen durch direkte Standardisierung konstant."
        )
    if "step" in facts.kinds_of_change:
        sentences.append(
            "Sprünge sind Niveauänderungen, ermittelt mit der Likelihood negativ binomialverteilter Zählungen und den "
            f"{'Wörtern' if words else 'Zeichen'} als Exposition."
        )
    if "trend" in facts.kinds_of_change:
        sentences.append(
            "Trends sind Ratenverhältnisse je Jahr aus einer Poisson-Regression über Dokumente mit robusten "
            "Standardfehlern."
        )
    if {"step", "trend"} & set(facts.kinds_of_change):
        sentences.append(
            "Ihre p-Werte beruhen auf Permutationen ganzer Dokumente über die Zeit und sind für die Zahl der geprüften "
            "Begriffe korrigiert (Holm)."
        )
    return " ".join(sentences)


def _provenance(facts: Facts) -> str:
    tools = [f"{SHOWN[name]} {version}" for name, version in facts.tools.items() if name in SHOWN]
    counted = "" if facts.counted_on is None else f" am {_day(facts.counted_on)}"
    return (
        f"Gezählt{counted} mit zwiesprache {facts.version}, darin {GERMAN.join(tools)}. "
        f"Das Lexikon ist {facts.lexicon} (SHA-256 {facts.lexicon_sha256}). {_lock(facts.lock)}"
    )


def _lock(lock: LockFacts | None) -> str:
    if lock is None:
        return "Es wurde nicht festgelegt: dass die Suchwörter vor der Zählung feststanden, ist nicht belegt."
    sentences = [f"Seine Suchwörter wurden am {_day(lock.date)} festgelegt (SHA-256 der Suchwörter {lock.sha256})."]
    if lock.earlier:
        before = GERMAN.join([f"{_day(day)} (SHA-256 {sha256})" for day, sha256 in lock.earlier])
        sentences.append(f"Diese Festlegung ersetzt die vom {before}; Begründung: „{lock.reason}“.")
    if lock.exploratory:
        one = len(lock.exploratory) == 1
        sentences.append(
            f"Explorativ, weil danach hinzugekommen oder geändert, {'ist' if one else 'sind'} "
            f"{_terms(lock.exploratory)}."
        )
    if lock.removed:
        sentences.append(f"Danach entfallen: {_terms(lock.removed)}.")
    if not lock.exploratory and not lock.removed:
        sentences.append("Alle gesuchten Wörter sind die der Festlegung.")
    return " ".join(sentences)


def _terms(terms: Sequence[str]) -> str:
    return f"{_many(len(terms), 'Suchwort', 'Suchwörter')}: {quote_terms(terms, GERMAN)}"


def _years(years: tuple[int, int]) -> str:
    return f"aus dem Jahr {years[0]}" if years[0] == years[1] else f"aus den Jahren {years[0]} bis {years[1]}"


def _many(count: int, one: str, several: str) -> str:
    return f"{_N(count)} {one if count == 1 else several}"

"""The methods paragraph in English: what was counted, how, and with what. German and Chinese stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.paper.tools import SHOWN, analysers
from pipeline.export.phrases import ENGLISH
from pipeline.records import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.export.paper.facts import Facts, LockFacts
    from pipeline.export.phrases import Phrases

TERMS = 30
"""Exploratory terms that are named; all are in ``variants.csv``."""

_N = ENGLISH.number
_day = ENGLISH.day
_PERIODS = {"year": "year", "quarter": "quarter", "month": "month"}


def write_english(facts: Facts) -> str:
    """The paragraphs, apart by an empty line."""
    return "\n\n".join([_corpus(facts), _counting(facts), _rates(facts), _provenance(facts)])


def _corpus(facts: Facts) -> str:
    total = sum(facts.documents.values())
    by_language = [
        f"{_N(count)} in {ENGLISH.language(code)} ({_many(facts.words[code], 'word')})"
        for code, count in facts.documents.items()
    ]
    by_type = [f"{ENGLISH.group(kind)} ({_N(count)})" for kind, count in facts.types.items()]
    dated = "" if facts.years is None else f", dated {_years(facts.years)}"
    sentences = [f"The corpus holds {_many(total, 'document')}{dated}: {ENGLISH.join(by_language)}."]
    if by_type:
        sentences.append(f"By kind of source these are: {', '.join(by_type)}.")
    kept = ENGLISH.join([ENGLISH.kinds.get(kind, kind) for kind in facts.kept])
    left_out = ENGLISH.join([ENGLISH.kinds.get(kind, kind) for kind in facts.left_out])
    sentences.append(f"We counted {kept}" + (f" and left out {left_out}." if left_out else "."))
    if facts.other_documents:
        verb = "is" if facts.other_documents == 1 else "are"
        sentences.append(f"{_many(facts.other_documents, 'document')} mostly in other languages {verb} not counted.")
    if facts.copies:
        how = "left out, so that each text counts once" if facts.duplicates == "first" else "counted like any other"
        verb = "is a copy of another and was" if facts.copies == 1 else "are copies of others and were"
        sentences.append(f"{_many(facts.copies, 'document')} {verb} {how}.")
    else:
        sentences.append("No copies were found among the documents.")
    if facts.undated:
        verb, them = ("has", "it") if facts.undated == 1 else ("have", "they")
        mentions = _many(facts.undated_mentions, "mention")
        stand = "is" if facts.undated + facts.undated_mentions == 1 else "are"
        sentences.append(
            f"{_many(facts.undated, 'document')} {verb} no date; {them} and the {mentions} in "
            f"{'it' if facts.undated == 1 else 'them'} {stand} in no period."
        )
    if facts.outside_mentions:
        verb = "is" if facts.outside_mentions == 1 else "are"
        sentences.append(
            f"{_many(facts.outside_mentions, 'mention')} in documents dated outside of the periods {verb} in none."
        )
    if facts.rejects:
        total = sum(facts.rejects.values())
        reasons = [f"{_N(count)} because {REASONS.get(reason, reason)}" for reason, count in facts.rejects.items()]
        sentences.append(f"{_many(total, 'item')} could not be used: {'; '.join(reasons)}.")
    return " ".join(sentences)


def _counting(facts: Facts) -> str:
    lexicon = f"a lexicon of {_many(facts.concepts, 'concept')}"
    sentences = [f"The texts were searched for the {_many(facts.terms, 'term')} of {lexicon}."]
    if "zh" in facts.languages:
        sentences.append(
            "Chinese terms were matched on the characters of a paragraph, Traditional read as Simplified, so that word "
            "segmentation cannot change a count."
        )
    others = [ENGLISH.language(code) for code in facts.languages if code != "zh"]
    if others:
        sentences.append(f"{ENGLISH.join(others)} terms were matched by lemma, so that inflected forms count.")
    sentences.append("Where mentions overlap, the longest counts.")
    if facts.excluded:
        strings = _many(facts.excluded, "longer string")
        contain = "contains" if facts.excluded == 1 else "contain"
        sentences.append(
            f"Not a mention, by the lexicon: {strings} that {contain} a term, such as names of institutions."
        )
    verb = "counts" if facts.counted == 1 else "count"
    sentences.append(f"We found {_many(facts.found, 'mention')}; {_N(facts.counted)} of them {verb} under these rules.")
    return " ".join(sentences)


def _rates(facts: Facts) -> str:
    period = f"by {_PERIODS[facts.period]}" if facts.period != "own" else f"in {_many(facts.own_periods, 'period')}"
    cut = [f"by {said} for {ENGLISH.language(code)}" for code, said in analysers(facts).items()]
    draws = _many(facts.draws, "draw")
    words = facts.per == "words"
    below = "running words" if words else "characters (white space not counted)"
    sentences = [
        f"Frequencies are given {period} as mentions per million {below} of the same language.",
        f"Words were cut {ENGLISH.join(cut)}.",
        "A period without texts has no frequency, which is not zero.",
        (
            f"Intervals are 95 % intervals from a bootstrap over whole documents ({draws}, seed {facts.seed}), "
            "taken on the log scale with Student's quantiles; where no more than a single document has a mention, they "
            "are those of a Poisson count."
        ),
        "Shares of documents have Wilson's 95 % interval.",
        "Dispersion over documents is Gries' normalised deviation of proportions (DP).",
    ]
    if facts.adjusted:
        sentences.append("Adjusted frequencies hold the mix of sources constant by direct standardisation.")
    if "step" in facts.kinds_of_change:
        exposure = "words" if words else "characters"
        sentences.append(
            f"Steps are changes of level, found by the likelihood of negative binomial counts with the {exposure} as "
            "exposure."
        )
    if "trend" in facts.kinds_of_change:
        sentences.append(
            "Trends are rate ratios per year, by Poisson regression over documents with robust standard errors."
        )
    if {"step", "trend"} & set(facts.kinds_of_change):
        sentences.append(
            "Their p-values come from permuting whole documents over time and are adjusted for the number of concepts "
            "tested (Holm)."
        )
    return " ".join(sentences)


def _provenance(facts: Facts) -> str:
    tools = [f"{SHOWN[name]} {version}" for name, version in facts.tools.items() if name in SHOWN]
    counted = "" if facts.counted_on is None else f" on {_day(facts.counted_on)}"
    return (
        f"Counted{counted} with zwiesprache {facts.version}, using {ENGLISH.join(tools)}. "
        f"The lexicon is {facts.lexicon} (SHA-256 {facts.lexicon_sha256}). {_lock(facts.lock)}"
    )


def _lock(lock: LockFacts | None) -> str:
    if lock is None:
        return "It was not locked: that its terms stood before the texts were counted is not on record."
    sentences = [f"Its terms were locked on {_day(lock.date)} (SHA-256 of the terms {lock.sha256})."]
    if lock.earlier:
        before = ENGLISH.join([f"{_day(day)} (SHA-256 {sha256})" for day, sha256 in lock.earlier])
        sentences.append(f"This lock replaces that of {before}; the reason given: “{lock.reason}”.")
    if lock.exploratory:
        terms = f"{_many(len(lock.exploratory), 'term')}: {quote_terms(lock.exploratory, ENGLISH)}"
        sentences.append(f"Exploratory, because added or changed after the lock: {terms}.")
    if lock.removed:
        terms = f"{_many(len(lock.removed), 'term')}: {quote_terms(lock.removed, ENGLISH)}"
        sentences.append(f"Removed after the lock: {terms}.")
    if not lock.exploratory and not lock.removed:
        sentences.append("All terms that were searched for are those of the lock.")
    return " ".join(sentences)


def quote_terms(terms: Sequence[str], phrases: Phrases) -> str:
    """Terms as a list; after the first `TERMS` their number alone."""
    more = len(terms) - TERMS
    return phrases.comma.join([*terms[:TERMS], *([f"… (+{phrases.number(more)})"] if more > 0 else [])])


def _years(years: tuple[int, int]) -> str:
    return str(years[0]) if years[0] == years[1] else f"{years[0]} to {years[1]}"


def _many(count: int, word: str) -> str:
    return f"{_N(count)} {word}{'' if count == 1 else 's'}"

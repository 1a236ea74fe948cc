"""What some models know beside the counts: covariates, periods, keywords."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from pipeline.analyses.periods import cut_periods, period_of
from pipeline.analyses.topics.models import Given
from pipeline.analyses.topics.units import JOINER
from pipeline.errors import StudyError, known_names
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.topics.units import Units
    from pipeline.records import Concept
    from pipeline.study import Study

YEAR = "year"
_DECADE = 10.0


def read_given(study: Study, corpus: Corpus, units: Units, concepts: Sequence[Concept]) -> tuple[Given, list[str]]:
    """What the study's model needs for some units, and the names of the periods of ``dtm``.

    Raises:
        StudyError: the documents have no such column, or no term of the lexicon is a word of the texts (keyatm).
    """
    model = study.topics.model
    if model in {"dmr", "stm"}:
        return replace(_covariates(study, corpus, units.document), document=units.document), []
    if model == "keyatm":
        words = _keywords(study, corpus, units, concepts)
        known = set(units.vocabulary.to_pylist())
        if not any(known & set(forms) for forms in words.values()):
            raise StudyError(
                f'{study.where}: [topics] model = "keyatm": no term that the lexicon has in {units.language} is a word '
                'of these texts; take model = "lda", or a smaller min_documents'
            )
        return Given(keywords=words), []
    if model == "dtm":
        periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
        used, index = np.unique(period_of(corpus.dates, periods)[units.document], return_inverse=True)
        return Given(period=index.astype(np.int64)), [periods[i].name for i in used]
    return Given(), []


def is_dated(study: Study, corpus: Corpus) -> NDArray[np.bool_]:
    """Whether each document lies in a period."""
    periods = cut_periods(corpus.dates, study.timelines.period, study.timelines.years)
    dated: NDArray[np.bool_] = period_of(corpus.dates, periods) >= 0
    return dated


def _keywords(study: Study, corpus: Corpus, units: Units, concepts: Sequence[Concept]) -> dict[str, list[str]]:
    """For each concept what its mentions are called as words of units: terms of several words, lemmas of single ones.

    A term may stand in the lexicon as a plural or in Traditional characters, and its word in the units never does.
    """
    joiner = JOINER.get(units.language, "_")
    table = corpus.mentions.filter(pc.equal(corpus.mentions["language"], units.language))
    found = table.group_by(["concept", "term", "surface"]).aggregate([]).to_pylist()
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE, ["language", "form", "lemma"])
    spoken = pc.and_(pc.equal(types["language"], units.language), pc.is_in(types["form"], table["surface"].unique()))
    lemmas: dict[str, set[str]] = {}
    for row in types.filter(spoken).to_pylist():
        lemmas.setdefault(row["form"], set()).add(row["lemma"])
    words: dict[str, set[str]] = {concept.id: set() for concept in concepts}
    for row in found:
        words[row["concept"]] |= lemmas.get(row["surface"], {row["term"].replace(" ", joiner)})
    return {concept: sorted(own) for concept, own in words.items()}


def _covariates(study: Study, corpus: Corpus, document: NDArray[np.int64]) -> Given:
    """The covariates as numbers.

    ``year`` as decades from the mean of the dated documents, 0 without a date; of a text column each value but the most
    frequent one as 0 or 1: ``source_type=speech``.
    """
    columns: list[NDArray[np.float64]] = []
    names: list[str] = []
    for name in study.topics.covariates:
        if name == YEAR and YEAR not in corpus.documents.column_names:
            dates = corpus.dates[document]
            year = dates.astype("datetime64[Y]").astype(np.float64) + 1970
            year[np.isnat(dates)] = np.nan
            if len(np.unique(year[np.isfinite(year)])) > 1:
                columns.append(np.nan_to_num((year - np.nanmean(year)) / _DECADE))
                names.append("year (decades)")
            continue
        if name not in corpus.documents.column_names:
            known = known_names(name, [YEAR, *corpus.documents.column_names])
            raise StudyError(f"{study.where}: [topics] covariates: the documents have no column {name!r}; {known}")
        values = np.array(["" if v is None else str(v) for v in corpus.documents[name].to_pylist()], object)[document]
        count = Counter(values.tolist())
        for value in sorted(count, key=lambda v: (-count[v], v))[1:]:
            columns.append((values == value).astype(np.float64))
            names.append(f"{name}={value or 'unknown'}")
    if not columns:
        columns, names = [np.zeros(len(document))], ["none"]
    return Given(covariates=np.column_stack(columns), covariate_names=names)

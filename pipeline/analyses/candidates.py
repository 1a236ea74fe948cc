"""Words of the corpus that may be terms which a concept lacks: by shared parts, by spelling, by the company they keep.

``parts``: the cosine of two forms' parts, each part weighted by how few words have it (inverse document frequency,
Spärck Jones 1972): of German the parts of compounds and the words of phrases, of Chinese characters and pairs of them.
``spelling``: the normalised similarity of Levenshtein. ``context``: the cosine between a word's neighbours and those of
the concept's mentions, by positive pointwise mutual information (Bullinaria and Levy 2007), over the most frequent
lemmas; of single words only. The score by parts has a quarter of that by context added and is weighed by frequency,
``log(1 + n) / (1 + log(1 + n))``, so that what stands once comes behind what is used.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipeline.analyses.contexts import read_contexts
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.neighbours import NONE, count_neighbours, find_places, read_lemmas, read_sequences
from pipeline.concepts.lexicon import load_lexicon, plain
from pipeline.concepts.mentions import read_mentions
from pipeline.languages.tokens import language_module
from pipeline.store import corpus as store
from pipeline.store import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from pipeline.analyses.counts import Corpus
    from pipeline.analyses.neighbours import Lemmas
    from pipeline.records import Concept
    from pipeline.study import Study

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

CANDIDATES_FILE = "candidates.csv"
CANDIDATES = pa.schema(
    [
        ("concept", pa.string()), ("language", pa.string()), ("candidate", pa.string()), ("why", pa.string()),
        ("score", pa.float64()), ("frequency", pa.int64()), ("documents", pa.int64()), ("example", pa.string()),
        ("doc_id", pa.string()),
    ]
)  # fmt: skip

MOST = 20
"""Candidates of a concept in a language."""
_BY_CONTEXT = 2
"""So many of these at least are left for words that are like the concept in company alone."""
_LEAST = {"parts": 0.2, "spelling": 0.8, "context": 0.2}
_SEEN = 1
"""A sequence of words stands so often, at least."""
_ROWS, _COLUMNS = 20_000, 1_500
"""Lemmas whose contexts are compared, and the lemmas that they are made of; the most frequent of a language."""
_ENOUGH = 5
"""So many mentions, or occurrences of a word, make a context."""
_LONG = {"zh": 4, "de": 6, "en": 6}
"""Shorter forms have too many neighbours in spelling."""
_STEM = 5
_CONTEXT = 30


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """What may be a candidate in one language."""

    texts: list[str]
    lemmas: Ints
    """Candidates x 3."""
    count: Ints
    features: list[list[str]]


def find_candidates(study: Study) -> pa.Table:
    """Candidates for each concept in each language, at most `MOST`: first those by form, then those by context.

    What a term of the lexicon finds already, stop words, and sequences that hold a mention are none.
    """
    concepts = load_lexicon(study.lexicon)
    corpus = read_corpus(study)
    lemmas = read_lemmas(study, corpus)
    found = _found_lemmas(study, lemmas)
    rows: list[dict[str, Any]] = []
    chosen: list[Ints] = []
    parts = {code: {c.id: _term_features(c, code) for c in concepts} for code in study.languages}
    wanted = _carriers(lemmas, parts) & ~found
    sequences = read_sequences(study, corpus, lemmas, wanted, _SEEN)
    contexts = _context_scores(study, corpus, lemmas, concepts)
    for code in study.languages:
        pool = _pool(lemmas, found, sequences.lemmas, sequences.count, code)
        if not pool.texts:
            continue
        by_parts = _parts_scores(pool, [parts[code][c.id] for c in concepts])
        for i, concept in enumerate(concepts):
            forms = [plain(t.form, code) for t in concept.terms if t.language == code and t.match != "regex"]
            if not forms:
                continue
            scores = {
                "parts": by_parts[i],
                "spelling": _spelling_scores(pool, forms, code),
                "context": contexts[code][i][pool.lemmas[:, 0]] * (pool.lemmas[:, 1] == NONE),
            }
            for row, why, score in _best(scores, pool.count):
                rows.append(
                    {"concept": concept.id, "language": code, "candidate": pool.texts[row], "why": why,
                     "score": score, "frequency": int(pool.count[row])}
                )  # fmt: skip
                chosen.append(pool.lemmas[row])
    return _with_places(study, corpus, lemmas, rows, chosen)


def _best(scores: Mapping[str, Floats], count: Ints) -> list[tuple[int, str, float]]:
    """Candidate, reason and score of the best: those like a term in form, then those like the concept in company."""
    parts, spelling, context = (
        np.where(scores[n] >= _LEAST[n], scores[n], 0) for n in ("parts", "spelling", "context")
    )
    often = np.log1p(count)
    shared = np.where(parts > 0, (parts + context / 4) * often / (1 + often), 0)
    form = np.maximum(shared, spelling)
    best = _highest(form, count, MOST - _BY_CONTEXT)
    found = [(row, "spelling" if spelling[row] > shared[row] else "parts", float(form[row])) for row in best]
    context[best] = 0
    return found + [(row, "context", float(context[row])) for row in _highest(context, count, MOST - len(found))]


def _highest(score: Floats, count: Ints, most: int) -> list[int]:
    """The rows with the highest scores, of equals the more frequent first; none with 0."""
    rows = np.flatnonzero(score > 0)
    found: list[int] = rows[np.lexsort((rows, -count[rows], -score[rows]))][:most].tolist()
    return found


def _found_lemmas(study: Study, lemmas: Lemmas) -> NDArray[np.bool_]:
    """Whether each lemma is that of a word that is a mention."""
    surfaces = {_flat(text) for text in read_mentions(study.corpus_folder, ["surface"])["surface"].unique().to_pylist()}
    forms = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE, ["form"])["form"].to_pylist()
    rows = [i for i, form in enumerate(forms) if _flat(form) in surfaces]
    found = np.zeros(len(lemmas.text) + 1, np.bool_)
    found[lemmas.of_type[rows]] = True
    return found[:-1]


def _flat(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("-", "")


def _term_features(concept: Concept, code: str) -> list[list[str]]:
    """The parts of each term of a concept in a language; of expressions there are none."""
    forms = [plain(t.form, code) for t in concept.terms if t.language == code and t.match != "regex"]
    if code == "zh":
        return [_characters(form) for form in forms]
    module = language_module(code)
    cuts = module.cut(forms)
    words = [cuts.forms[i] for i in cuts.form.tolist()]
    lemmas = module.lemmatize(words)
    parts = module.split_compounds(words, lemmas)
    made: list[list[str]] = [[] for _ in forms]
    for passage, lemma, own in zip(cuts.passage.tolist(), lemmas, parts, strict=True):
        made[passage] += _stems(own or (lemma,))
    return made


def _stems(parts: Iterable[str]) -> list[str]:
    """Parts, and their first letters: what Schule and Schüler, Partner and Partnerschaft share."""
    return [name for part in parts for name in (part, part[:_STEM].lower())]


def _characters(text: str) -> list[str]:
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))]


def _features(lemmas: Lemmas, row: Iterable[int], code: str) -> list[str]:
    if code == "zh":
        return _characters("".join(lemmas.text[i] for i in row))
    return _stems(part for i in row for part in (lemmas.parts[i] or [lemmas.text[i]]))


def _carriers(lemmas: Lemmas, parts: Mapping[str, Mapping[str, Sequence[Sequence[str]]]]) -> NDArray[np.bool_]:
    """Whether each lemma may stand in a sequence that shares a part with a term."""
    carries = np.zeros(len(lemmas.text), np.bool_)
    for code, by_concept in parts.items():
        known = {part for terms in by_concept.values() for term in terms for part in term}
        mine = np.flatnonzero((lemmas.language == code) & ~lemmas.is_stop & (lemmas.count > 0))
        if code == "zh":
            pairs = {part for part in known if len(part) > 1}
            texts = [lemmas.text[i] for i in mine.tolist()]
            carries[mine] = [not pairs.isdisjoint(map("".join, pairwise(text))) for text in texts]
        else:
            carries[mine] = [not known.isdisjoint(lemmas.parts[i] or [lemmas.text[i]]) for i in mine]
    return carries


def _pool(lemmas: Lemmas, found: NDArray[np.bool_], sequences: Ints, count: Ints, code: str) -> _Pool:
    """Words and sequences of a language that are no stop words and no mentions."""
    free = (lemmas.language == code) & (lemmas.count > 0) & ~lemmas.is_stop & ~found
    words = np.array([i for i in np.flatnonzero(free).tolist() if _is_candidate(lemmas.text[i])], np.int64)
    single = np.stack([words, *([np.full(len(words), NONE)] * 2)], axis=1)
    free = np.append(free, np.ones(NONE - len(free) + 1, np.bool_)) if len(sequences) else free
    mine = free[sequences].all(axis=1) & (lemmas.language[sequences[:, 0]] == code)
    table = np.concatenate([single, sequences[mine]])
    joint = "" if code == "zh" else " "
    parts = [[i for i in row if i != NONE] for row in table.tolist()]
    return _Pool(
        [joint.join(lemmas.text[i] for i in row) for row in parts],
        table,
        np.concatenate([lemmas.count[words], count[mine]]),
        [_features(lemmas, row, code) for row in parts],
    )


def _is_candidate(text: str) -> bool:
    return len(text) > 1 and any(map(str.isalpha, text))


def _parts_scores(pool: _Pool, terms: Sequence[Sequence[Sequence[str]]]) -> list[Floats]:
    """For each concept the highest cosine of each candidate with one of its terms."""
    number: dict[str, int] = {}
    known = {part for concept in terms for term in concept for part in term}
    for part in known:
        number[part] = len(number)
    candidates = _matrix(pool.features, number)
    weight = np.log1p(len(pool.texts) / (1 + np.bincount(candidates.indices, minlength=len(number) + 1)))
    weight[-1] = np.log1p(len(pool.texts)) / 1.5  # parts that no term has: they only make a candidate longer
    candidates = _unit(candidates, weight)
    scores: list[Floats] = []
    for concept in terms:
        own = _unit(_matrix(concept, number), weight)
        cosine = (candidates[:, :-1] @ own[:, :-1].T).toarray() if concept else np.zeros((len(pool.texts), 1))
        scores.append(cosine.max(axis=1))
    return scores


def _matrix(features: Sequence[Sequence[str]], number: Mapping[str, int]) -> csr_array:
    """Rows x parts, 1 where a row has a part; the last column counts all parts that are not known."""
    from scipy.sparse import csr_array

    last = len(number)
    places = [(i, number.get(part, last)) for i, own in enumerate(features) for part in own]
    where = np.array(places, np.int64).reshape(-1, 2)
    return csr_array((np.ones(len(where)), (where[:, 0], where[:, 1])), shape=(len(features), last + 1))


def _unit(matrix: csr_array, weight: Floats) -> csr_array:
    """Rows of length 1 of weighted columns; the unknown parts are each a dimension of their own."""
    last = matrix.shape[1] - 1
    unknown = matrix[:, [last]].toarray().ravel()
    weighted = matrix.copy()
    weighted.data = weighted.data * weight[weighted.indices]
    square = (weighted[:, :last].power(2)).sum(axis=1) + unknown * weight[last] ** 2
    length = np.sqrt(np.maximum(np.asarray(square).ravel(), 1e-12))
    weighted.data = weighted.data / np.repeat(length, np.diff(weighted.indptr))
    return weighted


def _spelling_scores(pool: _Pool, forms: Sequence[str], code: str) -> Floats:
    """For each candidate the highest similarity with a form, where both are long enough."""
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    long = [form for form in forms if len(form) >= _LONG[code]]
    rows = np.array([i for i, text in enumerate(pool.texts) if len(text) >= _LONG[code]], np.int64)
    scores = np.zeros(len(pool.texts))
    if long and len(rows):
        texts = [pool.texts[i] for i in rows.tolist()]
        alike = process.cdist(
            long, texts, scorer=Levenshtein.normalized_similarity, score_cutoff=_LEAST["spelling"], dtype=np.float32
        )
        scores[rows] = alike.max(axis=0)
    return scores


def _context_scores(
    study: Study, corpus: Corpus, lemmas: Lemmas, concepts: Sequence[Concept]
) -> dict[str, NDArray[np.float64]]:
    """By language concepts x (lemmas and `NONE`): the cosine of contexts; 0 where either is too rare."""
    near = read_contexts(study, corpus, [concept.id for concept in concepts])
    ranked = {code: _most_frequent(lemmas, code) for code in study.languages}
    rows = {code: own[:_ROWS] for code, own in ranked.items()}
    columns = {code: own[:_COLUMNS] for code, own in ranked.items()}
    counts = count_neighbours(study, corpus, lemmas, rows, columns)
    number = corpus.mentions.group_by(["concept", "language"]).aggregate([([], "count_all")]).to_pylist()
    known = {(row["concept"], row["language"]): row["count_all"] for row in number}
    made: dict[str, NDArray[np.float64]] = {}
    for code in study.languages:
        scores = np.zeros((len(concepts), len(lemmas.text)))
        texts = {lemmas.text[i]: place for place, i in enumerate(columns[code].tolist())}
        column = np.array([texts.get(text, -1) for text in near[code].lemmas.to_pylist()], np.int64)
        for i, concept in enumerate(concepts):
            words = near[code].near.of(i).lemma
            place = column[words[words >= 0]]
            own = np.bincount(place[place >= 0], minlength=len(columns[code]))
            if known.get((concept.id, code), 0) >= _ENOUGH and own.any():
                scores[i, rows[code]] = _cosines(counts[code], own)
        made[code] = scores
    return made


def _most_frequent(lemmas: Lemmas, code: str) -> Ints:
    """The lemmas of a language that make a context, the most frequent first."""
    mine = np.flatnonzero((lemmas.language == code) & ~lemmas.is_stop & (lemmas.count >= _ENOUGH))
    order: Ints = mine[np.lexsort((mine, -lemmas.count[mine]))]
    return order


def _cosines(counts: NDArray[np.int32], own: Ints) -> Floats:
    """The cosine of each row's positive pointwise mutual information with that of one more row."""
    from scipy.sparse import csr_array

    sums = counts.sum(axis=0) + 1.0
    share = sums / sums.sum()
    table = csr_array(counts, dtype=np.float64)
    total = np.asarray(table.sum(axis=1)).ravel()
    row = np.repeat(np.arange(len(total)), np.diff(table.indptr))
    table.data = np.maximum(np.log(table.data / (total[row] * share[table.indices])), 0)
    expected = own.sum() * share
    ours = np.maximum(np.log(np.maximum(own, 1e-9) / expected), 0)
    length = np.sqrt(np.asarray(table.power(2).sum(axis=1)).ravel()) * np.linalg.norm(ours)
    cosine: Floats = np.divide(table @ ours, length, out=np.zeros(len(total)), where=length > 0)
    return cosine


def _with_places(
    study: Study, corpus: Corpus, lemmas: Lemmas, rows: Sequence[dict[str, Any]], chosen: Sequence[Ints]
) -> pa.Table:
    """The rows with the documents of each candidate, and the first place where it stands."""
    if not rows:
        return CANDIDATES.empty_table()
    wanted, which = np.unique(np.stack(chosen), axis=0, return_inverse=True)
    places = find_places(study, corpus, lemmas, wanted)
    texts: dict[int, str] = {}
    for _, numbers, found in store.select_texts(study.corpus_folder, [place.passage for place in places]):
        texts |= dict(zip(numbers, found, strict=True))
    names = corpus.documents["doc_id"]
    for row, number in zip(rows, which.ravel().tolist(), strict=True):
        place = places[number]
        text = texts[place.passage]
        row["documents"] = place.documents
        if " " in row["candidate"]:  # a phrase as it is written, not as its lemmas stand beside each other
            row["candidate"] = text[place.start : place.end]
        row["example"] = text[max(0, place.start - _CONTEXT) : place.end + _CONTEXT]
        row["doc_id"] = names[int(corpus.document[place.passage])].as_py()
    return pa.Table.from_pylist(list(rows), CANDIDATES)

"""The words around mentions, against a plain walk over each passage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from made import TWO_CONCEPTS, build, make_document, make_study

from pipeline.analyses.contexts import count_lemmas, read_contexts
from pipeline.analyses.counts import Corpus, read_corpus
from pipeline.languages.stop_words import stop_types
from pipeline.store import corpus as store
from pipeline.store import tokens

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.study import Study

CONCEPTS = ["city", "people"]
ZH = ["城市外交", "民间外交", "发展", "的", "和", "学校", "合作", "，", "城市", "WTO", "2014", "友好"]
DE = ["Städtediplomatie", "Volksdiplomatie", "Schulen", "die", "und", "Zusammenarbeit", ",", "Stadt", "Städte", "1999"]


def window(width: int) -> str:
    return f"[collocations]\nwindow = {width}"


def random_study(folder: Path, width: int) -> tuple[Study, Corpus]:
    """Two languages and two kinds of passages at random, in several batches."""
    rng = np.random.default_rng(width)
    study = make_study(folder, TWO_CONCEPTS, timelines=window(width))
    documents = []
    for i in range(25):
        passages: list[tuple[str, str, str]] = []
        for _ in range(int(rng.integers(1, 5))):
            size, kind = int(rng.integers(1, 18)), str(rng.choice(["body", "body", "footnote"]))
            if rng.random() < 0.5:
                passages.append(("zh", "".join(rng.choice(ZH, size)), kind))
            else:
                passages.append(("de", " ".join(rng.choice(DE, size)), kind))
        documents.append(make_document(f"{i:02}", *passages, date=f"{2012 + i % 3}-05-01"))
    build(study, documents)
    return study, read_corpus(study)


def plain(study: Study, corpus: Corpus, width: int) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
    """Concept, language, document and lemma (of a stop word: nothing) of each word in a window, and of a mention."""
    folder = study.corpus_folder
    types = tokens.read_types(folder / tokens.TYPES_FILE)
    stops = stop_types(types, study)
    rows = types.to_pylist()
    words: dict[int, list[tuple[int, int, int]]] = {}
    for batch in tokens.token_batches(folder / tokens.TOKENS_FILE):
        for token in batch.to_pylist():
            if rows[token["type"]]["is_word"]:
                end = token["start"] + token["length"]
                words.setdefault(token["passage"], []).append((token["start"], end, token["type"]))
    near: set[tuple[str, str, int, int]] = set()
    own: set[tuple[str, str, int, int]] = set()
    for mention in corpus.mentions.to_pylist():
        here = words[mention["passage"]]
        inside = [i for i, (a, b, _) in enumerate(here) if a < mention["end"] and b > mention["start"]]
        before = [i for i, (_, b, _) in enumerate(here) if b <= mention["start"]]
        after = [i for i, (a, _, _) in enumerate(here) if a >= mention["end"]]
        where = (mention["concept"], mention["language"], mention["passage"])
        own |= {(*where, i) for i in inside}
        near |= {(*where, i) for i in (*before[-width:], *after[:width])}
    counted = []
    for found in (near - own, own):
        some: Counter[tuple[str, ...]] = Counter()
        for concept, language, passage, i in found:
            type_ = words[passage][i][2]
            lemma = "" if stops[type_] else rows[type_]["lemma"]
            some[concept, language, str(corpus.document[passage]), lemma] += 1
        counted.append(some)
    return counted[0], counted[1]


@pytest.mark.parametrize("width", [1, 3, 50])
def test_windows_hold_the_words_that_a_plain_walk_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(store, "GROUP_CHARACTERS", 200)
    study, corpus = random_study(tmp_path, width)
    expected = plain(study, corpus, width)
    contexts = read_contexts(study, corpus, CONCEPTS)
    for kind, wanted in zip(("near", "own"), expected, strict=True):
        found: Counter[tuple[str, ...]] = Counter()
        for code, own in contexts.items():
            words = getattr(own, kind)
            lemmas = [own.lemmas[i].as_py() if i >= 0 else "" for i in words.lemma.tolist()]
            for concept, document, lemma in zip(words.concept.tolist(), words.document.tolist(), lemmas, strict=True):
                found[CONCEPTS[concept], code, str(document), lemma] += 1
        assert found == wanted
        assert sum(wanted.values()) > 40


def test_a_word_in_two_windows_of_a_concept_counts_once_and_for_each_of_two_concepts(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS, ["de"], timelines=window(5))
    text = "Städtediplomatie braucht Schulen Städtediplomatie Volksdiplomatie"
    build(study, [make_document("a", ("de", text))])
    contexts = read_contexts(study, read_corpus(study), CONCEPTS)["de"]
    near = [[contexts.lemmas[i].as_py() for i in contexts.near.of(index).lemma.tolist()] for index in (0, 1)]
    assert near[0] == ["brauchen", "Schule", "Volksdiplomatie"]
    assert near[1] == ["Städtediplomatie", "brauchen", "Schule", "Städtediplomatie"]
    matrix = contexts.matrix(contexts.near.of(1), 1).toarray()[0]
    assert matrix[contexts.lemmas.to_pylist().index("Städtediplomatie")] == 2


def test_words_across_a_passage_are_not_near(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS, ["de"])
    build(study, [make_document("a", ("de", "Schulen"), ("de", "Städtediplomatie"), ("de", "Schulen"))])
    contexts = read_contexts(study, read_corpus(study), CONCEPTS)["de"]
    assert len(contexts.near.token) == 0
    assert len(contexts.own.token) == 1


def test_marginal_counts_are_those_of_all_counted_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "GROUP_CHARACTERS", 200)
    study, corpus = random_study(tmp_path, 2)
    contexts = read_contexts(study, corpus, CONCEPTS)
    wanted = {code: np.arange(0, len(own.lemmas), 2) for code, own in contexts.items()}
    place = np.where(corpus.counted, corpus.document % 3, -1)
    counts = count_lemmas(study, contexts, wanted, place, 3)
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)
    rows, stops = types.to_pylist(), stop_types(types, study)
    plain_counts: Counter[tuple[str, int, str]] = Counter()
    for batch in tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE):
        for token in batch.to_pylist():
            kind, at = rows[token["type"]], int(place[token["passage"]])
            if kind["is_word"] and not stops[token["type"]] and at >= 0:
                plain_counts[kind["language"], at, kind["lemma"]] += 1
    for code, lemmas in wanted.items():
        names = [contexts[code].lemmas[i].as_py() for i in lemmas.tolist()]
        expected = [[plain_counts[code, at, name] for name in names] for at in range(3)]
        assert counts[code].tolist() == expected
        assert counts[code].sum() > 10


def test_a_corpus_without_a_mention_has_no_windows(tmp_path: Path) -> None:
    study = make_study(tmp_path, TWO_CONCEPTS)
    build(study, [make_document("a", ("de", "Nur Schulen.")), make_document("b", ("zh", "，"))])
    contexts = read_contexts(study, read_corpus(study), CONCEPTS)
    assert [len(own.near.token) for own in contexts.values()] == [0, 0]

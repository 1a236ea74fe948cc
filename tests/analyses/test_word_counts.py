"""Any word by period, against a count in plain Python."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, make_document, make_study

from pipeline.analyses.word_counts import open_word_counts
from pipeline.store import corpus
from pipeline.store.postings import invert

if TYPE_CHECKING:
    from pathlib import Path

LEXICON = '[[concept]]\nid = "a"\nzh = ["城市外交"]\nde = ["Partnerschaft"]\n'


@given(st.lists(st.integers(0, 6)))
def test_postings_name_every_token_of_every_type_in_order(types: list[int]) -> None:
    postings = invert(np.array(types, np.uint32))
    assert postings.type.tolist() == sorted(set(types))
    for i, kind in enumerate(postings.type.tolist()):
        rows = postings.tokens[postings.bounds[i] : postings.bounds[i + 1]].tolist()
        assert rows == [row for row, other in enumerate(types) if other == kind]


def test_words_are_counted_by_lemma_or_form_in_each_period(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 60)
    study = make_study(tmp_path, LEXICON)
    documents = [
        make_document("a", ("de", "Die Städte und die Stadt."), ("zh", "城市外交和城市"), date="2014-05-15"),
        make_document("b", ("de", "Viele Städte, eine Stadt"), ("de", "Stadt", "footnote"), date="2016-01-01"),
        make_document("c", ("de", "Stadt ohne Datum")),
        make_document("d", ("zh", "城市的城市"), ("de", "EU"), date="2016-03-01"),
        make_document("e", ("zh", "EU的城市外交"), date="2014-12-31"),
    ]
    build(study, documents)
    counts = open_word_counts(study)
    table = counts.count(["Stadt", "城市", "城市外交", "EU", "nirgends", "Stadt"])
    found = {(row["word"], row["language"], row["period"]): row["count"] for row in table.to_pylist() if row["count"]}
    assert found == {
        ("Stadt", "de", "2014"): 2, ("Stadt", "de", "2016"): 2,
        ("城市", "zh", "2014"): 1, ("城市", "zh", "2016"): 2, ("城市外交", "zh", "2014"): 2,
        ("EU", "zh", "2014"): 1, ("EU", "de", "2016"): 1,
    }  # fmt: skip
    assert {row["period"] for row in table.to_pylist()} == {"2014", "2015", "2016"}
    empty = next(row for row in table.to_pylist() if row["period"] == "2015")
    assert (empty["words"], empty["per_million"]) == (0, None)
    first = next(row for row in table.to_pylist() if (row["word"], row["period"]) == ("Stadt", "2014"))
    assert (first["words"], first["per_million"]) == (5, 400_000.0)


def test_a_form_that_is_no_lemma_counts_as_it_is_written(tmp_path: Path) -> None:
    study = make_study(tmp_path, LEXICON)
    build(study, [make_document("a", ("de", "Die Städte und die Stadt."), date="2014-05-15")])
    assert open_word_counts(study).count(["Städte"])["count"].to_pylist() == [1]
    assert open_word_counts(study).count([]).num_rows == 0


@pytest.mark.shared
def test_words_of_real_texts_are_those_of_a_plain_count(shared: Path, tmp_path: Path) -> None:
    import gzip
    import json

    from pipeline.languages import de

    study = make_study(tmp_path, LEXICON, ["de"])
    with gzip.open(shared / "corpora" / "de_parliament_2012_2016.jsonl.gz", "rt", encoding="utf-8") as lines:
        items = [json.loads(next(lines)) for _ in range(300)]
    build(study, [make_document(f"{i}", ("de", item["text"]), date=item["date"]) for i, item in enumerate(items)])
    plain: Counter[tuple[str, str]] = Counter()
    for item in items:
        cuts = de.cut([item["text"]])
        lemmas = de.lemmatize(cuts.forms)
        plain.update((lemmas[form], item["date"][:4]) for form in cuts.form.tolist())
    wanted = [word for (word, _), _ in plain.most_common(200)]
    table = open_word_counts(study).count(wanted).to_pylist()
    assert {(row["word"], row["period"]): row["count"] for row in table if row["count"]} == {
        key: count for key, count in plain.items() if key[0] in wanted
    }

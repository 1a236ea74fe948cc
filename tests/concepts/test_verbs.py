"""Separable verbs in two pieces, against the relation compound:prt of UD German GSD."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from made import find

from pipeline.concepts.verbs import find_verbs, prepare_verbs, split_verb
from pipeline.languages import de
from pipeline.languages.tokens import describe_types

FLOORS = json.loads((Path(__file__).parent.parent / "floors.json").read_text("utf-8"))
FINITE = {"VVFIN", "VAFIN", "VMFIN", "VVIMP"}
LEXICON = """
[[concept]]
id = "work"
de = ["zusammenarbeiten", "teilnehmen", { form = "austauschen", match = "form" }, "annehmen", "Diplomatie"]
"""


def gold_verbs(path: Path) -> tuple[list[str], set[tuple[int, int, str]]]:
    """The sentences, and where in which of them the finite verb of which separable one stands."""
    texts: list[str] = []
    truth: set[tuple[int, int, str]] = set()
    for sentence in path.read_text("utf-8").strip().split("\n\n"):
        lines = sentence.splitlines()
        text = next(line.removeprefix("# text = ") for line in lines if line.startswith("# text = "))
        rows = [line.split("\t") for line in lines if not line.startswith("#")]
        at, until, begins = 0, 0, dict[str, int]()
        for row in rows:
            if "-" in row[0] or (row[0].isdigit() and int(row[0]) > until):
                at = text.index(row[1], at)
                until = int(row[0].split("-")[-1])
                begins[row[0].split("-")[0]] = at
                at += len(row[1])
        head = {row[0]: row for row in rows}
        for row in rows:
            verb = head.get(row[6])
            if row[7] == "compound:prt" and verb is not None and verb[4] in FINITE and int(verb[0]) < int(row[0]):
                truth.add((len(texts), begins[verb[0]], row[1].lower() + verb[2]))
        texts.append(text)
    return texts, truth


@pytest.mark.shared
def test_finite_verbs_with_particles_reach_the_floors_on_gold(shared: Path) -> None:
    """The terms are all verbs that the gold has in two pieces; *da sein*, two words since 1996, counts as missed."""
    texts, truth = gold_verbs(shared / "gold" / "de_gsd-ud-dev.conllu")
    terms = sorted({lemma for _, _, lemma in truth})
    cuts = de.cut(texts)
    types = describe_types("de", cuts.forms)
    types = types.add_column(0, "type", pa.array(range(len(types)), pa.uint32()))
    ready = prepare_verbs([(lemma, i) for i, lemma in enumerate(terms)], types)
    assert ready is not None
    offset = np.cumsum([0, *(len(text) + 1 for text in texts)])
    start = cuts.start + offset[cuts.passage]
    spans = find_verbs(ready, cuts.form, start, start + cuts.length, cuts.passage)
    passage = np.searchsorted(offset, spans.start, side="right") - 1
    rows = zip(passage.tolist(), (spans.start - offset[passage]).tolist(), spans.term.tolist(), strict=True)
    found = {(row, at, terms[term]) for row, at, term in rows}
    assert len(truth) > 70
    assert len(found & truth) / len(found) >= FLOORS["de_verbs_precision"]
    assert len(found & truth) / len(truth) >= FLOORS["de_verbs_recall"]


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("Die Städte arbeiten seit Jahren eng zusammen.", "arbeiten"),
        ("Er nahm an dem Treffen teil und sprach.", "nahm"),
        ("Nimmt der Rat, wie 2012, daran teil?", "Nimmt"),
        ("Er nimmt teil, weil er muss.", "nimmt"),
        ("Sie hat teilgenommen", "teilgenommen"),
        ("um teilzunehmen", "teilzunehmen"),
        ("Er nahm den Vorschlag an", "nahm"),
    ],
)
def test_a_verb_is_found_in_one_piece_and_in_two(tmp_path: Path, text: str, surface: str) -> None:
    assert [found for _, found, _ in find(tmp_path, LEXICON, "de", text)] == [surface]


@pytest.mark.parametrize(
    "text",
    [
        "Er nahm den größten Teil der Stadt.",
        "Er nahm an dem Treffen nur kurz Anstoß.",
        "Er nahm das Wort. Daran hat er teil",
        "Sie tauschen sich aus.",  # match = "form"
        "Er nahm ab und an etwas.",
        "Er nahm Platz, sie hatte teil.",
        "Er nahm",
        "teil nahm",
    ],
)
def test_other_words_are_none(tmp_path: Path, text: str) -> None:
    assert find(tmp_path, LEXICON, "de", text) == []


def test_verb_and_particle_stand_in_one_passage(tmp_path: Path) -> None:
    assert find(tmp_path, LEXICON, "de", "Er nahm an dem Treffen", "teil.") == []


def test_what_stands_between_verb_and_particle_counts(tmp_path: Path) -> None:
    found = find(tmp_path, LEXICON, "de", "Sie arbeiten in der Diplomatie zusammen.")
    assert found == [("work", "arbeiten", True), ("work", "Diplomatie", True)]


@pytest.mark.parametrize(
    ("lemma", "pieces"),
    [("teilnehmen", ("teil", "nehmen")), ("zusammenarbeiten", ("zusammen", "arbeiten")),
     ("auseinandersetzen", ("auseinander", "setzen")), ("nehmen", None), ("dasein", None), ("Abend", None),
     ("", None), ("x" * 100_000, None)],
)  # fmt: skip
def test_the_longest_particle_is_split_off(lemma: str, pieces: tuple[str, str] | None) -> None:
    assert split_verb(lemma) == pieces


def test_without_a_separable_verb_there_is_nothing_to_look_for() -> None:
    types = describe_types("de", ["nahm", "teil", "Stadt"])
    types = types.add_column(0, "type", pa.array(range(3), pa.uint32()))
    assert prepare_verbs([("Stadt", 0), ("nehmen", 1)], types) is None
    assert prepare_verbs([("teilnehmen", 0)], types) is not None

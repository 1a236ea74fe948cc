"""Tiny spaCy models made for tests: by rules, and trained for a second on sentences of our own."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import spacy
from spacy.training import Example

if TYPE_CHECKING:
    from pathlib import Path

    from spacy.language import Language

WISE = "Weise"
"""A form of two lemmas: Weise behind *diese*, Weiser behind *der*."""


def by_rules(language: str = "de", *, wise_man: str = "Weiser", entities: bool = True) -> Language:
    """A pipeline that knows two lemmas of one form by the word before it, and some names."""
    nlp = spacy.blank(language)
    ruler: Any = nlp.add_pipe("attribute_ruler")
    for word, lemma in (("diese", "Weise"), ("der", wise_man)):
        ruler.add([[{"LOWER": word}, {"ORTH": WISE}]], {"LEMMA": lemma, "TAG": "NN"}, index=1)
        ruler.add([[{"LOWER": word}, {"ORTH": WISE}]], {"TAG": "ART"}, index=0)
    if entities:
        names: Any = nlp.add_pipe("entity_ruler")
        names.add_patterns(
            [
                {"label": "LOC", "pattern": "Karlsruhe"},
                {"label": "ORG", "pattern": [{"LOWER": "deutscher"}, {"LOWER": "städtetag"}]},
            ]
        )
    nlp.meta["name"], nlp.meta["version"] = "rules", "1.0.0"
    return nlp


SENTENCES = [
    ("Der Weise spricht in Karlsruhe .", "ART NN VVFIN APPR NE $.", "der Weiser sprechen in Karlsruhe --", "Karlsruhe"),
    ("Auf diese Weise wächst Halle .", "APPR PDAT NN VVFIN NE $.", "auf dies Weise wachsen Halle --", "Halle"),
    ("Der Rat spricht in Halle .", "ART NN VVFIN APPR NE $.", "der Rat sprechen in Halle --", "Halle"),
    ("Auf diese Weise wächst Karlsruhe .", "APPR PDAT NN VVFIN NE $.", "auf dies Weise wachsen Karlsruhe --",
     "Karlsruhe"),
    ("Der Weise spricht auf diese Weise .", "ART NN VVFIN APPR PDAT NN $.", "der Weiser sprechen auf dies Weise --",
     None),
]  # fmt: skip


def trained() -> Language:
    """A tagger, a lemmatizer and a recogniser of names, trained on five sentences until they know them."""
    nlp = spacy.blank("de")
    small = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 24, "depth": 2,
             "embed_size": 300, "window_size": 1, "maxout_pieces": 2, "subword_features": True}  # fmt: skip
    nlp.add_pipe("tok2vec", config={"model": small})
    listener = {"@architectures": "spacy.Tok2VecListener.v1", "width": 24, "upstream": "*"}
    tagging = {"@architectures": "spacy.Tagger.v2", "nO": None, "normalize": False, "tok2vec": listener}
    parsing = {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner", "extra_state_tokens": False,
               "hidden_width": 16, "maxout_pieces": 2, "use_upper": True, "nO": None, "tok2vec": listener}  # fmt: skip
    nlp.add_pipe("tagger", config={"model": tagging})
    nlp.add_pipe("trainable_lemmatizer", config={"model": tagging, "min_tree_freq": 1})
    nlp.add_pipe("ner", config={"model": parsing})
    examples = []
    for text, tags, lemmas, name in SENTENCES:
        doc = nlp.make_doc(text)
        span = [(text.index(name), text.index(name) + len(name), "LOC")] if name else []
        examples.append(Example.from_dict(doc, {"tags": tags.split(), "lemmas": lemmas.split(), "entities": span}))
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: examples)
    order = random.Random(1)
    for _ in range(100):
        order.shuffle(examples)
        nlp.update(examples, sgd=optimizer)
    nlp.meta["name"], nlp.meta["version"] = "tiny", "1.0.0"
    return nlp


def save(nlp: Language, folder: Path, **meta: str) -> Path:
    """Write a pipeline to a folder; ``meta`` replaces what its ``meta.json`` says."""
    folder.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)
    path = folder / "meta.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | meta), encoding="utf-8")
    return folder


def install(nlp: Language, site: Path, package: str) -> None:
    """Lay a pipeline out as its wheel would install it; the package's own code must not run."""
    folder = site / package
    folder.mkdir(parents=True)
    meta = nlp.meta
    save(nlp, folder / f"{meta['lang']}_{meta['name']}-{meta['version']}")
    (folder / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    (folder / "__init__.py").write_text("raise AssertionError('the package was run')\n", encoding="utf-8")

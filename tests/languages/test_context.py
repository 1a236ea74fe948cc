"""Words in their context, from the model to the tables."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import build, make_document, make_study
from trained_models import SENTENCES, WISE, by_rules, save, trained

from pipeline.__main__ import stages_for
from pipeline.concepts import mentions as mentions_stage
from pipeline.errors import InputError
from pipeline.languages import context
from pipeline.languages import tokens as stage
from pipeline.languages.context import analyse
from pipeline.languages.de import cut
from pipeline.languages.entities import ENTITIES_STAGE, collect_entities
from pipeline.languages.tokens import describe_types
from pipeline.languages.trained import Model, find_models
from pipeline.records import ENTITIES
from pipeline.stages import bring_up_to_date
from pipeline.store import corpus, pieces, tokens

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.languages.cuts import Cuts
    from pipeline.study import Study

LEXICON = '[[concept]]\nid = "wise"\nde = ["Weiser"]\nzh = ["外交"]\n[[concept]]\nid = "way"\nde = ["Weisen"]\n'
MADE = (mentions_stage.MENTIONS_FILE, tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE, tokens.CUT_TYPES_FILE)
DE = "Auf diese Weise sprach der Weise Nummer {} in Karlsruhe vor dem Deutschen Städtetag."


def study_with(
    folder: Path, model: str = "../mine", workers: int = 1, languages: tuple[str, ...] = ("zh", "de")
) -> Study:
    study = make_study(folder, LEXICON, languages, passages=f'\n[german]\nmodel = "{model}"\n')
    return study.model_copy(update={"run": study.run.model_copy(update={"workers": workers})})


def built(study: Study, *numbers: int) -> dict[str, bytes]:
    texts = [make_document(f"{i:04d}", ("zh", f"第{i}次外交。"), ("de", DE.format(i))) for i in numbers]
    build(study, texts)
    collect_entities(study, study.corpus_folder, lambda *_: None)
    return {name: (study.corpus_folder / name).read_bytes() for name in (*MADE, tokens.ENTITIES_FILE)}


def words_of(study: Study) -> list[tuple[str, str, str | None]]:
    """Form, lemma and tag of the corpus's German tokens, in order."""
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).to_pylist()
    batches = list(tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE))
    found = [types[i] for batch in batches for i in batch["type"].to_pylist()]
    return [(kind["form"], kind["lemma"], kind["tag"]) for kind in found if kind["language"] == "de"]


def one_model(folder: Path, nlp: spacy.language.Language) -> Model:
    save(nlp, folder / "mine")
    return find_models(study_with(folder / "study"))["de"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return one_model(tmp_path_factory.mktemp("trained"), trained())


def said(model: Model, *texts: str) -> tuple[list[tuple[str, ...]], Cuts, pa.Table]:
    cuts, entities = analyse(model, texts, cut(texts), partial(describe_types, "de"))
    return [tuple(cuts.forms[i].split("\x1f")) for i in cuts.form], cuts, entities


def test_one_form_has_the_lemma_of_its_context(tmp_path: Path) -> None:
    save(by_rules(), tmp_path / "mine")
    study = study_with(tmp_path / "study")
    built(study, 1)
    words = words_of(study)
    assert [word for word in words if word[0] == WISE] == [(WISE, "Weise", "NN"), (WISE, "Weiser", "NN")]
    assert ("der", "der", "ART") in words
    types = tokens.read_types(study.corpus_folder / tokens.CUT_TYPES_FILE).to_pylist()
    keys = [(row["language"], row["form"], row["lemma"], row["tag"]) for row in types]
    assert len(set(keys)) == len(keys)


def test_a_trained_model_gives_what_it_gives_by_itself(tiny: Model) -> None:
    texts = [sentence for sentence, *_ in SENTENCES]
    words, cuts, entities = said(tiny, *texts)
    nlp = spacy.load(tiny.folder)
    alone = [[(t.text, t.lemma_ if t.text != "." else ".", t.tag_) for t in nlp(text)] for text in texts]
    assert words == [word for doc in alone for word in doc]
    assert {lemma for form, lemma, _ in words if form == WISE} == {"Weise", "Weiser"}
    assert [(row["row"], row["label"], row["text"]) for row in entities.to_pylist()] == [
        (i, "LOC", name) for i, (*_, name) in enumerate(SENTENCES) if name
    ]
    assert cuts.start.tolist() == cut(texts).start.tolist()


def test_concepts_are_found_by_the_lemma_in_context(tmp_path: Path) -> None:
    save(by_rules(wise_man="Philosoph"), tmp_path / "mine")
    lexicon = '[[concept]]\nid = "a"\nde = ["Philosoph"]\n'
    more = '\n[german]\nmodel = "../mine"\n'
    table = build(
        make_study(tmp_path / "with", lexicon, ["de"], passages=more), [make_document("a", ("de", DE.format(1)))]
    )
    assert table.select(["surface", "start"]).to_pylist() == [{"surface": WISE, "start": DE.index("der Weise") + 4}]
    without = make_study(tmp_path / "without", lexicon, ["de"])
    assert not len(build(without, [make_document("a", ("de", DE.format(1)))]))


def test_a_term_stands_for_all_lemmas_that_its_form_has_in_the_texts(tmp_path: Path) -> None:
    save(by_rules(wise_man="weise Person"), tmp_path / "mine")
    study = make_study(
        tmp_path / "study",
        '[[concept]]\nid = "a"\nde = ["Weise"]\n',
        ["de"],
        passages='\n[german]\nmodel = "../mine"\n',
    )
    table = build(study, [make_document("a", ("de", "Auf diese Weise und der Weise."))])
    assert table["surface"].to_pylist() == [WISE, WISE]


def test_a_lemma_that_is_new_in_one_document_changes_the_matches_in_the_others_as_if_all_were_built_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 50)
    nlp = by_rules()
    nlp.get_pipe("attribute_ruler").add([[{"ORTH": "Weisester"}]], {"LEMMA": "Weiser", "TAG": "NN"})  # type: ignore[attr-defined]
    save(nlp, tmp_path / "mine")
    lexicon = '[[concept]]\nid = "a"\nde = ["Weise"]\n'
    more = '\n[german]\nmodel = "../mine"\n'
    grown, fresh = (make_study(tmp_path / name, lexicon, ["de"], passages=more) for name in ("grown", "fresh"))
    first = [make_document(f"{i}", ("de", f"Ein Weisester spricht als Nummer {i} zu allen Leuten.")) for i in range(9)]
    last = [make_document("z", ("de", "Da sprach der Weise."))]
    assert len(build(grown, first)) == 0
    assert len(build(grown, first + last)) == len(build(fresh, first + last)) == 10
    for name in MADE:
        assert (grown.corpus_folder / name).read_bytes() == (fresh.corpus_folder / name).read_bytes()


def test_one_and_two_workers_and_a_corpus_that_grew_give_the_same_bytes(
    tmp_path: Path, tiny: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "GROUP_CHARACTERS", 400)
    path = tiny.folder.as_posix()
    one = built(study_with(tmp_path / "one", path), *range(40))
    assert one == built(study_with(tmp_path / "two", path, workers=2), *range(40))
    grown = study_with(tmp_path / "grown", path)
    built(grown, *(i for i in range(40) if i != 17))
    assert one == built(grown, *range(40))


def test_a_changed_model_redoes_german_only(tmp_path: Path) -> None:
    save(by_rules(), tmp_path / "mine")
    study = study_with(tmp_path / "study")
    folder = study.corpus_folder
    built(study, *range(5))

    def kept() -> dict[str, int]:
        return {
            path.name: path.stat().st_mtime_ns for name in (".cuts", ".mentions") for path in (folder / name).iterdir()
        }

    before = kept()
    built(study, *range(5))
    assert kept() == before
    save(by_rules(wise_man="Weise Person"), tmp_path / "mine")
    built(study, *range(5))
    after = kept()
    same = {name for name in after if before.get(name) == after[name]}
    assert same == {name for name in before if name.startswith(("zh-", "held-", "asked-"))}
    assert {name.partition("-")[0] for name in set(after) - same} == {"de", "entities"}
    assert (WISE, "Weise Person", "NN") in words_of(study)


def test_the_stages_keep_the_table_of_entities_as_long_as_a_model_is_set(tmp_path: Path) -> None:
    save(by_rules(), tmp_path / "mine")
    study = study_with(tmp_path / "study")
    built(study, 1)
    table = study.corpus_folder / tokens.ENTITIES_FILE
    stages = stages_for("tokens", entities=True)[1:]
    assert ENTITIES_STAGE in stages
    table.unlink()
    assert [outcome.why for outcome in bring_up_to_date(stages, study, lambda *_: None)] == ["never made"] * 3
    assert pq.read_schema(table).equals(ENTITIES)
    assert [outcome.why for outcome in bring_up_to_date(stages, study, lambda *_: None)] == [None] * 3
    manifest = json.loads((study.corpus_folder / "manifest.json").read_bytes())
    model = find_models(study)["de"]
    assert manifest["stages"]["tokens"]["made_from"]["settings"]["models"] == {"de": model.as_json()}
    assert any(name.endswith("mine/config.cfg") for name in manifest["stages"]["tokens"]["made_from"]["reads"])
    assert manifest["stages"]["entities"]["summary"] == {"entities": {"LOC": 1}}
    save(by_rules(entities=False), tmp_path / "mine")
    assert [outcome.why is None for outcome in bring_up_to_date(stages, study, lambda *_: None)] == [False] * 3
    assert pq.read_table(table).num_rows == 0
    without = make_study(tmp_path / "study", LEXICON)
    bring_up_to_date(stages_for("tokens")[1:], without, lambda *_: None)
    assert not table.exists()
    assert ENTITIES_STAGE not in stages_for("report")


def test_a_lost_piece_of_entities_is_said_and_made_again(tmp_path: Path) -> None:
    save(by_rules(), tmp_path / "mine")
    study = study_with(tmp_path / "study")
    before = built(study, 1)
    next((study.corpus_folder / ".cuts").glob("entities-*")).unlink()
    with pytest.raises(InputError, match="run the command again"):
        built(study, 1)
    assert built(study, 1) == before


def test_what_the_model_leaves_empty_is_found_by_form(tmp_path: Path) -> None:
    nlp = spacy.blank("de")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Karlsruhe"}])  # type: ignore[attr-defined]
    model = one_model(tmp_path, nlp)
    text = "Die Städte sprachen mit Bürger*innen, 2014."
    words, cuts, _ = said(model, text)
    ours = {row["form"]: row for row in describe_types("de", cut([text]).forms).to_pylist()}
    assert words == [(form, ours[form]["lemma"], ours[form]["tag"] or "") for form, _, _ in words]
    assert ("Städte", "Stadt") in {word[:2] for word in words}
    assert len(cuts.form) == len(cut([text]).form)


def test_tokens_that_the_model_would_make_otherwise_are_ours_and_the_others_keep_what_it_says(tmp_path: Path) -> None:
    nlp = by_rules()
    ruler = nlp.get_pipe("attribute_ruler")
    ruler.add([[{"NORM": "das heißt"}]], {"LEMMA": "by its norm", "TAG": "ADV"})  # type: ignore[attr-defined]
    nlp.tokenizer.add_special_case("Städte", [{"ORTH": "Stä"}, {"ORTH": "dte"}])  # type: ignore[union-attr]
    nlp.tokenizer.add_special_case("d.h.", [{"ORTH": "d.h.", "NORM": "das heißt"}])  # type: ignore[union-attr]
    model = one_model(tmp_path, nlp)
    text = "Städte, d.h.  der Weise."
    words, cuts, _ = said(model, text)
    assert [form for form, *_ in words] == [cut([text]).forms[i] for i in cut([text]).form]
    assert {form: lemma for form, lemma, _ in words} == {
        "Städte": "Stadt", ",": ",", "d.h.": "by its norm", "der": words[3][1], WISE: "Weiser", ".": ".",
    }  # fmt: skip
    assert cuts.start.tolist() == cut([text]).start.tolist()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        st.lists(
            st.sampled_from([*" ".join(sentence for sentence, *_ in SENTENCES).split(), "  ", "\t", "d.h.", "LONG",
                             "Bürger*innen", "🙂", "(Halle)", "\u200b", "Karls\u00adruhe", "EU-", "\ue000", "\x1f"])
        ).map(" ".join),
        max_size=5,
    ),
    most=st.sampled_from([1, 3, 2000]),
)  # fmt: skip
def test_offsets_of_words_and_entities_are_true(
    tiny: Model, monkeypatch: pytest.MonkeyPatch, texts: list[str], most: int
) -> None:
    monkeypatch.setattr(context, "MOST_TOKENS", most)
    monkeypatch.setattr(context, "_AT_ONCE", 2 * most)
    texts = [text.replace("LONG", "x" * 70_000) for text in texts]
    ours = stage._bounded(cut(texts))
    cuts, entities = analyse(tiny, texts, ours, partial(describe_types, "de"))
    assert (cuts.start.tolist(), cuts.length.tolist()) == (ours.start.tolist(), ours.length.tolist())
    form, lemma, _ = (column.to_pylist() for column in pieces.unpack_words(pa.array(cuts.forms, pa.string())))
    assert len(set(cuts.forms)) == len(cuts.forms)
    assert all(lemma)
    for passage, start, length, word in zip(cuts.passage, cuts.start, cuts.length, cuts.form, strict=True):
        assert texts[passage][start : start + length] == form[word]
    for row in entities.to_pylist():
        assert texts[row["row"]][row["start"] : row["end"]] == row["text"] != ""
        inside = (ours.passage == row["row"]) & (ours.start >= row["start"]) & (ours.start < row["end"])
        assert ours.start[inside][0] == row["start"]
        assert (ours.start + ours.length)[inside][-1] == row["end"]


def test_a_model_whose_files_are_damaged_is_said_in_one_line(tmp_path: Path) -> None:
    save(trained(), tmp_path / "mine")
    study = study_with(tmp_path / "study")
    damaged = tmp_path / "mine" / "tagger" / "model"
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(InputError, match="spaCy cannot load this model") as caught:
        built(study, 1)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("factory", ["merge_entities", "test_context_glue"])
def test_a_component_that_changes_the_tokens_is_left_out_or_refused(tmp_path: Path, factory: str) -> None:
    nlp = by_rules()
    if factory == "test_context_glue" and not spacy.Language.has_factory(factory):
        spacy.Language.component(factory, func=glue)
    nlp.add_pipe(factory, last=True)
    model = one_model(tmp_path, nlp)
    if factory == "merge_entities":
        assert [form for form, *_ in said(model, "Der Deutsche Städtetag")[0]] == ["Der", "Deutsche", "Städtetag"]
        return
    with pytest.raises(InputError, match="changes the tokens"):
        said(model, "Der Deutsche Städtetag")


def glue(doc: spacy.tokens.Doc) -> spacy.tokens.Doc:
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[:2])
    return doc


def test_an_english_model_works_the_same_way(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"ORTH": "to"}, {"ORTH": "saw"}]], {"LEMMA": "saw", "TAG": "VB"}, index=1)  # type: ignore[attr-defined]
    ruler.add([[{"ORTH": "I"}, {"ORTH": "saw"}]], {"LEMMA": "see", "TAG": "VBD"}, index=1)  # type: ignore[attr-defined]
    save(nlp, tmp_path / "mine")
    lexicon = '[[concept]]\nid = "a"\nen = ["see"]\n'
    study = make_study(tmp_path / "study", lexicon, ["en"], passages='\n[english]\nmodel = "../mine"\n')
    table = build(study, [make_document("a", ("en", "I saw a man who learnt to saw."))])
    assert table.select(["surface", "start"]).to_pylist() == [{"surface": "saw", "start": 2}]

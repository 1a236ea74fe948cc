"""The stage ``keywords``: keyness, collocations, key terms, their figures and networks."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from pipeline.analyses.collocations import collocation_changes, collocations
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.key_terms import key_terms
from pipeline.analyses.keyness import keyness
from pipeline.analyses.parts import make_comparisons
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import lock_path
from pipeline.concepts.mentions import MENTIONS_FILE
from pipeline.export import networks, tables
from pipeline.export.drawing import do_all
from pipeline.export.marks import mark_concepts
from pipeline.languages.stop_words import stop_word_file
from pipeline.stages import Progress, Stage, Summary
from pipeline.store import corpus, tokens
from pipeline.store.tables import read_table, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from pipeline.analyses.parts import Comparison
    from pipeline.study import Study

KEYWORD_TABLES = ("keyness", "collocations", "collocation_changes", "key_terms")
KEYWORDS_FOLDER = ".keywords"
FIGURES = "keywords"
NETWORKS = "networks"
WORKBOOK = "keywords.xlsx"
ALL = "all"


def write_keywords(study: Study, draft: Path, progress: Progress) -> Summary:
    """Compute the tables of words, and write them with their figures and networks.

    Returns:
        Key words by comparison and language; documents that are in both parts of a comparison, where there are any.
    """
    concepts = load_lexicon(study.lexicon)
    built = read_corpus(study)
    comparisons = make_comparisons(study, built)
    steps: list[tuple[str, Callable[[], pa.Table]]] = [
        ("keyness", lambda: keyness(study, built)),
        ("collocations", lambda: collocations(study, built, concepts)),
        ("collocation_changes", lambda: collocation_changes(study, built, concepts)),
        ("key_terms", lambda: key_terms(study, built)),
    ]
    made: dict[str, pa.Table] = {}
    for i, (name, make) in enumerate(steps):
        made[name] = make()
        progress("keywords", i + 1, len(steps))
        tables.write_csv(made[name], draft / f"{name}.csv")
    write_tables(draft / KEYWORDS_FOLDER, made)
    (draft / FIGURES).mkdir()
    _write_networks(study, made["collocations"], draft / NETWORKS)
    drawn = _write_figures(study, comparisons, made["collocations"], draft, progress)
    key = made["keyness"].filter(made["keyness"]["key"])
    found = Counter(zip(key["comparison"].to_pylist(), key["language"].to_pylist(), strict=True))
    return {
        "key_words": {f"{one.name} ({one.language})": found[one.name, one.language] for one in comparisons},
        "in_both_parts": {f"{one.name} ({one.language})": one.shared for one in comparisons if one.shared},
        "figures": drawn,
    }


def _write_networks(study: Study, found: pa.Table, folder: Path) -> None:
    """The collocations of each language over all texts, in the formats of three kinds of programs."""
    folder.mkdir()
    labels = {concept.id: concept.label for concept in load_lexicon(study.lexicon)}
    for code in study.languages:
        network = networks.make_network(found, labels, code, ALL)
        if network.edges:
            networks.write_graphml(network, folder / f"collocations_{code}.graphml")
            networks.write_gexf(network, folder / f"collocations_{code}.gexf")
            networks.write_vosviewer(network, folder / f"vosviewer_{code}")


def _write_figures(
    study: Study, comparisons: Sequence[Comparison], found: pa.Table, draft: Path, progress: Progress
) -> int:
    with_company = set(pc.unique(found["concept"]).to_pylist())
    tasks: list[Callable[[], None]] = [partial(_write_workbook, draft)]
    numbers: dict[str, int] = {}
    for one in comparisons:
        number = numbers.setdefault(one.name, len(numbers) + 1)
        stem = draft / FIGURES / f"keyness_{number}_{one.language}"
        tasks.append(partial(_draw_comparison, study, draft, stem, one.name, one.language))
    tasks += [
        partial(_draw_company, study, draft, concept.id, concept.label)
        for concept in mark_concepts(study)
        if concept.id in with_company
    ]
    do_all(study, tasks, progress, "figures of words")
    return len(tasks) - 1


def _write_workbook(draft: Path) -> None:
    """The tables as sheets; of keyness the key words, since all words that were compared fill no sheet to be read."""
    made = {name: read_table(draft / KEYWORDS_FOLDER, name) for name in KEYWORD_TABLES}
    made["keyness"] = made["keyness"].filter(made["keyness"]["key"])
    tables.write_xlsx(made, draft / WORKBOOK)


def _draw_comparison(study: Study, draft: Path, stem: Path, comparison: str, language: str) -> None:
    from pipeline.export import figures
    from pipeline.export.keyness_figures import comparison_rows, draw_keyness

    rows = comparison_rows(read_table(draft / KEYWORDS_FOLDER, "keyness"), comparison, language)
    figures.save(draw_keyness(rows, comparison, language, study.note), stem)
    tables.write_csv(rows, stem.with_name(f"{stem.name}.csv"))


def _draw_company(study: Study, draft: Path, concept: str, label: Mapping[str, str]) -> None:
    from pipeline.export import figures
    from pipeline.export.collocation_figures import concept_changes, concept_collocates, draw_collocations

    folder, stem = draft / KEYWORDS_FOLDER, draft / FIGURES / f"company_{concept}"
    near = concept_collocates(read_table(folder, "collocations"), concept)
    changed = concept_changes(read_table(folder, "collocation_changes"), concept, study.collocations.min_documents)
    figures.save(draw_collocations(near, changed, concept, label, study.note), stem)
    tables.write_csv(near, stem.with_name(f"{stem.name}.csv"))
    tables.write_csv(changed, stem.with_name(f"{stem.name}_changes.csv"))


def _settings(study: Study) -> dict[str, Any]:
    return {
        "languages": list(study.languages),
        "keep": sorted(study.passages.keep),
        "duplicates": study.passages.duplicates,
        "timelines": study.timelines.model_dump(mode="json", include={"period", "years", "group_by"}),
        "collocations": study.collocations.model_dump(mode="json"),
        "keyness": study.keyness.model_dump(mode="json"),
        "keywords": [comparison.model_dump(mode="json") for comparison in study.keywords],
        "note": study.note,
    }


def _reads(study: Study) -> list[Path]:
    names = (corpus.DOCUMENTS_FILE, corpus.PASSAGES_FILE, MENTIONS_FILE)
    words = (tokens.TOKENS_FILE, tokens.TYPES_FILE, tokens.WORDS_FILE)
    lists = [stop_word_file(study, code) for code in study.languages]
    return [study.lexicon, lock_path(study.lexicon), *lists, *(study.corpus_folder / name for name in (*names, *words))]


KEYWORDS_STAGE = Stage(
    name="keywords",
    folder=lambda study: study.export_folder,
    settings=_settings,
    reads=_reads,
    writes=(*(f"{name}.csv" for name in KEYWORD_TABLES), KEYWORDS_FOLDER, FIGURES, NETWORKS, WORKBOOK),
    modules=(
        "pipeline.analyses.association", "pipeline.analyses.choices", "pipeline.analyses.collocations",
        "pipeline.analyses.contexts", "pipeline.analyses.counts", "pipeline.analyses.document_words",
        "pipeline.analyses.key_terms", "pipeline.analyses.intervals", "pipeline.analyses.keyness",
        "pipeline.analyses.measures", "pipeline.analyses.multiwords", "pipeline.analyses.numerals",
        "pipeline.analyses.parts",
        "pipeline.analyses.periods", "pipeline.analyses.permutation", "pipeline.analyses.timelines",
        "pipeline.concepts.lexicon", "pipeline.export", "pipeline.languages.stop_words", "pipeline.store",
    ),
    tools=("matplotlib", "numpy", "pyarrow", "scipy", "xlsxwriter", "zhplot"),
    run=write_keywords,
)  # fmt: skip

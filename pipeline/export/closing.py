"""What a command says when its work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import show_path
from pipeline.export.flags import explain_flag
from pipeline.export.stages import FIGURES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.stages import Outcome
    from pipeline.study import Study

_FEW = 8
"""So many results are named; of more it is said how many there are and where."""
_PICTURES = {".pdf", ".svg", ".png"}


def closing_lines(study: Study, outcomes: Sequence[Outcome], *, verbose: bool = False) -> list[str]:
    """What was done, what the corpus is, what could not be used, where the results lie.

    Args:
        study: The study.
        outcomes: Of all stages, that of the corpus among them.
        verbose: Whether each result is named, however many they are.
    """
    worked = [outcome for outcome in outcomes if outcome.why]
    wide = max((len(outcome.stage) for outcome in worked), default=0)
    lines = [f"{outcome.stage:<{wide}} made in {outcome.seconds:>5.1f} s ({outcome.why})" for outcome in worked]
    lines += [] if worked else ["nothing to do: everything is up to date"]
    made = summary_of(outcomes, "corpus")
    by_number = sorted(made["languages"].items(), key=lambda item: (-item[1], item[0]))
    languages = ", ".join(f"{count:,} {code}" for code, count in by_number)
    lines.append(
        f"{_count(made['documents'], 'document', 'documents')} ({languages}), "
        f"{_count(made['passages'], 'passage', 'passages')}, {made['characters']:,} characters; "
        f"{_count(made['files_read'], 'file', 'files')} read in the last build"
    )
    absent = [code for code in study.languages if not made["languages"].get(code)]
    if absent:
        lines.append(f"no document is mostly in {' or '.join(absent)}, which the study counts")
    if made["undated"]:
        said = ("document has no date and is in no period", "documents have no date and are in no period")
        lines.append(_count(made["undated"], *said))
    if made["copies"]:
        how = "not counted (see copies.csv)" if study.passages.duplicates == "first" else "counted like the others"
        said = (f"document is a copy of another and is {how}", f"documents are copies of others and are {how}")
        lines.append(_count(made["copies"], *said))
    if made["rejects"]:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in made["rejects"].items())
        where = show_path(study.corpus_folder / "rejects.csv")
        lost = _count(sum(made["rejects"].values()), "item", "items")
        lines.append(f"{lost} could not be used ({reasons}): see {where}")
    lines += [f"doubtful: {count:,} {flag} ({explain_flag(flag)})" for flag, count in made["flags"].items()]
    lines += [
        f"{shared:,} documents are in both parts of the comparison {name}"
        for name, shared in summary_of(outcomes, "keywords").get("in_both_parts", {}).items()
    ]
    tied = summary_of(outcomes, "topic_pairs").get("translations")
    lines += [_say_translations(tied)] if tied else []
    removed = next((o.summary.get("fits_removed", 0) for o in worked if o.stage == "models"), 0)
    if removed:
        lines.append(f"{removed:,} fits of earlier settings were removed from {show_path(study.model_folder)}")
    results = outcomes[-1].paths[0].parent
    paths = dict.fromkeys(path for outcome in outcomes for path in outcome.paths)
    named = [path for path in paths if path.parent == results and not path.name.startswith(".")]
    return [*lines, *(map(show_path, named) if verbose or len(named) <= _FEW else _summed_up(results, named))]


def _say_translations(tied: Mapping[str, Any]) -> str:
    """How many texts have a translation, what made no pair, and whether the encoder finds them."""
    said = f"{_count(tied['pairs'], 'text has its translation', 'texts have their translation')} in the corpus"
    if "found_from_zh" in tied:
        there, back = tied["found_from_zh"], tied["found_from_de"]
        said += f", the nearest of all for {there:.0%} from Chinese, {back:.0%} from German"
    left = tied["values_in_one_language"], tied["values_ambiguous"]
    return f"{said}; of further values {left[0]:,} are in one language only, {left[1]:,} have several texts of one"


def _summed_up(folder: Path, paths: Sequence[Path]) -> Iterator[str]:
    """How many tables, workbooks and figures there are, and the pages to open."""
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    figures = {file.with_suffix("") for file in files if file.suffix in _PICTURES}
    tables = [path for path in paths if path.suffix == ".csv" and path.stem != FIGURES]  # that has a figure's numbers
    books = [file for file in files if file.suffix == ".xlsx"]
    counts = ((len(tables), "table"), (len(books), "workbook"), (len(figures), "figure"))
    said = ", ".join(_count(count, what, f"{what}s") for count, what in counts if count)
    yield f"{show_path(folder)}: {said} (--verbose names them)"
    yield from (show_path(path) for path in paths if path.suffix == ".html")


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def closing_json(verb: str, study: Study, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What became of each stage, as JSON values; every result is named."""
    return {
        "verb": verb,
        "study": study.name,
        "worked": any(outcome.why for outcome in outcomes),
        "stages": {
            outcome.stage: {
                "ran": outcome.why is not None,
                "why": outcome.why,
                "seconds": round(outcome.seconds, 3),
                "outputs": [show_path(path) for path in outcome.paths if not path.name.startswith(".")],
                "summary": outcome.summary,
            }
            for outcome in outcomes
        },
    }


def summary_of(outcomes: Sequence[Outcome], stage: str) -> dict[str, Any]:
    """What a stage had to say of its work; empty where it is not among them."""
    return next((dict(outcome.summary) for outcome in outcomes if outcome.stage == stage), {})

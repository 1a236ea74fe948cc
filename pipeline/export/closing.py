"""What a command says when its work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.stages import Outcome
    from pipeline.study import Study


def closing_lines(study: Study, outcomes: Sequence[Outcome], shown: Callable[[Path], str]) -> list[str]:
    """What was done, what the corpus is, what could not be used, where the results lie.

    Args:
        study: The study.
        outcomes: Of all stages, that of the corpus among them.
        shown: How a path is written.
    """
    worked = [outcome for outcome in outcomes if outcome.why]
    lines = [f"{outcome.stage:<10} made in {outcome.seconds:.1f} s ({outcome.why})" for outcome in worked]
    lines += [] if worked else ["nothing to do: everything is up to date"]
    made = summary_of(outcomes, "corpus")
    by_number = sorted(made["languages"].items(), key=lambda item: (-item[1], item[0]))
    languages = ", ".join(f"{count:,} {code}" for code, count in by_number)
    lines.append(
        f"{made['documents']:,} documents ({languages}), {made['passages']:,} passages, "
        f"{made['characters']:,} characters; {made['files_read']:,} files read in the last build"
    )
    if made["undated"]:
        lines.append(f"{made['undated']:,} documents have no date and are in no period")
    if made["copies"]:
        how = (
            "are not counted (see copies.csv)"
            if study.passages.duplicates == "first"
            else "are counted like the others"
        )
        lines.append(f"{made['copies']:,} documents are copies of others and {how}")
    if made["rejects"]:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in made["rejects"].items())
        where = shown(study.corpus_folder / "rejects.csv")
        lines.append(f"{sum(made['rejects'].values()):,} items could not be used ({reasons}): see {where}")
    if made["flags"]:
        lines.append("doubtful: " + ", ".join(f"{count:,} {flag}" for flag, count in made["flags"].items()))
    lines += [
        f"{shared:,} documents are in both parts of the comparison {name}"
        for name, shared in summary_of(outcomes, "keywords").get("in_both_parts", {}).items()
    ]
    removed = next((o.summary.get("fits_removed", 0) for o in worked if o.stage == "models"), 0)
    if removed:
        lines.append(f"{removed:,} fits of earlier settings were removed from {shown(study.model_folder)}")
    results = outcomes[-1].paths[0].parent
    paths = dict.fromkeys(path for outcome in outcomes for path in outcome.paths)
    return [*lines, *(shown(path) for path in paths if path.parent == results and not path.name.startswith("."))]


def summary_of(outcomes: Sequence[Outcome], stage: str) -> dict[str, Any]:
    """What a stage had to say of its work; empty where it is not among them."""
    return next((dict(outcome.summary) for outcome in outcomes if outcome.stage == stage), {})

"""The commands; the only place that prints or exits.

``zwiesprache VERB --study configs/NAME.toml`` brings up to date what the verb names, and first what that depends on.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline import __version__
from pipeline.errors import InputError, StudyError, ZwiespracheError, known_names, shorten_paths, show_path
from pipeline.memory import keep_pandas_out, take_little, without_collections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.stages import Stage
    from pipeline.study import Study

DEMO = Path("configs/demo.toml")

_ABOUT = """\
How concepts are spoken of over time in Chinese, German and English texts: tables, figures, one HTML report.

zwiesprache VERB --study configs/NAME.toml brings up to date what the verb names, and first what that depends on."""

VERBS = {
    "corpus": "read the sources: documents, passages, rejects",
    "tokens": "cut the passages into words; hold the lexicon's terms whole",
    "timelines": "count concepts over time: tables, concordance, figures",
    "topics": "fit topic models by language: topics, how sure they are, their course and passages",
    "keywords": "keyness between parts, collocations, key terms, networks",
    "paper": "figures, tables, methods and bibliography as they go into a paper",
    "report": "all of the above, and one HTML page over it",
    "intrusion": "sheets that ask people which word or passage does not belong to a topic; --score FILE… reads them",
    "check": "read the study and the lexicon and say what is wrong or risky",
    "lock": "write down the lexicon's terms as they are: what comes later is exploratory",
    "status": "say what is up to date, what is stale and why",
    "inspect": "say what would become of one file: zwiesprache inspect FILE [--html PAGE]",
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, with the nearest right word."""

    def error(self, message: str) -> NoReturn:
        unknown = message.removeprefix("unrecognized arguments: ").split(" ")[0]
        if unknown.startswith("-") and unknown not in self._option_string_actions:
            message = f"there is no option {unknown!r}; {known_names(unknown, self._option_string_actions)}"
        raise StudyError(f"zwiesprache: {message}; see zwiesprache --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        0 done; 1 the work failed, or some input could not be used and ``--strict`` was given; 2 the command, the study
        or the lexicon is wrong.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    take_little()
    try:
        return _run(_parse(words))
    except ZwiespracheError as problem:
        if debug:
            raise
        print(shorten_paths(str(problem)), file=sys.stderr)
        return problem.status
    except KeyboardInterrupt:
        print("stopped; what was whole is kept, and the next run goes on from there", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output had enough; nothing more may be flushed into it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        if debug:
            raise
        name = type(problem).__name__
        print(f"zwiesprache broke: {name}: {problem}\nThis is a mistake of ours; --debug shows where", file=sys.stderr)
        return 1


def stage_names(verb: str, *, pyldavis: bool = False, entities: bool = False, pairs: bool = False) -> list[str]:
    """The stages that a verb brings up to date, in order, as ``module:NAME``; no code of theirs is loaded."""
    names = ["pipeline.ingest.corpus:CORPUS"]
    if verb != "corpus":
        names += ["pipeline.languages.tokens:TOKENS"]
        names += ["pipeline.languages.entities:ENTITIES_STAGE"] if entities else []
        names += ["pipeline.concepts.mentions:MENTIONS_STAGE"]
    if verb not in {"corpus", "tokens", "topics", "intrusion", "keywords"}:
        names += ["pipeline.export.bibliography:BIBLIOGRAPHY_STAGE"]
        names += ["pipeline.export.stages:TIMELINES_STAGE", "pipeline.export.stages:FIGURES_STAGE"]
    if verb in {"topics", "intrusion", "report"}:
        names += ["pipeline.analyses.topics.stage:MODELS_STAGE", "pipeline.export.topics:TOPICS_STAGE"]
        names += ["pipeline.export.bilingual:BILINGUAL_STAGE"] if pairs and verb != "intrusion" else []
        names += ["pipeline.export.pyldavis:PYLDAVIS_STAGE"] if pyldavis else []
    if verb in {"keywords", "report"}:
        names += ["pipeline.export.keywords_stage:KEYWORDS_STAGE"]
    if verb in {"paper", "report"}:
        names += ["pipeline.export.paper.stage:PAPER_STAGE"]
    return names + (["pipeline.export.report_stage:REPORT_STAGE"] if verb == "report" else [])


@without_collections()
def stages_for(
    verb: str, *, parquet: bool = False, pyldavis: bool = False, entities: bool = False, pairs: bool = False
) -> list[Stage]:
    """The stages that a verb brings up to date, in order; the code of other stages is not loaded."""
    names = (name.split(":") for name in stage_names(verb, pyldavis=pyldavis, entities=entities, pairs=pairs))
    stages: list[Stage] = [getattr(import_module(module), name) for module, name in names]
    if parquet:
        from pipeline.export.parquet import parquet_stages

        stages += parquet_stages(stages)
    return stages


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="zwiesprache",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="verbs:\n" + "\n".join(f"  {verb:<10} {what}" for verb, what in VERBS.items()),
    )
    parser.add_argument("verb", metavar="VERB", help="what to do; see below")
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path, help="the file to inspect")
    parser.add_argument("--study", type=Path, help=f"the study: its file, or NAME for configs/NAME.toml ({DEMO})")
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.add_argument("--verbose", action="store_true", help="name every result in the closing summary")
    parser.add_argument("--json", action="store_true", help="give the closing summary as JSON")
    parser.add_argument("--strict", action="store_true", help="fail with status 1 if some input could not be used")
    parser.add_argument("--refresh", action="store_true", help="ask again for web pages that were fetched before")
    parser.add_argument("--parquet", action="store_true", help="write the tables as Parquet too")
    parser.add_argument("--pyldavis", action="store_true", help="write the topics as pyLDAvis wants them too")
    parser.add_argument("--html", type=Path, metavar="PAGE", help="inspect: also write a page with pictures")
    parser.add_argument("--candidates", action="store_true", help="check: write candidates for terms, of the corpus")
    parser.add_argument("--score", nargs="+", type=Path, metavar="FILE", help="intrusion: the filled sheets")
    parser.add_argument("--again", metavar="REASON", help="lock: lock anew what was locked before, and say why")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    parser.add_argument("--version", action="version", version=f"zwiesprache {__version__}")
    options = parser.parse_intermixed_args(words)  # FILE may stand behind the options
    if options.file is not None and str(options.file).startswith("STUDY="):  # as with make
        options.study, options.file = Path(str(options.file).removeprefix("STUDY=")), None
    if options.verb not in VERBS:
        raise StudyError(f"zwiesprache: there is no command {options.verb!r}; {known_names(options.verb, VERBS)}")
    if options.verb == "inspect" and options.file is None:
        raise StudyError("zwiesprache inspect: name a file: zwiesprache inspect FILE [--html PAGE]")
    for option, verb in (("candidates", "check"), ("again", "lock"), ("score", "intrusion")):
        if getattr(options, option) not in (None, False) and options.verb != verb:
            raise StudyError(f"zwiesprache {options.verb}: --{option} belongs to the verb {verb}")
    if options.verb != "inspect" and options.file is not None:
        raise StudyError(
            f"zwiesprache {options.verb}: {options.file} is not expected; a study is named with --study NAME"
        )
    return options


def _run(options: argparse.Namespace) -> int:
    with without_collections():
        from pipeline.servers import READERS, TABLES, load_usually, start_server
        from pipeline.stages import MANIFEST
        from pipeline.study import load_study

        keep_pandas_out()
    if options.verb == "inspect":
        return _inspect(options)
    study = load_study(options.study or DEMO)
    looks: dict[str, Callable[[], int]] = {
        "check": lambda: _check(study, as_json=options.json, candidates=options.candidates),
        "lock": lambda: _lock(study, options.again, as_json=options.json),
        "status": lambda: _status(study, as_json=options.json),
    }
    if options.score:
        looks["intrusion"] = lambda: _score(study, options.score, as_json=options.json)
    if options.verb in looks:
        return looks[options.verb]()
    load_usually(name.split(":")[0] for name in stage_names(options.verb))
    load_usually(TABLES)
    load_usually(READERS if any(source.kind != "table" for source in study.sources) else ())
    is_new = not (study.corpus_folder / MANIFEST).exists()  # else there may be nothing to do
    if is_new and (study.run.workers or os.cpu_count()) != 1 and not study.run.scheduler:
        start_server()
    from pipeline.concepts.check_names import check_concepts, describe_namesake
    from pipeline.concepts.lexicon import load_lexicon
    from pipeline.concepts.lock import read_lock
    from pipeline.export.closing import closing_json, closing_lines, summary_of
    from pipeline.languages.trained import find_models
    from pipeline.remote import copy_results, fetch_sources
    from pipeline.stages import bring_up_to_date, only_run

    check_concepts(study, load_lexicon(study.lexicon))  # a mistake is said before the work begins, not after
    read_lock(study.lexicon)
    find_models(study)
    for note in describe_namesake(study):
        print(note, file=sys.stderr)
    progress = _silent if options.quiet else _Display()
    stages = stages_for(options.verb, **_stage_options(study, parquet=options.parquet, pyldavis=options.pyldavis))
    with only_run(study):
        if options.refresh or any(source.kind == "web" for source in study.sources):
            from pipeline.ingest.crawl.run import crawl_study

            crawl_study(study, progress, refresh=options.refresh)
        fetch_sources(study, progress)
        outcomes = bring_up_to_date(stages, study, progress)
        said, lines = _write_sheets(study) if options.verb == "intrusion" else ({}, [])
        copied = copy_results(study)
    rejected = sum(summary_of(outcomes, "corpus")["rejects"].values())
    if options.json:
        print(json.dumps(closing_json(options.verb, study, outcomes) | said, ensure_ascii=False, indent=1))
    else:
        print("\n".join([*closing_lines(study, outcomes, verbose=options.verbose), *lines]))
        if copied:
            print(f"{copied} files copied to {study.run.copy_to}")
    if options.strict and rejected:
        print(f"--strict: {rejected} items could not be used", file=sys.stderr)
        return 1
    return 0


def _inspect(options: argparse.Namespace) -> int:
    from pipeline.export.inspect import describe, inspect_file, render_inspection
    from pipeline.settings import PdfSettings
    from pipeline.study import load_study

    pdf = load_study(options.study).pdf if options.study else PdfSettings()
    inspected = inspect_file(options.file, pdf)
    for line in describe(options.file, inspected, shutil.get_terminal_size((120, 24)).columns):
        print(line)
    if options.html:
        options.html.write_text(render_inspection(options.file, inspected), encoding="utf-8")
        print(options.html)
    return 0


def _check(study: Study, *, as_json: bool, candidates: bool) -> int:
    from pipeline.analyses.lexicon_review import review_lexicon
    from pipeline.concepts.check import find_risks
    from pipeline.stages import look_at

    risks = find_risks(study)
    stale = next((f"{s.stage}: {s.stale}" for s in look_at(stages_for("tokens"), study) if s.stale), None)
    if candidates and stale:
        where = show_path(study.corpus_folder)
        raise InputError(f"{where}: candidates need an up-to-date corpus, and it is not ({stale})")
    if not stale:
        risks += review_lexicon(study)
    written = _write_candidates(study) if candidates else None
    if as_json:
        said = {"study": study.name, "risks": risks, "corpus": stale or "looked at"}
        print(json.dumps(said, ensure_ascii=False, indent=1))
        return 0
    print("\n".join(risks) if risks else "nothing is wrong")
    if stale:
        print(f"the terms' mentions were not looked at: the corpus is not up to date ({stale})")
    if written:
        print(show_path(written))
    return 0


def _write_candidates(study: Study) -> Path:
    from pipeline.analyses.candidates import CANDIDATES_FILE, find_candidates
    from pipeline.export.tables import write_csv

    path = study.export_folder / CANDIDATES_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(find_candidates(study), path)
    return path


def _lock(study: Study, again: str | None, *, as_json: bool) -> int:
    from pipeline.concepts.lexicon import load_lexicon
    from pipeline.concepts.lock import lock_path, write_lock

    concepts = load_lexicon(study.lexicon)
    lock = write_lock(study.lexicon, concepts, dt.datetime.now(dt.UTC).date(), again or "")
    path = show_path(lock_path(study.lexicon))
    if as_json:
        print(json.dumps({"lock": path, "date": str(lock.date), "sha256": lock.sha256, "terms": len(lock.terms)}))
    else:
        print(f"{len(lock.terms)} terms locked on {lock.date}, sha256 {lock.sha256}\n{path}")
    return 0


def _write_sheets(study: Study) -> tuple[dict[str, Any], list[str]]:
    from pipeline.export.intrusion import write_sheets

    made = write_sheets(study)
    folder = show_path(made.folder)
    return {"intrusion": made._asdict() | {"folder": folder}}, [made.sentence, folder]


def _score(study: Study, files: Sequence[Path], *, as_json: bool) -> int:
    from pipeline.export.intrusion import score_sheets

    scored = score_sheets(study, files)
    path = show_path(scored.path)
    said = json.dumps({"scores": path, "said": scored.lines}, ensure_ascii=False)
    print(said if as_json else "\n".join([*scored.lines, path]))
    return 0


def _status(study: Study, *, as_json: bool) -> int:
    from pipeline.concepts.lexicon import load_lexicon
    from pipeline.concepts.lock import describe_lock
    from pipeline.stages import look_at

    lock = describe_lock(study.lexicon, load_lexicon(study.lexicon))
    states = look_at(stages_for("report", **_stage_options(study)), study)
    if as_json:
        said = {"study": study.name, "stages": {s.stage: s.stale for s in states}, "lock": lock}
        print(json.dumps(said, ensure_ascii=False))
    else:
        wide = max(len(state.stage) for state in states)
        for state in states:
            print(f"{state.stage:<{wide}} {'stale: ' + state.stale if state.stale else 'up to date'}")
        print("\n".join(lock or [f"{show_path(study.lexicon)}: not locked"]))
    return 0


def _stage_options(study: Study, *, parquet: bool = False, pyldavis: bool = False) -> dict[str, bool]:
    """Which of the stages that not every study has this one has; what was once asked for is kept up to date."""
    from pipeline.export.parquet import NAMES
    from pipeline.stages import stages_made

    made = stages_made(study.export_folder)
    return {
        "parquet": parquet or not made.isdisjoint(NAMES.values()),
        "pyldavis": pyldavis or "pyldavis" in made,
        "entities": bool(study.models),
        "pairs": {"zh", "de"} <= set(study.languages),
    }


def _silent(what: str, done: int, whole: int) -> None:
    """Show nothing."""


class _Display:
    """Progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere."""

    def __init__(self) -> None:
        self._bars = sys.stderr.isatty()
        self._what = ""
        self._said = time.monotonic()
        self._bar: Any = None

    def __call__(self, what: str, done: int, whole: int) -> None:
        if self._bars:
            self._draw(what, done, whole)
        elif time.monotonic() - self._said > 3:
            self._said = time.monotonic()
            print(f"{what}: {done:,}" + (f" of {whole:,}" if whole else ""), file=sys.stderr, flush=True)

    def _draw(self, what: str, done: int, whole: int) -> None:
        from tqdm import tqdm

        if what != self._what:
            if self._bar is not None:
                self._bar.close()
            self._bar = tqdm(total=whole or None, desc=what, leave=False, file=sys.stderr)
            self._what = what
        self._bar.update(done - self._bar.n)
        if done == whole:
            self._bar.close()
            self._bar, self._what = None, ""


if __name__ == "__main__":
    sys.exit(main())

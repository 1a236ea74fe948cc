"""Intrusion tests as files: sheets that people fill in, the key that they do not see, and the scores.

The sheets lie in ``exports/STUDY/intrusion/SHEET/``, SHEET being a digest of the questions, the key in ``keys/`` beside
it, so that the folder can be handed on. Other models, another seed or another study have a folder of their own, and
what lies in one is never written over.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from pipeline.analyses.counts import read_corpus
from pipeline.analyses.topics import tables as topic_tables
from pipeline.analyses.topics.intrusion import (
    LETTERS,
    PASSAGES,
    SCORES_SCHEMA,
    WORDS,
    Item,
    find_answer,
    make_items,
    score,
)
from pipeline.analyses.topics.kept import read_about
from pipeline.analyses.topics.runs import CHOSEN
from pipeline.errors import InputError, StudyError, Unreadable
from pipeline.export.tables import MADE, write_csv
from pipeline.ingest.encodings import decode
from pipeline.ingest.sources.sheets import book_rows, separated_rows
from pipeline.store.cells import guard_formula

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.ingest.sources.sheets import Numbered
    from pipeline.study import Study

FOLDER, KEYS, SCORES = "intrusion", "keys", "intrusion.csv"
ANSWER = "intruder"
_COLUMNS = ("sheet", "item", ANSWER)
_WIDTHS = {WORDS: 16, PASSAGES: 45}
_HELP = """\
In each row one of the options does not belong to the others. Write its letter into the column intruder. Leave the cell\
 empty if you do not judge a row. Change nothing else.
In jeder Zeile gehört eine der Möglichkeiten nicht zu den anderen. Schreiben Sie ihren Buchstaben in die Spalte\
 intruder. Lassen Sie die Zelle leer, wenn Sie eine Zeile nicht beurteilen. Ändern Sie sonst nichts.
每行有一项与其他各项不属于同一主题。请把它的字母填入 intruder 一列；不作判断的行请留空。其他内容请勿改动。"""


class Written(NamedTuple):
    """What became of the sheets."""

    folder: Path
    new: bool
    """False where the same sheets were there already; they are left as they are, filled in or not."""
    asked: Mapping[str, int]
    """Questions by kind."""
    topics: int

    @property
    def sentence(self) -> str:
        """What was asked."""
        asked = " and ".join(f"{number} about {kind}" for kind, number in self.asked.items())
        kept = "" if self.new else "; these sheets were there already and are left as they are"
        return f"{self.topics} topics; questions: {asked}{kept}"


class Scored(NamedTuple):
    """What the filled sheets say."""

    path: Path
    lines: list[str]
    """A sentence for each kind of question."""


def write_sheets(study: Study) -> Written:
    """Write the sheets about the study's present models, unless they are there.

    Raises:
        InputError: there are no topics to ask about, or a model is gone or damaged.
    """
    chosen = topic_tables.read_chosen(study, read_corpus(study))
    named = topic_tables.topics(study, chosen)[0]
    columns = (named[name].to_pylist() for name in ("language", "topic", "label"))
    labels = {(language, topic): label for language, topic, label in zip(*columns, strict=True)}
    items = make_items(study, chosen, labels)
    if not items:
        raise InputError(
            f"{study.model_folder / CHOSEN}: no topic can be asked about; a language needs two topics or more"
        )
    made_of = {"study": study.name, "seed": study.timelines.seed, "models": _models(study)}
    questions = [asdict(item) | {"label": None} for item in items]  # a topic that is named later is the same topic
    said = json.dumps([made_of, questions], ensure_ascii=False, sort_keys=True)
    # A letter first: a spreadsheet would read 12345678 and 1e234567 as numbers.
    sheet = "s" + hashlib.sha256(said.encode()).hexdigest()[:8]
    folder = study.export_folder / FOLDER / sheet
    asked = {kind: sum(item.kind == kind for item in items) for kind in (WORDS, PASSAGES)}
    written = Written(folder, not folder.exists(), asked, len(labels))
    key = {**made_of, "sheet": sheet, "items": [asdict(item) for item in items]}
    _write_key(_key_path(study, sheet), key)
    if written.new:
        draft = folder.with_name(f".{sheet}.{secrets.token_hex(4)}")
        draft.mkdir(parents=True)
        try:
            for kind in (WORDS, PASSAGES):
                table = _sheet(sheet, [item for item in items if item.kind == kind])
                write_csv(table, draft / f"{kind}.csv")
                _write_book(table, draft / f"{kind}.xlsx", _WIDTHS[kind])
            draft.replace(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return written


def score_sheets(study: Study, paths: Sequence[Path]) -> Scored:
    """Read filled sheets, each of one coder, and write how often they found the intruders.

    Args:
        study: The study whose topics they judge.
        paths: Sheets as XLSX or CSV; of words and of passages as they come.

    Raises:
        StudyError: a sheet cannot be read.
        InputError: a sheet is no filled sheet of this study; the message says what is wrong.
    """
    for path in paths:
        if [other.resolve() for other in paths].count(path.resolve()) > 1:
            raise InputError(f"{path}: this sheet is named twice; a coder counts once")
    read = [_read_sheet(path) for path in paths]
    for path, (sheet, _) in zip(paths, read, strict=True):
        if sheet != read[0][0]:
            raise InputError(f"{path}: this is sheet {sheet!r}, and {paths[0]} is {read[0][0]!r}; score them apart")
    sheet = read[0][0]
    key = _read_key(study, paths[0], sheet)
    items = [Item(**{**item, "options": tuple(item["options"])}) for item in key["items"]]
    coders = [_answers(path, rows, items) for path, (_, rows) in zip(paths, read, strict=True)]
    table = score(items, coders)
    target = study.export_folder / FOLDER / sheet / SCORES
    target.parent.mkdir(exist_ok=True)
    write_csv(table, target)
    lines = [_say(kind, table, items, coders) for kind in dict.fromkeys(item.kind for item in items)]
    if key["models"] != _models(study):
        lines.append("the models were fitted anew since: the topics are those of the sheet, and not of topics.csv")
    return Scored(target, [line for line in lines if line])


def scored_sheet(study: Study) -> Path | None:
    """The scores of a sheet about the study's present models; of several that of the study's seed. None without one."""
    keys = study.export_folder / FOLDER / KEYS
    if not keys.is_dir():
        return None
    found: list[tuple[bool, Path]] = []
    for path in sorted(keys.glob("*.json")):
        scores = study.export_folder / FOLDER / path.stem / SCORES
        if scores.exists():
            key = _read_key(study, scores, path.stem)
            if key["models"] == _models(study):
                found.append((key["seed"] == study.timelines.seed, scores))
    return max(found)[1] if found else None


def read_scores(path: Path) -> list[dict[str, Any]]:
    """The rows of ``intrusion.csv``: how often people found the intruders, by kind, language and topic.

    Raises:
        InputError: the file is not as `score_sheets` writes it.
    """
    import pyarrow.csv as pacsv

    options = pacsv.ConvertOptions(column_types=SCORES_SCHEMA, strings_can_be_null=True)
    try:
        table = pacsv.read_csv(path, convert_options=options)
        rows: list[dict[str, Any]] = table.select(SCORES_SCHEMA.names).to_pylist()
    except (OSError, pa.ArrowInvalid, KeyError) as problem:
        raise InputError(
            f"{path}: no scores ({str(problem).splitlines()[0]}); zwiesprache intrusion --score writes them anew"
        ) from problem
    return rows


def _models(study: Study) -> dict[str, str]:
    """The key of each language's model."""
    folders = {code: study.model_folder / CHOSEN / code for code in study.languages}
    return {code: read_about(folder)["key"] for code, folder in folders.items() if folder.exists()}


def _sheet(sheet: str, items: Sequence[Item]) -> pa.Table:
    size = max((len(item.options) for item in items), default=0)
    columns = {"sheet": [sheet] * len(items), "item": [item.name for item in items]}
    columns["language"] = [item.language for item in items]
    columns |= {LETTERS[i]: [item.options[i] for item in items] for i in range(size)}
    columns[ANSWER] = [""] * len(items)
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _write_book(table: pa.Table, path: Path, width: int) -> None:
    """A workbook whose answers are picked from a list, with a page that says how."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": MADE})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        filled = book.add_format({"bg_color": "#FFF2CC", "border": 1, "valign": "top"})
        sheet = book.add_worksheet("sheet")
        sheet.freeze_panes(1, 3)
        options = [name for name in table.column_names if name in LETTERS]
        for column, name in enumerate(table.column_names):
            sheet.set_column(column, column, width if name in options else 10)
            sheet.write_string(0, column, name, bold)
            for row, text in enumerate(table[name].to_pylist(), 1):
                if name == ANSWER:
                    sheet.write_blank(row, column, None, filled)
                else:
                    sheet.write_string(row, column, text, wrapped)
        if table.num_rows:
            last = len(table.column_names) - 1
            pick = {"validate": "list", "source": options, "error_type": "warning"}
            sheet.data_validation(1, last, table.num_rows, last, pick)
            sheet.autofilter(0, 0, table.num_rows, last)
        help_ = book.add_worksheet("help")
        help_.set_column(0, 0, 100)
        for row, text in enumerate(_HELP.splitlines()):
            help_.write_string(row, 0, text, wrapped)


def _read_sheet(path: Path) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    """The sheet's digest, and its rows by name of the column with their numbers."""
    rows: list[tuple[int, list[str]]] = []
    for number, cells in _read_rows(path):
        if isinstance(cells, str):
            raise InputError(f"{path}, row {number}: {cells}")
        rows.append((number, cells))
    if not rows:
        raise InputError(
            f"{path}: the sheet is empty; it should have the columns {', '.join(_COLUMNS)} and the options"
        )
    header = [name.strip().casefold() for name in rows[0][1]]
    for name in _COLUMNS:
        if name not in header:
            raise InputError(
                f"{path}: the column {name!r} is missing; a sheet has {', '.join(_COLUMNS)} and the options"
            )
    named = [(n, dict(zip(header, [cell.strip() for cell in cells], strict=False))) for n, cells in rows[1:]]
    named = [(number, row) for number, row in named if row.get("item") or row.get(ANSWER)]
    if not any(row.get(ANSWER) for _, row in named):
        raise InputError(f"{path}: nothing is filled in; write the letter of the intruder into the column {ANSWER!r}")
    sheets = sorted({row.get("sheet", "") for _, row in named})
    if len(sheets) > 1:
        raise InputError(f"{path}: rows of several sheets ({', '.join(map(repr, sheets))}); score each by itself")
    return sheets[0], named


def _read_rows(path: Path) -> list[Numbered]:
    try:
        if path.suffix.lower() == ".xlsx":
            with path.open("rb") as file:
                return book_rows(file, path)
        return list(separated_rows(decode(path.read_bytes())[0]))
    except OSError as problem:
        raise StudyError(f"{path}: {problem.strerror}; name a filled sheet, XLSX or CSV") from problem
    except Unreadable as problem:
        raise StudyError(f"{path}: this is no CSV ({problem}); save the sheet as XLSX or as CSV in UTF-8") from None


def _key_path(study: Study, sheet: str) -> Path:
    return study.export_folder / FOLDER / KEYS / f"{sheet}.json"


def _write_key(path: Path, key: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", "utf-8")
    draft.replace(path)


def _read_key(study: Study, path: Path, sheet: str) -> dict[str, Any]:
    """The key of a sheet, which is the file ``path``."""
    known = {key.stem: key for key in sorted((study.export_folder / FOLDER / KEYS).glob("*.json"))}
    if sheet not in known:
        raise InputError(
            f"{path}: sheet {sheet!r} is none of the study {study.name!r}: made of another study, model or "
            f"seed, or its key is gone; keys under {study.export_folder / FOLDER / KEYS}: {', '.join(known) or 'none'}"
        )
    again = "the key is damaged ({}); where the models are the same, zwiesprache intrusion writes it anew"
    try:
        key = json.loads(known[sheet].read_bytes())
        names = {"name", "kind", "language", "topic", "label", "options", "intruder"}
        if key["sheet"] == sheet and key["models"] and all(set(item) == names for item in key["items"]):
            return dict(key)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise InputError(f"{known[sheet]}: {again.format(problem)}") from problem
    raise InputError(f"{known[sheet]}: {again.format('not as it was written')}")


def _answers(path: Path, rows: Sequence[tuple[int, Mapping[str, str]]], items: Sequence[Item]) -> dict[str, int]:
    """The option that was taken for each item that was judged."""
    by_name = {item.name: item for item in items}
    found: dict[str, int] = {}
    seen: set[str] = set()
    for number, row in rows:
        where, name = f"{path}, row {number}", row.get("item", "")
        item = by_name.get(name)
        if item is None:
            raise InputError(f"{where}: there is no item {name!r} in this sheet; leave the column item as it was")
        if name in seen:
            raise InputError(f"{where}: the item {name!r} stands here a second time; leave one of the two rows")
        seen.add(name)
        answer = row.get(ANSWER, "")
        if not answer:
            continue
        for letter, option in zip(LETTERS, item.options, strict=False):
            if letter not in row:
                raise InputError(f"{where}: the option {letter!r} is missing; give back all columns of the sheet")
            if _same(row[letter], option) is False:
                raise InputError(
                    f"{where}: {letter} is {row[letter][:40]!r}, and was {option[:40]!r}: options were changed, or the "
                    "file lost letters when it was saved; save it as XLSX or as CSV in UTF-8"
                )
        place = find_answer(item.options, answer)
        if place is None:
            options = ", ".join(f"{letter} {text[:30]}" for letter, text in zip(LETTERS, item.options, strict=False))
            raise InputError(f"{where}: {answer!r} is none of the options of {name}: {options}")
        found[name] = place
    return found


def _same(cell: str, option: str) -> bool:
    return cell in {option.strip(), guard_formula(option).strip()}


def _say(kind: str, table: pa.Table, items: Sequence[Item], coders: Sequence[Mapping[str, int]]) -> str:
    """How often intruders of a kind were found, over all languages; nothing where none was judged."""
    of_kind = {item.name for item in items if item.kind == kind}
    given = sum(len(of_kind & own.keys()) for own in coders)
    taking_part = sum(bool(of_kind & own.keys()) for own in coders)
    if not given:
        return ""
    parts = []
    for row in table.to_pylist():
        if row["kind"] == kind and row["topic"] is None and row["judged"]:
            share = f"{row['precision']:.2f}, 95 % interval {row['low']:.2f} to {row['high']:.2f}"
            both = (
                "" if row["agreement"] is None else f", coders agree {row['agreement']:.2f} (kappa {row['kappa']:.2f})"
            )
            parts.append(f"{row['language']} {row['found']} of {row['judged']} found ({share}{both})")
    blank = len(of_kind) * taking_part - given
    chance = f"by chance {next(1 / len(item.options) for item in items if item.kind == kind):.2f}"
    return f"{kind}: {'; '.join(parts)}; {chance}; {blank} not judged"

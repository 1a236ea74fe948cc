"""What finding copies costs, and how many planted ones it finds: ``python -m tests.bench_duplicates``.

Needs the real texts in a folder ``shared`` beside the checkout. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ingest.duplicates import find_copies
from pipeline.ingest.gather import PARTS_FOLDER
from pipeline.ingest.kept import KEPT_FOLDER, no_copies
from pipeline.ingest.shingles import sign
from pipeline.store.corpus import OUTLINES_FILE
from pipeline.store.outlines import read_outlines
from pipeline.store.parts import Part, read_part
from tests.bench import NEWS, PROJECT, measure

if TYPE_CHECKING:
    from collections.abc import Iterable

STUDY = """[study]
name = "copies"
title = "Copies"
languages = ["zh", "de"]
lexicon = "{lexicon}"
[[source]]
id = "texts"
kind = "table"
path = "texts.jsonl"
type = "news"
columns = {{ id = "id", text = "text", title = "title", date = "date", language = "lang" }}
"""
SIZES = (10_000, 20_000, 30_000, 39_782)
SPEECHES = NEWS.with_name("de_parliament_2012_2016.jsonl.gz")


class Cost(NamedTuple):
    """What a part of the work takes, in one process."""

    seconds: float
    """Of the processor."""
    megabytes: float
    """Resident memory over what there was before."""
    copies: int


def build(folder: Path, items: Iterable[str]) -> float:
    """Build the corpus of some JSON lines; the seconds of the stage."""
    (folder / "texts.jsonl").write_text("".join(items), encoding="utf-8")
    lexicon = PROJECT / "configs" / "lexicons" / "city_diplomacy.toml"
    (folder / "study.toml").write_text(STUDY.format(lexicon=lexicon.as_posix()), encoding="utf-8")
    command = [sys.executable, "-m", "pipeline", "corpus", "--study", "study.toml", "--json", "--quiet"]
    return measure(command, folder).stages["corpus"]


def search(folder: Path) -> Cost:
    """Find the copies of a built corpus, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench_duplicates", "search", str(folder / "corpora" / "copies")]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return Cost(*json.loads(done.stdout))


def search_here(folder: Path) -> Cost:
    """Find the copies of a built corpus."""
    outlines = read_outlines(folder / KEPT_FOLDER / OUTLINES_FILE)
    before, started = psutil.Process().memory_info().rss, time.process_time()
    marks, _ = find_copies(folder, outlines, no_copies(), lambda *_: None)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Cost(
        time.process_time() - started, (peak - before) / 1e6, outlines.num_rows - marks["duplicate_of"].null_count
    )


def sign_again(folder: Path) -> float:
    """Seconds of the processor for the signatures of a built corpus."""
    seconds = 0.0
    for path in sorted((folder / "corpora" / "copies" / PARTS_FOLDER).glob("*.arrow")):
        part = read_part(path)
        place = part.documents.column_names.index("minhash")
        field = part.documents.schema.field(place)
        unsigned = part.documents.set_column(place, field, pa.nulls(part.documents.num_rows, field.type))
        started = time.process_time()
        sign(Part(unsigned, part.passages, part.rejects))
        seconds += time.process_time() - started
    return seconds


def read_lines(path: Path, number: int | None = None) -> list[str]:
    """The first items of a collection, as lines of JSON."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(islice(lines, number))


def say_growth(folder: Path) -> None:
    """Print time and memory from 10,000 to all items of the news."""
    first: Cost | None = None
    for size in SIZES:
        stage = build(folder, read_lines(NEWS, size))
        cost, signing = search(folder), sign_again(folder)
        first = first or cost
        times = (cost.seconds / first.seconds, cost.megabytes / first.megabytes, size / SIZES[0])
        print(
            f"  {size:6,} items  signatures {signing:4.1f} s  search {cost.seconds:4.1f} s  {cost.megabytes:4.0f} MB  "
            f"{cost.copies:3} copies  (stage corpus {stage:5.1f} s)  x {times[0]:.1f} time, x {times[1]:.1f} memory, "
            f"x {times[2]:.1f} items",
            flush=True,
        )


def say_planted(folder: Path, path: Path, code: str) -> None:
    """Print how many of 500 copies planted in a whole collection are found and named rightly."""
    from tests.ingest.test_planted_copies import plant

    rows = [json.loads(line) for line in read_lines(path)]
    texts, truth = plant([{name: row[name] for name in ("id", "date", "text")} for row in rows], 500, code)
    build(folder, (json.dumps(text | {"title": "", "lang": code}, ensure_ascii=False) + "\n" for text in texts))
    columns = ["doc_id", "duplicate_of"]
    table = pq.read_table(folder / "corpora" / "copies" / "documents.parquet", columns=columns)
    pairs = zip(*(table[name].to_pylist() for name in columns), strict=True)
    found = {doc_id: of for doc_id, of in pairs if of}
    said = [copy for copy in truth if f"texts/{copy}" in found]
    right = [copy for copy in said if found[f"texts/{copy}"] in _names(truth[copy], found)]
    print(f"  {path.name}: recall {len(right) / len(truth):.3f}, precision {len(right) / len(said):.3f}; "
          f"{len(found) - len(said)} other copies", flush=True)  # fmt: skip


def _names(original: str, found: dict[str, str]) -> tuple[str, str]:
    """The document and, if it is a copy itself, what it is a copy of."""
    name = f"texts/{original}"
    return name, found.get(name, name)


def main() -> None:
    """Print costs and what was found."""
    if not NEWS.exists():
        sys.exit("the real texts are not here: no folder 'shared' beside the project")
    with tempfile.TemporaryDirectory() as name:
        print("\ncopies, news; seconds of one processor, memory beyond the corpus itself:")
        say_growth(Path(name))
        print("500 altered copies planted (asked: 0.99 and 0.99):")
        say_planted(Path(name), NEWS, "zh")
        say_planted(Path(name), SPEECHES, "de")


if __name__ == "__main__":
    if sys.argv[1:2] == ["search"]:
        print(json.dumps(search_here(Path(sys.argv[2]))))
    else:
        main()

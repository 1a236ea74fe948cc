"""Ratios against the plain way of doing the same thing, in one run: ``make bench``.

Needs the real texts in a folder ``shared`` beside the checkout. Nothing else should run on the machine meanwhile.
``python -m tests.bench pdf`` prints the part about PDF alone, ``python -m tests.bench cost`` what a large corpus would
cost by the rates of the last measurement, without measuring.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil

PROJECT = Path(__file__).resolve().parent.parent
STUDIES = PROJECT / "tests" / "studies"
SHARED = PROJECT.parent / "shared"
NEWS = SHARED / "corpora" / "zh_news_2012_2019.jsonl.gz"
PAGES, RUNS = 32, 5
"""Of the longer PDFs, and how often both engines read them: together below two minutes."""


class Rates(NamedTuple):
    """What was measured once, of a corpus of plain text; those of docs/performance.md where nothing else is said."""

    megabytes: float = 218.8
    """Of text in UTF-8: the four collections, 177 million characters."""
    processor_seconds: tuple[float, float] = (43.0, 11.4)
    """Of the work that is handed out (words), and of finding mentions: seconds of the run times its two workers."""
    alone_seconds: float = 15.8
    """Of the work that one process does: putting documents and passages together, and searching for copies."""
    store_megabytes: float = 1567.0
    """Of the built store, what is kept for the next run included."""
    kept_megabytes: float = 789.0
    """Of it what only the next run needs: parts, and the words and mentions of each batch."""
    worker_megabytes: float = 350.0
    """Of a worker that cuts German words, its dictionaries included."""
    documents: int = 79_084
    copies_kilobytes: float = 3.6
    """Of memory for each document, in the one process that searches for copies (10,000 to 39,782 news)."""
    pdf_seconds_per_megabyte: float = 2.4
    """Of one core: 6.1 ms a page with 2.5 kB of text, over 1,107 pages."""


class Cost(NamedTuple):
    """What a corpus would cost."""

    hours: float
    gigabytes_on_disk: float
    gigabytes_of_workers: float
    """Memory of all workers together."""
    gigabytes_of_one: float
    """Memory of the program that hands out the work and searches for copies."""


def cost(gigabytes: float, workers: int, rates: Rates, pdf_share: float = 0.0) -> Cost:
    """What a corpus of so much text costs, every rate taken as constant.

    Args:
        gigabytes: Of text in UTF-8, not of the files that it is read from.
        workers: Processes that do the work, each with a core of its own.
        rates: What was measured.
        pdf_share: The share of the text that is read from PDFs.
    """
    times = gigabytes * 1000 / rates.megabytes
    pdf_seconds = pdf_share * gigabytes * 1000 * rates.pdf_seconds_per_megabyte
    spread = times * sum(rates.processor_seconds) + pdf_seconds
    hours = (spread / workers + times * rates.alone_seconds) / 3600
    one = rates.worker_megabytes / 1000 + times * rates.documents * rates.copies_kilobytes / 1e6
    return Cost(hours, times * rates.store_megabytes / 1000, workers * rates.worker_megabytes / 1000, one)


def print_costs(rates: Rates) -> None:
    """Print what 1, 10 and 100 GB cost on one computer and on clusters, as a table of Markdown."""
    print("| text | disk | memory of one | workers | their memory | hours | hours, all of it from PDFs |")
    print("|---|---|---|---|---|---|---|")
    for gigabytes in (1, 10, 100):
        for workers in (2, 16, 64):
            plain, pdf = cost(gigabytes, workers, rates), cost(gigabytes, workers, rates, pdf_share=1.0)
            print(f"| {gigabytes} GB | {plain.gigabytes_on_disk:.0f} GB | {plain.gigabytes_of_one:.0f} GB | {workers} "
                  f"| {plain.gigabytes_of_workers:.0f} GB | {plain.hours:.2g} | {pdf.hours:.2g} |")  # fmt: skip


class Run(NamedTuple):
    """One process and its children."""

    seconds: float
    peak_megabytes: float
    """The greatest sum, over the processes, of resident memory that is not a file's; what they share counts once."""
    stages: dict[str, float]


def plain_script() -> None:
    """What a scholar's own script does: words by jieba, counted by year."""
    import jieba

    counts: dict[str, Counter[str]] = {}
    with gzip.open(NEWS, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            counts.setdefault(item["date"][:4], Counter()).update(jieba.lcut(item["text"]))
    print({year: (sum(words.values()), words["一带一路"]) for year, words in sorted(counts.items())}, file=sys.stderr)


def measure(command: list[str], folder: Path) -> Run:
    """Run a command and watch its memory."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    out, _ = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    made = json.loads(out)["stages"] if out.lstrip().startswith("{") else {}
    return Run(seconds, peak[0] / 1e6, {name: stage["seconds"] for name, stage in made.items() if stage["ran"]})


def _watch(pid: int, peak: list[int]) -> None:
    while True:
        try:
            root = psutil.Process(pid)
            peak[0] = max(peak[0], sum(_own_memory(p) for p in [root, *root.children(recursive=True)]))
        except psutil.NoSuchProcess:
            return
        time.sleep(0.2)


def _own_memory(process: psutil.Process) -> int:
    """Bytes of memory that no file holds; what n processes have in common counts as an n-th for each."""
    try:
        rollup = Path(f"/proc/{process.pid}/smaps_rollup")
        lines = map(str.split, rollup.read_text(encoding="ascii").splitlines() if rollup.exists() else [])
        shares = [1024 * int(line[1]) for line in lines if line[0] in {"Pss_Anon:", "Pss_Shmem:"}]
        if shares:
            return sum(shares)
        memory = process.memory_info()
        return int(memory.rss - getattr(memory, "shared", 0))
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return 0


def zwiesprache(verb: str, study: str, folder: Path) -> Run:
    """Run one of our commands."""
    command = [sys.executable, "-m", "pipeline", verb, "--study", str(STUDIES / f"{study}.toml"), "--json", "--quiet"]
    return measure(command, folder)


def touch_lexicon(folder: Path, study: str) -> None:
    """Make stale what hangs on the lexicon, as a changed one would; the store of documents and words is kept."""
    path = folder / "corpora" / study / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["stages"].pop("mentions")
    path.write_text(json.dumps(manifest), encoding="utf-8")
    shutil.rmtree(path.parent / ".mentions")


def main() -> None:
    """Print the ratios."""
    if not NEWS.exists():
        sys.exit("the real texts are not here: no folder 'shared' beside the project")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{os.cpu_count()} cores\n\nnews, 39,782 items, raw table to timelines and figures:")
        plain = measure([sys.executable, "-m", "tests.bench", "plain"], PROJECT)
        print(f"  plain script (json, jieba.lcut, Counter)  {plain.seconds:6.1f} s  {plain.peak_megabytes:6.0f} MB")
        ours = zwiesprache("timelines", "news", folder)
        _say("zwiesprache timelines", ours)
        print(f"  ratio {plain.seconds / ours.seconds:.2f} (asked: 3)")
        print("\nfour collections, 35 concepts, 1,000 draws:")
        build = zwiesprache("tokens", "four_collections", folder)
        _say("building the store (corpus, tokens, mentions)", build)
        touch_lexicon(folder, "four_collections")
        warm = zwiesprache("timelines", "four_collections", folder)
        _say("warm timelines", warm)
        store = sum(build.stages[stage] for stage in ("corpus", "tokens"))
        tables = warm.stages["timelines"]
        print(f"  timelines' tables / store: 1/{store / tables:.0f} (asked: 1/20); ", end="")
        print(f"with mentions found anew: 1/{store / (tables + warm.stages['mentions']):.0f}")
        again = zwiesprache("timelines", "four_collections", folder)
        print(f"  a run with nothing to do: {again.seconds:.1f} s (asked: 2)")
    pdf_pages()
    from tests import bench_duplicates, bench_words

    bench_duplicates.main()
    bench_words.main()


def pdf_pages() -> None:
    """Print how fast PDFs are read beside pdfminer.six."""
    from tests.pdf_speed import compare

    print(f"\nPDF, pages a second of one core, at most {PAGES} pages, evenly spaced, of a file, median of {RUNS} runs:")
    paths = [
        path for kind in ("pdf_de", "pdf_zh", "pdf_bilingual") for path in sorted((SHARED / "raw" / kind).glob("*.pdf"))
    ]
    for name, pages, ours, theirs, ratio in compare(paths, PAGES, RUNS):
        said = " (asked: 8)" if name == "all" else ""
        print(
            f"  {name:48}{pages:4} pages {ours:6.0f}, extract_text {theirs:5.1f}: ratio {ratio:.1f}{said}", flush=True
        )


def _say(what: str, run: Run) -> None:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in run.stages.items())
    print(f"  {what}  {run.seconds:6.1f} s  {run.peak_megabytes:6.0f} MB  ({stages})", flush=True)


if __name__ == "__main__":
    costs = partial(print_costs, Rates())
    {"plain": plain_script, "pdf": pdf_pages, "cost": costs}.get("".join(sys.argv[1:]), main)()

"""Broken files over all readers: ``python -m tests.fuzz [N [FOLDER]]`` reads N of them and prints what broke.

A reader gives documents or says why there are none, with a known reason; anything else is a find, and so is a file that
takes longer than a few seconds. Deterministic: the same N, the same files. Those that break something are kept in
FOLDER. Formats take turns. Real files are taken from the demo corpus, the tests' data and, where it is there, from the
folder ``shared`` beside the checkout (the smaller ones); the rest is made.
"""

# ruff: noqa: T201
from __future__ import annotations

import contextlib
import gzip
import random
import signal
import sys
import time
import traceback
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROJECT = Path(__file__).resolve().parent.parent
sys.path.append(str(PROJECT / "tests" / "ingest" / "readers"))  # where pytest finds the helpers, too

from mutations import LARGEST, mutate  # noqa: E402
from samples import FILES  # noqa: E402

from pipeline.errors import Unreadable  # noqa: E402
from pipeline.ingest.readers import SUFFIXES, read_documents  # noqa: E402
from pipeline.records import KINDS, REASONS, Extract  # noqa: E402
from pipeline.settings import PdfSettings  # noqa: E402

SEED = 1
OF_A_KIND = 8
"""Files of a suffix that are taken from each folder."""
SLOW = 10.0
"""Seconds of the processor after which a file is slow; six times as many, and it hangs."""
NO_OCR = PdfSettings(ocr=False)
"""Pictures are not broken here, and reading them takes seconds."""
_LARGE_XML = ("rede", "sp", "tagesordnungspunkt", "anlage", "ivz-eintrag", "redner")


class HangingError(BaseException):
    """A file that takes too long; no reader may catch it."""


def collect() -> dict[str, list[tuple[str, bytes]]]:
    """Names and bytes of the files to break, by suffix."""
    found: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for name, data in FILES.items():
        found[Path(name).suffix].append((name, data))
    for folder in (PROJECT / "corpora" / "demo", PROJECT / "tests", PROJECT.parent / "shared" / "raw"):
        taken: Counter[str] = Counter()
        for path in sorted(folder.rglob("*")):
            name = path.name.removesuffix(".gz")
            suffix = Path(name).suffix.lower()
            if suffix not in SUFFIXES or taken[suffix] == OF_A_KIND or not path.is_file():
                continue
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            data = _fewer_parts(data) if suffix == ".xml" else data
            if 0 < len(data) <= LARGEST:
                taken[suffix] += 1
                found[suffix].append((name, data))
    return dict(found)


def _fewer_parts(data: bytes) -> bytes:
    """A long record of parliament with its first speeches only."""
    if len(data) <= LARGEST:
        return data
    root: Any = etree.fromstring(data)
    for element in list(root.iter(*_LARGE_XML))[20:]:
        if element.getparent() is not None:
            element.getparent().remove(element)
    return bytes(etree.tostring(root.getroottree(), encoding="UTF-8"))


def find_fault(documents: Sequence[tuple[str, Extract | Unreadable]]) -> str:
    """What of a file's documents breaks the promises of the records; empty if nothing does."""
    for key, document in documents:
        if isinstance(document, Unreadable):
            fault = "" if document.reason in REASONS else f"the reason {document.reason}"
        else:
            fault = _fault_of(document)
        if fault or "\x00" in key or not _is_encodable(key):  # a file's name may hold a line break
            return fault or f"the key {key!r}"
    return "" if documents else "no documents and no reason"


def _fault_of(extract: Extract) -> str:
    for block in extract.blocks:
        if not block.text.strip():
            return "an empty block"
        if not unicodedata.is_normalized("NFC", block.text):
            return "a text that is not NFC"
        if not _is_text(block.text):
            return "a line break, NUL or lone surrogate in a text"
        if block.kind not in KINDS:
            return f"the kind {block.kind}"
    for name, value in extract.metadata.items():
        if not (isinstance(value, str) and value.strip() and _is_text(value)):
            return f"the {name} {value!r}"
    return "" if extract.blocks else "no blocks and no reason"


def _is_text(text: str) -> bool:
    return not any(char in text for char in "\n\r\x00") and _is_encodable(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def try_file(data: bytes, name: str) -> str:
    """Read one file; says what broke, or nothing."""
    started = time.process_time()
    try:
        with _time_limit(6 * SLOW):
            fault = find_fault(read_documents(data, name, NO_OCR))
    except HangingError:
        fault = f"hangs for more than {6 * SLOW:.0f} s"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    seconds = time.process_time() - started
    return fault or (f"took {seconds:.0f} s" if seconds > SLOW else "")


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Break off what Python code is at work on; a parser in C is waited for."""

    def stop(*_: object) -> None:
        raise HangingError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def broken_files(number: int, seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """The names and bytes of ``number`` broken files, each format in turn."""
    rng = random.Random(seed)
    files = collect()
    suffixes = sorted(files)
    everything = [each for suffix in suffixes for each in files[suffix]]
    for index in range(number):
        name, data = rng.choice(files[suffixes[index % len(suffixes)]])
        changed = mutate(name, data, rng, rng.choice(everything)[1])
        yield (f"a{rng.choice(SUFFIXES)}" if rng.random() < 0.05 else name), changed


def main(number: int, folder: Path | None = None) -> int:
    """Read ``number`` broken files, print what broke, and keep those files; returns the number of kinds of faults."""
    faults: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for index, (name, data) in enumerate(broken_files(number)):
        started = time.process_time()
        fault = try_file(data, name)
        tried[Path(name).suffix] += 1
        spent[Path(name).suffix] += round(1000 * (time.process_time() - started))
        if fault and fault not in faults:
            if folder is not None:
                (folder / f"{index}_{name}").write_bytes(data)
            print(f"{index} {name}: {fault}", flush=True)
        if fault:
            faults[fault] += 1
    for suffix in sorted(tried):
        print(f"{suffix:8}{tried[suffix]:6} files {spent[suffix] / 1000:7.1f} s")
    print(f"{number} files in {spent.total() / 1000:.0f} s: {len(faults)} kinds of faults in {faults.total()} files")
    return len(faults)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 12_000, *map(Path, sys.argv[2:3]))))

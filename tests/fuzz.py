"""Broken files over all readers: ``python -m tests.fuzz [N]`` reads N mutated files and prints what broke.

A reader may give an `Extract` or raise `Unreadable` with a known reason; anything else is a find, and so is a file
that takes longer than a few seconds. Deterministic: the same N, the same files. Real files are taken from the demo
corpus and, where it is there, from the folder ``shared`` beside the checkout (the smaller ones).
"""

# ruff: noqa: T201
from __future__ import annotations

import gzip
import random
import sys
import time
import traceback
import unicodedata
from collections import Counter
from pathlib import Path

from pipeline.errors import Unreadable
from pipeline.ingest.readers import SUFFIXES, read_file
from pipeline.records import KINDS, REASONS, Extract

PROJECT = Path(__file__).resolve().parent.parent
SEED = 1
LARGEST = 200_000
"""Bytes of a file that is mutated; larger ones say no more and take longer."""
SLOW = 10.0
"""Seconds after which a file counts as hanging."""
PARTS = [
    b"<", b">", b"&#x0;", b"]]>", b"<!--", b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"\x00", b"\xff\xfe",
    b"endobj", b"stream\n", b"endstream", b"/Kids[1 0 R]", b"/Count -1", b"99999999999", b"-1", b"1e999", b"<<", b">>",
    b"/Length 0", b"\\u0000", b"\xed\xa0\x80", b'"', b"{", b"}", b"[", b"PK\x03\x04", b"(", b")", b"\r", b"\n\n\n",
]  # fmt: skip


def collect() -> list[tuple[str, bytes]]:
    """Names and bytes of the files to mutate, at most eight of a suffix from each folder."""
    found: list[tuple[str, bytes]] = []
    for folder in (PROJECT / "corpora" / "demo", PROJECT / "tests", PROJECT.parent / "shared" / "raw"):
        taken: Counter[str] = Counter()
        for path in sorted(folder.rglob("*")):
            name = path.name.removesuffix(".gz")
            suffix = Path(name).suffix.lower()
            if suffix not in SUFFIXES or taken[suffix] == 8 or not path.is_file():
                continue
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            if 0 < len(data) <= LARGEST:
                taken[suffix] += 1
                found.append((name, data))
    return found


def mutate(data: bytes, rng: random.Random, other: bytes) -> bytes:
    """Change a few places: bytes, cuts, copies, telling parts, or a piece of another file."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(changed) + 1)
        length = min(rng.choice((1, 2, 8, 100, 5000)), len(changed) - at)
        way = rng.randrange(7)
        if way == 0 and length:
            changed[at] = rng.randrange(256)
        elif way == 1:
            del changed[at : at + length]
        elif way == 2:
            changed[at:at] = changed[at : at + length] * rng.choice((1, 1, 50))
        elif way == 3:
            changed[at:at] = rng.choice(PARTS)
        elif way == 4:
            changed[at : at + length] = rng.randbytes(length)
        elif way == 5:
            start = rng.randrange(len(other))
            changed[at : at + length] = other[start : start + length]
        elif rng.random() < 0.2:
            del changed[at:]
        if len(changed) > 2 * LARGEST:
            del changed[2 * LARGEST :]
    return bytes(changed)


def find_fault(extract: Extract) -> str:
    """What of an extract breaks the promises of the records; empty if nothing does."""
    for block in extract.blocks:
        if not block.text.strip():
            return "an empty block"
        if not unicodedata.is_normalized("NFC", block.text):
            return "a text that is not NFC"
        if any(char in block.text for char in "\n\r\x00"):
            return "a line break or NUL in a text"
        if any("\ud800" <= char <= "\udfff" for char in block.text):
            return "a lone surrogate"
        if block.kind not in KINDS:
            return f"the kind {block.kind}"
    return "" if extract.blocks else "no blocks and no reason"


def try_file(data: bytes, name: str) -> str:
    """Read one file; says what broke, or nothing."""
    started = time.perf_counter()
    try:
        fault = find_fault(read_file(data, name))
    except Unreadable as error:
        fault = "" if error.reason in REASONS else f"the reason {error.reason}"
    except Exception as error:  # noqa: BLE001 - this is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        fault = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    seconds = time.perf_counter() - started
    return fault or (f"took {seconds:.0f} s" if seconds > SLOW else "")


def main(number: int) -> int:
    """Read ``number`` mutated files; returns how many kinds of faults there were."""
    rng = random.Random(SEED)
    files = collect()
    faults: dict[str, int] = {}
    started = time.perf_counter()
    for index in range(number):
        name, data = files[index % len(files)]
        changed = mutate(data, rng, rng.choice(files)[1])
        if rng.random() < 0.05:
            name = f"a{rng.choice(SUFFIXES)}"
        fault = try_file(changed, name)
        if fault and fault not in faults:
            kept = Path(sys.argv[2]) / f"{index}_{name}" if len(sys.argv) > 2 else None
            if kept is not None:
                kept.write_bytes(changed)
            print(f"{index} {name}: {fault}", flush=True)
        if fault:
            faults[fault] = faults.get(fault, 0) + 1
    suffixes = Counter(Path(name).suffix for name, _ in files)
    seconds = time.perf_counter() - started
    print(f"{number} files of {dict(suffixes)} in {seconds:.0f} s")
    print(f"{len(faults)} kinds of faults in {sum(faults.values())} files")
    return len(faults)


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))

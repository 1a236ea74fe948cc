"""Pages for OCR: each is a task of its own under limits of its own, so that a book of scans is spread over the workers.

A PDF with such pages is read in three steps. Reading the file ends with the pages that wait (`folder.read_into_part`);
each of them is read by whatever worker is free, and kept; the file is read again with what its pages gave, and its part
is written. A page whose worker died, or that took too long, is said to be lost, and the others are not. What a stopped
run has read of a file is there for the next.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pipeline.ingest.isolation import read_each
from pipeline.ingest.sources import folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipeline.errors import Unreadable
    from pipeline.ingest.readers.ocr import Found
    from pipeline.settings import RunSettings


class ScannedPage(NamedTuple):
    """A page to be read by OCR."""

    path: Path
    """The PDF."""
    number: int
    """The first is 1."""
    target: Path
    """Where its lines are kept until the file's part is whole."""


class Scan(NamedTuple):
    """A file whose pages were read, but for those that are lost."""

    task: folder.Task
    pages: Sequence[ScannedPage]
    lost: Mapping[int, Unreadable]


def read_scans(
    waiting: Sequence[tuple[folder.Task, Sequence[int]]], limits: RunSettings, progress: Callable[[int, int], None]
) -> None:
    """Read the pages of files that wait for OCR, and write the files' parts.

    The part of a file with lost pages is written where one is that broke a limit, and its other pages are kept: under
    other limits the lost ones are read again.

    Args:
        waiting: the files with the indices of their pages (the first is 0).
        limits: those of `read_each`, for each page and for each file.
        progress: is told how many of the pages that have to be read are done.
    """
    pages = [
        [ScannedPage(task.path, i + 1, task.target.with_name(f"{task.target.stem}-page{i + 1:05d}.json"))
         for i in indices] for task, indices in waiting
    ]  # fmt: skip
    lost: dict[ScannedPage, Unreadable] = {}
    unread = [page for some in pages for page in some if not _is_kept(page)]
    for done, (page, ended) in enumerate(read_each(read_page, unread, limits), 1):
        if ended is not None:
            lost[page] = ended
        progress(done, len(unread))
    scans = [
        Scan(task, some, {page.number: lost[page] for page in some if page in lost})
        for (task, _), some in zip(waiting, pages, strict=True)
    ]
    for scan, ended in read_each(put_together, scans, limits):
        if ended is not None:
            folder.reject_into_part(scan.task, ended)
        elif not scan.lost:
            for page in scan.pages:
                page.target.unlink()


def read_page(page: ScannedPage) -> None:
    """Read one page and keep its lines.

    Raises:
        Unreadable: with reason ``broken``: the page cannot be drawn.
    """
    import pypdfium2

    from pipeline.ingest.readers.ocr import recognise_page

    document = pypdfium2.PdfDocument(page.path)
    try:
        lines = recognise_page(document, page.number - 1)
    finally:
        document.close()
    draft = page.target.with_suffix(".draft")
    draft.write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")
    draft.replace(page.target)


def put_together(scan: Scan) -> None:
    """Read a file with what its pages gave, and write its part."""
    found = {page.number - 1: scan.lost.get(page.number) or _kept_lines(page) for page in scan.pages}
    task = scan.task._replace(target=scan.task.failed) if scan.lost else scan.task
    folder.read_into_part(task, lambda _, indices: {index: found[index] for index in indices})


def _kept_lines(page: ScannedPage) -> list[Found]:
    from pipeline.ingest.readers.ocr import Found

    return [Found(*line) for line in json.loads(page.target.read_text(encoding="utf-8"))]


def _is_kept(page: ScannedPage) -> bool:
    try:
        _kept_lines(page)
    except (OSError, ValueError, TypeError):
        return False
    return True

"""Make the demo corpus from its manuscripts: ``python corpora/demo/make_demo.py [FOLDER]``, from the project's root.

The same manuscripts give the same bytes. Without FOLDER the corpus beside this file is made anew.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import shutil
import sys
import tomllib
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from builder.html import render_html  # noqa: E402
from builder.lines import break_lines, split_pieces  # noqa: E402
from builder.manuscripts import FORMATS, Manuscript, as_format, read_manuscripts  # noqa: E402
from builder.pdf import render_pdf  # noqa: E402
from builder.truth import corpus_truth, document_truth  # noqa: E402

LEXICON = HERE.parents[1] / "configs" / "lexicons" / "city_diplomacy.toml"
METADATA = ("file", "title", "author", "publisher", "date", "language", "city", "url")
ROW = ("id", "title", "author", "publisher", "date", "language", "url", "text")
COLUMNS = {"zh": 40, "de": 78}
"""Width of the lines of plain text files, in characters."""


def make_corpus(folder: Path) -> tuple[Manuscript, ...]:
    """Write all files of the corpus into ``folder``; what stood in its sub-folders is removed.

    Raises:
        ManuscriptError: A manuscript does not follow the format.
    """
    manuscripts = tuple(as_format(manuscript) for manuscript in read_manuscripts(HERE / "manuscripts"))
    forms = lexicon_forms(LEXICON)
    for name in (*FORMATS, "tables"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for manuscript in manuscripts:
        if manuscript.format != "jsonl":
            (folder / manuscript.folder / manuscript.key).write_bytes(render(manuscript, forms))
    for name in FORMATS:
        write_metadata(folder / name / "metadata.csv", [one for one in manuscripts if one.source == name])
    rows = [json.dumps(table_row(one), ensure_ascii=False) + "\n" for one in manuscripts if one.format == "jsonl"]
    (folder / "tables" / "articles.jsonl").write_bytes("".join(rows).encode())
    truth = {**corpus_truth(manuscripts), "documents": [document_truth(manuscript) for manuscript in manuscripts]}
    (folder / "truth.json").write_bytes((json.dumps(truth, ensure_ascii=False, indent=1) + "\n").encode())
    return manuscripts


def render(manuscript: Manuscript, forms: frozenset[str]) -> bytes:
    """One document's file. A name that holds a term of the lexicon is not printed, only what is marked counts."""
    folded = fold(manuscript.author)
    author = "" if any(form in folded for form in forms) else manuscript.author
    if manuscript.format.startswith("pdf"):
        return render_pdf(manuscript, author)
    if manuscript.format == "html":
        return render_html(manuscript, author)
    return render_text(manuscript).encode("gb18030" if manuscript.format == "txt-gb18030" else "utf-8")


def render_text(manuscript: Manuscript) -> str:
    """Plain text with hard line ends inside the paragraphs and empty lines between them."""
    language = manuscript.language
    paragraphs = [
        "\n".join(
            line.text
            for line in break_lines(split_pieces(paragraph.text, language, hyphens=False), COLUMNS[language], len)
        )
        for paragraph in manuscript.paragraphs
    ]
    return "\n\n".join(paragraphs) + "\n"


def table_row(manuscript: Manuscript) -> dict[str, str]:
    """A document as a row of the table."""
    text = "\n\n".join(paragraph.text for paragraph in manuscript.paragraphs)
    values = (
        manuscript.key,
        manuscript.title.text,
        manuscript.author,
        manuscript.publisher,
        manuscript.date,
        manuscript.language,
        manuscript.url,
        text,
    )
    return dict(zip(ROW, values, strict=True))


def write_metadata(path: Path, manuscripts: list[Manuscript]) -> None:
    """Write the sidecar with what is known of each file of a folder."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(METADATA)
    for one in manuscripts:
        title = one.title.text
        writer.writerow([one.key, title, one.author, one.publisher, one.date, one.language, one.city, one.url])
    path.write_bytes(out.getvalue().encode())


def lexicon_forms(path: Path) -> frozenset[str]:
    """All forms of the lexicon, folded as `fold` does."""
    concepts = tomllib.loads(path.read_text(encoding="utf-8"))["concept"]
    terms = [term for concept in concepts for language in ("zh", "de") for term in concept.get(language, [])]
    return frozenset(fold(term if isinstance(term, str) else term["form"]) for term in terms)


def fold(text: str) -> str:
    """Case and hyphens away, to find a term in any spelling."""
    return text.casefold().replace("-", "")


def main() -> None:
    """Make the corpus and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    manuscripts = make_corpus(parser.parse_args().folder)
    for key, count in sorted(Counter((one.source, one.format, one.language) for one in manuscripts).items()):
        print(*key, count)
    print(len(manuscripts), "documents")


if __name__ == "__main__":
    main()

"""The demo corpus: the committed files are what its script makes of the manuscripts, and it holds what it promises."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import lxml.html
import pypdfium2
import pytest
import trafilatura

PROJECT = Path(__file__).resolve().parent.parent
DEMO = PROJECT / "corpora" / "demo"
FOLDERS = ("speeches", "articles", "websites", "tables")
MARK = re.compile(r"\[\[[^\[\]]+\]\]")

Truth = dict[str, Any]


@pytest.fixture(scope="module")
def truth() -> Truth:
    """What the script took from the manuscripts' marks."""
    loaded: Truth = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
    return loaded


def made_files(folder: Path) -> dict[str, bytes]:
    """All that the script writes, by path."""
    paths = [folder / "truth.json", *(path for name in FOLDERS for path in (folder / name).iterdir())]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)}


def inflate_pdf(content: bytes) -> list[bytes]:
    """A PDF without what depends on the build of zlib: compressed streams, their lengths, the offsets after them."""
    streams = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
    inflated = [zlib.decompressobj().decompress(found) for found in streams.findall(content)]
    rest = streams.sub(b"", content.split(b"\nxref\n")[0])
    return [re.sub(rb"/Length1? \d+", b"", rest), *inflated]


def letters(text: str) -> str:
    """Without white space and hyphens, which the formats change."""
    return re.sub(r"[\s\-\u00ad\u0002\ufffe\u3000]", "", text)


def document_text(document: Truth) -> str:
    """All text of a document's file, its furniture included."""
    path: Path = DEMO / document["doc_id"]
    if document["format"].startswith("pdf"):
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))
    if document["format"] == "html":
        return "".join(str(part) for part in lxml.html.fromstring(path.read_bytes()).itertext())
    return path.read_text(encoding="gb18030" if document["format"] == "txt-gb18030" else "utf-8")


def test_the_script_makes_the_committed_files_from_the_manuscripts(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "corpora/demo/make_demo.py", str(tmp_path)], cwd=PROJECT, check=True)
    committed, made = made_files(DEMO), made_files(tmp_path)
    assert set(made) == set(committed)
    for path, content in made.items():
        if path.endswith(".pdf") and content != committed[path]:
            assert inflate_pdf(content) == inflate_pdf(committed[path]), path
        else:
            assert content == committed[path], path


def test_it_holds_two_languages_three_kinds_and_all_years(truth: Truth) -> None:
    documents = truth["documents"]
    assert len(documents) >= 60
    assert Counter(document["language"] for document in documents) == {"zh": 70, "de": 70}
    assert {document["source_type"] for document in documents} == {"speech", "article", "city_website"}
    assert {int(document["date"][:4]) for document in documents} == set(range(2004, 2025))
    formats = Counter(document["format"] for document in documents)
    assert set(formats) == {"pdf-1col", "pdf-2col", "txt", "html", "jsonl", "txt-gb18030"}
    assert formats["txt-gb18030"] == 1
    assert {document["date_precision"] for document in documents} >= {"day", "month"}


def test_metadata_names_each_file_once() -> None:
    for name in FOLDERS[:3]:
        with (DEMO / name / "metadata.csv").open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        files = sorted(path.name for path in (DEMO / name).iterdir() if path.name != "metadata.csv")
        assert sorted(row["file"] for row in rows) == files
        assert all(row["title"] and row["date"] and row["language"] in ("zh", "de") for row in rows)


def test_the_text_file_in_gb18030_is_no_utf_8(truth: Truth) -> None:
    (document,) = [one for one in truth["documents"] if one["format"] == "txt-gb18030"]
    with pytest.raises(UnicodeDecodeError):
        (DEMO / document["doc_id"]).read_text(encoding="utf-8")


def test_all_planted_text_stands_in_the_files(truth: Truth) -> None:
    for document in truth["documents"]:
        if document["format"] == "jsonl":
            continue
        planted = [*document["headings"], *document["paragraphs"], *document["footnotes"]]
        shown = letters(document_text(document))
        # A paragraph of a PDF may be cut by a page's end; elsewhere it stands in one piece.
        missing = Counter(letters("".join(planted))) - Counter(shown)
        assert not missing, (document["doc_id"], missing)
        if not document["format"].startswith("pdf"):
            assert [text for text in planted if letters(text) not in shown] == []


def test_pages_have_their_text_in_a_form_that_an_extractor_finds(truth: Truth) -> None:
    for document in truth["documents"]:
        if document["format"] != "html":
            continue
        found = trafilatura.extract((DEMO / document["doc_id"]).read_bytes(), include_comments=False) or ""
        planted = Counter(letters(text) for text in [*document["headings"], *document["paragraphs"]])
        assert planted - Counter(letters(line) for line in found.splitlines()) == Counter(), document["doc_id"]


def test_table_rows_hold_the_planted_text(truth: Truth) -> None:
    rows = [json.loads(line) for line in (DEMO / "tables" / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    planted = {one["doc_id"]: one for one in truth["documents"] if one["format"] == "jsonl"}
    assert {f"tables/{row['id']}": row["text"].split("\n\n") for row in rows} == {
        doc_id: one["paragraphs"] for doc_id, one in planted.items()
    }


def test_pdfs_are_small_and_two_columns_run_over_pages(truth: Truth) -> None:
    for document in truth["documents"]:
        path: Path = DEMO / document["doc_id"]
        if document["format"].startswith("pdf"):
            assert path.stat().st_size < 150_000, path.name
        if document["format"] == "pdf-2col":
            assert len(pypdfium2.PdfDocument(path)) >= 2, path.name


def test_hyphens_at_line_ends_break_planted_terms(truth: Truth) -> None:
    text = "\n".join(
        document_text(one) for one in truth["documents"] if one["format"] == "pdf-2col" and one["language"] == "de"
    )
    assert re.search(r"Städtepart\w*[\u0002\ufffe-]\s*\w*schaft", text)


def test_city_diplomacy_is_first_seen_beside_peoples_diplomacy_in_2010(truth: Truth) -> None:
    first = truth["first_city_diplomacy"]["zh"]
    assert first["year"] == 2010
    assert "peoples_diplomacy" in first["beside"]
    assert truth["first_city_diplomacy"]["de"]["year"] == 2009


def test_planted_counts_follow_the_story(truth: Truth) -> None:
    zh, de = truth["counts"]["zh"], truth["counts"]["de"]
    documents = truth["documents"]
    years = {
        language: {one["date"][:4] for one in documents if one["language"] == language} for language in ("zh", "de")
    }
    assert set(zh["peoples_diplomacy"]) == years["zh"]
    assert set(de["friendship_city"]) == years["de"]
    assert min(zh["belt_and_road"]) >= "2013"
    assert min(zh["community_of_destiny"]) >= "2013"
    assert set(zh["cloud_diplomacy"]) <= {"2020", "2021", "2022"}
    assert min(de["climate_partnership"]) >= "2012"
    counted = sum(mention["kind"] != "footnote" for one in documents for mention in one["mentions"])
    assert counted == sum(sum(by_year.values()) for table in (zh, de) for by_year in table.values())


def test_no_term_of_the_lexicon_is_left_unmarked() -> None:
    lexicon = tomllib.loads((PROJECT / "configs/lexicons/city_diplomacy.toml").read_text(encoding="utf-8"))
    terms = {
        language: [
            re.escape(term if isinstance(term, str) else term["form"])
            for concept in lexicon["concept"]
            for term in concept[language]
        ]
        for language in ("zh", "de")
    }
    patterns = {
        "zh": re.compile("|".join(terms["zh"])),
        "de": re.compile(rf"(?<![\w-])(?:{'|'.join(terms['de'])})(?:e|en|er|es|n|s)?(?![\w-])"),
    }
    for path in sorted((DEMO / "manuscripts").glob("*/*.md")):
        head, text = path.read_text(encoding="utf-8").split("+++\n", 2)[1:]
        title = next(line for line in head.splitlines() if line.startswith("title"))
        left = patterns[path.name[:2]].findall(MARK.sub("\n", f"{title}\n{text}"))
        assert left == [], path.name


def test_marks_name_concepts_of_the_lexicon(truth: Truth) -> None:
    lexicon = tomllib.loads((PROJECT / "configs/lexicons/city_diplomacy.toml").read_text(encoding="utf-8"))
    known = {concept["id"] for concept in lexicon["concept"]}
    assert {mention["concept"] for one in truth["documents"] for mention in one["mentions"]} <= known

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from archived import SOURCE, build, read_here
from warcs import LATER, SITE, page, redirect, response, revisit, warc

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, THIRD = f"{SITE}/c_5.html", f"{SITE}/c_5_2.html", f"{SITE}/c_5_3.html"
LINE = "<p>Quelle: Amtsblatt der Stadt, Ausgabe vom Mai, Seiten vier bis sechs, gekürzt.</p>"


def part(number: int, then: str | None, title: str = "Ein langer Artikel") -> str:
    """A page of an article whose title and source stand on each page."""
    link = f'<div class="pager"><a rel="next" href="{then}">Nächste Seite</a></div>' if then else ""
    text = page(f"Teil {number}", link).replace(f"<h1>Teil {number}</h1>", f"<h1>{title}</h1>{LINE}")
    return text.replace(f"<title>Teil {number}</title>", f"<title>{title}</title>")


PAGES = {FIRST: part(1, SECOND), SECOND: part(2, "c_5_3.html"), THIRD: part(3, None)}


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("files", [1, 3])
def test_the_pages_of_an_article_are_one_document_under_its_first_address(
    tmp_path: Path, order: int, files: int
) -> None:
    records = [response(address, text) for address, text in PAGES.items()][::order]
    split = [warc(*records)] if files == 1 else [warc(record) for record in records]
    built = build(tmp_path, {f"{i}.warc.gz": data for i, data in enumerate(split)})
    assert built.keys == [FIRST]
    row = built.one(FIRST)
    assert (row["pages"], row["pages_joined"], row["flags"]) == (3, f"{SECOND} {THIRD}", ["no_date"])
    assert built.left_out == {}
    body = [(p["page"], p["text"]) for p in built.passages if "Dies steht" in p["text"]]
    assert [number for number, _ in body] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert all(f"unter Teil {number}" in text for number, text in body)
    assert [p["ordinal"] for p in built.passages] == list(range(len(built.passages)))


def test_what_each_page_of_an_article_repeats_is_counted_once(tmp_path: Path) -> None:
    built = build(tmp_path, {"a.warc": warc(*(response(a, text) for a, text in PAGES.items()), packed=False)})
    for repeated in ("Ein langer Artikel", "Quelle: Amtsblatt"):
        kinds = [(p["page"], p["kind"]) for p in built.passages if p["text"].startswith(repeated)]
        assert kinds[0][1] != "boilerplate"
        assert [kind for _, kind in kinds[1:]] == ["boilerplate"] * (len(kinds) - 1)


def test_a_next_page_that_was_not_captured_is_a_doubt(tmp_path: Path) -> None:
    built = build(tmp_path, {"a.warc.gz": warc(response(FIRST, PAGES[FIRST]), response(THIRD, PAGES[THIRD]))})
    assert built.keys == [FIRST, THIRD]
    assert "pages_missing" in built.one(FIRST)["flags"]
    assert "pages_missing" not in built.one(THIRD)["flags"]


def test_the_newest_capture_of_each_page_is_joined_also_behind_redirects_and_repeats(tmp_path: Path) -> None:
    moved = "https://www.stadt.example/c_5_2.html"
    records = [
        response(FIRST, PAGES[FIRST]),
        redirect(SECOND, moved),
        response(moved, part(2, THIRD).replace("Teil 2", "Teil alt")),
        response(moved, part(2, THIRD), date=LATER),
        response(THIRD, PAGES[THIRD]),
        revisit(FIRST, PAGES[FIRST]),
    ]
    built = build(tmp_path, {"a.warc.gz": warc(*records)})
    assert built.keys == [FIRST]
    assert built.one(FIRST)["pages_joined"] == f"{moved} {THIRD}"
    assert "Teil 2" in built.text(FIRST)
    assert "Teil alt" not in built.text(FIRST)
    assert list(built.refused.values()) == ["duplicate_id"]
    assert built.left_out == {"redirects": 1, "repeats": 1}


def test_pages_that_lead_in_a_ring_are_one_document(tmp_path: Path) -> None:
    ring = {**PAGES, THIRD: part(3, FIRST)}
    built = build(tmp_path, {"a.warc.gz": warc(*(response(a, text) for a, text in ring.items()))})
    assert built.keys == [FIRST]
    assert built.one(FIRST)["pages"] == 3


def test_a_page_is_part_of_one_article_only(tmp_path: Path) -> None:
    other = f"{SITE}/c_5.html?ansicht=breit"
    records = [response(a, text) for a, text in PAGES.items()] + [response(other, part(1, SECOND, "Breit"))]
    built = build(tmp_path, {"a.warc.gz": warc(*records)})
    assert sorted(built.keys) == sorted([FIRST, other])
    assert built.one(FIRST)["pages"] == 3
    assert built.one(other)["pages"] is None


def test_a_sidecar_row_for_a_later_page_is_about_the_article(tmp_path: Path) -> None:
    files = {"a.warc.gz": warc(*(response(a, text) for a, text in PAGES.items()))}
    files["m.csv"] = f"url,title,city\n{SECOND},Zweite,Köln\n".encode()
    row = build(tmp_path, files, SOURCE + 'metadata = "m.csv"\n').one(FIRST)
    assert (row["title"], row["city"]) == ("Zweite", "Köln")

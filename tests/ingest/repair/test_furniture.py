"""Running heads and page numbers, found by their repetition."""

from __future__ import annotations

from pipeline.ingest.repair.furniture import Placed, find_furniture, fold_digits


def page(head: str, number: int, body: str = "Text", rows: int = 30) -> list[Placed]:
    lines = [Placed(f"{body} {'ab' * number} {'xyz' * row}", 80, 720 - 14 * row, 10) for row in range(rows)]
    return [Placed(head, 80, 800, 8), Placed(str(number), 500, 800, 8), *lines]


def found_texts(pages: list[list[Placed]]) -> list[set[str]]:
    furniture = find_furniture(pages, 10)
    return [{lines[index].text for index in out} for lines, out in zip(pages, furniture, strict=True)]


def test_digits_and_blanks_do_not_count() -> None:
    assert fold_digits("SM 1-2021.indb 129 2021-11-17") == fold_digits("SM 1-2021.indb 7 2021-11-9")
    assert fold_digits("IV") == fold_digits("12") == "#"
    assert fold_digits("Kapitel IV") != "#"


def test_heads_and_page_numbers_are_furniture_and_the_body_is_not() -> None:
    pages = [page("Zeitschrift für Kommunen", number) for number in range(1, 6)]
    assert found_texts(pages) == [{"Zeitschrift für Kommunen", str(number)} for number in range(1, 6)]


def test_heads_that_change_from_page_to_page_are_found_beside_the_number() -> None:
    heads = ["Autorin", "Titel des Aufsatzes", "Autorin", "Titel des Aufsatzes"]
    pages = [page(head, number) for number, head in enumerate(heads, start=1)]
    assert [head in out for head, out in zip(heads, found_texts(pages), strict=True)] == [True] * 4


def test_a_chapters_head_that_comes_once_stands_where_the_others_do() -> None:
    heads = ["Erstes", "Erstes", "Zweites", "Drittes", "Drittes"]
    pages = [page(head, number) for number, head in enumerate(heads, start=1)]
    assert "Zweites" in found_texts(pages)[2]


def test_a_printers_mark_below_the_text_is_furniture() -> None:
    pages = [
        [*page("Kopf", number), Placed(f"SM 1-2021.indb   {number}   2021-11-{number} 10:0{number}", 60, 20, 6)]
        for number in range(1, 4)
    ]
    assert all(any("indb" in text for text in out) for out in found_texts(pages))


def test_marks_at_the_same_place_beside_the_text_are_furniture() -> None:
    pages = [[*page("Kopf", number), Placed("(B)", 40, 400.3, 10)] for number in range(1, 7)]
    assert all("(B)" in out for out in found_texts(pages))


def test_a_repeated_sentence_of_the_body_stays() -> None:
    pages = [
        [Placed("(Beifall bei der SPD)", 80, 734, 10), *page("Kopf", number)]
        if number in {2, 5}
        else page("Kopf", number)
        for number in range(1, 9)
    ]
    assert not any("(Beifall bei der SPD)" in out for out in found_texts(pages))


def test_no_pages_and_empty_pages_have_no_furniture() -> None:
    assert find_furniture([], 10) == []
    assert find_furniture([[], []], 10) == [set(), set()]

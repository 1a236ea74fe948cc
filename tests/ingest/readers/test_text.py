from __future__ import annotations

import gzip
import json
import re
import textwrap
import time
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.ingest.readers import text as reader
from pipeline.ingest.readers.text import clean, clean_each, paragraphs, paragraphs_of_each, read_text

FLOORS_FILE = Path(__file__).parents[2] / "floors.json"
FLOORS: dict[str, Any] = json.loads(FLOORS_FILE.read_text("utf-8")) if FLOORS_FILE.exists() else {}

GERMAN_LINES = """\
Die Stadt Duisburg unterhält seit 1982 eine Städtepartnerschaft mit Wuhan, die älteste zwischen einer deutschen und \
einer chinesischen Stadt, und sie wird in jedem Jahr mit einem Besuch begangen.
Im Mittelpunkt der nächsten zwei Jahre stehen der Hafen, der Schüleraustausch und die Zusammenarbeit der beiden \
Universitäten; der Rat hat dafür am 15. Mai 2014 die nötigen Mittel bereitgestellt.
Der Oberbürgermeister dankte allen Beteiligten und lud zum Empfang.
"""
GERMAN = GERMAN_LINES.splitlines()
CHINESE = [
    "杜伊斯堡市与武汉市于一九八二年结为友好城市，这是中德两国之间的第一对友好城市，三十多年来双方在教育、文化、经贸等领域开展了丰富多彩的交流与合作，取得了令人瞩目的成果。",
    "今后两年，双方将重点推动港口、青少年交流以及两所大学之间的合作，市议会已于五月十五日批准了所需经费，并决定成立联合工作小组负责具体事务的落实。",
    "市长向各方表示感谢。",
]

LONG = " ".join(GERMAN) + " " + GERMAN[0]


def wrapped_chinese(paragraph: str, width: int) -> str:
    return "\n".join(paragraph[i : i + width] for i in range(0, len(paragraph), width))


# -- cleaning ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("  Städte \t partner\u00a0schaft\u3000 ", "Städte partner schaft"),
        ("Sta\u0308dte", "Städte"),
        ("\ufeff城市\u200b外交", "城市外交"),
        ("Städte\u00adpartner\u00adschaft", "Städtepartnerschaft"),
        ("\u202aDuisburg\u202c\u200e", "Duisburg"),
        ("Auf\u200clage", "Auflage"),
        ("a\x00b\x07c\x1b", "abc"),
        ("\x84Freundschaft\x93 \x96 50 \x80", "„Freundschaft“ – 50 €"),
        ("kaputt \ud83d hier", "kaputt \ufffd hier"),
        ("\U000e0041Wuhan\U000e007f", "Wuhan"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("ⲻ\ue000", "ⲻ\ue000"),
        ("\u200b\ufeff \u2060", ""),
    ],
)
def test_cleaning_drops_what_nobody_sees_and_keeps_what_has_meaning(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text(alphabet=st.characters()))
def test_cleaned_text_is_stable_composed_and_on_one_line(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == " ".join(cleaned.split())
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\ufeff\u202a-\u202e\ud800-\udfff]", cleaned)


@given(st.lists(st.text(st.characters(codec=None) | st.sampled_from(" \n\t\x85\u3000\u0301\u200beé"))))
def test_texts_cleaned_together_are_as_each_is_alone(texts: list[str]) -> None:
    assert list(clean_each(texts)) == [clean(text) for text in texts]


# -- paragraphs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gold", [GERMAN, CHINESE], ids=["de", "zh"])
@pytest.mark.parametrize("separator", ["\n", "\r\n", "\r", "\n\n", "\n \n\n", "\u2029"])
def test_a_line_that_is_a_paragraph_stays_one(gold: list[str], separator: str) -> None:
    assert paragraphs(separator.join(gold)) == gold


@pytest.mark.parametrize("width", [40, 60, 72, 90])
def test_wrapped_german_is_joined_with_spaces(width: int) -> None:
    lines = ["\n".join(textwrap.wrap(paragraph, width)) for paragraph in GERMAN]
    assert paragraphs("\n\n".join(lines)) == GERMAN
    assert paragraphs(" \n \n".join(line.replace("\n", " \n") for line in lines)) == GERMAN


@pytest.mark.parametrize("width", [20, 30, 38])
def test_wrapped_chinese_is_joined_without_spaces(width: int) -> None:
    assert paragraphs("\n\n".join(wrapped_chinese(paragraph, width) for paragraph in CHINESE)) == CHINESE


def test_an_indent_begins_a_paragraph_of_wrapped_text() -> None:
    text = "\n".join(wrapped_chinese("\u3000\u3000" + paragraph, 30) for paragraph in CHINESE)
    assert paragraphs(text) == CHINESE


def test_a_short_line_ends_a_paragraph_of_wrapped_text_without_blank_lines() -> None:
    lines = ["\n".join(textwrap.wrap(paragraph, 60)) for paragraph in GERMAN]
    assert paragraphs("\n".join(lines)) == GERMAN


def test_words_broken_at_a_line_end_are_whole_again() -> None:
    text = (
        "Die Verwaltung berichtet über die Zusammen-\narbeit mit der Partnerstadt und über die Städte-\n"
        "partnerschaft sowie über die Wirtschafts- und\nKulturbeziehungen der beiden Städte seit der\nGründung."
    )
    joined = (
        "Die Verwaltung berichtet über die Zusammenarbeit mit der Partnerstadt und über die Städtepartnerschaft sowie "
        "über die Wirtschafts- und Kulturbeziehungen der beiden Städte seit der Gründung."
    )
    assert paragraphs(text) == [joined]


@pytest.mark.parametrize("width", [60, 72, 90])
def test_a_wrapped_paragraph_between_long_lines_is_joined(width: int) -> None:
    wrapped = ["\n".join(textwrap.wrap(paragraph, width)) for paragraph in GERMAN]
    assert paragraphs("\n\n".join([LONG, *wrapped, LONG])) == [LONG, *GERMAN, LONG]
    assert paragraphs(f"{LONG}\n\nDer Rat am Abend\n{wrapped[0]}\n\n{LONG}")[1:3] == ["Der Rat am Abend", GERMAN[0]]


@pytest.mark.parametrize("width", [15, 20, 30])
def test_a_wrapped_chinese_paragraph_between_long_lines_is_joined(width: int) -> None:
    long = "".join(CHINESE[:2])
    wrapped = [wrapped_chinese(paragraph, width) for paragraph in CHINESE[:2]]
    assert paragraphs("\n\n".join([long, *wrapped, long])) == [long, *CHINESE[:2], long]


def test_chinese_lines_of_any_length_that_break_inside_a_term_are_joined() -> None:
    ragged = "第一段说友好城市很重要。我们要发展城市\n外交，也要发展民间\n外交。"
    indented = "　　近年来，我市服务总体外交，发展同各地的友好城\n市关系。认识民间外\n交的意义，推动城市外\n交发展。"
    whole = [clean(text.replace("\n", "")) for text in (ragged, indented)]
    assert paragraphs(f"{ragged}\n\n第二段。") == [whole[0], "第二段。"]
    assert paragraphs(f"关于对外交往的意见\n\n{indented}") == ["关于对外交往的意见", whole[1]]
    assert paragraphs(f"{CHINESE[0] * 3}\n\n{indented}") == [CHINESE[0] * 3, whole[1]]


def test_a_ragged_end_of_a_wrapped_chinese_paragraph_between_long_lines_is_joined() -> None:
    full = ("友好城市的工作非常重要。" + CHINESE[0])[:75]
    ragged = wrapped_chinese(full, 25) + "\n我们要发展城市\n外交。"
    assert paragraphs(f"{CHINESE[0] * 3}\n\n{ragged}")[1] == full + "我们要发展城市外交。"


@given(
    st.integers(2, len("Städtepartnerschaft") - 2),
    st.lists(st.sampled_from(["", LONG, "Ein Satz.", "Eine Überschrift", "• ein Punkt"]), max_size=6),
    st.lists(st.sampled_from(["", LONG, "Ein Satz.", "Eine Überschrift", "• ein Punkt"]), max_size=6),
)
def test_a_word_broken_at_a_line_end_is_whole_whatever_stands_around_it(
    cut: int, before: list[str], after: list[str]
) -> None:
    word = "Städtepartnerschaft"
    text = [*before, f"Sie pflegen ihre {word[:cut]}-", f"{word[cut:]} mit Wuhan.", *after]
    assert f"Sie pflegen ihre {word} mit Wuhan." in "\n".join(paragraphs("\n".join(text)))


@given(st.sets(st.integers(12, 60)), st.sampled_from(["", "\n\n" + LONG, "\n\n" + "".join(CHINESE)]))
def test_chinese_prose_broken_anywhere_is_whole_where_blank_lines_part_paragraphs(cuts: set[int], rest: str) -> None:
    prose = "友好城市的工作非常重要。" + CHINESE[0]
    inside = [0, *(i for i in sorted(cuts) if prose[i - 1 : i + 1].isalpha()), len(prose)]
    broken = "\n".join(prose[i:k] for i, k in pairwise(inside))
    assert paragraphs(f"标题\n\n{broken}{rest}")[1] == prose


@pytest.mark.parametrize(
    "block",
    [
        "Wer reitet so spät durch Nacht und Wind?\nEs ist der Vater mit seinem Kind;\nEr hat den Knaben wohl",
        "ich ging im walde\nso für mich hin\nund nichts zu suchen\ndas war mein sinn.",
        "Stadt Leipzig\nReferat Internationale Zusammenarbeit\nMartin-Luther-Ring 4-6\n04109 Leipzig",
        "Anna Berger, Oberbürgermeisterin der Stadt Duisburg am Rhein\nLi Wei, Bürgermeister der Stadt Wuhan in Hubei",
        "- mehr Austausch zwischen den Schulen beider Städte\n- weniger Formulare für die Vereine beider Städte",
        "mehr Austausch zwischen den Schulen der beiden Städte\nweniger Formulare für die Vereine der beiden Städte",
        "Wir wollen mehr Austausch zwischen den Schulen ermöglichen\nWir wollen alle Vereine der Stadt unterstützen.",
        "Ein Gruß aus der Stadt -Wuhan-\nan alle, die ihn lesen",
        "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
        "武汉市人民政府外事办公室主任\n杜伊斯堡市国际交流处负责人",
        "关于加强城市外交工作，促进民间交流的意见\n各单位要认真落实，不断总结经验。",
        "我们要发展城市外交。会议指出\n一、加强友好城市工作\n二、加强民间交流",
    ],
)
def test_verses_addresses_lists_and_headings_stay_lines(block: str) -> None:
    assert paragraphs(f"{LONG}\n\n{block}\n\n{LONG}") == [LONG, *block.split("\n"), LONG]


def test_a_chinese_paragraph_that_lost_its_full_stop_stays_one_where_each_line_is_a_paragraph() -> None:
    lines = [CHINESE[0] + "双方对此表示满意", "外交部发言人今天说，" + CHINESE[1], CHINESE[2]]
    assert paragraphs("\n".join(lines)) == lines


@pytest.mark.parametrize("mark", ["\u00ad", "\ufffe", "\x02"])
def test_marks_that_extraction_leaves_for_hyphens_are_hyphens(mark: str) -> None:
    text = f"Die Verwaltung berichtet über die Zusammen{mark}\narbeit mit der Partnerstadt."
    assert paragraphs(text) == ["Die Verwaltung berichtet über die Zusammenarbeit mit der Partnerstadt."]


def test_list_items_of_wrapped_text_stay_apart() -> None:
    text = (
        "Der Rat beschließt, die Zusammenarbeit mit der Partnerstadt in den\nnächsten Jahren auszubauen, und zwar:\n"
        "• durch einen Austausch von Schülerinnen und Schülern, der in jedem\nJahr stattfindet,\n"
        "• durch einen Besuch des Rates."
    )
    assert paragraphs(text) == [
        "Der Rat beschließt, die Zusammenarbeit mit der Partnerstadt in den nächsten Jahren auszubauen, und zwar:",
        "• durch einen Austausch von Schülerinnen und Schülern, der in jedem Jahr stattfindet,",
        "• durch einen Besuch des Rates.",
    ]


def test_a_date_at_a_line_start_is_no_list_item() -> None:
    text = (
        "Der Rat der Stadt hat in seiner Sitzung vom vergangenen Donnerstag, dem\n15. Mai 2014, die Mittel für den "
        "nächsten Austausch\nund für den Besuch der Gäste bereitgestellt."
    )
    assert len(paragraphs(text)) == 1


def test_short_lines_of_a_letterhead_are_not_run_together() -> None:
    head = ["STADT KARLSRUHE", "Der Oberbürgermeister", "ANTRAG", "Gremium:", "28.02.2012", "öffentlich"]
    body = "\n".join(textwrap.wrap(" ".join(GERMAN), 80))
    assert paragraphs("\n".join(head) + "\n\n" + body)[: len(head)] == head


def test_a_sentence_cut_by_a_stray_break_is_mended_in_chinese() -> None:
    text = CHINESE[0] + "\n" + CHINESE[1][:-1] + "《\n教师法\n》，并加以落实。\n" + CHINESE[2]
    assert paragraphs(text)[1] == CHINESE[1][:-1] + "《教师法》，并加以落实。"


def test_a_page_break_does_not_cut_a_sentence() -> None:
    lines = textwrap.wrap(GERMAN[0], 60)
    assert paragraphs("\n".join(lines[:2]) + "\n\f" + "\n".join(lines[2:])) == [GERMAN[0]]


@given(st.text(alphabet=st.sampled_from("aB. -\n\r\f\t城市，。•1“\u3000\u00ad"), max_size=200))
def test_paragraphs_lose_no_letter_and_hold_no_break(text: str) -> None:
    found = paragraphs(text)
    assert all(paragraph == clean(paragraph) and paragraph for paragraph in found)
    assert re.sub(r"[\W_]", "", "".join(found)) == re.sub(r"[\W_]", "", clean(text))


@pytest.mark.parametrize(
    "text",
    [
        "1." * 5000 + "\nund",
        "12" * 5000 + "\n3.4",
        "# " * 5000,
        "#" * 9000,
        "- " * 5000,
        "“" * 9000,
        " " * 90000 + "\na",
    ],
)
@pytest.mark.alone
def test_odd_texts_take_no_longer_than_others(text: str) -> None:
    start = time.perf_counter()
    paragraphs("\n".join([text, *["geht weiter mit dem Text der Zeile,\nund noch einer"] * 3]))
    read_text((text + "\nText").encode())
    assert time.perf_counter() - start < 1.0


def test_no_text_has_no_paragraphs() -> None:
    assert paragraphs("") == []
    assert paragraphs(" \n\u3000\n\ufeff") == []


# -- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_whatever_its_encoding(codec: str) -> None:
    extract = read_text("\n".join(CHINESE).encode(codec))
    assert [block.text for block in extract.blocks] == CHINESE
    assert extract.media_type == "text/plain"
    assert extract.pages is None
    assert {block.page for block in extract.blocks} == {None}


def test_markdown_headings_are_headings() -> None:
    extract = read_text(("# Partnerstädte\n\n" + GERMAN[0] + "\n\n## Wuhan ##\n\n" + GERMAN[1]).encode())
    assert [(block.kind, block.text) for block in extract.blocks] == [
        ("heading", "Partnerstädte"),
        ("body", GERMAN[0]),
        ("heading", "Wuhan"),
        ("body", GERMAN[1]),
    ]


@pytest.mark.parametrize(("data", "reason"), [(b"", "empty"), (b"\n \n", "no_text"), (b"a\x00\x01b", "binary")])
def test_a_file_without_text_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_text(data)
    assert refused.value.reason == reason


# -- the real texts ------------------------------------------------------------------------------------------------


def texts_of(shared: Path, name: str, number: int) -> list[str]:
    with gzip.open(shared / f"corpora/{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for _, line in zip(range(number), file, strict=False)]


def boundaries(found: list[str]) -> set[int]:
    """Where paragraphs end, in letters from the beginning."""
    ends, end = set(), 0
    for paragraph in found:
        end += len(re.sub(r"[\W_]", "", paragraph))
        ends.add(end)
    return ends


@pytest.mark.shared
def test_wrapped_speeches_come_back_as_they_were(shared: Path) -> None:
    right = found = true = 0
    for text in texts_of(shared, "de_parliament_2012_2016", 300):
        gold = [line for raw in text.splitlines() if (line := clean(raw))]
        for separator in ("\n", "\n\n"):
            got = paragraphs(separator.join("\n".join(textwrap.wrap(paragraph, 72)) for paragraph in gold))
            right += len(boundaries(got) & boundaries(gold))
            found += len(boundaries(got))
            true += len(boundaries(gold))
    assert 2 * right / (found + true) >= FLOORS.get("paragraphs_wrapped_f1", 0.95)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.alone
def test_lines_that_are_paragraphs_are_read_at_the_speed_of_a_table(shared: Path) -> None:
    texts = texts_of(shared, "zh_news_2012_2019", 2000)
    start = time.perf_counter()
    for text in texts:
        paragraphs(text)
    took = time.perf_counter() - start
    # The plain way of doing the same in the same run: split, strip and normalise.
    start = time.perf_counter()
    for text in texts:
        [unicodedata.normalize("NFC", line.strip()) for line in text.splitlines() if line.strip()]
    assert took < 40 * (time.perf_counter() - start)


@pytest.mark.parametrize("sign", ["\x85", "\x93", "\xad\n", "\x02\n", "e\u0301", "\u200b", "\ud800"])
def test_what_has_to_be_mended_is_seen_wherever_it_stands(sign: str) -> None:
    for text in (f"{sign}Die Stadt", f"Die Stadt{sign}Wuhan", f"Die Stadt {sign}", f"Die\nStadt\n{sign}\nWuhan"):
        found = paragraphs(text)
        assert found == [clean(paragraph) for paragraph in found]
        assert not set("\x85\x93\xad\x02\u0301\u200b\ud800") & set("".join(found))
    assert paragraphs("Er ging\x85 dann\x93") == ["Er ging… dann“"]


LETTERS = st.sampled_from(
    [*"aä.,-# 市外\n\n\n\r\t\f\x85\xa0\xad\x02\x93\u0301\u0323か\u3099한ᄒ\u1161〆",
     *"\u2028\u3000\u200b\u200d\ud800\ue5ce\U00020000"]
)  # fmt: skip
SOME_TEXT = st.text(LETTERS, max_size=12) | st.text(max_size=12) | st.sampled_from(["Die Stadt\nWuhan", "外交\n\n。"])


@given(st.lists(SOME_TEXT, max_size=8))
@example(["", "\n", "a\n", "a\n\n", " ", "a", " a", "a ", "a \nb", "a\n b", "a  b", "a\n\n b"])
@example(["e", "\u0301", "か", "\u3099", "e\u0301"])
def test_many_texts_have_the_paragraphs_that_each_has_alone(texts: list[str]) -> None:
    assert list(paragraphs_of_each(texts)) == [paragraphs(text) for text in texts]


@pytest.mark.parametrize(
    "texts", [["Stadt\n" * 30_000], ["Wer  wei\xdf", "Stadt " * 30_000, "Rat"], ["Stadt"] * 30_000]
)
def test_texts_longer_than_what_is_looked_at_together_are_read_too(texts: list[str]) -> None:
    assert list(paragraphs_of_each(texts)) == [paragraphs(text) for text in texts]


def test_what_is_seen_to_need_no_mending_is_what_cleaning_leaves_and_composes_with_nothing_before_it() -> None:
    plain = [code for code, kind in enumerate(reader._kinds()[:-1].tolist()) if kind == 0]
    assert len(plain) > 40_000
    assert all(clean(chr(code)) == chr(code) for code in plain)
    decomposed = (unicodedata.decomposition(chr(code)).split() for code in range(0x110000))
    seconds = {int(parts[1], 16) for parts in decomposed if len(parts) == 2 and not parts[0].startswith("<")}
    jamo = {*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)}  # of which Hangul syllables are composed
    assert not (seconds | jamo) & set(plain)

"""A study's own lists of words: how they are read, and that they are held whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import build, make_document, make_study
from strategies import zh_text

from pipeline.concepts.characters import find_in_characters
from pipeline.concepts.check import find_risks
from pipeline.concepts.lexicon import plain
from pipeline.concepts.mentions import MENTIONS_STAGE
from pipeline.concepts.search import find_holds
from pipeline.concepts.spans import Spans, resolve
from pipeline.concepts.word_lists import can_match, load_words
from pipeline.errors import StudyError
from pipeline.languages.tokens import TOKENS
from pipeline.records import Term
from pipeline.store import tokens
from pipeline.study import Study, load_study

LEXICON = """
[[concept]]
id = "cities"
label = { zh = "城市外交" }
zh = ["城市外交", "友好城市", { form = "人民外交", not_in = ["人民外交学会"] }]
"""


def study_of(folder: Path, *lists: bytes, lexicon: str = LEXICON) -> Study:
    """A Chinese study with word lists ``0.txt``, ``1.txt``, …"""
    made = make_study(folder, lexicon, ["zh"])
    for i, data in enumerate(lists):
        (folder / f"{i}.txt").write_bytes(data)
    names = ", ".join(f'"{i}.txt"' for i in range(len(lists)))
    made.path.write_text(made.path.read_text("utf-8") + f"\n[chinese]\nwords = [{names}]\n", "utf-8")
    return load_study(made.path, folder)


def words_of(study: Study) -> list[tuple[str, str]]:
    """Form and tag of each token."""
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).to_pylist()
    batches = tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE)
    return [(types[i]["form"], types[i]["tag"]) for batch in batches for i in batch["type"].to_pylist()]


def forms_of(folder: Path, text: str, words: str, lexicon: str = LEXICON) -> list[str]:
    study = study_of(folder, words.encode(), lexicon=lexicon)
    build(study, [make_document("a", ("zh", text))])
    return [form for form, _ in words_of(study)]


ENTRIES = (
    "# Städte\n杜伊斯堡 3 ns\n\n石勒苏益格-荷尔斯泰因\t10\tns\n歪城 # erfunden\r\n城市 外交官 n\n"
    "Belt and Road\nＧ２０\n"
)
READ = [
    ("杜伊斯堡", "ns"), ("石勒苏益格-荷尔斯泰因", "ns"), ("歪城", None), ("城市外交官", "n"),
    ("Belt and Road", None), ("G20", None),
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_list_is_read_in_each_encoding(tmp_path: Path, encoding: str) -> None:
    text = ENTRIES if encoding != "gb18030" else ENTRIES.replace("Städte", "城市")
    words = load_words(study_of(tmp_path, text.encode(encoding)))
    assert [(word.form, word.tag) for word in words] == READ
    assert [word.where for word in words[:2]] == ["0.txt, line 2", "0.txt, line 4"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("友城 n\n外交 -3 n\n".encode(), "line 2: cannot read '外交 -3 n'"),
        ("外交 3.5 n\n".encode(), "line 1: cannot read"),
        ("外交 3 4 n\n".encode(), "line 1: cannot read"),
        ("外交\tn\tDiplomatie\n".encode(), "line 1: cannot read"),
        (b"BRI 0.5\n", "line 1: cannot read"),
        (("城市外交的友好城市\n" * 50).encode() + b"\xe5\x9f\n", "line 51: not all of"),
        (b"", "empty"),
        (b"\x00\x01\x02\x89PNG\xff\xfe", "cannot be read as text"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_and_line(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(StudyError, match=r"0\.txt") as problem:
        load_words(study_of(tmp_path, data))
    assert said in str(problem.value)
    assert len(str(problem.value).splitlines()) <= 2


def test_a_missing_list_is_an_error_of_the_study(tmp_path: Path) -> None:
    study = study_of(tmp_path, "外交".encode())
    (tmp_path / "0.txt").unlink()
    with pytest.raises(StudyError, match=r"\[chinese\] words: there is no file"):
        load_study(study.path, tmp_path)
    with pytest.raises(StudyError, match=r"0\.txt"):
        load_words(study)


def test_a_list_word_is_whole_whatever_its_frequency_and_has_its_tag(tmp_path: Path) -> None:
    study = study_of(tmp_path, "歪城友协 1 nt\n外交\t0\tvn\n".encode())
    build(study, [make_document("a", ("zh", "歪城友协谈外交。歪 城友协，歪城友協"))])
    words = words_of(study)
    assert [form for form, tag in words if tag == "nt"] == ["歪城友协", "歪 城友协", "歪城友協"]
    assert ("外交", "vn") in words
    types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE).to_pylist()
    assert {row["lemma"] for row in types if row["tag"] == "nt"} == {"歪城友协"}


def test_a_list_makes_no_mentions_and_needs_no_chinese_term(tmp_path: Path) -> None:
    lexicon = '[[concept]]\nid = "a"\nde = ["Diplomatie"]\n'
    study = study_of(tmp_path, "城市外交 n\n".encode(), lexicon=lexicon)
    assert build(study, [make_document("a", ("zh", "谈城市外交的作用"))]).num_rows == 0
    assert "城市外交" in [form for form, _ in words_of(study)]


@pytest.mark.parametrize(
    ("text", "words", "whole"),
    [
        ("国际友好城市", "国际友好城市", ["国际", "友好城市"]),  # the lexicon's term wins
        ("友好城市化", "城市化", ["友好城市", "化"]),
        ("人民外交学会", "人民外交学会", ["人民外交学会"]),  # no mention there, so the list's word is held
        ("歪城市长", "歪城\n歪城市长", ["歪城市长"]),  # the longest
        ("甲乙丙丁", "甲乙丙\n丙丁", ["甲乙丙", "丁"]),  # the leftmost
    ],
)
def test_terms_win_over_words_and_long_words_over_short_ones(
    tmp_path: Path, text: str, words: str, whole: list[str]
) -> None:
    assert forms_of(tmp_path, text, words) == whole


LISTED = ["城市", "外交部", "友好城市", "国际友好", "好城", "的发展", "二〇一四年", "BRI"]


@given(st.lists(zh_text, max_size=4), st.lists(st.sampled_from(LISTED), unique=True))
def test_holds_never_overlap_and_leave_the_terms_as_they_are(texts: list[str], words: list[str]) -> None:
    terms = [Term("a", "zh", form, "form", ()) for form in ("城市外交", "友好城市")]
    spans, excluding = find_in_characters(texts, [*terms, *(Term("", "zh", word, "form", ()) for word in words)])
    mentions = resolve(spans.take(spans.term < 2), excluding, resolve_sizes(terms))
    alone = find_holds(mentions, spans.take(spans.term < 0))
    holds = find_holds(mentions, spans.take(spans.term >= 2))
    assert (holds.start[1:] >= holds.end[:-1]).all()
    assert pairs(alone) <= pairs(holds)
    for start, end in pairs(spans.take(spans.term >= 2)) - pairs(holds):  # what is not held overlaps something held
        assert any(a < end and start < b for a, b in pairs(holds))


def pairs(spans: Spans) -> set[tuple[int, int]]:
    return set(zip(spans.start.tolist(), spans.end.tolist(), strict=True))


def resolve_sizes(terms: list[Term]) -> np.ndarray:
    return np.array([len(term.form) for term in terms])


def test_a_changed_list_redoes_the_mentions_alone(tmp_path: Path) -> None:
    study = study_of(tmp_path, "歪城\n".encode())
    assert tmp_path / "0.txt" in MENTIONS_STAGE.reads(study)
    assert tmp_path / "0.txt" not in TOKENS.reads(study)
    assert MENTIONS_STAGE.settings(study) is not None
    build(study, [make_document("a", ("zh", "在歪城市中心"))])
    before = sorted((study.corpus_folder / ".cuts").iterdir())
    (tmp_path / "0.txt").write_text("歪城市\n", encoding="utf-8")
    build(study, [make_document("a", ("zh", "在歪城市中心"))])
    assert [form for form, _ in words_of(study)][:2] == ["在", "歪城市"]
    assert sorted((study.corpus_folder / ".cuts").iterdir()) == before


RISKY = "—— n\n歪\u200b城\n歪城 ns\n友協\n友协 nt\n国际友好城市\n城市\n会\n改革、开放\n城市外交\n人民外交学会\n"


def test_each_risky_line_is_said_with_file_and_line(tmp_path: Path) -> None:
    risks = [risk for risk in find_risks(study_of(tmp_path, RISKY.encode())) if risk.startswith("0.txt")]
    said = [
        "line 1: '——' has no letter",
        "U+200B (ZERO WIDTH SPACE)",
        "line 5: '友协' stands already in 0.txt, line 4 as '友協', which is read alike; the tag there counts (none)",
        "line 8: '会' is one character",
        "line 9: '改革、开放' has '、' inside",
        "line 10: '城市外交' is a term of the lexicon (cities)",
        "line 7: '城市' lies in '城市外交' (cities)",
        "line 7: '城市' lies in '友好城市' (cities)",
        "line 6: '国际友好城市' holds '友好城市' (cities), which is held in its place",
    ]
    assert [part for part in said if not any(part in risk for risk in risks)] == []
    assert len(risks) == len(said)


def test_a_longer_term_in_a_list_is_not_said_to_give_way_to_the_shorter_one(tmp_path: Path) -> None:
    study = study_of(tmp_path, "国际友好城市\n".encode())
    study.lexicon.write_text('[[concept]]\nid = "a"\nzh = ["友好城市", "国际友好城市"]\n', encoding="utf-8")
    (risk,) = (risk for risk in find_risks(study) if risk.startswith("0.txt"))
    assert risk == "0.txt, line 1: '国际友好城市' is a term of the lexicon (a): held anyway"


def test_a_long_list_says_the_first_of_each_kind_and_how_many_more(tmp_path: Path) -> None:
    one = "".join(chr(0x4E00 + i) + "\n" for i in range(50))
    risks = find_risks(study_of(tmp_path, one.encode()))
    assert sum("is one character" in risk for risk in risks) == 20
    assert "… and 30 more such lines as the last" in risks


@given(zh_text.map(lambda text: plain(text, "zh")))
def test_a_word_that_can_match_is_found_where_it_stands(form: str) -> None:
    if can_match(form):
        spans, _ = find_in_characters([f"，{form}。"], [Term("", "zh", form, "form", ())])
        assert (1, len(form) + 1) in pairs(spans)


def test_the_list_of_german_names_holds_each_of_them_and_has_no_idle_line(tmp_path: Path) -> None:
    lists = Path(__file__).parents[2] / "configs" / "lists"
    lexicon = (lists.parent / "lexicons" / "city_diplomacy.toml").read_text(encoding="utf-8")
    study = study_of(tmp_path, (lists / "germany.txt").read_bytes(), lexicon=lexicon)
    assert [risk for risk in find_risks(study) if risk.startswith("0.txt")] == []
    names = load_words(study)
    assert {word.tag for word in names} == {"ns", "nr"}
    frames = ("他在{}说", "与{}的合作", "（{}）")
    build(study, [make_document("a", *(("zh", frame.format(word.form)) for word in names for frame in frames))])
    (batch,) = tokens.token_batches(study.corpus_folder / tokens.TOKENS_FILE)
    found = set(zip(*(batch[name].to_pylist() for name in ("passage", "start", "length")), strict=True))
    sought = [(frame.index("{"), len(word.form)) for word in names for frame in frames]
    assert [names[i // len(frames)].form for i, span in enumerate(sought) if (i, *span) not in found] == []

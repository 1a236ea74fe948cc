from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.bibliography.names import Name, is_pinyin, parse_name, show_name, split_names, syllables, to_csl


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("陈志敏", "陈志敏"), ("陈, 志敏", "陈志敏"), ("陈，志敏", "陈志敏"), ("陈 志敏", "陈志敏"),
        ("司马, 光", "司马光"),
        ("约瑟夫·奈", "约瑟夫·奈"), ("中华人民共和国外交部", "中华人民共和国外交部"),
        ("郝国强[1,2]", "郝国强"), ("王五①", "王五"),
        ("Chen, Zhimin", "Chen Zhimin"), ("Ouyang, Jing", "Ouyang Jing"), ("Lü, Xiao-hong", "Lü Xiao-hong"),
        ("Wang, Wei", "Wang Wei"), ("Müller, Hans-Peter", "Hans-Peter Müller"), ("von der Aa, Eva", "Eva von der Aa"),
        ("Lang, Kai", "Kai Lang"), ("Long, Dan", "Dan Long"), ("Lee, Dan", "Dan Lee"), ("Wang, Peter", "Peter Wang"),
        ("Auswärtiges Amt", "Auswärtiges Amt"), ("World Bank,", "World Bank"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_shown_in_the_order_of_its_culture(written: str, shown: str) -> None:
    assert show_name(parse_name(written)) == shown


@pytest.mark.parametrize(
    ("written", "family", "given"),
    [
        ("Jaeyoung Choi", "Choi", "Jaeyoung"),
        ("Chen Zhimin", "Chen", "Zhimin"),
        ("Zhimin Chen", "Chen", "Zhimin"),
        ("Hans Peter Müller", "Müller", "Hans Peter"),
    ],
)
def test_without_a_comma_the_last_word_is_the_family_unless_the_name_is_chinese(
    written: str, family: str, given: str
) -> None:
    assert parse_name(written, bare_is_person=True) == Name(family, given)


@pytest.mark.parametrize(
    "body",
    [
        "Stadt Köln",
        "Auswärtiges Amt",
        "World Health Organization",
        "Ministry of Foreign Affairs",
        "Bertelsmann Stiftung",
    ],
)
def test_a_body_is_no_person_even_where_names_have_no_commas(body: str) -> None:
    assert parse_name(body, bare_is_person=True) == Name(literal=body)


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("陈志敏;张三;", ["陈志敏", "张三"]),
        ("张三,李四，王五、赵六", ["张三", "李四", "王五", "赵六"]),
        ("Müller, Hans；Amt", ["Müller, Hans", "Amt"]),
        ("张三;;Müller, Hans;", ["张三", "Müller, Hans"]),
        (";;", []),
    ],
)
def test_a_list_of_names_is_cut_at_semicolons_and_between_chinese_names(listed: str, names: list[str]) -> None:
    assert split_names(listed) == names


def test_pinyin_is_cut_into_the_syllables_of_its_characters() -> None:
    assert [syllables(name) for name in ("Zhimin", "Jiang-ning", "Xi'an", "Xian", "Wei")] == [
        ["Zhi", "Min"], ["Jiang", "Ning"], ["Xi", "An"], ["Xian"], ["Wei"],
    ]  # fmt: skip
    assert not is_pinyin("Müller", "Mina")
    assert not is_pinyin("Wang", "Hannelore")


@given(st.text(max_size=30), st.booleans())
def test_any_name_is_read_shown_and_written_without_loss_of_its_letters(
    text: str,
    person: bool,  # noqa: FBT001 - drawn
) -> None:
    name = parse_name(text, bare_is_person=person)
    assert all(to_csl(name).values())
    assert {c for c in show_name(name) if c.isalpha()} <= set(text)

"""What is said to be risky."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from made import make_study

from pipeline.concepts.check import find_risks
from pipeline.errors import LexiconError
from pipeline.study import load_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LEXICON = """
[[concept]]
id = "short"
label = { zh = "友城", de = "Partnerstadt" }
zh = ["友城"]
de = ["Diplomatie"]
[[concept]]
id = "long"
label = { zh = "友城网络" }
zh = ["友城网络"]
[[concept]]
id = "phrase"
label = { zh = "公", de = "öD" }
zh = [{ form = "公外", not_in = ["办公外"] }]
de = ["öffentliche Diplomatie"]
"""


def test_each_risk_is_one_sentence(tmp_path: Path) -> None:
    risks = find_risks(make_study(tmp_path, LEXICON))
    said = [
        "concept 'long' has no term in de",
        "concept 'long' has no label in de",
        "'友城' is short",
        "'友城' (short) lies in '友城网络' (long)",
        "'Diplomatie' (short) lies in 'öffentliche Diplomatie' (phrase)",
        "texts: there is no file in ",
        "texts has no metadata",
    ]
    assert len(risks) == len(said)
    assert [part for part in said if not any(part in risk for risk in risks)] == []


def test_a_mistake_is_raised_and_not_listed(tmp_path: Path) -> None:
    with pytest.raises(LexiconError):
        find_risks(make_study(tmp_path, '[[concept]]\nid = "a"\n'))


COLUMNS: dict[str, Callable[[int], object]] = {
    "link": lambda i: f"https://stadt.example/artikel/{i}",
    "day": lambda i: f"2014-05-{i % 28 + 1:02}",
    "tag": lambda i: f"2014年5月{i % 28 + 1}日",
    "nr": lambda i: i if i % 12 else None,
    "key": lambda i: f"BT_17_{i}",
    "lang": lambda i: ("de", "zh")[i % 2],
    "headline": lambda i: f"{i} Jahre Partnerschaft mit Wuhan",
    "题名": lambda i: f"城市外交{i}",
    "word": lambda i: f"Stadt{'abcdefghij'[i % 10]}{'klmnop'[i // 10]}",
    "text": lambda i: "https://stadt.example" if i % 3 else f"Die Stadt hat {i} Partner.",
}


@pytest.mark.parametrize(
    ("column", "held"),
    [
        ("link", "addresses, not texts"),
        ("day", "dates or numbers, not texts"),
        ("tag", "dates or numbers, not texts"),
        ("nr", "dates or numbers, not texts"),
        ("key", "ids, not texts"),
        ("lang", "2 different texts in its first 60 rows"),
        *((column, "") for column in ("headline", "题名", "word", "text")),
    ],
)
def test_a_tables_column_that_holds_no_texts_is_said_and_titles_are_texts(
    tmp_path: Path, column: str, held: str
) -> None:
    rows = [{name: make(i) for name, make in COLUMNS.items()} for i in range(60)]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    make_study(tmp_path, LEXICON)
    path = tmp_path / "study.toml"
    source = (
        f'[[source]]\nid = "t"\nkind = "table"\npath = "t.jsonl"\ntype = "news"\ncolumns = {{ text = "{column}" }}\n'
    )
    path.write_text(path.read_text(encoding="utf-8") + source, encoding="utf-8")
    said = [risk for risk in find_risks(load_study(path, tmp_path)) if "taken as the text" in risk]
    assert [risk.partition("taken as the text, holds ")[2] for risk in said] == ([held] if held else [])

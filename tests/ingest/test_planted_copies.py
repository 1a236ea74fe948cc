"""Copies planted among real texts, and texts that are none."""

from __future__ import annotations

import gzip
import json
import random
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline.__main__ import main

FLOORS = json.loads((Path(__file__).resolve().parents[1] / "floors.json").read_text(encoding="utf-8"))
STUDY = """[study]
name = "planted"
title = "Planted"
languages = ["zh", "de"]
lexicon = "lexicon.toml"
[[source]]
id = "texts"
kind = "table"
path = "texts.jsonl"
type = "news"
columns = { id = "id", text = "text", date = "date" }
"""
LEXICON = '[[concept]]\nid = "a"\nzh = ["外交"]\nde = ["Diplomatie"]\n'


def find(folder: Path, items: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What each item is said to be a copy of."""
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    (folder / "lexicon.toml").write_text(LEXICON, encoding="utf-8")
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    (folder / "texts.jsonl").write_text(lines, encoding="utf-8")
    assert main(["corpus", "--study", "study.toml", "--quiet"]) == 0
    table = pq.read_table(folder / "corpora" / "planted" / "documents.parquet", columns=["doc_id", "duplicate_of"])
    pairs = zip(table["doc_id"].to_pylist(), table["duplicate_of"].to_pylist(), strict=True)
    return {doc_id.removeprefix("texts/"): of and of.removeprefix("texts/") for doc_id, of in pairs}


def with_other_headline(text: str, rng: random.Random, code: str) -> str:
    head = "本台要闻：各地动态一览" if code == "zh" else "Eilmeldung: Nachrichten aus den Städten"
    return f"{head}{rng.randrange(100)}\n{text}"


def without_last_part(text: str, rng: random.Random, code: str) -> str:
    sentences = re.split(r"(?<=[。！？])" if code == "zh" else r"(?<=[.!?]) ", text)
    kept = max(1, round(len(sentences) * rng.uniform(0.7, 0.9)))
    return ("" if code == "zh" else " ").join(sentences[:kept])


def in_other_spelling(text: str, rng: random.Random, code: str) -> str:
    if code == "zh":
        from opencc import OpenCC

        return OpenCC("s2t").convert(text)
    return re.sub(r"(\w{5})(\w{5})", lambda m: m[0] if rng.random() < 0.7 else f"{m[1]}-\n{m[2]}", text)


def with_spaces(text: str, rng: random.Random, code: str) -> str:
    if code == "zh":
        return "".join(c + (" " if rng.random() < 0.1 else "") for c in text)
    return text.replace("ß", "ss").replace(" – ", " - ")


def with_characters_changed(text: str, rng: random.Random, code: str) -> str:
    letters = "的一是了我不人在他有" if code == "zh" else "aeinrst"
    return "".join(rng.choice(letters) if rng.random() < 0.05 and not c.isspace() else c for c in text)


WAYS = (with_other_headline, without_last_part, in_other_spelling, with_spaces, with_characters_changed)


def plant(items: list[dict[str, str]], number: int, code: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The items with altered copies of some among them, and of what each copy is one."""
    rng = random.Random(7)
    long = [item for item in items if len(item["text"]) >= 200]
    truth: dict[str, str] = {}
    copies: list[dict[str, str]] = []
    for i, item in enumerate(rng.sample(long, number)):
        way = WAYS[i % len(WAYS)]
        name = f"copy-{i}-{way.__name__}"
        copies.append({"id": name, "date": "2020-01-01", "text": way(item["text"], rng, code)})
        truth[name] = item["id"]
    return [*items, *copies], truth


def read(path: Path, number: int) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows: list[dict[str, Any]] = [json.loads(line) for _, line in zip(range(number), lines, strict=False)]
    return [{"id": row["id"], "date": row["date"] or "", "text": row["text"]} for row in rows]


@pytest.mark.shared
@pytest.mark.parametrize(
    "case",
    [
        ("zh_news_2012_2019", "zh", 8000, 250),
        ("de_parliament_2012_2016", "de", 2000, 100),
        ("de_city_council_sample", "de", 1500, 100),
    ],
)
def test_planted_copies_are_found_and_named_rightly(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str, int, int]
) -> None:
    name, code, items, planted = case
    texts, truth = plant(read(shared / "corpora" / f"{name}.jsonl.gz", items), planted, code)
    found = find(tmp_path / "study", texts, monkeypatch)
    said = {copy: found[copy] for copy in truth if found[copy] is not None}
    right = [copy for copy, of in said.items() if of == truth[copy] or of == found[truth[copy]]]
    missed = sorted(set(truth) - set(said))
    assert len(right) / len(truth) >= FLOORS["duplicates_recall"], missed
    assert len(right) / len(said) >= FLOORS["duplicates_precision"], sorted(set(said) - set(right))


FORMULA = (
    "各位来宾，女士们、先生们，朋友们：大家上午好！很高兴同大家相聚一堂。"
    "我谨代表市政府，对各位的到来表示热烈的欢迎和衷心的感谢！"
)
END = "最后，预祝本次大会取得圆满成功！祝各位身体健康、工作顺利、万事如意！谢谢大家！"
BODIES = (
    (
        "江城与莱茵河畔的伙伴城市结好三十年来，两市青年每年互访，港口之间开通了货运列车，大学共建了实验室。"
        "去年双方又签署了关于水环境治理的备忘录，两市的工程师一起改造了老码头，市民可以沿河散步。"
    ),
    (
        "今天我们在这里讨论乡村小学的图书馆建设。三年里我们募集了二十万册图书，培训了四百名教师，"
        "孩子们在周末有了安静读书的地方。下一步，我们打算把流动书车开到山里最远的村子去。"
    ),
)


def test_two_speeches_with_the_same_formulas_are_no_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"id": f"{i}", "date": f"201{i}-01-01", "text": FORMULA + "\n" + body + "\n" + END}
             for i, body in enumerate(BODIES)]  # fmt: skip
    assert find(tmp_path / "study", items, monkeypatch) == {"0": None, "1": None}


def test_forms_that_differ_in_names_and_numbers_are_no_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = "{} 市今天白天多云，最高气温 {} 度，最低气温 {} 度，南风 {} 级，空气质量指数 {}，适宜户外活动。"
    rows = [("江城", 31, 22, 3, 58), ("北港", 12, 4, 5, 121), ("山阳", 25, 17, 2, 40)]
    items = [{"id": f"{i}", "date": f"2014-05-0{i + 1}", "text": form.format(*row)} for i, row in enumerate(rows)]
    assert set(find(tmp_path / "study", items, monkeypatch).values()) == {None}


def test_the_earliest_dated_copy_is_the_original_and_undated_ones_come_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FORMULA + BODIES[0] + END
    items = [
        {"id": "undated", "date": "", "text": text},
        {"id": "late", "date": "2016-01-01", "text": text.replace("。", "．")},
        {"id": "early", "date": "2014-01-01", "text": text},
        {"id": "other", "date": "2013-01-01", "text": BODIES[1] * 2},
    ]
    assert find(tmp_path / "study", items, monkeypatch) == {
        "undated": "early", "late": "early", "early": None, "other": None,
    }  # fmt: skip

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.languages import de, en, zh

FLOORS = json.loads((Path(__file__).parent.parent / "floors.json").read_text("utf-8"))


@pytest.mark.shared
def test_tags_reach_the_floor_on_gold(shared: Path) -> None:
    """UD German GSD's own tags are of STTS; all words count, each form without its sentence."""
    lines = (shared / "gold" / "de_gsd-ud-dev.conllu").read_text("utf-8").splitlines()
    rows = [row for row in (line.split("\t") for line in lines) if len(row) == 10 and row[0].isdigit()]
    words = [(row[1], row[4]) for row in rows if any(map(str.isalnum, row[1]))]
    forms, gold = zip(*words, strict=True)
    tags = de.tag(forms, de.lemmatize(forms))
    assert sum(map(str.__eq__, map(str, tags), gold)) / len(gold) >= FLOORS["de_tags"]


@pytest.mark.parametrize(
    ("form", "tag"),
    [
        ("Stadt", "NN"), ("Städtepartnerschaften", "NN"), ("Abgeordnete", "NN"), ("Duisburg", "NE"), ("geht", "VVFIN"),
        ("gegangen", "VVPP"), ("teilzunehmen", "VVIZU"), ("schöner", "ADJA"), ("schön", "ADJD"), ("der", "ART"),
        ("Der", "ART"), ("UND", "KON"), ("daß", "KOUS"), ("würde", "VAFIN"), ("Würde", "NN"), ("nicht", "PTKNEG"),
        ("2019", "CARD"), ("1.000,5", "CARD"), ("3.", "ADJA"), ("32-jährige", "ADJA"), ("EU-weit", "ADJD"),
        ("Städte-", "TRUNC"), ("Bürger*innen", "NN"), ("Seidenstraßen-Initiative", "NN"), ("deshalb", "PAV"),
        ("baurechtlich", "ADJD"), ("naturschutzrechtlichen", "ADJA"), ("schutzbedürftig", "ADJD"), ("stadtteil", "NN"),
        ("richtigerweise", "ADV"), ("fairerweise", "ADV"), ("verweise", "VVFIN"), ("Auszubildende", "NN"),
        ("Sachverständiger", "NN"), ("Aachener", "ADJA"), ("Verschleiß", "NN"), ("Wählerverhalten", "NN"),
        ("unbesetzt", "ADJD"), ("fraktionsübergreifend", "ADJD"), ("besetzt", "VVPP"), ("begrüßen", "VVINF"),
        ("verstetigen", "VVINF"), ("erhalten", "VVPP"), ("gebrochen", "VVPP"), ("Herzlichen", "ADJA"),
        ("Visafreiheit", "NN"), ("Solarindustrie", "NN"), ("Beckmeyer", "NE"), ("Ottostraße", "NE"), ("Jung", "NE"),
        ("sodass", "KOUS"), ("vonseiten", "APPR"), ("Mithilfe", "NN"), ("infrage", "ADV"),
        ("Planungsrechtliche", "ADJA"), ("Baurechtlich", "ADJD"), ("Topografischen", "ADJA"), ("Ältere", "NN"),
        (".", None), ("-", None), ("", None), ("😀", None), ("x" * 100_000, None),
    ],
)  # fmt: skip
def test_a_form_has_its_likeliest_tag(form: str, tag: str | None) -> None:
    assert de.tag([form], de.lemmatize([form]) if form else [""]) == [tag]


def test_chinese_tags_are_those_of_jieba_and_english_has_none() -> None:
    forms = ["城市", "中國", "的", "，", "推动城市外交"]
    assert zh.tag(forms, zh.lemmatize(forms)) == ["ns", "ns", "uj", "x", None]
    assert en.tag(["city", "goes"], ["city", "go"]) == [None, None]

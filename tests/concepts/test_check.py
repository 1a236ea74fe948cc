"""What is said to be risky."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from made import make_study

from pipeline.concepts.check import find_risks
from pipeline.errors import LexiconError

if TYPE_CHECKING:
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

"""Small studies with themes, for tests of topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from made import TWO_CONCEPTS, build, make_document, make_study

from pipeline.analyses.topics.stage import MODELS_STAGE
from pipeline.export.topics import TOPICS_STAGE
from pipeline.ingest.corpus import REJECTS_FILE
from pipeline.stages import Outcome, bring_up_to_date

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pipeline.study import Study

DE = [
    ["Städtediplomatie", "Bürgermeister", "Partnerschaft", "Besuch", "Delegation", "Empfang", "Vertrag", "Reise"],
    ["Volksdiplomatie", "Verein", "Schüler", "Austausch", "Familie", "Musik", "Orchester", "Konzert"],
    ["Hafen", "Handel", "Container", "Schiff", "Logistik", "Zoll", "Fracht", "Lager"],
]
ZH = [
    ["城市外交", "市长", "代表团", "访问", "协议", "签署", "友城", "会见"],
    ["民间外交", "学生", "家庭", "音乐", "教师", "学校", "老师", "歌曲"],
    ["港口", "贸易", "货物", "海关", "物流", "企业", "投资", "市场"],
]
SETTINGS = "iterations = 60\n"
"""Those that a test leaves as they are."""


def themed(number: int, theme: int, language: str = "de", passages: int = 2, **columns: Any) -> dict[str, Any]:
    """A document on one theme, with a heading and some passages."""
    rng = np.random.default_rng([number, theme, len(language)])
    words = (DE if language == "de" else ZH)[theme]
    texts = [rng.choice(words, 12).tolist() for _ in range(passages)]
    joined = [
        (" ".join(text) if language == "de" else "，".join(text)) + ("." if language == "de" else "。")
        for text in texts
    ]
    rows = [(language, joined[0][:8], "heading"), *((language, text, "body") for text in joined)]
    return make_document(f"{language}{number:03}", *rows, **{"date": f"{2012 + number % 4}-03-01"} | columns)


def themes(number: int = 24, languages: Sequence[str] = ("de", "zh")) -> list[dict[str, Any]]:
    """Documents of three themes in turn; those of even number are speeches, the others articles."""
    return [
        themed(
            i, i % 3, code, source_type=("speech", "article")[i % 2], title=f"Text {i}", url=f"https://example.org/{i}"
        )
        for code in languages
        for i in range(number)
    ]


def topic_study(
    folder: Path, documents: Sequence[dict[str, Any]], settings: str = "", languages: Sequence[str] = ("de", "zh"),
    lexicon: str = TWO_CONCEPTS,
) -> Study:  # fmt: skip
    """A built study with settings of ``[topics]``."""
    given = settings if "min_words" in settings else f"min_words = 5\n{settings}"
    given = given if "seeds" in given else f"seeds = 3\n{given}"
    study = make_study(folder, lexicon, languages, timelines=f"[topics]\n{SETTINGS}{given}")
    build(study, documents)
    (study.corpus_folder / REJECTS_FILE).write_text("source_id,item,stage,reason,detail\n", "utf-8")
    return study


def run(study: Study) -> list[Outcome]:
    """Bring models and tables up to date."""
    return bring_up_to_date([MODELS_STAGE, TOPICS_STAGE], study, lambda *_: None)

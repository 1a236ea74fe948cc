"""A study whose words try to break TeX, built in a folder; and facts that are easy to vary."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from user_study import DE, FOLDER, LEXICON, ZH, write_study, write_texts

from pipeline.export.paper.facts import Facts

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "50 % & mehr_von #1 {x} ~ ^ \\input{/etc/hostname} $a$ „Łódź“ Привет 𠮷 😀 <b> \"a 'n' [z]"
TITLES = {
    "zh_2014.txt": "城市外交：“友好” & 合作_报告 #1 100% \\relax {未完",
    "de_2015.txt": "Straße & Größe: 5 % von \\textbf{allem} ~ ^ $x_1$ #äöüß",
    "de_2016.txt": HOSTILE,
}
DATES = {"zh_2014.txt": "2014-05-15", "de_2015.txt": "2015", "de_2016.txt": "2016-03", "ohne.txt": ""}
LONG = """
[[concept]]
id = "partnership"
label = { zh = "友好城市_关系&100%", de = "Kommunale Klimapartnerschaftsvereinbarungsgesellschaft #1 \\\\ {~^}" }
zh = ["友好城市", { form = "民间外交", not_in = ["民间外交学会"] }]
de = ["Partnerschaft"]
"""


def make_study(folder: Path, language: str = "en") -> Path:
    """Four texts, one without a date, one file that is none; the words of the study are hostile."""
    texts = dict.fromkeys(TITLES, DE) | {"zh_2014.txt": ZH, "ohne.txt": f"{DE} Ein Nachtrag.", "leer.txt": ""}
    rows = [f'{name},"{TITLES.get(name, "").replace(chr(34), chr(34) * 2)}",{DATES.get(name, "")}' for name in texts]
    write_texts(folder, texts, "\n".join(["file,title,date", *rows]) + "\n")
    more = '[timelines]\nbootstrap = 100\n[run]\nworkers = 1\n[passages]\nduplicates = "all"\n'
    path = write_study(folder, FOLDER, LEXICON + LONG, f'{more}[paper]\nlanguage = "{language}"\n')
    words = path.read_text(encoding="utf-8")
    title = HOSTILE.replace("𠮷", "").replace("\\", "\\\\").replace('"', '\\"')
    path.write_text(words.replace('title = "Mine"', f'title = "{title}"'), encoding="utf-8")
    return path


def facts(**changed: Any) -> Facts:
    """Facts of a study that never was."""
    return replace(_FACTS, **changed)


_FACTS = Facts(
    title="T", note="", version="0.1.0", languages=("zh", "de"), documents={"zh": 1234, "de": 5678},
    words={"zh": 2345678, "de": 3456789}, other_documents=12, types={"speech": 3456, "weblog": 3461},
    years=(1998, 2024),
    kept=("body", "heading"), left_out=("footnote", "reference"), duplicates="first", copies=21, undated=34,
    undated_mentions=55, outside_mentions=67,
    rejects={"broken": 1089, "needs_ocr": 13}, concepts=17, terms=144, excluded=8, found=98765,
    counted=87654, per="words", period="year", own_periods=0, draws=2000, seed=42, adjusted=True,
    kinds_of_change=("first_seen",),
    tools={"rjieba": "0.2.2", "spacy": "3.8.18", "numpy": "2.4.6"}, lexicon="words.toml", lexicon_sha256="0" * 64,
    counted_on=dt.date(2026, 11, 2),
)  # fmt: skip


def no_network_environment() -> dict[str, str]:
    """The environment of a TeX engine that may write beside the document only."""
    return os.environ | {"openout_any": "p", "openin_any": "a"}

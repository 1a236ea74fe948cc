"""Captions of the paper's figures and tables, in the language of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.marks import DAGGER
from pipeline.export.names import row_names, short_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.export.paper.facts import Facts
    from pipeline.export.phrases import Phrases

    Labels = Mapping[str, Mapping[str, str]]

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "one": "{name}: mentions per million {below} by language. Heavy line: all texts; other lines: parts of the "
        "corpus; bars: documents per period.",
        "comparison": "Mentions per million {below} of {names} in all texts, by language.",
        "side": "Mentions per million {below} in all texts, a row for each concept, a column for each language; each "
        "panel has its own scale.{part}",
        "multiples": "Mentions per million {below} in all texts, a panel for each concept, a line for each language; "
        "each panel has its own scale.{part}",
        "robust": "Rate ratio per year with its 95 % interval, all texts: as the study counts (band) and with one "
        "choice changed at a time; on the right the first periods of steps. Hollow marks: direction, significance or "
        "steps differ from the study's own. The p-values are corrected for the number of concepts, not for that of "
        "choices.{part}",
        "mix": "Changes of rates from the first period to the last and over steps, all texts, split (Kitagawa 1955) "
        "into what happened within sources, what comes from another mix of them, and sources that are there only "
        "before or only after. In percent of the higher of the two rates; diamond: the whole change.{part}",
        "pair": "{names}. Above: how often both stand in the same paragraph or document, observed / expected, on a "
        "logarithmic axis; below: the distance of their contexts (0: the same, 1: nothing shared). Upright lines: 95 % "
        "intervals. Grey: the distance that chance alone gives.",
        "part": " Part {} of {}.",
        "band": "Band: 95 % interval from a bootstrap over documents ({draws} draws, seed {seed}).",
        "marks": "Hollow points: an interval that is not to be trusted; a line breaks where there are no texts.",
        "steps": "Dashed upright lines: steps of the rate.",
        "corpus": "The corpus by language and kind of source.",
        "changes": "First dated mention of each concept.",
        "steps_table": "Steps and trends of the rates per million {below}: before and after a step; of a trend as "
        "fitted in the first and the last period. Ratio: after to before, of a trend per year, with its 95 % interval; "
        "p from permuting documents over time, adjusted for the number of concepts (Holm).",
        "timeline": "{name}: mentions per million {below} by period, all texts. Mentions (documents with a mention), "
        "rate, 95 % interval.",
    },
    "de": {
        "one": "{name}: Nennungen je Million {below} nach Sprache. Kräftige Linie: alle Texte; andere Linien: Teile "
        "des Korpus; Balken: Dokumente je Zeitraum.",
        "comparison": "Nennungen je Million {below} von {names} in allen Texten, nach Sprache.",
        "side": "Nennungen je Million {below} in allen Texten, eine Zeile je Begriff, eine Spalte je Sprache; jedes "
        "Feld hat seinen eigenen Maßstab.{part}",
        "multiples": "Nennungen je Million {below} in allen Texten, ein Feld je Begriff, eine Linie je Sprache; jedes "
        "Feld hat seinen eigenen Maßstab.{part}",
        "robust": "Ratenverhältnis je Jahr mit 95-%-Intervall, alle Texte: wie die Studie zählt (Band) und mit jeweils "
        "einer geänderten Entscheidung; rechts die ersten Zeiträume von Sprüngen. Offene Symbole: Richtung, "
        "Signifikanz oder Sprünge weichen ab. Die p-Werte sind für die Zahl der Begriffe korrigiert, nicht für die der "
        "Entscheidungen.{part}",
        "mix": "Änderungen der Raten vom ersten zum letzten Zeitraum und über Sprünge, alle Texte, zerlegt (Kitagawa "
        "1955) in Änderungen innerhalb der Quellen, Änderungen ihrer Zusammensetzung und Quellen, die es nur vorher "
        "oder nur nachher gibt. In Prozent der höheren der beiden Raten; Raute: Gesamtänderung.{part}",
        "pair": "{names}. Oben: wie oft beide im selben Absatz oder Dokument stehen, beobachtet / erwartet, auf "
        "logarithmischer Achse; unten: Abstand ihrer Kontexte (0: gleich, 1: nichts gemeinsam). Senkrechte Striche: "
        "95-%-Intervalle. Grau: Abstand, den allein der Zufall ergibt.",
        "part": " Teil {} von {}.",
        "band": "Band: 95-%-Intervall aus einem Bootstrap über Dokumente ({draws} Ziehungen, Startwert {seed}).",
        "marks": "Offene Punkte: Das Intervall ist nicht verlässlich. Wo es keine Texte gibt, bricht die Linie ab.",
        "steps": "Gestrichelte senkrechte Linien: Sprünge der Rate.",
        "corpus": "Das Korpus nach Sprache und Art der Quelle.",
        "changes": "Erste datierte Nennung jedes Begriffs.",
        "steps_table": "Sprünge und Trends der Raten je Million {below}: vor und nach einem Sprung; bei Trends die "
        "geschätzten Werte im ersten und im letzten Zeitraum. Verhältnis: nachher zu vorher, bei Trends je Jahr, mit "
        "95-%-Intervall; p aus Permutationen der Dokumente über die Zeit, korrigiert für die Zahl der Begriffe (Holm).",
        "timeline": "{name}: Nennungen je Million {below} nach Zeitraum, alle Texte. Nennungen (Dokumente mit "
        "Nennung), Rate, 95-%-Intervall.",
    },
    "zh": {
        "one": "{name}：各语言每百万{below}提及次数。粗线：全部文本；其他线：语料库各部分；柱：各时段文献数。",
        "comparison": "{names}在全部文本中的每百万{below}提及次数，按语言分列。",
        "side": "全部文本中的每百万{below}提及次数：每行一个概念，每列一种语言；各图刻度不同。{part}",
        "multiples": "全部文本中的每百万{below}提及次数：每格一个概念，每条线一种语言；各图刻度不同。{part}",
        "robust": "每年频率比及其95%区间（全部文本）：灰带为本研究的计数方式，其余各行每次只改变一项选择；"
        "右侧为突变起始时段。空心点：方向、显著性或突变与本研究的计数结果不一致。p值按概念数校正，未按选项数校正。{part}",
        "mix": "全部文本中首末时段之间及突变前后频率的变化，按Kitagawa（1955）分解为来源内部的变化、来源构成的变化和"
        "仅见于前期或后期的来源；以两个频率中较高者的百分比表示，菱形为总变化。{part}",
        "pair": "{names}。上：两者在同一段落或同一文献中共现的观测值／期望值（对数坐标）；"
        "下：语境距离（0为相同，1为完全不同）。竖线：95%区间。灰色：仅由随机性产生的距离。",
        "part": "第{}部分，共{}部分。",
        "band": "灰带：按文献抽样的自助法所得95%区间（抽样{draws}次，随机种子{seed}）。",
        "marks": "空心点：区间不可靠；无文本处线条中断。",
        "steps": "竖虚线：频率的突变。",
        "corpus": "语料库构成（按语言和来源类别）。",
        "changes": "各概念首次有日期的提及。",
        "steps_table": "各概念每百万{below}频率的突变与趋势：突变列出前后频率，趋势列出首末时段的拟合值。"
        "比率为后与前之比（趋势为每年之比），附95%区间；p值由文献在时间上的置换得出，按概念数作Holm校正。",
        "timeline": "{name}：各时段每百万{below}提及次数，全部文本。提及次数（含提及的文献数）、频率、95%区间。",
    },
}


def one_concept(name: str, facts: Facts, phrases: Phrases) -> str:
    """The caption of one concept's figure."""
    text = _TEXTS[phrases.code]["one"].format(name=name, below=phrases.below)
    said = [text, _band(facts, phrases), _marks(phrases), *_steps(facts, phrases)]
    return _with_notes(said, facts, phrases, [name])


def comparison(labels: Labels, facts: Facts, phrases: Phrases) -> str:
    """The caption of the figure that compares concepts."""
    names = _short(labels, phrases)
    text = _TEXTS[phrases.code]["comparison"].format(names=phrases.join(names), below=phrases.below)
    return _with_notes([text, _marks(phrases)], facts, phrases, names)


def side_by_side(labels: Labels, facts: Facts, phrases: Phrases, part: int, parts: int) -> str:
    """The caption of the languages beside each other."""
    text = _TEXTS[phrases.code]["side"].format(part=_part(phrases, part, parts), below=phrases.below)
    names = (name for concept, label in labels.items() for name in row_names(label, concept))
    return _with_notes([text, _band(facts, phrases), _marks(phrases)], facts, phrases, names)


def small_multiples(labels: Labels, facts: Facts, phrases: Phrases, part: int, parts: int) -> str:
    """The caption of the cells."""
    text = _TEXTS[phrases.code]["multiples"].format(part=_part(phrases, part, parts), below=phrases.below)
    said = [text, _marks(phrases), *_steps(facts, phrases)]
    return _with_notes(said, facts, phrases, _short(labels, phrases))


def robustness(labels: Labels, facts: Facts, phrases: Phrases, part: int, parts: int) -> str:
    """The caption of the trends under other choices."""
    text = _TEXTS[phrases.code]["robust"].format(part=_part(phrases, part, parts))
    return _with_notes([text], facts, phrases, _short(labels, phrases))


def decomposition(labels: Labels, facts: Facts, phrases: Phrases, part: int, parts: int) -> str:
    """The caption of what changes are made of."""
    text = _TEXTS[phrases.code]["mix"].format(part=_part(phrases, part, parts))
    return _with_notes([text], facts, phrases, _short(labels, phrases))


def pair_of_concepts(labels: Labels, facts: Facts, phrases: Phrases) -> str:
    """The caption of how far two concepts go their own ways."""
    names = _short(labels, phrases)
    return _with_notes([_TEXTS[phrases.code]["pair"].format(names=" – ".join(names))], facts, phrases, names)


def table(kind: str, phrases: Phrases, name: str = "", *, dagger: str = "", names: Iterable[str] = ()) -> str:
    """The caption of a table: ``corpus``, ``changes``, ``steps_table`` or ``timeline``.

    Args:
        kind: of these.
        phrases: its language.
        name: of the concept that it is about.
        dagger: what the mark of exploratory concepts means.
        names: the names in it; where one has the mark, it is explained.
    """
    text = _TEXTS[phrases.code][kind].format(name=name, below=phrases.below)
    return _sentences([text, _explained(dagger, [name, *names])], phrases)


def _with_notes(said: Sequence[str], facts: Facts, phrases: Phrases, names: Iterable[str]) -> str:
    return _sentences([*said, facts.note, _explained(facts.dagger, names)], phrases)


def _explained(dagger: str, names: Iterable[str]) -> str:
    return dagger if any(DAGGER in name for name in names) else ""


def _short(labels: Labels, phrases: Phrases) -> list[str]:
    return [short_title(label, concept, phrases.code) for concept, label in labels.items()]


def _band(facts: Facts, phrases: Phrases) -> str:
    return _TEXTS[phrases.code]["band"].format(draws=phrases.number(facts.draws), seed=facts.seed)


def _marks(phrases: Phrases) -> str:
    return _TEXTS[phrases.code]["marks"]


def _steps(facts: Facts, phrases: Phrases) -> list[str]:
    return [_TEXTS[phrases.code]["steps"]] if "step" in facts.kinds_of_change else []


def _part(phrases: Phrases, part: int, parts: int) -> str:
    return _TEXTS[phrases.code]["part"].format(part, parts) if parts > 1 else ""


def _sentences(parts: Sequence[str], phrases: Phrases) -> str:
    return ("" if phrases.code == "zh" else " ").join(part.strip() for part in parts if part.strip())

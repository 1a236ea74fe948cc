"""The words and the numbers of figures, captions and tables in English, German and Chinese."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

_GERMAN_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """What figures and tables say in one language."""

    code: str
    thousands: str
    decimal: str
    percent: str
    """What stands behind a percentage, with its space where the language has one."""
    comma: str
    last: str
    """Before the last of several."""
    mentions_per: str
    below: str
    """What rates are per million of."""
    characters: str
    """In place of ``below`` where characters stand below the line."""
    documents: str
    all_texts: str
    interval: str
    few: str
    no_texts: str
    beyond: str
    step: str
    no_term: str
    nothing: str
    counts: str
    left_out: str
    languages: Mapping[str, str]
    kinds: Mapping[str, str]
    types: Mapping[str, str] = field(default_factory=dict)
    """Kinds of sources; the user's own words stay as they are."""

    @property
    def rate(self) -> str:
        """What an axis of rates shows."""
        return self.mentions_per.format(self.below)

    def number(self, value: float, digits: int | None = None) -> str:
        """A number with separators; ``digits`` decimals, or as many as it has."""
        text = f"{value:z,.10g}" if digits is None else f"{value:z,.{digits}f}"
        return text.translate({ord(","): self.thousands, ord("."): self.decimal, ord("-"): "−"})

    def share(self, value: float, digits: int = 1) -> str:
        """A share of one as a percentage."""
        return self.number(100 * value, digits) + self.percent

    def language(self, code: str) -> str:
        """The name of a language; its code where there is none."""
        return self.languages.get(code, code)

    def group(self, group: str) -> str:
        """``source_type=city_website`` as ``city websites``."""
        value = group.split("=", 1)[-1]
        return self.types.get(value, value.replace("_", " "))

    def day(self, day: dt.date) -> str:
        """A day as the language writes it: 2 March 2026, 2. März 2026, 2026年3月2日."""
        if self.code == "zh":
            return f"{day.year}年{day.month}月{day.day}日"
        if self.code == "de":
            return f"{day.day}. {_GERMAN_MONTHS[day.month - 1]} {day.year}"
        return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]} {day.year}"

    def aside(self, text: str, more: str) -> str:
        """A text with something more in brackets."""
        return f"{text}（{more}）" if self.code == "zh" else f"{text} ({more})"

    def join(self, words: Sequence[str]) -> str:
        """One, two and three."""
        return self.last.join([self.comma.join(words[:-1]), words[-1]] if len(words) > 1 else words)


ENGLISH = Phrases(
    code="en", thousands=",", decimal=".", percent="\u00a0%", comma=", ", last=" and ",
    mentions_per="mentions per million {}", below="words", characters="characters", documents="documents",
    all_texts="all texts", interval="95 % interval",
    few="interval not to be trusted", no_texts="no texts", beyond="beyond the axis", step="step",
    no_term="no term in this language", nothing="No concept of the lexicon is mentioned in a document of any period.",
    counts="{} mentions in {} {}",
    left_out="The {} groups with most words are drawn; {} more are in the table.",
    languages={"zh": "Chinese", "de": "German", "en": "English"},
    kinds={"body": "body text", "heading": "headings", "footnote": "footnotes", "reference": "references",
           "caption": "captions", "table": "tables", "boilerplate": "page furniture", "abstract": "abstracts",
           "keywords": "keywords"},
)  # fmt: skip
GERMAN = Phrases(
    code="de", thousands=".", decimal=",", percent="\u00a0%", comma=", ", last=" und ",
    mentions_per="Nennungen je Million {}", below="Wörter", characters="Zeichen", documents="Dokumente",
    all_texts="alle Texte", interval="95-%-Intervall",
    few="Intervall nicht verlässlich", no_texts="keine Texte", beyond="jenseits der Achse",
    step="Sprung", no_term="kein Suchwort in dieser Sprache",
    nothing="Kein Begriff des Lexikons kommt in einem Dokument eines der Zeiträume vor.",
    counts="{} Nennungen auf {} {}",
    left_out="Gezeigt sind die {} Gruppen mit den meisten Wörtern; {} weitere stehen in der Tabelle.",
    languages={"zh": "Chinesisch", "de": "Deutsch", "en": "Englisch"},
    kinds={"body": "Fließtext", "heading": "Überschriften", "footnote": "Fußnoten", "reference": "Literaturangaben",
           "caption": "Bildunterschriften", "table": "Tabellen", "boilerplate": "Kopf- und Fußzeilen",
           "abstract": "Zusammenfassungen", "keywords": "Schlagwörter"},
    types={"speech": "Reden", "article": "Artikel", "city_website": "Websites von Städten", "news": "Nachrichten",
           "parliament": "Parlament"},
)  # fmt: skip
CHINESE = Phrases(
    code="zh", thousands=",", decimal=".", percent="%", comma="、", last="和",
    mentions_per="每百万{}提及次数", below="词", characters="字符", documents="文献数", all_texts="全部文本",
    interval="95%区间", few="区间不可靠", no_texts="无文本", beyond="超出坐标轴", step="突变",
    no_term="词表中无此语言词条", nothing="词表中的概念均未见于任何时段的文献。", counts="{1}{2}中提及{0}次",
    left_out="图中为词数最多的{}组，其余{}组见表。",
    languages={"zh": "中文", "de": "德文", "en": "英文"},
    kinds={"body": "正文", "heading": "标题", "footnote": "脚注", "reference": "参考文献", "caption": "图表说明",
           "table": "表格", "boilerplate": "页眉页脚", "abstract": "摘要", "keywords": "关键词"},
    types={"speech": "讲话", "article": "文章", "city_website": "城市网站", "news": "新闻", "parliament": "议会"},
)  # fmt: skip
PHRASES: Mapping[str, Phrases] = {phrases.code: phrases for phrases in (ENGLISH, GERMAN, CHINESE)}


def phrases_of(code: str, per: str) -> Phrases:
    """The phrases of a language for rates per million ``words`` or ``characters``."""
    phrases = PHRASES[code]
    return phrases if per == "words" else replace(phrases, below=phrases.characters)

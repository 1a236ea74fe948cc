"""Web pages of three kinds: a German city's portal, a Chinese government's portal, an archive of speeches."""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

if TYPE_CHECKING:
    from builder.manuscripts import Manuscript, Paragraph

MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]

TEASERS = {
    "de": (
        "Zehn Jahre Städtepartnerschaft: Fotowettbewerb im Rathaus",
        "Neue Broschüre: Alle Partnerstädte auf einen Blick",
        "Städtediplomatie: Einladung zur Podiumsdiskussion",
        "Sprechstunde für Vereine: Zuschüsse für den Bürgeraustausch",
        "Schüleraustausch: Gastfamilien für den Herbst gesucht",
        "Klimapartnerschaft tagt im Umweltamt",
        "Delegation aus der Partnerstadt besucht das Klärwerk",
        "Freundschaftsgesellschaft lädt zum Neujahrsfest",
        "Was bringt die neue Seidenstraße dem Binnenhafen?",
    ),
    "zh": (
        "我市新增一个国际友好城市",
        "市外办召开城市外交工作座谈会",
        "民间外交志愿者招募公告",
        "友好城市青少年绘画展下周开幕",
        "中欧班列本月开行情况",
        "市友协举办外国友人中秋联谊会",
        "对外开放四十年图片展征集启事",
        "友城市长视频会议纪要公布",
        "公共外交讲座第六讲预告",
    ),
}

SPEECH_WORDS: dict[str, dict[str, str | list[str]]] = {
    "de": {
        "archive": "Redenarchiv",
        "consent": "Diese Seite setzt nur technisch notwendige Cookies. Mit der weiteren Nutzung stimmen Sie dem zu.",
        "home": "Startseite",
        "contact": "Kontakt",
        "menu": ["Außenbeziehungen", "Städtepartnerschaften", "Städtediplomatie", "Bildung", "Termine"],
        "related": "Weitere Reden zum Thema",
        "newsletter": "Newsletter bestellen",
        "imprint": "Herausgeber des Redenarchivs ist das Presseamt. Nachdruck mit Quellenangabe gestattet.",
        "imprint_link": "Impressum",
    },
    "zh": {
        "archive": "讲话文稿库",
        "consent": "本站仅使用必要的Cookie，继续浏览即表示您同意。",
        "home": "首页",
        "contact": "联系我们",
        "menu": ["重要讲话", "友好城市", "城市外交", "民间交流", "活动预告"],
        "related": "相关讲话",
        "newsletter": "订阅通讯",
        "imprint": "版权所有：讲话文稿库编辑部。转载请注明出处。",
        "imprint_link": "网站声明",
    },
}


@dataclass(frozen=True, slots=True)
class Page:
    """What a template shows."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    site: str
    author: str
    url: str
    language: str
    date: str
    shown_date: str
    teasers: tuple[str, ...]
    number: int


def render_html(manuscript: Manuscript, author: str) -> bytes:
    """The document as a web page with everything around it that web pages have, UTF-8."""
    seed = zlib.crc32(manuscript.name.encode())
    teasers = TEASERS[manuscript.language]
    page = Page(
        manuscript.title.text,
        manuscript.paragraphs,
        manuscript.publisher,
        author,
        manuscript.url,
        manuscript.language,
        manuscript.date,
        show_date(manuscript.date, manuscript.language),
        tuple(teasers[(seed + 2 * at) % len(teasers)] for at in range(4)),
        100 + seed % 800,
    )
    if manuscript.folder == "speeches":
        layout = "speech_page.html"
    else:
        layout = {"de": "city_portal.html", "zh": "government_portal.html"}[manuscript.language]
    text: str = _templates().get_template(layout).render(page=page, words=SPEECH_WORDS[manuscript.language])
    return text.encode()


def show_date(date: str, language: str) -> str:
    """A date of any precision as a reader sees it: `2. März 2004`, `2004年3月`."""
    numbers = [int(part) for part in date.split("-")]
    if language == "zh":
        return "".join(f"{number}{unit}" for number, unit in zip(numbers, "年月日", strict=False))
    named = [str(numbers[0]), *[MONTHS[number - 1] for number in numbers[1:2]], *[f"{day}." for day in numbers[2:]]]
    return " ".join(reversed(named))


@functools.cache
def _templates() -> jinja2.Environment:
    folder = Path(__file__).parent / "templates"
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )

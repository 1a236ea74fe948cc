"""Which blocks of a web page are its text: what trafilatura found, and what its measures miss."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from itertools import groupby
from typing import TYPE_CHECKING

from pipeline.ingest.readers.html_page import is_data, length, row_text, squeezed
from pipeline.ingest.readers.text import clean
from pipeline.records import Block

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element
    from lxml.html import HtmlElement

    from pipeline.ingest.readers.html_page import PageBlock
    from pipeline.records import Kind

_TAGS = frozenset(
    {"body", "div", "p", "head", "item", "list", "quote", "code", "table", "row", "cell", "fw", "dt", "dd"}
)
_RUN = 3
"""Link texts in a row that make a menu; times that a block is repeated to be a placeholder."""

_LONG_HEADING, _LONG_FURNITURE = 120, 240
"""Characters (a Han character counts three) beyond which what is set bold is emphasis; of a line about the page."""

_MOST = 0.8
"""Share of a page's prose that the element which holds its text holds."""

_NUMBERED = re.compile(r"^[\d\s.、·•–-]+(?=\D)")
_ENDS = ".:;,。：；，…"
_PROSE = re.compile(r"[。！？；：，]|[.!?:]$|[.!?] ")
_SEPARATORS = r"[\s|丨/\\\[\]【】()（）<>《》·•,，、:：*_+-]"
_BUTTONS = (
    "打印|打印本页|打印此页|打印文章|打印页面|关闭|关闭本页|关闭窗口|关闭页面|收藏|收藏本页|加入收藏|分享|分享到|分享至"
    "|分享让更多人看到|返回|返回顶部|返回首页|返回列表|返回上一页|回到顶部|推荐|推荐给朋友|评论|我要评论|我要纠错|纠错|举报"
    "|下载|复制|复制链接|微信|微信扫一扫|微博|新浪微博|腾讯微博|QQ|QQ空间|豆瓣|扫一扫|手机阅读|字体|字号|大|中|小|大号|中号|小号"
    "|默认|繁体|简体|无障碍|语音播报|朗读|首页|末页|尾页|上一页|下一页|点击|查看|更多|更多内容|详情|阅读原文|导航|当前位置"
    "|Drucken|Seite drucken|Druckversion|Teilen|Seite teilen|Empfehlen|Seite empfehlen|Merken|Vorlesen|Seite vorlesen"
    "|Nach oben|Zum Seitenanfang|Seitenanfang|Zurück|Weiter|Zurück zur Übersicht|Zur Übersicht|Mehr|Mehr lesen"
    "|Weiterlesen|Mehr erfahren|Facebook|Twitter|WhatsApp|E-Mail|Link kopieren|Zum Inhalt springen"
    "|Zur Navigation springen|Print|Share|Back to top"
)
_EDITORS = (
    "责任?编辑|责编|编辑|网络编辑|审核|审校|校对|初审|复审|终审|终校|监制|值班编委|视频编辑|文字编辑|编审|录入|供稿"
)
_SAID_OF_PAGE = (
    "来源|來源|稿源|发布时间|发布日期|发布人|发布单位|更新时间|点击(?:数|率|量|次数)|浏览(?:数|量|次数)?|阅读(?:数|量|次数)"
    "|访问量|字体|字号"
)
_FURNITURE = re.compile(
    rf"{_SEPARATORS}*(?:(?:{_BUTTONS}){_SEPARATORS}*)+"
    rf"|[\[【(（]?\s*(?:{_EDITORS})\s*[:：].{{0,60}}"
    r"|(?:上|下)一?(?:篇|条|则)\s*[:：].*|(?:上|下)一(?:篇|条|则)"
    r"|(?:您|你)?(?:现在|当前|所在)?(?:的)?位置\s*[:：].*|首页\s*[>›»/].*|Sie (?:sind|befinden sich) hier:?.*"
    r"|(?:本文|文章|稿件|信息)来源\s*[:：].{0,60}|用?微信扫(?:码|一扫).{0,12}|分享[至到].{0,12}|.{0,4}跟贴.{0,12}"
    r"|相关(?:链接|新闻|阅读|报道|文章|推荐|专题|附件|信息)\s*[:：]?|延伸阅读\s*[:：]?|(?:热门|推荐|最新)(?:文章|新闻|信息|阅读)"
    r"|.{0,60}(?:版\s?权\s?所\s?有|ICP[备证]|公网安备|网站标识码|许可证\w{0,6}[\d（(]"
    r"|(?:主办单位|承办单位|技术支持|举报电话|举报邮箱)\s*[:：]|All rights reserved).{0,160}"
    # 2014-05-15 来源：市外办 浏览：15
    rf"|[\[【(（]?(?=[^。]*(?:{_SAID_OF_PAGE}))(?=[^。]*(?:\d{{4}}|[:：]))(?=.{{0,80}}$)"
    r"(?:(?:信息|文章|稿件)?来源|來源|稿源|作者|发布|更新|时间|日期|点击|浏览|阅读|访问|字体|字号|\d{4}).*"
    r"|\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?|年\d{1,2}月\d{1,2}日\s*\d{1,2}:\d{2}(?::\d{2})?)"
    r"|(?:Stand|Letzte (?:Aktualisierung|Änderung)|(?:Zuletzt )?(?:aktualisiert|geändert)(?: am)?)\s*:?\s*[\d. ]+\w*"
    r"[\d. ]*(?:Uhr|[\d:]+)*|©.{0,80}",
    re.IGNORECASE,
)


def text_blocks(body: _Element) -> Iterator[Block]:
    """The blocks of trafilatura's tree in reading order."""
    from lxml.etree import iterwalk

    pieces: list[str] = []
    kinds: list[Kind] = ["body"]
    walk = iterwalk(body, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        is_block = tag in _TAGS
        if is_block:
            yield from _flushed(pieces, kinds[-1])
        if event == "start":
            if tag == "table" and is_data(element):
                rows = (row_text(row.findall("cell")) for row in element.iter("row"))
                yield from (Block(text, "table") for text in rows if text)
                walk.skip_subtree()
                continue
            if is_block:
                kinds.append("heading" if tag == "head" else kinds[-1])
            pieces.append("\n" if tag == "lb" else element.text or "")
        else:
            if is_block and not (tag == "table" and is_data(element)):
                kinds.pop()
            pieces.append(element.tail or "")
    yield from _flushed(pieces, "body")


def _flushed(pieces: list[str], kind: Kind) -> Iterator[Block]:
    """The paragraphs gathered so far; a heading is one even over several lines."""
    text = "".join(pieces)
    pieces.clear()
    texts = [text] if kind == "heading" else text.splitlines()
    return (Block(paragraph, kind) for raw in texts if (paragraph := clean(raw)))


def is_furniture(text: str) -> bool:
    """Whether a line is about the page, not of its text: ``【字体：大 中 小】``, ``责任编辑：…``, ``Seite drucken``."""
    return length(text) <= _LONG_FURNITURE and _FURNITURE.fullmatch(text) is not None


def completed(found: list[Block], page: Sequence[PageBlock], *, is_han: bool) -> tuple[list[Block], set[int]]:
    """Lay what was found over the page as its markup has it; add what belongs between.

    Trafilatura drops lists and tables with many links, and short Chinese paragraphs, since it counts words by the
    spaces between them. Added are: the items of a list that a line ending in a colon announces or of which half were
    found; and in a Chinese page what stands among the prose of the element that holds most of it. What was found
    outside that element is not the page's text.

    Args:
        found: The text's blocks in reading order.
        page: All of the page's.
        is_han: Whether the page is Chinese.

    Returns:
        The blocks with the languages that the markup declares, and the indexes of those that are not the text.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for i, block in reversed(list(enumerate(page))):
        places[squeezed(block.text)].append(i)
    order: list[tuple[int, Block]] = []
    last = -1
    for block in found:
        at = places.get(squeezed(block.text))
        if at:
            last = at.pop()
            block = dataclasses.replace(block, language=page[last].language)  # noqa: PLW2901 - the same, known better
        order.append((last, block))
    kept = {i for i, _ in order if i >= 0}
    order = [(i if i >= 0 else min(kept, default=-1), block) for i, block in order]
    held = _held(page) if is_han else range(0)
    announced, half = _items_between(page, kept)
    inside = set(held) | {i for items in announced if items[0] - 1 in held for i in items}
    heading = max((i for i in range(held.start) if page[i].kind == "heading"), default=held.start)
    inside |= {i for i in kept if heading < i < held.start and _is_prose(page[i])}
    added = {i for items in announced + half for i in items if not is_furniture(page[i].text)}
    added = (added | _prose_between(page, kept, held)) - kept
    order += [(i, Block(page[i].text, page[i].kind, language=page[i].language)) for i in added]
    order.sort(key=lambda pair: pair[0])
    inside -= {i for i in held if page[i].is_around}
    outside = {n for n, (i, _) in enumerate(order) if i not in inside} if kept & inside else set()
    return [block for _, block in order], outside


def _items_between(page: Sequence[PageBlock], kept: set[int]) -> tuple[list[list[int]], list[list[int]]]:
    """The lists and tables that a found line ending in a colon announces, and others of which half was found."""
    lists: dict[HtmlElement, list[int]] = defaultdict(list)
    for i, block in enumerate(page):
        if block.listing is not None and not block.is_around:
            lists[block.listing].append(i)
    announced, half = [], []
    for items in lists.values():
        if items[0] - 1 in kept and page[items[0] - 1].text[-1] in ":：" and not is_furniture(page[items[0] - 1].text):
            announced.append(items)
        elif 2 * sum(i in kept for i in items) >= len(items):
            half.append(items)
    return announced, half


def _held(page: Sequence[PageBlock]) -> range:
    """The blocks of the innermost element that holds most of a page's prose, and of those around it that add text."""
    sizes: Counter[HtmlElement] = Counter()
    spans: dict[HtmlElement, tuple[int, int]] = {}
    prose = -1
    for i, block in enumerate(page):
        size = length(block.text) if _is_prose(block) else 0
        prose = i if size else prose
        for element in (block.place, *block.place.iterancestors()):
            spans[element] = (spans.get(element, (i, i))[0], i)
            sizes[element] += size
    if prose < 0:
        return range(0)
    most = max(sizes.values())
    line = [page[prose].place, *page[prose].place.iterancestors()]
    line = [element for element in line if sizes[element] >= _MOST * most]
    held = range(0)
    for element in line:
        first, end = spans[element]
        beside = [block for i, block in enumerate(page[first : end + 1], start=first) if i not in held]
        if held and (
            element.tag in {"body", "html"} or sum(block.is_link or block.is_around for block in beside) >= _RUN
        ):
            break
        held = range(first, end + 1)
    return held


def _is_prose(block: PageBlock) -> bool:
    return not _is_beside(block) and block.kind == "body" and _PROSE.search(block.text) is not None


def _is_beside(block: PageBlock) -> bool:
    return block.is_link or block.is_around or is_furniture(block.text)


def _prose_between(page: Sequence[PageBlock], kept: set[int], inside: range) -> set[int]:
    """What stands between the first and the last prose that was found, and prose from the heading on; all prose that is
    held where little was found.
    """  # noqa: D205 - one sentence
    held = [i for i in inside if _is_prose(page[i])]
    found = [i for i in held if i in kept]
    if 2 * sum(length(page[i].text) for i in found) < sum(length(page[i].text) for i in held):
        found = held
    if not found:
        return set()
    heading = max((i for i in range(found[0]) if page[i].kind == "heading"), default=found[0])
    lead = {i for i in held if heading < i < found[0]}
    return lead | {i for i in range(found[0], found[-1] + 1) if not _is_beside(page[i])}


def told_apart(blocks: list[Block], tree: HtmlElement, outside: set[int]) -> list[Block]:
    """Give blocks the kind that the page's own elements say: headings, captions, menus, placeholders.

    Args:
        blocks: In reading order.
        tree: The page.
        outside: The indexes of blocks that are known to be no text.
    """
    links = _texts_of(tree, "a")
    headings = _texts_of(tree, "h1", "h2", "h3", "h4", "h5", "h6", "strong", "b")
    captions = _texts_of(tree, "figcaption", "caption")
    times = Counter(block.text for block in blocks)
    kinds: list[Kind] = []
    is_listed: list[bool] = []
    for n, block in enumerate(blocks):
        is_furnished = n in outside or is_furniture(block.text)
        is_furnished |= block.text in links and n > 0 and blocks[n - 1].text[-1] in ":：" and kinds[-1] == "boilerplate"
        is_refrain = block.text[-1] in "。！？"
        is_linked = (times[block.text] >= _RUN and not is_refrain) or _NUMBERED.sub("", block.text) in links
        is_listed.append(not is_furnished and is_linked and block.kind == "body")
        if is_furnished or is_listed[-1]:
            kinds.append("boilerplate")
        elif block.kind != "body":
            kinds.append(block.kind)
        elif block.text in captions:
            kinds.append("caption")
        else:
            is_heading = block.text in headings and length(block.text) <= _LONG_HEADING
            kinds.append("heading" if is_heading and block.text[-1] not in _ENDS else "body")
    # One link among paragraphs is a reference and stays; a menu is a run of them, unless a line announces the list.
    told: list[Block] = []
    for kind, run in groupby(zip(blocks, kinds, is_listed, strict=True), key=lambda each: (each[1], each[2])):
        members = [block for block, _, _ in run]
        is_announced = bool(told) and told[-1].kind != "boilerplate" and told[-1].text[-1] in ":："
        is_kept = kind[1] and (len(members) < _RUN or is_announced)
        for member in members:
            stays = is_kept and times[member.text] < _RUN
            told.append(Block(member.text, "body" if stays else kind[0], language=member.language))
    return _without_last_headings(told)


def _texts_of(tree: HtmlElement, *tags: str) -> frozenset[str]:
    return frozenset(clean(str(element.text_content())) for element in tree.iter(*tags))


def _without_last_headings(blocks: list[Block]) -> list[Block]:
    """Headings at a page's end with nothing but menus below them are those of the menus."""
    end = len(blocks)
    while end and blocks[end - 1].kind in {"heading", "boilerplate"}:
        end -= 1
    return blocks[:end] + [Block(block.text, "boilerplate") for block in blocks[end:]] if end else blocks

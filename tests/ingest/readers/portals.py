# ruff: noqa: E501 - markup in one piece
"""Pages in the layouts of Chinese portals and German city halls, in our own words; what of them is text is known."""

from __future__ import annotations

from typing import NamedTuple

SPEECH = [
    "各位来宾，女士们、先生们：",
    "大家好！",
    "很高兴与大家相聚在江城，共同庆祝两市结好三十周年。",
    "三十年来，两市在教育、文化、港口、经贸等领域开展了丰富多彩的交流，市民之间的往来越来越多，城市外交结出了丰硕的果实。",
    "一是加强往来。",
    "二是扩大青年交流，每年互派学生二十名，让年轻人在对方的城市里学习、生活，成为朋友。",
    "三是深化港口合作，共同建设绿色的、智慧的港口，让中欧班列把两座城市连得更紧。",
    "让我们携手并进！",
    "谢谢大家！",
]
NEWS = [
    "本报江城5月15日电（记者王某）15日，江城市与莱茵市结好三十周年庆祝活动在江城举行，两市市长出席并致辞。",
    "活动期间，两市代表签署了关于扩大青年交流的备忘录，并参观了新建的港口。",
    "江城市外办负责人表示，民间外交的基础在人民，友好城市的交往要落到市民的生活里。",
]
PARTNERS = [
    ("德国", "莱茵市", "1982年10月8日"),
    ("英国", "海港市", "1990年5月3日"),
    ("法国", "葡萄市", "1998年12月1日"),
]
GERMAN = [
    "Seit 1982 ist unsere Stadt mit Jiangcheng verbunden; es war eine der ersten deutsch-chinesischen Städtepartnerschaften.",
    "Kurz darauf reisten die ersten Schülerinnen und Schüler an den Jangtse.",
    "Heute arbeiten beide Häfen zusammen, und an jedem Wochenende kommen Züge am Rhein an.",
]
TOWNS = [
    "Jiangcheng (China), seit 1982",
    "Havenport (Großbritannien), seit 1990",
    "Vignoble (Frankreich), seit 1998",
    "Lovund (Norwegen)",
]

MENU = "".join(
    f"<li><a href='/{n}/'>{n}</a></li>"
    for n in ("首页", "要闻", "政务公开", "外事动态", "友好城市", "办事指南", "互动交流")
)
LATEST = "".join(
    f"<li><a href='/xw/t2014051{n}_{n}.html'>{text}</a><span>2014-05-1{n}</span></li>"
    for n, text in enumerate(
        ("江城市代表团访问莱茵市", "港口合作论坛在江城开幕", "友城青年足球赛圆满结束", "市外办召开工作会议")
    )
)
FOOT = (
    "<div class='footer'><p>主办单位：江城市人民政府外事办公室　地址：江城市江边路1号</p><p>版权所有 江城市外办　"
    "ICP备00000000号　网站标识码0000000000</p></div>"
)


class Page(NamedTuple):
    """A page, and what a reader should make of it."""

    html: str
    text: list[str]
    """Its paragraphs and headings in order."""
    title: str
    date: str = ""


def portal(body: str, title: str, head: str = "", site: str = "江城市外事办公室") -> str:
    return (
        f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" /><title>{title}_{site}</title>{head}</head><body>'
        f"<div class='top'><ul class='nav'>{MENU}</ul></div><div class='position'>当前位置：<a href='/'>首页</a> &gt; <a href='/wsdt/'>外事动态</a></div>"
        f"{body}<div class='right'><h3>最新信息</h3><ul>{LATEST}</ul></div>{FOOT}</body></html>"
    )


def _p(texts: list[str], before: str = "<p>", behind: str = "</p>\n") -> str:
    return "".join(f"{before}{text}{behind}" for text in texts)


SIZE = "<div class='tools'>【字体：<a href='javascript:f(16)'>大</a> <a href='javascript:f(14)'>中</a> <a href='javascript:f(12)'>小</a>】 <a href='javascript:print()'>打印</a> <a href='javascript:close()'>关闭</a></div>"
TITLE = "在江城与莱茵结好三十周年大会上的讲话"

PAGES = {
    "content by id": Page(
        portal(
            f"<div class='article oneColumn'><h1>{TITLE}</h1><div class='pages-date'>2014-05-15 10:20<span class='font'>来源：市外办</span></div>{SIZE}"
            f"<div class='pages_content' id='UCAP-CONTENT'>{_p(SPEECH, '<p style=' + chr(39) + 'text-indent: 2em' + chr(39) + '>　　')}</div>"
            "<div class='editor'>责任编辑：李某</div></div>",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "an editor's paragraphs": Page(
        portal(
            f"<div class='main'><div class='xl_title'>{TITLE}</div><div class='xl_info'>发布时间：2014-05-15　来源：市外办　作者：王某</div>"
            f"<div class='xl_con'><div class='TRS_Editor'><style type='text/css'>.TRS_Editor P{{line-height:2;}}</style>{_p(SPEECH, '<p align=' + chr(39) + 'justify' + chr(39) + '>　　')}</div></div>"
            f"<div class='xl_xg'><a href='javascript:print()'>【打印本页】</a> <a href='javascript:close()'>【关闭窗口】</a></div></div>",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "a table's cell and line breaks": Page(
        portal(
            f"<table width='980' border='0'><tr><td width='200'><table><tr><td><a href='/a'>友好城市</a></td></tr><tr><td><a href='/b'>外事动态</a></td></tr></table></td>"
            f"<td><table width='100%'><tr><td class='title14' align='center'><b>{TITLE}</b></td></tr>"
            f"<tr><td align='center'>日期：2014-05-15　点击数：1024　【字体：大 中 小】</td></tr>"
            f"<tr><td class='bt_content' id='zoom'>{'<br><br>'.join('　　' + text for text in SPEECH)}</td></tr>"
            "<tr><td align='right'>打印本页 | 关闭窗口</td></tr></table></td></tr></table>",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "lines broken once": Page(
        portal(
            f"<div id='artibody'><h2>{TITLE}</h2><p class='from'>2014年05月15日 08:20　来源：江城日报</p>{'<br/>'.join('　　' + text for text in SPEECH)}</div>",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "short news": Page(
        portal(
            f"<div class='w1200 rm'><h1>江城与莱茵庆祝结好三十周年</h1><div class='channel'>2014年05月15日23:52 | 来源：<a href='http://www.example.cn/'>江城日报</a></div>"
            f"<div class='rm_txt_con cf'>{_p(NEWS, '<p style=' + chr(39) + 'text-indent: 2em;' + chr(39) + '>')}<div class='edit cf'>(责编：赵某、钱某)</div></div>"
            "<div class='rm_relevant'><h3>相关新闻</h3><ul><li><a href='/1.html'>莱茵市代表团抵达江城开始访问</a></li><li><a href='/2.html'>两市青年互访三十年回顾</a></li></ul></div></div>",
            "江城与莱茵庆祝结好三十周年",
        ),
        ["江城与莱茵庆祝结好三十周年", *NEWS],
        "江城与莱茵庆祝结好三十周年",
        "2014-05-15",
    ),
    "a very short notice": Page(
        portal(
            "<div class='content'><h1>外办来访</h1><div class='date'>2014-05-15</div><div id='News_Body_Txt_A'><p>　　15日，市外办主任会见莱茵市代表团。</p></div>"
            "<p class='pn'>上一篇：<a href='/9.html'>关于放假的通知</a></p><p class='pn'>下一篇：<a href='/7.html'>港口论坛开幕</a></p></div>",
            "外办来访",
        ),
        ["外办来访", "15日，市外办主任会见莱茵市代表团。"],
        "外办来访",
        "2014-05-15",
    ),
    "a table of partner cities": Page(
        portal(
            "<div class='content'><h1>江城市友好城市一览表</h1><p>　　截至目前，江城市已与下列城市结为友好城市：</p><table border='1'><tr><th>国家</th><th>城市</th><th>结好时间</th></tr>"
            + "".join(f"<tr><td>{a}</td><td><a href='/city/{b}'>{b}</a></td><td>{c}</td></tr>" for a, b, c in PARTNERS)
            + "</table></div>",
            "江城市友好城市一览表",
        ),
        [
            "江城市友好城市一览表",
            "截至目前，江城市已与下列城市结为友好城市：",
            "国家 | 城市 | 结好时间",
            *(" | ".join(row) for row in PARTNERS),
        ],
        "江城市友好城市一览表",
    ),
    "a list of partner cities": Page(
        portal(
            f"<div class='content'><h1>友好城市</h1>{_p(NEWS[1:])}<p>我市的友好城市有：</p><ul>"
            + "".join(f"<li>{a}{b}（{c}）</li>" for a, b, c in PARTNERS)
            + "</ul></div>",
            "友好城市",
        ),
        ["友好城市", *NEWS[1:], "我市的友好城市有：", *(f"{a}{b}（{c}）" for a, b, c in PARTNERS)],
        "友好城市",
    ),
}


def city_hall(body: str, title: str, head: str = "") -> str:
    menu = "".join(
        f"<li><a href='/{n}'>{n}</a></li>"
        for n in ("Startseite", "Rathaus", "Leben", "Kultur", "Wirtschaft", "Partnerstädte")
    )
    return (
        f"<!DOCTYPE html>\n<html lang='de'><head><meta charset='utf-8'><title>{title} - Stadt Rheinstadt</title>{head}</head><body>"
        f"<header><a href='#content'>Zum Inhalt springen</a><nav><ul>{menu}</ul></nav></header>"
        f"<div class='breadcrumb'>Sie sind hier: <a href='/'>Startseite</a> › <a href='/rathaus'>Rathaus</a></div><div id='content'>{body}</div>"
        "<aside><h3>Kontakt</h3><p>Büro für Internationales, Rathausplatz 1, Telefon 0000 12345</p></aside>"
        "<footer><ul><li><a href='/impressum'>Impressum</a></li><li><a href='/datenschutz'>Datenschutz</a></li></ul><p>© 2024 Stadt Rheinstadt</p></footer></body></html>"
    )


SIDE = (
    "<div class='left'><h3>外事要闻</h3><ul>"
    + "".join(
        f"<li><a href='/w/{n}.html'>市领导会见第{n}批来访外宾并出席友好城市合作备忘录签字仪式</a> <span>05-{n:02d}</span></li>"
        for n in range(1, 25)
    )
    + "</ul></div>"
)
ASKED = [
    "记者：友好城市有什么作用？",
    "主任：它让市民成为朋友。",
    "记者：今年有什么安排？",
    "主任：今年有三项。",
    "记者：谢谢。",
    "主任：谢谢！",
]
SONG = [
    "江水长，江水清。",
    "友城情谊深又深。",
    "江水长，江水清。",
    "你我携手向前行。",
    "江水长，江水清。",
    "两城人民一家亲。",
]

PAGES |= {
    "short news beside a long list": Page(
        portal(
            f"<div class='wrap'>{SIDE}<div class='center'><h2 class='title'>外办来访</h2><div class='info'><span>来源：市外办</span><span>2014-05-15 10:11:12</span></div>"
            f"<div class='txt'>{_p(NEWS[1:2], '<p>&nbsp;&nbsp;&nbsp;&nbsp;')}<p>&nbsp;&nbsp;&nbsp;&nbsp;双方就交流交换了意见。</p></div></div></div>",
            "外办来访",
        ),
        ["外办来访", NEWS[1], "双方就交流交换了意见。"],
        "外办来访",
        "2014-05-15",
    ),
    "a font in a cell beside a long list": Page(
        portal(
            f"<table><tr><td valign=top>{SIDE}</td><td valign=top><table><tr><td align=center><font size=4><b>{TITLE}</b></font></td></tr><tr><td align=center>2014-05-15</td></tr>"
            f"<tr><td><font face=宋体>{'<br>'.join('&nbsp;&nbsp;&nbsp;&nbsp;' + text for text in SPEECH)}</font></td></tr></table></td></tr></table>",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "made by Word": Page(
        portal(
            "<div id=zoom>"
            + "".join(
                f"<p class=MsoNormal style='text-indent:28pt'><span style='font-family:宋体'>{text[:5]}</span><span lang=EN-US>{text[5:7]}</span><span style='font-family:宋体'>{text[7:]}<o:p></o:p></span></p>"
                for text in SPEECH
            )
            + "</div>",
            TITLE,
        ),
        SPEECH,
        TITLE,
    ),
    "divisions only": Page(
        portal(
            f"<div class='detail'><div class='detail-title'>{TITLE}</div><div class='detail-time'>发布时间： 2014-05-15</div><div class='detail-content'>{_p(SPEECH, '<div>', '</div>')}</div></div>{SIDE}",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "buttons and related news in the text": Page(
        portal(
            f"<div class='article'><h1>{TITLE}</h1><p class='time'>2014年05月15日08:00&nbsp;&nbsp;&nbsp;&nbsp;来源：江城日报</p>{_p(SPEECH)}<p>（责任编辑：钱某）</p>"
            "<div class='fx'>分享到：<a>微信</a><a>微博</a></div><div class='xg'><p>相关新闻：</p><ul>"
            + "".join(f"<li><a href=/{n}>{text}</a></li>" for n, text in enumerate(NEWS))
            + "</ul></div></div>",
            TITLE,
        ),
        [TITLE, *SPEECH],
        TITLE,
        "2014-05-15",
    ),
    "questions and answers": Page(
        portal(f"<div class='content'><h1>专访市外办主任</h1>{_p(ASKED)}</div>{SIDE}", "专访市外办主任"),
        ["专访市外办主任", *ASKED],
        "专访市外办主任",
    ),
    "a refrain": Page(
        portal(f"<div class='content'><h1>友城之歌</h1>{_p(SONG)}</div>{SIDE}", "友城之歌"),
        ["友城之歌", *SONG],
        "友城之歌",
    ),
    "a numbered table beside a long list": Page(
        portal(
            "<div class='TRS_Editor'><p align=center><b>江城市友好城市一览表</b></p><table border=1><tbody>"
            + "".join(
                "<tr>"
                + "".join(f"<td><p align=center><font>{cell}</font></p></td>" for cell in (str(n), *row))
                + "</tr>"
                for n, row in enumerate(PARTNERS * 5, 1)
            )
            + f"</tbody></table></div>{SIDE}",
            "江城市友好城市一览表",
        ),
        ["江城市友好城市一览表", *(" | ".join((str(n), *row)) for n, row in enumerate(PARTNERS * 5, 1))],
        "江城市友好城市一览表",
    ),
    "a list of linked cities": Page(
        portal(
            "<div class='content'><h1>友好城市</h1><p>截至2014年，江城市共有友好城市三个：</p><ul>"
            + "".join(f"<li><a href='/yc/{n}.html'>{a}{b}</a></li>" for n, (a, b, _) in enumerate(PARTNERS))
            + f"</ul></div>{SIDE}",
            "友好城市",
        ),
        ["友好城市", "截至2014年，江城市共有友好城市三个：", *(f"{a}{b}" for a, b, _ in PARTNERS)],
        "友好城市",
    ),
    "German: a list of towns": Page(
        city_hall(
            f"<h1>Unsere Partnerstädte</h1>{_p(GERMAN[:1])}<p>Unsere Stadt hat vier Partnerstädte:</p><ul>{_p(TOWNS, '<li>', '</li>')}</ul><p>Stand: 15.05.2014</p><p><a href='javascript:print()'>Seite drucken</a></p>",
            "Unsere Partnerstädte",
        ),
        ["Unsere Partnerstädte", GERMAN[0], "Unsere Stadt hat vier Partnerstädte:", *TOWNS],
        "Unsere Partnerstädte",
    ),
    "German: a list of links": Page(
        city_hall(
            f"<h1>Unsere Partnerstädte</h1>{_p(GERMAN)}<p>Unsere Stadt hat vier Partnerstädte:</p><ul>"
            + "".join(
                f"<li><a href='/partner/{n}'>{town.split(' ')[0]}</a> {town.split(' ', 1)[1]}</li>"
                for n, town in enumerate(TOWNS)
            )
            + "</ul>",
            "Unsere Partnerstädte",
        ),
        ["Unsere Partnerstädte", *GERMAN, "Unsere Stadt hat vier Partnerstädte:", *TOWNS],
        "Unsere Partnerstädte",
    ),
    "German: nothing but links in a list": Page(
        city_hall(
            f"<h1>Unsere Partnerstädte</h1>{_p(GERMAN)}<p>Unsere Stadt hat vier Partnerstädte:</p><ul>"
            + "".join(f"<li><a href='/partner/{n}'>{town}</a></li>" for n, town in enumerate(TOWNS))
            + "</ul>",
            "Unsere Partnerstädte",
        ),
        ["Unsere Partnerstädte", *GERMAN, "Unsere Stadt hat vier Partnerstädte:", *TOWNS],
        "Unsere Partnerstädte",
    ),
    "German: a table of links": Page(
        city_hall(
            f"<h1>Unsere Partnerstädte</h1>{_p(GERMAN[:1])}<table><thead><tr><th>Stadt</th><th>Land</th></tr></thead><tbody>"
            + "".join(
                f"<tr><td><a href='/partner/{n}'>{town.split(' ')[0]}</a></td><td>{town.split('(')[1].split(')')[0]}</td></tr>"
                for n, town in enumerate(TOWNS)
            )
            + "</tbody></table>",
            "Unsere Partnerstädte",
        ),
        [
            "Unsere Partnerstädte",
            GERMAN[0],
            "Stadt | Land",
            *(f"{t.split(' ')[0]} | {t.split('(')[1].split(')')[0]}" for t in TOWNS),
        ],
        "Unsere Partnerstädte",
    ),
    "German: towns as sections": Page(
        city_hall(
            f"<h1>Unsere Partnerstädte</h1>{_p(GERMAN[:1])}"
            + "".join(f"<h2>{t.split(' ')[0]}</h2><p>{t}.</p>" for t in TOWNS),
            "Unsere Partnerstädte",
        ),
        ["Unsere Partnerstädte", GERMAN[0], *(x for t in TOWNS for x in (t.split(" ")[0], t + "."))],
        "Unsere Partnerstädte",
    ),
    "German: a speech": Page(
        city_hall(
            f"<h1>Rede von Oberbürgermeisterin Erika Beispiel anlässlich des Partnerschaftsjubiläums am 9. Oktober 2012 in Jiangcheng</h1><p>Es gilt das gesprochene Wort.</p><p>Sehr geehrte Damen und Herren,</p>{_p(GERMAN)}<p>Ich danke Ihnen.</p>",
            "Rede von Oberbürgermeisterin Erika Beispiel anlässlich des Partnerschaftsjubiläums am 9. Oktober 2012 in Jiangcheng",
        ),
        [
            "Rede von Oberbürgermeisterin Erika Beispiel anlässlich des Partnerschaftsjubiläums am 9. Oktober 2012 in Jiangcheng",
            "Es gilt das gesprochene Wort.",
            "Sehr geehrte Damen und Herren,",
            *GERMAN,
            "Ich danke Ihnen.",
        ],
        "Rede von Oberbürgermeisterin Erika Beispiel anlässlich des Partnerschaftsjubiläums am 9. Oktober 2012 in Jiangcheng",
        "2012-10-09",
    ),
}

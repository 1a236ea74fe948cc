from __future__ import annotations

import pytest
from packages import epub, zipped

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.epub import read_epub


def pairs(data: bytes) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_epub(data).blocks]


def test_chapters_come_in_the_order_of_the_spine() -> None:
    data = epub({"b.xhtml": "<h1>Erstes</h1><p>Eins.</p>", "a.xhtml": "<h2>Zweites</h2><p>Zwei.<br/>Drei.</p>"})
    assert pairs(data) == [
        ("heading", "Erstes"),
        ("body", "Eins."),
        ("heading", "Zweites"),
        ("body", "Zwei."),
        ("body", "Drei."),
    ]


def test_notes_are_known_by_their_type_and_numbered_by_the_link_that_leads_to_them() -> None:
    chapter = (
        '<p>Die Städte<a epub:type="noteref" href="notes.xhtml#n1">[1]</a> sind Partner<sup><a role="doc-noteref" '
        'href="#n2">2</a></sup>.</p><aside epub:type="footnote" id="n2"><p>2. Vgl. Müller.</p></aside>'
    )
    notes = '<section epub:type="endnotes"><h2>Noten</h2><ol><li id="n1"><p>Vgl. Meier.</p></li></ol></section>'
    assert pairs(epub({"a.xhtml": chapter, "notes.xhtml": notes})) == [
        ("body", "Die Städte sind Partner."),
        ("footnote", "2. Vgl. Müller."),
        ("heading", "Noten"),
        ("footnote", "1 Vgl. Meier."),
    ]


def test_notes_that_do_not_say_so_are_known_by_the_links_there_and_back() -> None:
    chapter = (
        '<p>Die Städte<a href="notes.xhtml#fn1" id="r1"><sup>1</sup></a> sind Partner<sup id="r2"><a href="#fn2">[b]'
        '</a></sup>.</p><p id="fn2"><a href="#r2">b</a> Vgl. Müller.</p><p>Siehe <a href="#r1">1</a>.</p>'
    )
    notes = '<ol><li id="fn1"><p>Vgl. Meier. <a href="a.xhtml#r1">↩</a></p><p>Mehr.</p></li></ol>'
    assert pairs(epub({"a.xhtml": chapter, "notes.xhtml": notes})) == [
        ("body", "Die Städte sind Partner."),
        ("footnote", "b Vgl. Müller."),
        ("body", "Siehe 1."),
        ("footnote", "1 Vgl. Meier."),
        ("footnote", "Mehr."),
    ]


def test_numbers_that_link_to_headings_and_back_are_no_notes() -> None:
    contents = '<p>Kapitel <a href="b.xhtml#k1" id="c1">1</a></p>'
    chapter = '<h1 id="k1"><a href="a.xhtml#c1">Häfen</a></h1><p>Text.</p>'
    assert pairs(epub({"a.xhtml": contents, "b.xhtml": chapter})) == [
        ("body", "Kapitel 1"),
        ("heading", "Häfen"),
        ("body", "Text."),
    ]


def test_two_chapters_may_number_their_notes_alike() -> None:
    chapter = (
        '<p>Text<a epub:type="noteref" href="#n">{0}</a>.</p><aside epub:type="footnote" id="n"><p>Note.</p></aside>'
    )
    found = pairs(epub({"a.xhtml": chapter.format(1), "b.xhtml": chapter.format(2)}))
    assert [text for kind, text in found if kind == "footnote"] == ["1 Note.", "2 Note."]


def test_in_a_chapter_without_headings_those_are_taken_that_the_table_of_contents_names() -> None:
    label = "<navLabel><text>Die Häfen</text></navLabel>"
    ncx = f'<ncx><navMap><navPoint>{label}<content src="a.xhtml"/></navPoint></navMap></ncx>'
    data = zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="b.opf"/></container>',
            "b.opf": (
                '<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><item id="t" '
                'href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest><spine><itemref idref="a"/></spine>'
                "</package>"
            ),
            "toc.ncx": ncx,
            "a.xhtml": "<html><body><p>Die <b>Häfen</b></p><p>Die Häfen am Fluss.</p></body></html>",
        }
    )
    assert pairs(data) == [("heading", "Die Häfen"), ("body", "Die Häfen am Fluss.")]


@pytest.mark.parametrize(
    ("dates", "date"),
    [
        ("<dc:date>2014-05-15</dc:date>", "2014-05-15"),
        ("<dc:date>2014-05-15T00:00:00+00:00</dc:date>", "2014-05-15T00:00:00+00:00"),
        ("<dc:date>2026-11-21T23:16:52Z</dc:date>", None),
        ("<dc:date>2026-11-21T23:16:52Z</dc:date><dc:date>2014</dc:date>", "2014"),
    ],
)
def test_a_date_with_the_time_of_day_is_when_the_file_was_made(dates: str, date: str | None) -> None:
    assert read_epub(epub({"a.xhtml": "<p>Text.</p>"}, meta=dates)).metadata.get("date") == date


def test_tables_captions_bibliographies_and_navigation_are_told_apart() -> None:
    chapter = (
        "<nav><ol><li>Inhalt</li></ol></nav><table><caption>Tabelle 1</caption><tr><th>Stadt</th><th>Partner</th></tr>"
        "<tr><td>Köln</td><td>北京</td></tr></table><figure><img/><figcaption>Der Hafen</figcaption></figure>"
        '<section epub:type="bibliography"><p>Müller 2010.</p></section><div epub:type="toc"><p>Kapitel 1</p></div>'
        "<p><ruby>城市<rt>chéngshì</rt></ruby>外交</p>"
    )
    assert pairs(epub({"a.xhtml": chapter})) == [
        ("caption", "Tabelle 1"),
        ("table", "Stadt | Partner"),
        ("table", "Köln | 北京"),
        ("caption", "Der Hafen"),
        ("reference", "Müller 2010."),
        ("boilerplate", "Kapitel 1"),
        ("body", "城市外交"),
    ]


def test_html_characters_and_pages_that_are_no_xml_are_read_as_browsers_do() -> None:
    data = epub({"a.xhtml": "<p>M&uuml;ller&nbsp;&amp; Co</p>", "b.xhtml": "<p>Offen <br> bis zum Ende"})
    assert [text for _, text in pairs(data)] == ["Müller & Co", "Offen", "bis zum Ende"]


def test_the_date_is_that_of_publication() -> None:
    meta = (
        "<dc:title>Städte</dc:title><dc:creator>A. Müller</dc:creator><dc:creator>王伟</dc:creator><dc:language>de-AT"
        '</dc:language><dc:date xmlns:opf="http://www.idpf.org/2007/opf" opf:event="modification">2020-01-01</dc:date>'
        "<dc:date>2014-05-15</dc:date><dc:publisher>Verlag</dc:publisher>"
    )
    assert read_epub(epub({"a.xhtml": "<p>Text.</p>"}, meta=meta)).metadata == {
        "title": "Städte",
        "author": "A. Müller; 王伟",
        "publisher": "Verlag",
        "date": "2014-05-15",
        "language": "de",
    }


def test_hidden_fonts_do_no_harm_and_hidden_text_is_said_to_be_so() -> None:
    part = '<e><EncryptedData><EncryptionMethod Algorithm="{}"/></EncryptedData></e>'
    font = {"META-INF/encryption.xml": part.format("http://www.idpf.org/2008/embedding")}
    fonts = {"META-INF/encryption.xml": part.format("http://ns.adobe.com/pdf/enc#RC")}
    text = {"META-INF/encryption.xml": part.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    assert pairs(epub({"a.xhtml": "<p>Text.</p>"}, more=dict(fonts)))
    assert pairs(epub({"a.xhtml": "<p>Text.</p>"}, more=dict(font)))
    with pytest.raises(Unreadable, match="encrypted"):
        read_epub(epub({"a.xhtml": "<p>Text.</p>"}, more=dict(text)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Text", "broken"),
        (epub({"a.xhtml": "<p>Text.</p>"})[:400], "broken"),
        (epub({"a.xhtml": ""}), "no_text"),
        (zipped({"mimetype": "application/epub+zip", "META-INF/container.xml": "<container/>"}), "broken"),
        (zipped({"mimetype": "application/epub+zip"}), "broken"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_file(data, "a.epub")
    assert refused.value.reason == reason


def test_control_characters_in_a_page_that_is_no_xml_do_no_harm() -> None:
    chapter = '<p>Die<a epub:type="noteref" href="#n">1&#1;</a>\nStädte<br></p><aside id="n">Vgl.&#1;\nMüller</aside>'
    assert [text for _, text in pairs(epub({"a.xhtml": chapter}))] == ["Die Städte", "1 Vgl. Müller"]

"""One small file of each format that is not made by hand elsewhere; its parts are what the readers look at."""

from __future__ import annotations

import json

from packages import ODF, docx, epub, odt, paragraph, zipped

SPEAKER = "<redner id='1'><name><vorname>Li</vorname><nachname>Wang</nachname><fraktion>SPD</fraktion></name></redner>"
NOTE = '<w:p><w:r><w:t>Die Städte</w:t><w:footnoteReference w:id="1"/><w:t> sind Partner.</w:t></w:r></w:p>'
TABLE = "<w:tbl><w:tr><w:tc>{0}</w:tc><w:tc>{0}</w:tc></w:tr></w:tbl>".format(paragraph("城市"))
WORD = (
    paragraph("Häfen", "berschrift1")
    + NOTE
    + TABLE
    + paragraph("Tabelle 1", "Beschriftung")
    + "<w:p><w:ins><w:r><w:t>Neu</w:t></w:r></w:ins><w:del><w:r><w:delText>Alt</w:delText></w:r></w:del><w:r><w:rPr>"
    '<w:vanish/></w:rPr><w:t>geheim</w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText>'
    '<w:fldChar w:fldCharType="separate"/><w:t>1</w:t><w:fldChar w:fldCharType="end"/></w:r>'
    f"<w:r><w:txbxContent>{paragraph('Im Kasten')}</w:txbxContent></w:r><w:r><w:endnoteReference w:id='2'/></w:r></w:p>"
    + paragraph("Literatur", "berschrift1")
    + paragraph("Meier, Anna: Häfen. 2011.")
)
WRITER = (
    "<text:tracked-changes><text:changed-region><text:deletion><text:p>Alt</text:p></text:deletion></text:changed-region>"
    "</text:tracked-changes><text:h text:outline-level='1'>Häfen</text:h><text:p text:style-name='P1'>Die<text:s "
    "text:c='3'/>Städte<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation><text:note-body>"
    "<text:p>Vgl.</text:p></text:note-body></text:note><text:tab/>sind<text:line-break/>Partner.</text:p>"
    "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b"
    "</text:p></table:table-cell></table:table-row></table:table><text:p><draw:frame><draw:text-box><text:p>Kasten"
    "</text:p></draw:text-box></draw:frame></text:p>"
)
CHAPTER = (
    "<h1>Häfen</h1><p>Die Städte<a epub:type='noteref' href='#n'>1</a><br/>sind Partner.</p><aside epub:type="
    "'footnote' id='n'><p>Vgl.</p></aside><table><caption>Tabelle 1</caption><tr><td>a</td><td>b</td></tr></table>"
    "<section epub:type='bibliography'><p>Meier 2011.</p></section>"
)
OLD_RECORD = """Plenarprotokoll 9/7
Deutscher Bundestag
Inhalt:
Begrüßung der Gäste . . . . . . 211 A
Beginn: 9.00 Uhr
Präsident Dr. Baum: Die Sitzung ist eröffnet.
Müller (SPD): Meine Damen und Herren! Ich rede über die Städtepart-
nerschaften der Häfen, die wir gegründet haben.
(Beifall bei der SPD —
Zuruf des Abg. Kurz [FDP])
Deutscher Bundestag — 9. Wahlperiode — 7. Sitzung. Bonn, Mittwoch, den 11. Februar 1981\t212
Müller
Deshalb bitte ich um Zustimmung.
(Schluß: 12.30 Uhr)
Anlage 1
Liste der entschuldigten Abgeordneten
Kurz 11. 2."""

PLAIN: dict[str, bytes] = {
    "a.xml": (
        "<?xml version='1.0'?><dbtplenarprotokoll sitzung-datum='21.11.2017' sitzung-nr='2' wahlperiode='19'><vorspann>"
        "<kopfdaten/></vorspann><sitzungsverlauf><sitzungsbeginn><name>Präsident:</name><p klasse='J_1'>Ich eröffne."
        "</p></sitzungsbeginn><tagesordnungspunkt top-id='TOP 1'><p klasse='T_fett'>Häfen</p><rede id='ID1'><p klasse="
        f"'redner'>{SPEAKER}Li Wang:</p><p klasse='J'>Text über Städte.<sup>1</sup><fussnote>Anlage</fussnote></p>"
        "<kommentar>(Beifall)</kommentar></rede></tagesordnungspunkt></sitzungsverlauf><anlagen><anlage><anlagen-titel>"
        "Anlage 1</anlagen-titel><anlagen-text><p klasse='AL_Namen'>Wang, Li</p><table><tr><td>a</td><td>b</td></tr>"
        "</table></anlagen-text></anlage></anlagen><rednerliste/></dbtplenarprotokoll>"
    ).encode(),
    "a.tei": (
        "<TEI><teiHeader><titleStmt><title>Städte</title></titleStmt><publicationStmt><date when='2014-05-15'/>"
        "</publicationStmt></teiHeader><text><body><head>Häfen</head><p>Die Städ-<lb break='no'/>te<note place='foot' "
        "n='1'>Vgl.</note>.<pb/></p><table><row><cell>a</cell><cell>b</cell></row></table><sp><speaker>Li:</speaker><p>"
        "Danke.</p><stage>(Beifall)</stage></sp><listBibl><bibl>Meier</bibl></listBibl></body></text></TEI>"
    ).encode(),
    "c.tei": (
        b"<teiCorpus><teiHeader/><TEI xml:id='a'><teiHeader/><text><p>Erster Text.</p></text></TEI><TEI><teiHeader/>"
        b"<text><p>Zweiter Text.</p></text></TEI></teiCorpus>"
    ),
    "b.xml": f"<DOKUMENT><NR>09/7</NR><DATUM>11.02.1981</DATUM><TEXT>{OLD_RECORD}</TEXT></DOKUMENT>".encode(),
    "a.fodt": (
        f"<?xml version='1.0'?><office:document {ODF}><office:meta><dc:title>Städte</dc:title></office:meta>"
        f"<office:body><office:text>{WRITER}</office:text></office:body></office:document>"
    ).encode(),
    "a.json": json.dumps(
        {
            "data": [
                {
                    "id": "https://rat.example.org/paper/1",
                    "type": "https://schema.oparl.org/1.1/Paper",
                    "name": "Städte",
                    "date": "2014-05-15",
                    "mainFile": {"name": "Vorlage", "text": "Text\nüber Häfen", "date": "2020-01-01"},
                    "auxiliaryFile": [{"name": "Anlage"}],
                },
                {"type": "https://schema.oparl.org/1.1/File", "text": "Text", "deleted": False},
            ]
        }
    ).encode(),
    "a.rtf": (
        rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 S;}{\f1\fcharset0 T;}}{\stylesheet{\s1 heading 1;}"
        rb"{\s2\sbasedon1 caption;}}{\info{\title A}{\author B}}{\header Kopf\par}\pard\s1 A\par\pard St\'e4dte"
        rb"{\super\chftn{\footnote\chftn Vgl.}}\par\trowd\pard\intbl a\cell b\cell\row\pard\u22478?\u-10187?\u-9216?"
        rb"\line{\field{\*\fldinst PAGE}{\fldrslt 1}}{\deleted alt}\'b1\'b1"
        rb"{\shp{\*\shpinst{\sp x}{\shptxt Kasten\par}}}\par}"
    ),
    "o.html": (
        "<html><head><meta name=Generator content='Microsoft Word 15'><title>Städte</title></head><body lang=DE><div "
        "title=header><p>Kopf</p></div><p class=MsoToc1>Häfen 2</p><p class=MsoTitle>Städte</p><h1>Häfen</h1><p>Die "
        "<del>alten</del>Städte<a href='#_ftn1' name='_ftnref1'>[1]</a></p><table><tr><td>a</td><td>b</td></tr></table>"
        "<div id=ftn1><p class=MsoFootnoteText><a href='#_ftnref1' name='_ftn1'>[1]</a> Vgl.</p></div></body></html>"
    ).encode(),
    "a.mhtml": (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/a\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; "
        b"charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><p>Ein Satz =C3=BCber "
        b"St=C3=A4dte und ihre Partner.</p></body></html>\r\n--b\r\nContent-Type: text/html\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nPHA+UmFobWVuPC9wPg==\r\n--b--\r\n"
    ),
}
PACKAGES: dict[str, bytes] = {
    "a.docx": docx(
        WORD,
        footnotes=f'<w:footnote w:id="1">{paragraph("Vgl.")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{paragraph("Am Ende.")}</w:endnote>',
        core="<dc:title>Städte</dc:title><dc:creator>Anna Meier</dc:creator>",
    ),
    "a.odt": odt(
        WRITER,
        automatic='<style:style style:name="P1" style:parent-style-name="Text_20_body"/>',
        meta="<dc:title>Städte</dc:title>",
    ),
    "a.epub": epub({"a.xhtml": CHAPTER, "b.xhtml": "<p>Ende</p>"}, meta="<dc:title>Städte</dc:title>"),
    "a.zip": zipped(
        {"a.txt": "Städte", "b.zip": zipped({"c.txt": "Häfen"}), "d.docx": docx(NOTE), "e/f.rtf": rb"{\rtf1 A}"}
    ),
}
FILES: dict[str, bytes] = {**PLAIN, **PACKAGES}

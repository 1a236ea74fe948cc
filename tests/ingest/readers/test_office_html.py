from __future__ import annotations

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.readers import read_file
from pipeline.ingest.readers.office_html import is_office_page, read_office_page

# In the form that Word gives to a document that is saved as a web page.
WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv=Content-Type content="text/html; charset={charset}"><meta name=Generator content="Microsoft Word 15">
<title>Städte am Fluss</title><!--[if gte mso 9]><xml><o:Properties/></xml><![endif]--><style>p{{}}</style></head>
<body lang=DE><div class=WordSection1><p class=MsoToc1>Einleitung<span style='mso-tab-count:1'>...</span>2</p>
<p class=MsoTitle>Städte am Fluss<o:p></o:p></p><h1>Einleitung</h1>
<p class=MsoNormal>Die Häfen<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1" title=""><span
class=MsoFootnoteReference><![if !supportFootnotes]>[1]<![endif]></span></a> sind <del cite="mailto:A">Feinde</del><ins
cite="mailto:A">Partner</ins>.</p><p class=MsoListParagraph><span style='mso-list:Ignore'>·<span>&nbsp;</span></span>
Erster Punkt<span style='mso-hide:all'>geheim</span></p><p class=MsoCaption>Ein Hafen</p>
<p class=MsoBibliography>Meier, Anna: Häfen. 2011.</p></div>
<div style='mso-element:footnote-list'><br clear=all><hr><div style='mso-element:footnote' id=ftn1><p
class=MsoFootnoteText><a style='mso-footnote-id:ftn1' href="#_ftnref1" name="_ftn1" title=""><span
class=MsoFootnoteReference>[1]</span></a> Vgl. Müller.</p><p class=MsoFootnoteText>Mehr.</p></div></div>
<div style='mso-element:comment-list'><p class=MsoCommentText>Hier fehlt etwas.</p></div></body></html>"""


def pairs(data: bytes, name: str = "a.htm") -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in read_file(data, name).blocks]


@pytest.mark.parametrize("charset", ["windows-1252", "utf-8"])
def test_a_page_that_word_saved_is_read_as_the_document_that_it_was(charset: str) -> None:
    assert pairs(WORD.format(charset=charset).encode(charset)) == [
        ("boilerplate", "Einleitung...2"),
        ("heading", "Städte am Fluss"),
        ("heading", "Einleitung"),
        ("body", "Die Häfen sind Partner."),
        ("body", "Erster Punkt"),
        ("caption", "Ein Hafen"),
        ("reference", "Meier, Anna: Häfen. 2011."),
        ("footnote", "1 Vgl. Müller."),
        ("footnote", "Mehr."),
    ]


def test_what_the_page_says_of_itself_is_taken() -> None:
    assert read_file(WORD.format(charset="utf-8").encode(), "a.html").metadata == {
        "title": "Städte am Fluss",
        "language": "de",
    }


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b'<meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/>', True),
        (b"<META CONTENT='OpenOffice 4.1' NAME='GENERATOR'>", True),
        (b'<meta name="generator" content="WordPress 6.4"/>', False),
        (b"<title>Microsoft Word</title><meta name=generator>", False),
        (b"", False),
    ],
)
def test_a_page_is_of_a_word_processor_if_it_says_so(head: bytes, is_one: bool) -> None:  # noqa: FBT001
    assert is_office_page(b"<html><head>" + head + b"</head>") == is_one


@pytest.mark.parametrize(("data", "reason"), [(b"", "empty"), (b"<p></p>", "no_text"), (b"a\x00\x01", "binary")])
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_office_page(data)
    assert refused.value.reason == reason

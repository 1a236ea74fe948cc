# ruff: noqa: E501 - a case, a line
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from pipeline.ingest.readers.html_pages import next_page

SITE = "https://www.example.org"

# The page's address, its links as (address, text), and where the next page of the same article is.
FOUND = [
    ("/2014-05/15/content_2680312.htm", [("content_2680312_2.htm", "下一页")], "/2014-05/15/content_2680312_2.htm"),
    ("/2014-05/15/content_2680312_2.htm", [("content_2680312.htm", "上一页"), ("content_2680312_3.htm", "下一页")], "/2014-05/15/content_2680312_3.htm"),
    ("/n1/2014/c1001-25022514.html", [("/n1/2014/c1001-25022514-2.html", "【2】"), ("/n1/2014/c1001-25022514-3.html", "【3】")], "/n1/2014/c1001-25022514-2.html"),
    ("/xw/index.html", [("index_1.html", "2"), ("index_2.html", "3"), ("index_1.html", "下一页")], "/xw/index_1.html"),
    ("/xw/t20140515_123.html", [("t20140515_123_1.html", "下页>>")], "/xw/t20140515_123_1.html"),
    ("/rede", [("?page=2", "Nächste Seite")], "/rede?page=2"),
    ("/rede?id=7&page=2", [("/rede?page=1&id=7", "Zurück"), ("/rede?page=3&id=7", "Nächste Seite ›")], "/rede?page=3&id=7"),
    ("/artikel/hafen", [("/artikel/hafen/seite-2", "Seite 2")], "/artikel/hafen/seite-2"),
    ("/artikel/hafen/", [("/artikel/hafen/2/", "2"), ("/artikel/hafen/3/", "3")], "/artikel/hafen/2/"),
    ("/artikel/hafen/2/", [("/artikel/hafen/", "1"), ("/artikel/hafen/3/", "3")], "/artikel/hafen/3/"),
    ("/artikel/hafen/2/", [("/artikel/hafen/", "zurück"), ("/artikel/hafen/3/", "weiter »")], "/artikel/hafen/3/"),
]  # fmt: skip

NONE = [
    # the last page
    ("/artikel/hafen/3/", [("/artikel/hafen/", "1"), ("/artikel/hafen/2/", "2")]),
    # the next article
    ("/content_2680312.htm", [("/content_2680313.htm", "下一篇")]),
    ("/content_2680312.htm", [("/content_2680313.htm", "下一页")]),
    ("/reden/rede-12.html", [("/reden/rede-13.html", "weiter")]),
    ("/reden/rede-12.html", [("/reden/anderes-2.html", "Nächste Seite")]),
    ("/rede?id=7", [("/rede?id=8", "weiter")]),
    # another site, another protocol, nonsense
    ("/rede", [("https://other.example.com/rede?page=2", "Nächste Seite")]),
    ("/rede", [("javascript:go(2)", "下一页"), ("mailto:a@example.org", "2"), ("http://[", "下一页")]),
    ("/rede", [("#seite2", "2"), ("", "下一页")]),
    ("/rede", []),
]  # fmt: skip


def tree_of(links: list[tuple[str, str]], more: str = "") -> html.HtmlElement:
    body = "".join(f'<p><a href="{address}">{text}</a></p>' for address, text in links)
    return html.document_fromstring(f"<html><head>{more}</head><body><p>Text</p>{body}</body></html>")


@pytest.mark.parametrize(("address", "links", "following"), FOUND)
def test_the_next_page_of_the_same_article_is_found(address: str, links: list[tuple[str, str]], following: str) -> None:
    assert next_page(tree_of(links), SITE + address) == SITE + following


@pytest.mark.parametrize(("address", "links"), NONE)
def test_another_article_is_no_next_page(address: str, links: list[tuple[str, str]]) -> None:
    assert next_page(tree_of(links), SITE + address) is None


def test_the_head_s_link_to_the_next_page_counts_and_one_to_the_next_article_does_not() -> None:
    more = '<link rel="next" href="/rede?page=2"><link rel="next" href="/andere-rede">'
    assert next_page(tree_of([], more), SITE + "/rede") == SITE + "/rede?page=2"
    assert next_page(tree_of([], '<link rel="next" href="/andere-rede">'), SITE + "/rede") is None


def test_the_pages_that_a_script_counts_are_found_to_the_last() -> None:
    def page(number: int) -> html.HtmlElement:
        return tree_of([], f'<script>createPageHTML(3, {number}, "t20140515_123", "shtml");</script>')

    assert next_page(page(0), f"{SITE}/xw/t20140515_123.shtml") == f"{SITE}/xw/t20140515_123_1.shtml"
    assert next_page(page(1), f"{SITE}/xw/t20140515_123_1.shtml") == f"{SITE}/xw/t20140515_123_2.shtml"
    assert next_page(page(2), f"{SITE}/xw/t20140515_123_2.shtml") is None


def test_the_page_s_base_address_is_respected() -> None:
    tree = tree_of([("content_1_2.htm", "下一页")], '<base href="/a/b/">')
    assert next_page(tree, f"{SITE}/a/b/content_1.htm") == f"{SITE}/a/b/content_1_2.htm"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_address_is_followed_or_left(address: str, text: str) -> None:
    tree = html.document_fromstring("<html><body><a>x</a></body></html>")
    link = next(tree.iter("a"))
    for name, value in (("href", address), ("title", text)):
        try:
            link.set(name, value)
        except ValueError:
            return
    following = next_page(tree, SITE + "/rede")
    assert following is None or following.startswith(SITE)

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.crawl.links import find_links


def links(page: str, address: str = "http://x.de/a/b.html") -> list[str]:
    return find_links(page.encode(), address)


def test_links_come_in_their_order_and_once() -> None:
    page = '<a href="c.html">3</a><map><area href="/d"></map><iframe src="e"></iframe><a href="c.html#unten">3</a>'
    assert links(page) == ["http://x.de/a/c.html", "http://x.de/d", "http://x.de/a/e"]


def test_frames_the_next_page_and_a_refresh_are_links() -> None:
    page = (
        '<head><link rel="next" href="?seite=2"><link rel="stylesheet" href="x"><meta http-equiv="Refresh" '
        'content="0; URL=\'/neu\'"></head><frameset><frame src="menu.htm"><frame src="text.htm"></frameset>'
    )
    found = ["http://x.de/a/b.html?seite=2", "http://x.de/a/menu.htm", "http://x.de/a/text.htm", "http://x.de/neu"]
    assert links(page) == found


def test_the_base_of_a_page_counts() -> None:
    assert links('<base href="/zh/"><a href="a">1</a>') == ["http://x.de/zh/a"]


def test_pictures_scripts_and_other_schemes_are_no_links() -> None:
    page = (
        '<a href="p.JPG">1</a><a href="a.css?v=1">2</a><a href="mailto:a@b">3</a><a href="javascript:x()">4</a><a>5</a>'
    )
    assert links(page) == []


def test_what_asks_not_to_be_followed_is_not() -> None:
    assert links('<a rel="nofollow noopener" href="a">1</a><a href="b">2</a>') == ["http://x.de/a/b"]
    assert links('<meta name="robots" content="noindex, NOFOLLOW"><a href="b">2</a>') == []


def test_links_in_gbk_pages_are_written_in_their_encoding() -> None:
    page = '<meta charset="gb2312"><a href="/s?q=城市">x</a>'.encode("gb18030")
    assert find_links(page, "http://x.cn/") == ["http://x.cn/s?q=%B3%C7%CA%D0"]


def test_a_page_of_nested_elements_and_one_of_nothing_give_no_error() -> None:
    assert links("") == []
    assert links("<div>" * 100_000) == []
    assert links('<a href="x">1</a>' + "<div>" * 100_000) == ["http://x.de/a/x"]


@given(st.binary(max_size=300) | st.text(alphabet="<>ahref=\"'/ biframesc: \x00", max_size=200).map(str.encode))
def test_no_page_breaks_it(page: bytes) -> None:
    assert all(link.startswith(("http://", "https://")) for link in find_links(page, "http://x.de/"))

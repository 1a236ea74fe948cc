from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from crawling import crawl, raw, web_study
from website import Page, serving

from pipeline.errors import StudyError
from pipeline.ingest.sources.web import named_addresses, read_addresses, read_page_metadata

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding=encoding)
    return path


def test_a_text_file_has_an_address_a_line(tmp_path: Path) -> None:
    path = write(tmp_path / "l.txt", "# Städte\r\nHTTP://X.de\r\n\r\n  https://x.de/ü \nhttp://x.de/\nnonsense\n")
    assert read_addresses(path) == {"http://x.de/": {}, "https://x.de/%C3%BC": {}, "nonsense": {}}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_says_what_is_known_of_each_page(tmp_path: Path, encoding: str) -> None:
    text = "Title,url,date,Abteilung\n友好城市名单,http://X.cn/a#1,2014-05,外办\n,http://x.cn/b,,\n"
    assert read_addresses(write(tmp_path / "l.csv", text, encoding)) == {
        "http://x.cn/a": {"title": "友好城市名单", "date": "2014-05", "Abteilung": "外办"},
        "http://x.cn/b": {},
    }


def test_a_workbook_is_read_like_a_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("url", "title"), ("http://x.de/1", "Eins")):
        book.active.append(row)
    book.save(tmp_path / "l.xlsx")
    assert read_addresses(tmp_path / "l.xlsx") == {"http://x.de/1": {"title": "Eins"}}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.csv", "address,title\nhttp://x.de/,a\n", "there is no column 'url'"),
        ("l.csv", "url,title\nhttp://x.de/,a\nhttp://X.DE,b\n", "row 3: the url 'http://x.de/' has a row already"),
        ("l.csv", "url,title\nhttp://x.de/,a,b\n", "row 2: 3 cells under 2 columns"),
        ("l.csv", "url,doc_id\nhttp://x.de/,a\n", "a column cannot be called 'doc_id'"),
        ("l.csv", "url\n", "holds no address"),
        ("l.txt", "# nothing\n", "holds no address"),
        ("l.txt", "\x00\x01\x02\x00", "the list cannot be read"),
        ("l.xlsx", "url\n", "no XLSX workbook"),
    ],
)
def test_a_wrong_list_is_said_with_its_place(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_addresses(write(tmp_path / name, text))
    assert said in str(caught.value)
    assert str(tmp_path / name) in str(caught.value)


def test_a_list_longer_than_the_limit_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    write(tmp_path / "l.txt", "".join(f"http://x.de/{i}\n" for i in range(1500)))
    study = web_study(tmp_path, 'urls = "l.txt"')
    with pytest.raises(StudyError, match=r"l\.txt names 1,500 addresses, and limit is 1,000; write limit = 1500"):
        named_addresses(study, study.sources[0])


def test_what_a_list_says_follows_its_page_behind_a_redirect(tmp_path: Path) -> None:
    pages = {
        "/alt": Page(status=301, headers={"Location": "/neu"}),
        "/neu": Page(b"<p>Text</p>"),
        "/da": Page(b"<p>b</p>"),
    }
    with serving(pages) as site:
        write(tmp_path / "l.csv", f"url,title\n{site.url}/alt,Alt\n{site.url}/da,Da\n{site.url}/weg,Weg\n")
        study = web_study(tmp_path, 'urls = "l.csv"')
        crawl(study)
        assert read_page_metadata(study, study.sources[0], raw(study)) == {
            f"{site.url}/neu": {"title": "Alt"}, f"{site.url}/da": {"title": "Da"}
        }  # fmt: skip


def test_metadata_may_change_without_a_request(tmp_path: Path) -> None:
    with serving({"/a": Page(b"<p>Text</p>")}) as site:
        write(tmp_path / "l.csv", f"url,title\n{site.url}/a,Eins\n")
        study = web_study(tmp_path, 'urls = "l.csv"')
        crawl(study)
        asked = site.asked.copy()
        write(tmp_path / "l.csv", f"url,title\n{site.url}/a,Zwei\n")
        crawl(study)
        assert site.asked == asked
        assert read_page_metadata(study, study.sources[0], raw(study)) == {f"{site.url}/a": {"title": "Zwei"}}


@pytest.mark.parametrize("start", ["www.duisburg.de", "ftp://x.de/", ""])
def test_a_start_that_is_no_web_address_is_an_error_of_the_study(tmp_path: Path, start: str) -> None:
    study = web_study(tmp_path, f'start = ["{start}"]')
    with pytest.raises(StudyError, match=r"\[\[source\]\] site: start: .* is no web address"):
        named_addresses(study, study.sources[0])

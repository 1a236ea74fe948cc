# ruff: noqa: E501 - a record, a line
"""Thirty made records in three languages, and each of them as the programs write it: the truth of the round trip.

The writers follow the formats' descriptions and real exports' layout; they share nothing with the readers.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Sequence

Person = tuple[str, str] | str
"""Family and given name, or one piece."""


@dataclass(frozen=True)
class Made:
    """What is true of a record; ``date`` in ISO as far as it is known."""

    key: str
    type: str
    title: str
    authors: tuple[Person, ...]
    date: str
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    publisher: str = ""
    place: str = ""
    doi: str = ""
    url: str = ""
    language: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()

    @property
    def year(self) -> str:
        return self.date[:4]


J, N, T, C, B, K, R, W = (
    "article-journal", "article-newspaper", "thesis", "paper-conference", "book", "chapter", "report", "webpage"
)  # fmt: skip

RECORDS = (
    Made("chen2009", J, "城市外交的三个层次：理论与案例", ("陈明远", "李若水"), "2009-05", "城市国际研究", "12", "5", "33-41", doi="10.13549/j.made.2009.05.004", url="https://link.example/1", language="zh", abstract="本文区分城市外交的三个层次，并讨论它与民间外交的关系。", keywords=("城市外交", "民间外交", "友好城市")),
    Made("wang2011", J, "友好城市交往的经济效应（1979—2010）", ("王一川",), "2011", "城市国际研究", "14", "2", "5-19", language="zh", abstract="利用三十年的数据检验友城关系对贸易的影响，结果是正的。", keywords=("友好城市", "贸易")),
    Made("zhao2014", N, "让城市走向世界", ("赵敏",), "2014-05-16", "江滨日报", pages="4", language="zh", abstract="市长在大会上谈城市外交。", keywords=("城市外交",)),
    Made("sima2015", T, "中德友好城市关系研究", ("司马晓",), "2015", publisher="江滨大学", language="zh", abstract="论文以六对城市为例，分析中德友好城市关系的发展。", keywords=("友好城市", "德国", "地方政府")),
    Made("liu2016", C, "次国家行为体与“一带一路”", ("刘洋", "周小舟", "钱多多", "孙二"), "2016", "第三届城市外交论坛论文集", pages="101-112", language="zh", abstract="会议论文，讨论城市在倡议中的作用。", keywords=("一带一路", "次国家行为体")),
    Made("office2012", B, "城市对外交往年度报告", ("江滨市人民政府外事办公室",), "2012", publisher="江滨出版社", place="江滨", language="zh", abstract="年度报告汇集了各区的交往情况。", keywords=("对外交往",)),
    Made("nai2013", B, "软实力与城市", ("约瑟夫·科恩",), "2013", publisher="译林书社", place="北京", language="zh"),
    Made("wu2018", J, "人民外交与民间外交辨析", ("吴桐", "郑好"), "2018-11", "外交史料", "7", "6", "88-99", doi="10.13549/j.made.2018.06.010", language="zh", abstract="两个概念的使用在不同时期有明显差别。", keywords=("人民外交", "民间外交", "概念史")),
    Made("han2019", W, "我市与杜伊斯堡续签友好协议", ("韩梅",), "2019-03-02", publisher="江滨市人民政府", url="https://www.jiangbin.example/2019/0302.html", language="zh", abstract="两市市长出席了签字仪式。", keywords=("杜伊斯堡",)),
    Made("ouyang2020", J, "疫情下的城市互助：口罩外交再思考", ("欧阳静", "Müller"), "2020-07", "城市国际研究", "23", "4", "1-17", language="zh", abstract="二〇二〇年春天城市之间互赠口罩，本文加以分析。", keywords=("疫情", "城市外交")),
    Made("mueller2008", J, "Städtepartnerschaften im Wandel", (("Müller", "Hans-Peter"), ("von der Aa", "Eva")), "2008-03", "Zeitschrift für kommunale Außenpolitik", "3", "1", "5-24", doi="10.1234/zka.2008.1", url="https://doi.example/zka", language="de", abstract="Der Aufsatz beschreibt, wie sich Städtepartnerschaften seit 1950 verändert haben.", keywords=("Städtepartnerschaft", "Kommunen")),
    Made("schaefer2010", K, "Städtediplomatie: ein Begriff und seine Grenzen", (("Schäfer", "Jörg"),), "2010", "Handbuch der kommunalen Außenbeziehungen", pages="77-95", publisher="Musterverlag", place="Köln", language="de", abstract="Das Kapitel grenzt Städtediplomatie von Partnerschaftsarbeit ab.", keywords=("Städtediplomatie", "Begriffsgeschichte")),
    Made("amt2013", R, "Kommunen in der Welt: Ergebnisse einer Umfrage", ("Amt für internationale Angelegenheiten",), "2013", publisher="Amt für internationale Angelegenheiten", place="Musterstadt", url="https://www.musterstadt.example/umfrage.pdf", language="de", abstract="Befragt wurden 212 Gemeinden.", keywords=("Umfrage", "Gemeinden")),
    Made("weiss2014", N, "Köln und Peking feiern", (("Weiß", "Änne"),), "2014-09-30", "Musterstädter Anzeiger", pages="12", language="de"),
    Made("oez2015", T, "Chinas Städte als außenpolitische Akteure", (("Özdemir", "Aylin"),), "2015", publisher="Universität Musterstadt", place="Musterstadt", language="de", abstract="Die Arbeit fragt, wie selbstständig chinesische Städte handeln.", keywords=("China", "Städte", "Außenpolitik")),
    Made("gross2016", B, "Partner über Grenzen & Kontinente", (("Groß", "Karl"), ("Berg", "Ute")), "2016", publisher="Verlag am Fluss", place="Bonn", language="de", abstract="Ein Überblick über 60 Jahre.", keywords=("Städtepartnerschaft",)),
    Made("jaeger2017", C, "Klimapartnerschaften 100 % lokal", (("Jäger", "Lea"),), "2017", "Tagungsband Kommunen und Klima", pages="30-38", language="de", abstract="Der Beitrag stellt drei Klimapartnerschaften vor.", keywords=("Klima", "Kommunen")),
    Made("stadt2019", W, "Unsere Partnerstadt Wuhan", ("Stadt Musterstadt",), "2019-11-04", url="https://www.musterstadt.example/wuhan?lang=de&seite=1", language="de", abstract="Seit 1982 verbindet die beiden Städte eine Freundschaft.", keywords=("Wuhan",)),
    Made("koenig2020", J, "Masken, Messen, Menschen: Städtekontakte 2020", (("König", "Max"), ("Chen", "Mingyuan")), "2020", "Zeitschrift für kommunale Außenpolitik", "15", "3", "201-219", language="de", abstract="Im Frühjahr 2020 schickten sich Partnerstädte Masken.", keywords=("Pandemie", "Städtediplomatie")),
    Made("vogel2021", J, "Zwischen Dialog und Distanz", (("Vogel", "Ina"),), "2021-12-01", "Asien im Blick", "41", "4", "7-22", doi="10.1234/aib.41.4.7", language="de", abstract="Viele Städte prüfen ihre Partnerschaften neu.", keywords=("China", "Distanz")),
    Made("smith2007", J, "City diplomacy: the expanding role of cities", (("Smith", "John A."), ("O'Neill", "Mary")), "2007", "Journal of Local Affairs", "2", "3", "14-29", doi="10.1234/jla.2007.3", language="en", abstract="Cities act abroad; this article asks why.", keywords=("city diplomacy", "paradiplomacy")),
    Made("who2009", R, "Healthy cities and their networks", ("World Health Bureau",), "2009", publisher="World Health Bureau", place="Geneva", language="en", abstract="A survey of 80 networks.", keywords=("networks", "health")),
    Made("chen2013", J, "Sister cities and soft power", (("Chen", "Mingyuan"), ("Brown", "Alice"), ("Davis", "Bob"), ("Evans", "Carol")), "2013-06", "Journal of Local Affairs", "8", "2", "1-18", url="https://journal.example/8/2", language="en", abstract="Twinning is read as soft power.", keywords=("sister cities", "soft power")),
    Made("lee2014", K, "Twinning after 1989", (("Lee", "Dan"),), "2014", "Handbook of Subnational Diplomacy", pages="55-70", publisher="Example Press", place="London", language="en", abstract="The chapter covers three decades.", keywords=("twinning",)),
    Made("doe2015", B, "Mayors abroad", (("Doe", "Jane"),), "2015", publisher="Example Press", place="London", language="en"),
    Made("roe2016", T, "Paradiplomacy of Chinese provinces", (("Roe", "Richard"),), "2016", publisher="Example University", language="en", abstract="Provinces and cities are compared.", keywords=("paradiplomacy", "China")),
    Made("news2017", N, "Twin towns, cold beds", (("Miller", "Ann"),), "2017-02-28", "The Daily Example", pages="3", language="en", abstract="A report from two towns.", keywords=("twin towns",)),
    Made("conf2018", C, "Measuring city networks", (("Garcia", "José"), ("Núñez", "Ana")), "2018", "Proceedings of the Urban Data Workshop", pages="9-16", language="en", abstract="We measure 300 networks.", keywords=("networks", "measurement")),
    Made("web2020", W, "About our twin towns", ("Exampleton Council",), "2020-01-15", url="https://www.exampleton.example/twins", language="en", abstract="The council lists its partners.", keywords=("twin towns",)),
    Made("li2022", J, "People-to-people diplomacy revisited", (("Li", "Ruoshui"),), "2022-10", "Journal of Local Affairs", "17", "4", "e1-e20", doi="10.1234/jla.2022.44", language="en", abstract="The term is older than thought.", keywords=("people-to-people diplomacy", "conceptual history")),
)  # fmt: skip

CHINESE_KINDS = (J, N, T, C)
"""What the formats of CNKI are asked for."""


def last_first(person: Person) -> str:
    return person if isinstance(person, str) else f"{person[0]}, {person[1]}"


def han(made: Made) -> bool:
    return made.language == "zh"


def write_ris(records: Sequence[Made]) -> str:
    """RIS as Zotero lays it out."""
    kinds = {J: "JOUR", N: "NEWS", T: "THES", C: "CONF", B: "BOOK", K: "CHAP", R: "RPRT", W: "ELEC"}
    lines: list[str] = []
    for made in records:
        first, _, last = made.pages.partition("-")
        parts = [*made.date.split("-"), "", ""][:3]
        rows = [
            ("TY", kinds[made.type]), ("TI", made.title), *(("AU", last_first(p)) for p in made.authors),
            ("T2", made.container), ("AB", made.abstract), ("CY", made.place), ("DA", "/".join(parts) + "/" * (parts[1] == "" or 1)),
            ("PY", made.year), ("DO", made.doi), ("VL", made.volume), ("IS", made.issue), ("SP", first), ("EP", last),
            ("LA", made.language), ("PB", made.publisher), ("UR", made.url), ("ID", made.key),
            *(("KW", word) for word in made.keywords),
        ]  # fmt: skip
        lines += [f"{tag}  - {value}" for tag, value in rows if value] + ["ER  - ", ""]
    return "\r\n".join(lines)


def write_bibtex(records: Sequence[Made], *, biblatex: bool) -> str:
    """BibTeX (LaTeX for what is not ASCII or special) or BibLaTeX as Zotero lays them out."""
    kinds = {
        J: "article",
        N: "article",
        T: "phdthesis",
        C: "inproceedings",
        B: "book",
        K: "incollection",
        R: "techreport",
        W: "misc",
    }
    names = {T: "school", R: "institution"}
    latex = {"ä": '{\\"a}', "ö": '{\\"o}', "ü": '{\\"u}', "Ä": '{\\"A}', "Ö": '{\\"O}', "ß": "{\\ss}", "é": "{\\'e}", "ú": "{\\'u}", "ñ": "{\\~n}", "&": "\\&", "%": "\\%"}  # fmt: skip

    def tex(text: str) -> str:
        return text.replace("&", "\\&").replace("%", "\\%") if biblatex else "".join(latex.get(c, c) for c in text)

    entries = []
    for made in records:
        kind = (
            {"phdthesis": "thesis", "techreport": "report", "misc": "online"}.get(kinds[made.type], kinds[made.type])
            if biblatex
            else kinds[made.type]
        )
        where = ("journaltitle" if biblatex else "journal") if made.type in {J, N} else "booktitle"
        people = " and ".join(f"{{{tex(p)}}}" if isinstance(p, str) else tex(last_first(p)) for p in made.authors)
        months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
        fields = {
            "title": f"{{{tex(made.title)}}}", "author": people, where: tex(made.container), "volume": made.volume,
            "number": made.issue, "pages": made.pages.replace("-", "--"), names.get(made.type, "publisher"): tex(made.publisher),
            "location" if biblatex else "address": tex(made.place), "doi": made.doi, "url": made.url,
            "langid" if biblatex else "language": made.language, "abstract": tex(made.abstract),
            "keywords": ", ".join(map(tex, made.keywords)), "date": made.date if biblatex else "",
            "year": "" if biblatex else made.year, "entrysubtype": "newspaper" if made.type == N else "",
        }  # fmt: skip
        rows = [f"\t{name} = {{{value}}}," for name, value in fields.items() if value]
        if not biblatex and len(made.date) > 4:
            rows.append(f"\tmonth = {months[int(made.date[5:7]) - 1]},")
        entries.append("\n".join([f"@{kind}{{{made.key},", *rows, "}"]))
    return "\n\n".join(entries)


def write_csl(records: Sequence[Made]) -> str:
    """CSL-JSON as Zotero writes it; Chinese names in two parts, as its users often have them."""
    items = []
    for made in records:
        people = [
            {"family": p[:1], "given": p[1:]} if isinstance(p, str) and len(p) == 3 and han(made)
            else {"literal": p} if isinstance(p, str) else {"family": p[0], "given": p[1]}
            for p in made.authors
        ]  # fmt: skip
        item: dict[str, Any] = {
            "id": f"http://zotero.org/users/1/items/{made.key}", "type": made.type, "title": made.title, "author": people,
            "issued": {"date-parts": [[int(part) for part in made.date.split("-")]]}, "container-title": made.container,
            "volume": made.volume, "issue": made.issue, "page": made.pages, "publisher": made.publisher,
            "publisher-place": made.place, "DOI": made.doi, "URL": made.url, "language": made.language,
            "abstract": made.abstract, "keyword": "; ".join(made.keywords),
        }  # fmt: skip
        items.append({name: value for name, value in item.items() if value})
    return json.dumps(items, ensure_ascii=False, indent=1)


def write_rdf(records: Sequence[Made]) -> str:
    """Zotero RDF: journals and books stand beside the items, as do attachments."""
    kinds = {J: ("Article", "journalArticle"), N: ("Article", "newspaperArticle"), T: ("Thesis", "thesis"), C: ("Article", "conferencePaper"),
             B: ("Book", "book"), K: ("BookSection", "bookSection"), R: ("Report", "report"), W: ("Document", "webpage")}  # fmt: skip
    spaces = {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "z": "http://www.zotero.org/namespaces/export#",
        "dcterms": "http://purl.org/dc/terms/", "bib": "http://purl.org/net/biblio#", "foaf": "http://xmlns.com/foaf/0.1/",
        "link": "http://purl.org/rss/1.0/modules/link/", "dc": "http://purl.org/dc/elements/1.1/",
        "prism": "http://prismstandard.org/namespaces/1.2/basic/", "vcard": "http://nwalsh.com/rdf/vCard#",
    }  # fmt: skip
    out = ["<rdf:RDF " + " ".join(f"xmlns:{name}={quoteattr(uri)}" for name, uri in spaces.items()) + ">"]
    for number, made in enumerate(records):
        tag, kind = kinds[made.type]
        people = "".join(
            f"<rdf:li><foaf:Person><foaf:surname>{escape(p if isinstance(p, str) else p[0])}</foaf:surname>"
            + ("" if isinstance(p, str) else f"<foaf:givenName>{escape(p[1])}</foaf:givenName>") + "</foaf:Person></rdf:li>"
            for p in made.authors
        )  # fmt: skip
        body = [
            f"<z:itemType>{kind}</z:itemType>",
            f"<bib:authors><rdf:Seq>{people}</rdf:Seq></bib:authors>",
            f"<dc:title>{escape(made.title)}</dc:title>",
        ]
        body += [f"<dc:subject>{escape(word)}</dc:subject>" for word in made.keywords]
        simple = {
            "dc:date": made.date,
            "dcterms:abstract": made.abstract,
            "z:language": made.language,
            "bib:pages": made.pages,
        }
        body += [f"<{name}>{escape(value)}</{name}>" for name, value in simple.items() if value]
        if made.publisher:
            place = (
                f"<vcard:adr><vcard:Address><vcard:locality>{escape(made.place)}</vcard:locality></vcard:Address></vcard:adr>"
                * bool(made.place)
            )
            body.append(
                f"<dc:publisher><foaf:Organization>{place}<foaf:name>{escape(made.publisher)}</foaf:name></foaf:Organization></dc:publisher>"
            )
        if made.url:
            body.append(
                f"<dc:identifier><dcterms:URI><rdf:value>{escape(made.url)}</rdf:value></dcterms:URI></dc:identifier>"
            )
        doi = f"<dc:identifier>DOI {made.doi}</dc:identifier>" * bool(made.doi)
        if made.container and made.type == J:
            body.append(f'<dcterms:isPartOf rdf:resource="#journal_{number}"/>')
            out.append(
                f'<bib:Journal rdf:about="#journal_{number}"><dc:title>{escape(made.container)}</dc:title>{doi}'
                f"<prism:volume>{made.volume}</prism:volume><prism:number>{made.issue}</prism:number></bib:Journal>"
            )
        elif made.container:
            body.append(
                f"<dcterms:isPartOf><bib:Book><dc:title>{escape(made.container)}</dc:title></bib:Book></dcterms:isPartOf>{doi}"
            )
        else:
            body.append(doi)
        body.append(f'<link:link rdf:resource="#file_{number}"/>')
        out.append(f'<bib:{tag} rdf:about="#item_{number}">{"".join(body)}</bib:{tag}>')
        out.append(
            f'<z:Attachment rdf:about="#file_{number}"><z:itemType>attachment</z:itemType>'
            f'<rdf:resource rdf:resource="files/{number}/{made.key}.pdf"/><dc:title>Full Text</dc:title></z:Attachment>'
        )
    return "\n".join([*out, "</rdf:RDF>"])


def _authors(made: Made) -> str:
    return ";".join(last_first(p) for p in made.authors) + ";"


def write_refworks(records: Sequence[Made]) -> str:
    """RefWorks as CNKI exports it."""
    kinds = {J: "Journal Article", N: "Newspaper Article", T: "Dissertation/Thesis", C: "Conference Proceeding"}
    out = []
    for made in records:
        day = made.date if len(made.date) == 10 else ""
        rows = [
            ("RT", kinds[made.type]), ("SR", "1"), ("A1", _authors(made)), ("AD", "某大学;"), ("T1", made.title), ("JF", made.container),
            ("PB", made.publisher), ("YR", "" if day else made.year), ("FD", day or (made.date if len(made.date) > 4 else "")),
            ("IS", made.issue.zfill(2) if made.issue.isdigit() else made.issue), ("vo", made.volume), ("OP", made.pages),
            ("K1", ";".join(made.keywords)), ("AB", made.abstract), ("LA", "中文;" if han(made) else made.language),
            ("DS", "CNKI"), ("LK", made.url), ("DO", made.doi),
        ]  # fmt: skip
        out += [f"{tag} {value}" for tag, value in rows if value] + [""]
    return "\r\n".join(out)


def write_endnote(records: Sequence[Made]) -> str:
    """EndNote's tags as CNKI exports them."""
    kinds = {J: "Journal Article", N: "Newspaper Article", T: "Thesis", C: "Conference Proceedings"}
    out = []
    for made in records:
        container = {C: "B"}.get(made.type, "J")
        rows = [
            ("0", kinds[made.type]), *(("A", last_first(p)) for p in made.authors), ("+", "某大学;"), ("T", made.title),
            (container, made.container), ("I", made.publisher), ("D", made.year), ("8", made.date), ("N", made.issue), ("V", made.volume),
            ("K", ";".join(made.keywords)), ("X", made.abstract), ("P", made.pages), ("G", made.language), ("U", made.url),
            ("R", made.doi), ("W", "CNKI"),
        ]  # fmt: skip
        out += [f"%{tag} {value}" for tag, value in rows if value] + ["", ""]
    return "\r\n".join(out)


def write_noteexpress(records: Sequence[Made]) -> str:
    """NoteExpress as CNKI exports it."""
    kinds = {J: "Journal Article", N: "Newspaper Article", T: "Thesis", C: "Conference Proceedings"}
    out = []
    for made in records:
        rows = [
            ("Reference Type", kinds[made.type]), ("Title", made.title), ("Author", _authors(made)), ("Author Address", "某大学;"),
            ("Tertiary Title" if made.type == C else "Journal", made.container), ("Publisher", made.publisher), ("Year", made.year),
            ("Date", made.date), ("Issue", made.issue), ("Volume", made.volume), ("Pages", made.pages), ("Keywords", ";".join(made.keywords)),
            ("Abstract", made.abstract), ("Language", made.language), ("URL", made.url), ("DOI", made.doi), ("Database Provider", "CNKI"),
        ]  # fmt: skip
        out += [f"{{{tag}}}: {value}" for tag, value in rows if value] + [""]
    return "\n".join(out)


OWN_HEADS = ("SrcDatabase-来源库", "Title-题名", "Author-作者", "Organ-单位", "Source-文献来源", "Keyword-关键词", "Summary-摘要",
             "PubTime-发表时间", "Year-年", "Volume-卷", "Period-期", "PageCount-页码", "URL-网址", "DOI-DOI")  # fmt: skip


def own_rows(records: Sequence[Made]) -> list[list[str]]:
    """The rows of CNKI's own table; ``;;`` parts keywords there."""
    bases = {J: "期刊", N: "报纸", T: "博士", C: "国内会议"}
    return [
        [
            bases[made.type], made.title, _authors(made), "某大学;", made.publisher if made.type == T else made.container,
            ";;".join(made.keywords), made.abstract, made.date, made.year, made.volume, made.issue,
            made.pages.zfill(3) if made.pages.isdigit() else made.pages, made.url, made.doi,
        ]
        for made in records
    ]  # fmt: skip


def write_own(records: Sequence[Made]) -> str:
    """CNKI's own text format."""
    blocks = [
        "\n".join(f"{head}: {cell}" for head, cell in zip(OWN_HEADS, row, strict=True)) for row in own_rows(records)
    ]
    return "\n\n".join(blocks)


def write_study(records: Sequence[Made]) -> str:
    """CNKI's E-Study: the pages are Page-页码, PageCount-页数 is their number."""
    renamed = {
        "Source-文献来源": "Source-刊名",
        "PageCount-页码": "Page-页码",
        "Organ-单位": "Organ-机构",
        "URL-网址": "Link-链接",
    }
    blocks = []
    for row in own_rows(records):
        pairs = [
            ("DataType", "1"),
            *((renamed.get(h, h), c) for h, c in zip(OWN_HEADS, row, strict=True) if c),
            ("PageCount-页数", "9"),
        ]
        blocks.append("\n".join(f"{head}: {cell}" for head, cell in pairs))
    return "\n\n".join(blocks)


def write_html_table(records: Sequence[Made]) -> str:
    """CNKI's ``.xls``, which is HTML."""
    rows = [list(OWN_HEADS), *own_rows(records)]
    cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    return "<html><body><table border='1'>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table></body></html>"


def write_csv(records: Sequence[Made]) -> str:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows([OWN_HEADS, *own_rows(records)])
    return out.getvalue()


def write_xlsx(records: Sequence[Made]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in [list(OWN_HEADS), *own_rows(records)]:
        book.worksheets[0].append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_xls(records: Sequence[Made]) -> bytes:
    """The old binary format of Excel (BIFF8)."""
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("CNKI")
    for number, row in enumerate([list(OWN_HEADS), *own_rows(records)]):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

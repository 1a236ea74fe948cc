"""``README.txt`` of the paper pack: which file is for what, in the language of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "figures/NAME.1col.pdf, .svg, .png": "figures for one column (84 mm); 2col: for two (174 mm). PDF for LaTeX "
        "and print, SVG for Word and Illustrator, PNG (300 dpi) where nothing else is taken",
        "figures/NAME.csv": "the numbers behind a figure",
        "captions.csv": "a caption for each figure; the figures have no titles",
        "tables/*.tex": "tables for LaTeX (packages booktabs, longtable, array)",
        "tables.xlsx": "the numbers of corpus, timelines and changes, for Excel and Word; all tables of the study, "
        "with the concordance, are in ../tables.xlsx",
        "methods/methods.en.txt, .de.txt, .zh.txt": "the methods paragraph to be pasted; .tex for LaTeX",
        "documents.bib": "documents with a counted mention, for BibLaTeX, Zotero and Citavi",
        "software.bib": "the software and its versions",
        "paper.tex": "all of it in one document: xelatex paper.tex, twice",
    },
    "de": {
        "figures/NAME.1col.pdf, .svg, .png": "Abbildungen für eine Spalte (84 mm); 2col: für zwei (174 mm). PDF für "
        "LaTeX und Druck, SVG für Word und Illustrator, PNG (300 dpi), wo nichts anderes geht",
        "figures/NAME.csv": "die Zahlen hinter einer Abbildung",
        "captions.csv": "zu jeder Abbildung eine Bildunterschrift; die Abbildungen selbst haben keinen Titel",
        "tables/*.tex": "Tabellen für LaTeX (Pakete booktabs, longtable, array)",
        "tables.xlsx": "die Zahlen zu Korpus, Verlauf und Veränderungen für Excel und Word; alle Tabellen der Studie "
        "samt Konkordanz stehen in ../tables.xlsx",
        "methods/methods.en.txt, .de.txt, .zh.txt": "der Methodenabsatz zum Einfügen; .tex für LaTeX",
        "documents.bib": "Dokumente mit gezählter Nennung, für BibLaTeX, Zotero und Citavi",
        "software.bib": "die Software mit Versionen",
        "paper.tex": "alles in einem Dokument: zweimal xelatex paper.tex",
    },
    "zh": {
        "figures/NAME.1col.pdf, .svg, .png": "单栏图（84毫米）；2col为双栏图（174毫米）。PDF用于LaTeX和印刷，"
        "SVG用于Word和Illustrator，仅收位图时用PNG（300 dpi）",
        "figures/NAME.csv": "各图所据数据",
        "captions.csv": "各图的图题；图内不含标题",
        "tables/*.tex": "LaTeX表格（宏包booktabs、longtable、array）",
        "tables.xlsx": "语料构成、时间序列与变化的数据，用于Excel和Word；含索引行的全部表格见../tables.xlsx",
        "methods/methods.en.txt, .de.txt, .zh.txt": "可直接粘贴的方法说明；.tex用于LaTeX",
        "documents.bib": "含有计入提及的文献，用于BibLaTeX、Zotero等",
        "software.bib": "所用软件及版本",
        "paper.tex": "汇总以上全部内容：运行两次xelatex paper.tex",
    },
}


def write_readme(title: str, language: str) -> str:
    """The file's text."""
    lines = [" ".join(title.split()), ""]
    for name, what in _FILES[language].items():
        lines += [name, f"    {what}", ""]
    return "\n".join(lines)

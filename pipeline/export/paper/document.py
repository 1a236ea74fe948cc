"""``paper.tex``: everything of the pack in one document, to be compiled or to be copied from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.paper.latex import set_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.export.paper.registry import PaperFigure

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {"methods": "Methods", "tables": "Tables", "figures": "Figures", "narrow": "Figures for one column",
           "see": "Table~\\ref{tab:corpus} describes the corpus, table~\\ref{tab:first} the first mentions."},
    "de": {"methods": "Methode", "tables": "Tabellen", "figures": "Abbildungen",
           "narrow": "Abbildungen für eine Spalte",
           "see": "Tabelle~\\ref{tab:corpus} beschreibt das Korpus, Tabelle~\\ref{tab:first} die ersten Nennungen."},
    "zh": {"methods": "方法", "tables": "表", "figures": "图", "narrow": "单栏图",
           "see": "语料库构成见表~\\ref{tab:corpus}，首次提及见表~\\ref{tab:first}。"},
}  # fmt: skip
_NAMES = {"en": ("Figure", "Table", "References"), "de": ("Abbildung", "Tabelle", "Literatur"),
          "zh": ("图", "表", "参考文献")}  # fmt: skip
_METHODS = {"en": "english", "de": "ngerman", "zh": ""}

_HEAD = r"""% Compile twice with xelatex, or once with tectonic: xelatex paper.tex
\documentclass[11pt,a4paper]{article}
\usepackage[margin=18mm]{geometry}
\usepackage{amsmath,array,booktabs,longtable,graphicx,placeins,xurl}
\usepackage[english,ngerman]{babel}
\usepackage{fontspec}
\usepackage{xeCJK}
% Noto where it is installed, else Fandol, which comes with TeX.
\IfFontExistsTF{Noto Serif CJK SC}
  {\setCJKmainfont{Noto Serif CJK SC}\setCJKsansfont{Noto Sans CJK SC}\setCJKmonofont{Noto Sans CJK SC}}
  {\setCJKmainfont{FandolSong-Regular.otf}[BoldFont=FandolSong-Bold.otf]\setCJKsansfont{FandolHei-Regular.otf}%
   \setCJKmonofont{FandolFang-Regular.otf}}
% Greek and Cyrillic letters of titles are set in the Chinese font, which has them.
\xeCJKDeclareCharClass{CJK}{"0370 -> "03FF, "0400 -> "04FF, "2116}
"""
_QUOTES = r"""% Quotation marks and dashes are those of the Latin font.
\xeCJKDeclareCharClass{Default}{"2013, "2014, "2018, "2019, "201C, "201D, "2026, "00B7}
"""
_STYLE = r"""\usepackage[font=small,labelfont=bf]{caption}
\emergencystretch=3em
\renewcommand{\topfraction}{0.95}\renewcommand{\textfraction}{0.05}\renewcommand{\floatpagefraction}{0.6}
"""


def write_document(
    title: str,
    language: str,
    figures: Sequence[PaperFigure],
    tables: Sequence[str],
    references: Sequence[tuple[str, str]],
) -> str:
    """The document.

    Args:
        title: the study's, plain text.
        language: of headings and names; the methods stand there in all three.
        figures: in order; each in two columns' width, the first of those for one column at the end.
        tables: names of files under ``tables/``, without ``.tex``.
        references: key and TeX of each entry of the bibliography.
    """
    words = _WORDS[language]
    babel = "ngerman" if language == "de" else "english"
    figure, table, heading = _NAMES[language]
    lines = [_HEAD + ("" if language == "zh" else _QUOTES) + _STYLE + rf"\title{{{set_text(title)}}}"]
    lines += [
        r"\author{}\date{}",
        r"\begin{document}",
        rf"\selectlanguage{{{babel}}}",
        rf"\renewcommand{{\figurename}}{{{figure}}}\renewcommand{{\tablename}}{{{table}}}",
        rf"\renewcommand{{\refname}}{{{heading}}}",
        r"\maketitle",
    ]
    for code, name in _METHODS.items():
        lines.append(rf"\section*{{{_WORDS[code]['methods']}}}")
        body = rf"\input{{methods/methods.{code}.tex}}"
        lines.append(rf"\begin{{otherlanguage}}{{{name}}}{body}\end{{otherlanguage}}" if name else body)
    lines += ["", words["see"], rf"\section*{{{words['tables']}}}"]
    lines += [rf"\input{{tables/{name}.tex}}" for name in tables]
    lines += [r"\FloatBarrier", rf"\section*{{{words['figures']}}}"]
    for number, one in enumerate(figures, 1):
        lines += _place(one, "2col")
        lines += [r"\FloatBarrier"] * (number % 6 == 0)  # TeX holds few figures that have no place yet
    lines += [r"\FloatBarrier", rf"\section*{{{words['narrow']}}}"]
    for one in figures[:1]:
        lines += _place(one, "1col")
    lines += [r"\FloatBarrier", r"\begin{thebibliography}{999}", r"\sloppy"]
    lines += [rf"\bibitem{{{key}}} {text}" for key, text in references]
    lines += [r"\end{thebibliography}", r"\end{document}", ""]
    return "\n".join(lines)


def _place(one: PaperFigure, width: str) -> list[str]:
    label = f"fig:{one.stem}" if width == "2col" else f"fig:{one.stem}:{width}"
    return [
        r"\begin{figure}[htbp]",
        r"\centering",
        rf"\includegraphics{{figures/{one.stem}.{width}.pdf}}",
        rf"\caption{{{set_text(one.caption)}}}\label{{{label}}}",
        r"\end{figure}",
        r"\clearpage" if width == "1col" else "",
    ]

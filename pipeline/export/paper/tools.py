"""The software that shapes the results: what it is called, and how it is cited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.export.paper.latex import escape_bibtex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.export.paper.facts import Facts

SHOWN: Mapping[str, str] = {
    "rjieba": "rjieba", "thulac": "THULAC", "spacy": "spaCy", "simplemma": "simplemma",
    "hanta": "HanTa", "opencc": "OpenCC", "trafilatura": "trafilatura", "pypdfium2": "pypdfium2", "numpy": "NumPy",
    "scipy": "SciPy", "ruptures": "ruptures", "matplotlib": "Matplotlib",
}  # fmt: skip
"""The tools that a methods section names, by the name of their distribution."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a tool's users are asked to cite."""

    author: str
    title: str
    year: str = ""
    where: str = ""
    """A DOI, or an address."""


# As the projects ask to be cited, in their CITATION files or on their pages.
_WORKS: Mapping[str, Work] = {
    "rjieba": Work("{messense}", "rjieba: Chinese word segmentation in Rust", "", "https://github.com/messense/rjieba-py"),
    "thulac": Work("Sun, Maosong and Chen, Xinxiong and Zhang, Kaixu and Guo, Zhipeng and Liu, Zhiyuan",
                   "THULAC: an efficient lexical analyzer for Chinese", "2016", "https://github.com/thunlp/THULAC-Python"),
    "spacy": Work("Honnibal, Matthew and Montani, Ines and Van Landeghem, Sofie and Boyd, Adriane",
                  "spaCy: industrial-strength natural language processing in Python", "2020", "10.5281/zenodo.1212303"),
    "simplemma": Work("Barbaresi, Adrien", "Simplemma: a simple multilingual lemmatizer for Python", "2023",
                      "10.5281/zenodo.4673264"),
    "hanta": Work("Wartena, Christian", "A probabilistic morphology model for German lemmatization", "2019",
                  "10.25968/opus-1527"),
    "opencc": Work("Kuo, Carbo", "OpenCC: conversion between Traditional and Simplified Chinese", "",
                   "https://github.com/BYVoid/OpenCC"),
    "trafilatura": Work("Barbaresi, Adrien", "Trafilatura: a web scraping library and command-line tool for text "
                        "discovery and extraction", "2021", "10.18653/v1/2021.acl-demo.15"),
    "pypdfium2": Work("{pypdfium2 contributors}", "pypdfium2: Python bindings to PDFium", "",
                      "https://github.com/pypdfium2-team/pypdfium2"),
    "numpy": Work("Harris, Charles R. and Millman, K. Jarrod and van der Walt, Stéfan J. and others",
                  "Array programming with NumPy", "2020", "10.1038/s41586-020-2649-2"),
    "scipy": Work("Virtanen, Pauli and Gommers, Ralf and Oliphant, Travis E. and others",
                  "SciPy 1.0: fundamental algorithms for scientific computing in Python", "2020",
                  "10.1038/s41592-019-0686-2"),
    "ruptures": Work("Truong, Charles and Oudre, Laurent and Vayatis, Nicolas", "Selective review of offline change "
                     "point detection methods", "2020", "10.1016/j.sigpro.2019.107299"),
    "matplotlib": Work("Hunter, John D.", "Matplotlib: a 2D graphics environment", "2007", "10.1109/MCSE.2007.55"),
}  # fmt: skip

OURS = Work("{The Zwiesprache contributors}", "Zwiesprache: measuring discourse in Chinese and German texts", "2026")
"""As in CITATION.cff."""


def analysers(facts: Facts) -> dict[str, str]:
    """Who cut the words of each language, with the version; behind it the trained model that the study names."""
    chinese = "thulac" if "thulac" in facts.tools else "rjieba"
    who = {code: chinese if code == "zh" else "spacy" for code in facts.languages}
    said = {code: f"{SHOWN[tool]} {facts.tools.get(tool, '')}".strip() for code, tool in who.items()}
    return {code: " + ".join(filter(None, (tool, facts.models.get(code)))) for code, tool in said.items()}


def list_works(facts: Facts) -> list[tuple[str, str, Work]]:
    """The software of a study: key, version, and what to cite."""
    used = [(name, version, _WORKS[name]) for name, version in facts.tools.items() if name in _WORKS]
    return [("zwiesprache", facts.version, OURS), *used]


def write_software(facts: Facts) -> str:
    """``software.bib``: the program and the tools that shaped the results, for BibLaTeX, with the versions used."""
    entries = []
    for key, version, work in list_works(facts):
        place = "doi" if work.where.startswith("10.") else "url"
        fields = {"author": work.author, "title": f"{{{escape_bibtex(work.title)}}}", "version": version}
        fields |= {"date": work.year, place: work.where}
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
        entries.append("\n".join([f"@software{{{key},", *lines, "}"]))
    return "\n\n".join(entries) + "\n"

from __future__ import annotations

import pytest

from pipeline.ingest.readers.office_names import person, style_kind

NAMES: dict[str | None, list[str]] = {
    "heading": ["heading 1", "Überschrift 2", "标题 1", "Title", "Untertitel", "副标题", "Heading",
                "Bibliography Heading"],
    "boilerplate": ["toc 1", "TOC Heading", "Contents 2", "Verzeichnis 1", "目录 1", "Index Heading", "Header", "页脚",
                    "table of figures", "Kopfzeile", "Header and Footer"],
    "caption": ["caption", "Beschriftung", "题注", "Table Caption", "Illustration"],
    "footnote": ["footnote text", "Fußnotentext", "脚注文本", "Endnote", "Footnote Block Text"],
    "reference": ["Bibliography", "EndNote Bibliography", "Citavi Bibliography Entry", "参考文献", "References",
                  "Literaturverzeichnis"],
    None: ["Normal", "Text Body", "List Bullet", "正文", "Quote", "Titelseite", "Table Contents", "Author", ""],
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for kind, names in NAMES.items() for name in names])
def test_the_names_of_styles_say_what_a_paragraph_is(name: str, kind: str | None) -> None:
    assert style_kind(name, is_own=True) == kind


def test_a_style_that_derives_from_a_title_is_none() -> None:
    assert style_kind("Title", is_own=False) is None
    assert style_kind("heading 1", is_own=False) == "heading"


def test_names_that_programs_put_are_nobody() -> None:
    assert person("Administrator") == person("微软用户") == person("") == ""
    assert person("Anna Berger") == "Anna Berger"

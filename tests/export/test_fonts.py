"""The fonts of figures come with dependencies and have a glyph for all that is drawn."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError, MissingTool
from pipeline.export import fonts


def test_the_font_is_a_file_of_the_package() -> None:
    assert fonts.font_file().name == "NotoSansSC-Regular.ttf"
    assert "site-packages" in fonts.font_file().parts


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda _: None)
    with pytest.raises(MissingTool, match="pip install zhplot"):
        fonts.font_file()


def test_a_package_without_its_font_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("zhplot", tmp_path / "__init__.py")
    monkeypatch.setattr(fonts, "find_spec", lambda _: spec)
    with pytest.raises(MissingTool, match="NotoSansSC-Regular"):
        fonts.font_file()


def test_only_our_files_are_drawn_with() -> None:
    from matplotlib import font_manager

    with fonts.drawing():
        paths = font_manager.fontManager._find_fonts_by_props(font_manager.FontProperties())
    names = [Path(path).name for path in paths]
    assert names == ["NotoSansSC-GB2312.ttf", "NotoSansSC-Regular.ttf", "DejaVuSans.ttf"]


@pytest.mark.parametrize("text", ["城市外交", "Städtediplomatie – „größer“", "Łódź, Wrocław", "50 % · 1,234 × −3…"])
def test_what_scholars_write_can_be_drawn(text: str) -> None:
    assert fonts.check_glyphs(text) == text


def test_a_character_without_a_glyph_is_named_and_never_a_box() -> None:
    with pytest.raises(InputError, match=r"U\+20BB7.*吉野家"):
        fonts.check_glyphs("𠮷 吉野家")


def test_invisible_characters_are_not_drawn() -> None:
    assert fonts.check_glyphs("Städte\u00addiplo\u200bmatie\x07\nzwei") == "Städtediplomatie\nzwei"


@given(st.text(alphabet="城市外交，。ab -/äß（）\n"), st.floats(30, 300))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = fonts.wrap_text(text, width, 7)
    assert "".join("".join(lines).split()).replace("-", "") == "".join(text.split()).replace("-", "")
    assert all(fonts.text_width(line, 7) <= width or len(line) <= 3 for line in lines)


def test_chinese_is_broken_between_characters_but_not_before_punctuation() -> None:
    lines = fonts.wrap_text("城市外交的发展，民间外交", 7 * 7, 7)
    assert lines == ["城市外交的发", "展，民间外交"]


def test_a_long_german_word_is_broken_with_a_hyphen() -> None:
    lines = fonts.wrap_text("Klimapartnerschaftsvereinbarungen", 60, 7)
    assert len(lines) > 1
    assert all(line.endswith("-") for line in lines[:-1])


def test_widths_are_those_of_the_font() -> None:
    with TTFont(fonts.font_file(), lazy=True) as font:
        name, em = font.getBestCmap()[ord("W")], font["head"].unitsPerEm
        assert fonts.text_width("W", 10) == pytest.approx(10 * font["hmtx"][name][0] / em)
    assert fonts.text_width("城", 10) == pytest.approx(10)

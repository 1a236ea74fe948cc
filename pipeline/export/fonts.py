"""The fonts of figures: only files that come with a dependency, so that every machine draws the same.

Noto Sans SC (package ``zhplot``) draws Chinese, German and English; DejaVu Sans (package ``matplotlib``) draws the
Latin, Greek and Cyrillic letters that it lacks, such as the ł of Łódź. No font of the system is ever looked up.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import unicodedata
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from itertools import product
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import InputError, MissingTool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fontTools.ttLib import TTFont

# Names of our own: a Noto Sans SC of the system, of another version, must never be found in its place.
FAMILIES = ["Zwiesprache Sans", "Zwiesprache Sans Full", "Zwiesprache Latin"]

RC: dict[Any, Any] = {
    "font.family": FAMILIES,
    "font.size": 7.0,
    "font.enable_last_resort": False,  # a missing glyph is an error, not a box
    "text.hinting": "none",  # widths that grow with the size, the same in all formats
    "text.parse_math": False,  # a dollar sign in a title is a dollar sign
    "pdf.fonttype": 42,  # TrueType: journals refuse Type 3
    "svg.fonttype": "path",  # outlines: nothing depends on the reader's fonts
    "svg.hashsalt": "zwiesprache",  # ids that do not change from run to run
    "axes.unicode_minus": True,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.4,
    "path.simplify": False,
}

_NO_BREAK_BEFORE = frozenset("，。、；：！？）》」』】〕〉”’…—·％%)]}.,;:!?")
_NO_BREAK_AFTER = frozenset("（《「『【〔〈“‘([{„")


class _Metrics(NamedTuple):
    reduced: Path
    advances: Mapping[str, float]


def font_file() -> Path:
    """Where NotoSansSC-Regular.ttf of the package ``zhplot`` lies; the package is not imported.

    Raises:
        MissingTool: the package or its font is not there.
    """
    spec = find_spec("zhplot")
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise MissingTool(
            "the font of the figures, NotoSansSC-Regular.ttf of the package zhplot, is missing; "
            "install it with: python -m pip install zhplot==1.0.0"
        )
    return path


@contextmanager
def drawing() -> Iterator[None]:
    """A context in which matplotlib draws with our fonts and settings; drawing and saving both need it.

    Raises:
        MissingTool: the font is not there.
    """
    import matplotlib as mpl

    _register()
    with mpl.rc_context(RC):
        yield


def check_glyphs(text: str) -> str:
    """The text as it can be drawn: without invisible characters, and with a glyph for each that is left.

    Raises:
        InputError: a character that no font here can draw; the figure would have a box in its place.
    """
    shown = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})
    missing = sorted(set(shown) - _coverage() - {"\n"})
    if missing:
        names = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing[:5])
        raise InputError(
            f"no font for {names} in {shown[:60]!r}; a figure would show a box: write it with other characters"
        )
    return shown


def text_width(text: str, size: float) -> float:
    """The width of one line in points, at a font size in points; kerning is not counted."""
    return size * sum(_advance(character) for character in text)


def wrap_text(text: str, width: float, size: float) -> list[str]:
    """Break text into lines of at most ``width`` points: at spaces, between Han, inside a word only if it must."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if text_width((line + piece).rstrip(), size) <= width:
                line += piece
                continue
            if line.strip():
                lines.append(line.strip())
            line = piece
            while text_width(line.rstrip(), size) > width and len(line) > 1:
                fits = (n for n in range(len(line) - 1, 0, -1) if n == 1 or text_width(line[:n] + "-", size) <= width)
                cut = next(fits)
                lines.append(line[:cut] + ("-" if line[cut - 1].isalpha() and line[cut].isalpha() else ""))
                line = line[cut:]
        lines.append(line.strip())
    return lines


def web_font(characters: Iterable[str]) -> bytes:
    """The font with these characters only, as WOFF, to stand in a page; the same characters give the same bytes.

    Raises:
        MissingTool: the font is not there.
    """
    from fontTools import subset

    options = subset.Options(flavor="woff", layout_features=[], hinting=False, name_IDs=["*"])
    options.drop_tables += ["GSUB", "GPOS", "BASE", "vhea", "vmtx", "VORG"]
    with subset.load_font(str(font_file()), options) as font, io.BytesIO() as file:
        font.recalcTimestamp = False
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=sorted({ord(character) for character in characters}))
        subsetter.subset(font)
        subset.save_font(font, file, options)
        return file.getvalue()


def _pieces(paragraph: str) -> list[str]:
    """The parts between which a line may be broken."""
    pieces = [""]
    for left, right in zip(" " + paragraph, paragraph, strict=False):
        wide = unicodedata.east_asian_width(left) in "WF" or unicodedata.east_asian_width(right) in "WF"
        may_break = left in " -/" or wide
        if may_break and right != " " and right not in _NO_BREAK_BEFORE and left not in _NO_BREAK_AFTER:
            pieces.append(right)
        else:
            pieces[-1] += right
    return pieces


def _advance(character: str) -> float:
    """Width in em; what lies outside the reduced font is wide if East Asian, else a broad letter."""
    width = _metrics().advances.get(character)
    return width if width is not None else 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.65


def _latin_file() -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@cache
def _coverage() -> frozenset[str]:
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for path in (font_file(), _latin_file()):
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(map(chr, found))


@cache
def _register() -> None:
    from matplotlib import font_manager

    for name, path in zip(FAMILIES, (_metrics().reduced, font_file(), _latin_file()), strict=True):
        entry = font_manager.FontEntry(fname=str(path), name=name, weight=400, stretch="normal", size="scalable")
        font_manager.fontManager.ttflist.insert(0, entry)


@cache
def _metrics() -> _Metrics:
    """A copy of the font with the 3,755 commonest characters (GB 2312, level 1) only.

    Each PDF subsets its font anew, which takes a second from the 30,000 glyphs of the whole and a tenth of that from
    the copy; a rarer character is drawn from the whole. The characters are fixed, not those of the study, so that a
    figure's bytes depend on nothing else.
    """
    from fontTools import subset

    pairs = (bytes(pair) for pair in product((*range(0xA1, 0xAA), *range(0xB0, 0xD8)), range(0xA1, 0xFF)))
    han = "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)
    characters = {*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA0, 0x100)), *"–—‘’“”„…−", *han}
    options = subset.Options(
        layout_features=["kern"], hinting=False, drop_tables=["GSUB", "BASE", "vhea", "vmtx", "VORG"], name_IDs=["*"]
    )
    folder = Path(tempfile.mkdtemp(prefix="zwiesprache-font-"))
    Finalize(None, shutil.rmtree, (folder,), exitpriority=0)  # unlike atexit it also runs at the end of a worker
    path = folder / "NotoSansSC-GB2312.ttf"
    font: TTFont
    with subset.load_font(str(font_file()), options) as font:
        font.recalcTimestamp = False
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[ord(character) for character in characters])
        subsetter.subset(font)
        font.save(path)
        em, widths = font["head"].unitsPerEm, font["hmtx"].metrics
        return _Metrics(path, {chr(code): widths[name][0] / em for code, name in font.getBestCmap().items()})

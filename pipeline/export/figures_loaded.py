"""Loads matplotlib and the fonts of figures; for the server that workers are forked from (`pipeline.servers`)."""

from contextlib import suppress
from io import BytesIO

from pipeline.errors import MissingTool
from pipeline.export import change_figures, fonts  # noqa: F401 - the one loads the drawing of most figures

with suppress(MissingTool), fonts.drawing():  # who draws says what is missing
    from matplotlib.figure import Figure

    fonts.check_glyphs("")
    for kind in ("pdf", "svg", "png"):
        Figure().savefig(BytesIO(), format=kind)

"""Where the parts of a drawn figure stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg

from pipeline.export.fonts import drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox


def boxes_of(figure: Figure) -> tuple[list[Bbox], int, int]:
    """Where the texts, the keys and the panels of a figure stand, and how wide and high it is, in pixels."""
    with drawing():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        boxes = [text.get_window_extent(canvas.get_renderer()) for text in figure.texts if text.get_text()]
        boxes += [legend.get_window_extent() for legend in figure.legends]
        boxes += [axes.get_tightbbox(canvas.get_renderer()) for axes in figure.axes]
    return boxes, *canvas.get_width_height()

"""The map of topics: its distances, its links, its labels."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from lxml import html
from scipy.spatial.distance import pdist

from pipeline.export.topic_map import MapTopic, draw_map, place_topics

from .made_rooms import HOSTILE

ROWS = arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(2, 12)), elements=st.floats(0.001, 1)).map(
    lambda rows: rows / rows.sum(axis=1, keepdims=True)
)


def test_three_topics_stand_as_far_apart_as_their_words_do() -> None:
    # By hand, in bits: without a common word 1; the even one and either other 1.5 - 0.75 log2(3) = 0.3112781.
    placed, shown = place_topics(np.array([[1, 0], [0, 1], [0.5, 0.5]]))
    assert pdist(placed) == pytest.approx([1, 0.3112781**0.5, 0.3112781**0.5], abs=1e-6)
    assert shown == pytest.approx(1)


@given(ROWS)
def test_no_two_topics_stand_further_apart_than_they_are(rows: np.ndarray) -> None:
    from scipy.spatial.distance import jensenshannon

    placed, shown = place_topics(rows)
    with np.errstate(invalid="ignore"):  # of equal rows scipy may take the root of a little less than nothing
        true = [jensenshannon(rows[i], rows[j], base=2) for i in range(len(rows)) for j in range(i + 1, len(rows))]
    assert (pdist(placed) <= np.nan_to_num(true) + 1e-6).all()
    assert 0 <= shown <= 1 + 1e-9
    assert np.ptp(placed[:, 0]) >= np.ptp(placed[:, 1]) - 1 or len(rows) > 2


@pytest.mark.parametrize("number", [1, 2, 5])
def test_topics_of_the_same_words_lie_on_each_other(number: int) -> None:
    placed, _ = place_topics(np.full((number, 4), 0.25, np.float32))
    assert placed == pytest.approx(np.zeros((number, 2)), abs=1e-6)
    assert "nan" not in draw_map(made(number), placed)


def test_each_circle_is_a_link_with_an_area_of_its_share() -> None:
    tree = html.fragment_fromstring(draw_map(made(3), np.array([[0.0, 0.0], [1.0, 0.2], [0.5, 0.9]])))
    links = {link.get("href"): link for link in tree.xpath(".//a")}
    assert set(links) == {"#topic-zh-1", "#topic-zh-2", "#topic-zh-3"}
    radius = [float(links[f"#topic-zh-{n}"].find("circle").get("r")) for n in (1, 2, 3)]
    assert [(r / radius[0]) ** 2 for r in radius] == pytest.approx([1, 0.5, 1 / 3], rel=0.01)
    assert [links[f"#topic-zh-{n}"].find("circle").get("class") for n in (1, 2, 3)] == [None, "unsure", None]
    assert all(link.get("aria-label") == link.findtext("title") == HOSTILE for link in links.values())
    assert not tree.xpath(".//script | .//b")


@given(st.integers(2, 25), st.integers(0, 99))
def test_labels_lie_inside_the_map_and_on_no_other_label(number: int, seed: int) -> None:
    drawn = str(draw_map(made(number), np.random.default_rng(seed).normal(size=(number, 2))))
    assert len(re.findall(r'<text class="number"', drawn)) == number
    height = float(re.search(r'viewBox="0 0 760 (\d+)"', drawn)[1])
    at = [(float(x), float(y)) for x, y in re.findall(r'<text class="name" x="([\d.-]+)" y="([\d.-]+)"', drawn)]
    assert all(0 <= x <= 760 and 0 <= y <= height for x, y in at)
    assert not [1 for n, (x, y) in enumerate(at) for a, b in at[:n] if abs(x - a) < 20 and abs(y - b) < 12]


def test_a_label_is_whole_where_there_is_room_and_loses_words_before_letters() -> None:
    long = MapTopic(1, "Partnerschaft, Bürgermeister, Verwaltungszusammenarbeit", "x", "#a", 0.3, firm=True)
    alone = str(draw_map([long], np.array([[0.0, 0.0]])))
    assert "1 Partnerschaft, Bürgermeister, Verwaltungszusammenarbeit</text>" in alone
    places = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.02], [0.52, 0.0], [0.48, 0.04], [0.5, -0.02]])
    crowd = str(draw_map([long._replace(number=n) for n in range(1, 7)], places))
    shown = re.findall(r'<text class="name"[^>]*>(\d [^<]*)</text>', crowd)
    assert shown
    for text in shown:
        assert text[2:] in {long.label, "Partnerschaft, Bürgermeister…", "Partnerschaft…", "Partnerschaft, Bürgermei…"}


def made(number: int) -> list[MapTopic]:
    return [
        MapTopic(n, f"{n}{HOSTILE}", HOSTILE, f"#topic-zh-{n}", 0.3 / n, firm=n % 2 == 1) for n in range(1, number + 1)
    ]

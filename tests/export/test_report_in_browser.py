"""The page in a browser: a point opens its lines, by mouse and by keyboard, and nothing is fetched."""

from __future__ import annotations

import dataclasses
import json
import shutil
import socket
import subprocess
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline.export.keyword_rooms import make_keyword_rooms
from pipeline.export.report import render_report
from pipeline.export.rooms import Rooms
from pipeline.export.topic_rooms import make_topic_rooms

from .made_rooms import make_keywords, make_pairs, make_topics
from .test_report import make_data, with_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Run = Callable[[str], Any]

pytestmark = pytest.mark.slow

HOSTILE = "</script><img src=x onerror=\"document.title='hit'\">\u202e\u2028'\"&"
CLICK_ALL = """
return [...document.querySelectorAll("figure svg a[data-group]")].slice(0, 150).map((point) => {
  point.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
  return [point.querySelector("title").textContent, document.querySelector("#panel [role=status]").textContent];
});
"""
STATE = """
const panel = document.getElementById("panel");
return {open: !panel.hidden, focus: document.activeElement.tagName};
"""


@contextmanager
def browser(page: Path) -> Iterator[tuple[Run, Callable[[str], None]]]:
    """A headless browser that shows a page: runs a script in it, and presses a key."""
    driver = shutil.which("chromedriver")
    if not driver:
        pytest.skip("no browser here: Debian's package chromium-driver has one")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def call(method: str, path: str, body: object) -> Any:
        request = Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), method=method)
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    try:
        for _ in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"]}
        made = call("POST", "/session", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        session = f"/session/{made['sessionId']}"
        call("POST", f"{session}/url", {"url": page.as_uri()})

        def press(key: str) -> None:
            strokes = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
            call("POST", f"{session}/actions", {"actions": [{"type": "key", "id": "keys", "actions": strokes}]})

        yield lambda script: call("POST", f"{session}/execute/sync", {"script": script, "args": []}), press
        call("DELETE", session, {})
    finally:
        process.terminate()
        process.wait()


def test_a_point_opens_the_lines_that_its_title_counts(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(render_report(make_data()), encoding="utf-8")
    with browser(tmp_path / "report.html") as (run, press):
        clicked = run(CLICK_ALL)
        assert len(clicked) == 150
        for title, said in clicked:
            number = title.split(": ")[1].split(" mention")[0]
            if ", all texts: " in title:  # the made lines are all speeches
                assert said == f"{number} of {number} line{'' if number == '1' else 's'}"
        press("\ue00c")
        run("document.querySelector('section.concept figure svg a').focus()")
        press("\ue014")
        press("\ue007")
        state = run(STATE)
        assert state["open"]
        assert state["focus"] == "H2"
        press("\ue00c")
        state = run(STATE)
        assert not state["open"]
        assert state["focus"] == "a"
        assert run("return performance.getEntriesByType('resource').length") == 0


def test_hostile_lines_are_text_in_the_panel(tmp_path: Path) -> None:
    lines = with_lines(left=HOSTILE, match=HOSTILE, right=HOSTILE, title=HOSTILE, url="javascript:document.title='hit'")
    data = dataclasses.replace(make_data(), concordance=lines)
    (tmp_path / "report.html").write_text(render_report(data), encoding="utf-8")
    with browser(tmp_path / "report.html") as (run, _):
        run("document.querySelector('details.kwic button').click()")
        assert run("return document.querySelector('#panel tbody b').textContent") == HOSTILE
        assert run("return document.querySelectorAll('#panel img, #panel tbody a').length") == 0
        assert run("return document.title") == make_data().title


OPEN = """
document.querySelector("%s").click();
const said = document.querySelector("#panel [role=status]").textContent;
const rows = [...document.querySelectorAll("#panel tbody tr")];
const shown = rows.map((row) => row.children[1].textContent + row.children[3].textContent);
return {said, shown, value: document.querySelector("#panel [name=words]").value, at: location.hash};
"""


def test_a_collocate_opens_the_lines_that_have_one_of_its_forms_as_a_word(tmp_path: Path) -> None:
    rights = ["in Städten wie hier", "Städtepartnerschaft", "einer STADT.", "Stadtrat", HOSTILE]
    lines = with_lines()
    column = pa.array([rights[n % 5] for n in range(lines.num_rows)], pa.string())
    lines = lines.set_column(lines.column_names.index("right"), "right", column)
    rooms = Rooms(keywords=make_keyword_rooms(make_keywords(), {}, {("de", "Stadt"): "Stadt Städten"}, 3))
    data = dataclasses.replace(make_data(), concordance=lines, rooms=rooms)
    (tmp_path / "report.html").write_text(render_report(data), encoding="utf-8")
    of_pair = lines.filter(pc.and_(pc.equal(lines["concept"], "city_diplomacy"), pc.equal(lines["language"], "de")))
    true = [right for right in of_pair["right"].to_pylist() if right in {rights[0], rights[2]}]
    with browser(tmp_path / "report.html") as (run, _):
        found = run(OPEN % "details a[data-open='lines-city_diplomacy-de'][data-words]")
        assert found["said"] == f"{len(true):,} of {of_pair.num_rows:,} lines here with Stadt or Städten"
        assert found["value"] == "Stadt Städten"
        assert found["at"] == "", "the page stays where it is"
        assert found["shown"]
        assert all(one.endswith((rights[0], rights[2])) for one in found["shown"])
        again = """
        const words = document.querySelector("#panel [name=words]");
        words.value = "(";
        words.dispatchEvent(new Event("input"));
        return document.querySelector("#panel [role=status]").textContent;
        """
        assert run(again) == f"0 of {of_pair.num_rows:,} lines here with ("
        assert run(again.replace('"("', '""')) == f"{of_pair.num_rows:,} of {of_pair.num_rows:,} lines"


def test_a_circle_of_the_map_leads_to_its_topic(tmp_path: Path) -> None:
    data = dataclasses.replace(make_data(), rooms=Rooms(topics=make_topic_rooms(make_topics(), make_pairs())))
    (tmp_path / "report.html").write_text(render_report(data), encoding="utf-8")
    with browser(tmp_path / "report.html") as (run, press):
        run("document.querySelector('#topics-zh figure a[tabindex=\"0\"]').focus()")
        press("\ue014")
        press("\ue007")
        state = run(
            "return {at: location.hash, top: document.querySelector(location.hash).getBoundingClientRect().top}"
        )
        assert state["at"].startswith("#topic-zh-")
        assert -5 < state["top"] < 400
        assert run("return performance.getEntriesByType('resource').length") == 0

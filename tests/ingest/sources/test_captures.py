from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest
from archived import Built, read_here, settle
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from warcs import SITE, note, page, redirect, request, resource, response, revisit, warc, warcinfo

from pipeline.ingest.readers import html
from pipeline.ingest.sources.archive_index import page_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from warcs import Record

ADDRESSES = [f"{SITE}/{name}" for name in ("a", "b", "c?seite=1", "c?seite=2")] + ["http://stadt.example/a#oben"]
BODIES = [page("Eins"), page("Zwei"), page("Eins", head="<meta name='stand' content='neu'>"), "<html></html>", ""]
MAKERS: dict[str, Callable[[str, str, str, str], Record]] = {
    "page": lambda address, _, body, date: response(address, body, date=date),
    "saved": lambda address, _, body, date: resource(address, body, date=date),
    "redirect": lambda address, other, _, date: redirect(address, other, date=date),
    "repeat": lambda address, other, body, date: revisit(address, body, other, date=date),
    "unchanged": lambda address, _, __, date: response(address, status="304 Not Modified", date=date),
    "error": lambda address, _, body, date: response(address, body, status="404 Not Found", date=date),
    "partial": lambda address, _, body, date: response(address, body, status="206 Partial Content", date=date),
    "image": lambda address, _, __, date: response(address, "x", media_type="image/png", date=date),
    "map": lambda address, _, __, date: response(address, "<urlset/>", media_type="text/xml", date=date),
}
CAPTURES = st.lists(
    st.tuples(
        st.sampled_from(sorted(MAKERS)), st.sampled_from(ADDRESSES), st.sampled_from(ADDRESSES), st.sampled_from(BODIES)
    ),
    max_size=10,
)


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here(monkeypatch)
    monkeypatch.setattr(html, "read_html", functools.cache(html.read_html))


def ends(built: Built) -> int:
    """How many captures a build accounts for."""
    joined = sum(len((row.get("pages_joined") or "").split()) for row in built.documents)
    return len(built.documents) + joined + len(built.rejects) + sum(built.left_out.values())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(captures=CAPTURES, split=st.integers(0, 10))
@example(captures=[(kind, ADDRESSES[0], ADDRESSES[0], "") for kind in ("page", "page", "unchanged")], split=0)
@pytest.mark.usefixtures("_here")
def test_each_capture_ends_once_and_the_order_of_records_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, captures: list[tuple[str, str, str, str]], split: int
) -> None:
    records = [
        MAKERS[kind](address, other, body, f"2024-05-01T10:{number:02d}:00Z")
        for number, (kind, address, other, body) in enumerate(captures)
    ]
    records += [response(f"{SITE}/immer", page("Immer"))]
    made = []
    for step in (1, -1):
        ordered = records[::step]
        around = [warcinfo(), request(ADDRESSES[0]), note(ADDRESSES[0])]
        files = {
            "a.warc.gz": warc(*around, *ordered[:split]),
            "b.warc": warc(*ordered[split:], *around, packed=False),
        }
        made.append(settle(tmp_path_factory.mktemp("study"), files))
    for built in made:
        assert ends(built) == len(records)
        keys = [page_key(key) for key in built.keys]
        assert len(set(keys)) == len(keys), "one address, one document"
    forwards, backwards = made
    assert sorted(forwards.keys) == sorted(backwards.keys)
    assert {key: forwards.text(key) for key in forwards.keys} == {key: backwards.text(key) for key in backwards.keys}
    assert forwards.left_out == backwards.left_out
    assert forwards.refused == backwards.refused

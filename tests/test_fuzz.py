"""Some hundred broken files of all formats; ``make fuzz`` reads ten thousand of them."""

from __future__ import annotations

import fuzz
import pytest

from pipeline.records import Block, Extract


@pytest.mark.parametrize("seed", [2, 3])
def test_broken_files_end_as_documents_or_as_a_known_reason(seed: int) -> None:
    faults = {f"{name}: {fault}" for name, data in fuzz.broken_files(240, seed) if (fault := fuzz.try_file(data, name))}
    assert faults == set()


def test_all_formats_are_broken_and_always_in_the_same_way() -> None:
    first = list(fuzz.broken_files(40, seed=4))
    assert first == list(fuzz.broken_files(40, seed=4))
    assert {
        ".docx",
        ".odt",
        ".fodt",
        ".epub",
        ".rtf",
        ".tei",
        ".xml",
        ".json",
        ".mhtml",
        ".zip",
        ".pdf",
        ".html",
    } <= set(fuzz.collect())


@pytest.mark.parametrize(
    "extract",
    [
        Extract((), "r", "text/plain"),
        Extract((Block(" "),), "r", "text/plain"),
        Extract((Block("a\nb"),), "r", "text/plain"),
        Extract((Block("Sta\u0308dte"),), "r", "text/plain"),
        Extract((Block("a"),), "r", "text/plain", metadata={"url": "https://a\x00b"}),
        Extract((Block("a\ud800"),), "r", "text/plain"),
    ],
)
def test_what_breaks_a_promise_is_found(extract: Extract) -> None:
    assert fuzz.find_fault([("", extract)])
    assert fuzz.find_fault([])


def test_a_file_that_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(fuzz, "read_documents", hang)
    monkeypatch.setattr(fuzz, "SLOW", 0.01)
    assert "hangs" in fuzz.try_file(b"a", "a.txt")

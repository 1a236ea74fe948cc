"""The paper pack of a study whose titles, labels and name try to break TeX."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from pipeline.export.paper.tools import OURS
from pipeline.ingest.bibliography.bibtex import read_bibtex
from pipeline.ingest.bibliography.record import Record

from .made_study import HOSTILE, TITLES, make_study, no_network_environment
from .test_methods import numbers

PACK = Path("exports/mine/paper")
PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack in English."""
    return make_pack(tmp_path_factory.mktemp("paper"), "en")


def make_pack(folder: Path, language: str) -> Path:
    from pipeline.__main__ import stages_for
    from pipeline.concepts.lexicon import load_lexicon
    from pipeline.stages import bring_up_to_date
    from pipeline.study import load_study

    study = load_study(make_study(folder, language), root=folder)
    assert load_lexicon(study.lexicon)
    bring_up_to_date(stages_for("paper"), study, lambda *_: None)
    return folder / PACK


def test_each_figure_has_two_widths_three_formats_its_numbers_and_a_caption(made: Path) -> None:
    with (made / "captions.csv").open(encoding="utf-8", newline="") as file:
        captions = {row["figure"]: row["caption"] for row in csv.DictReader(file)}
    stems = {"comparison", "languages_1", "multiples_1", "concept_city_diplomacy", "concept_partnership"}
    assert set(captions) == stems
    assert all(caption.endswith(".") for caption in captions.values())
    wanted = {
        f"{stem}.{width}.{kind}" for stem in stems for width in ("1col", "2col") for kind in ("pdf", "svg", "png")
    }
    assert {path.name for path in (made / "figures").iterdir()} == wanted | {f"{stem}.csv" for stem in stems}


@pytest.mark.parametrize(("width", "millimetres"), [("1col", 84), ("2col", 174)])
def test_a_figure_is_as_wide_as_its_columns_small_and_has_no_title(made: Path, width: str, millimetres: float) -> None:
    for pdf in (made / "figures").glob(f"*.{width}.pdf"):
        assert pdf.stat().st_size < 100_000
        raw = pdf.read_bytes()
        assert raw.count(b"/FontFile2 ") == raw.count(b"/Type /FontDescriptor") > 0
        assert b"/Type3" not in raw
        with pypdfium2.PdfDocument(pdf) as document:
            assert document[0].get_width() / 72 * 25.4 == pytest.approx(millimetres, abs=0.1)
            assert document[0].get_height() / 72 * 25.4 < 240
        with Image.open(pdf.with_suffix(".png")) as image:
            assert image.width == pytest.approx(millimetres / 25.4 * 300, abs=2)
    with pypdfium2.PdfDocument(made / "figures" / f"concept_city_diplomacy.{width}.pdf") as document:
        assert "城市外交" not in document[0].get_textpage().get_text_range()


def test_the_numbers_of_the_methods_are_those_of_tables_and_manifests(made: Path) -> None:
    with (made.parent / "corpus.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["language"]]
    manifests = [json.loads((made.parents[n] / place).read_bytes())["stages"] for n, place in (
        (0, "manifest.json"), (2, "corpora/mine/manifest.json"))]  # fmt: skip
    known = {0, 1, 100}  # the seed, and the draws
    for name in ("documents", "words", "undated", "duplicates"):
        for column in ("language", "source_type", None):
            sums: dict[str, int] = {}
            for row in rows:
                key = row[column] if column else ""
                sums[key] = sums.get(key, 0) + int(row[name])
            known |= set(sums.values())
    known |= {int(row["year"]) for row in rows if row["year"]}
    stages = manifests[0] | manifests[1]
    known |= {stages["timelines"]["summary"]["mentions"], stages["timelines"]["summary"]["undated_mentions"]}
    known |= {stages["mentions"]["summary"]["mentions"], *stages["corpus"]["summary"]["rejects"].values()}
    known |= set(map(int, stages["timelines"]["finished"][:10].split("-")))
    known |= {2, 5, 1}  # concepts, terms and excluded strings of the lexicon
    for code, thousands in (("en", ","), ("de", "."), ("zh", ",")):
        text = (made / "methods" / f"methods.{code}.txt").read_text(encoding="utf-8")
        digest = stages["timelines"]["made_from"]["reads"]["lexicon.toml"]
        assert digest in text
        versions = [version for stage in stages.values() for version in stage["made_from"]["tools"].values()]
        for part in (digest, *sorted(versions, key=len, reverse=True), "0.1.0"):
            text = text.replace(part, "")
        assert numbers(text, thousands) <= known, code


def test_the_bibliographies_hold_titles_as_they_are(made: Path) -> None:
    text = (made / "documents.bib").read_text(encoding="utf-8")
    assert text.startswith("% 4 of the 4 documents with a counted mention.")
    titles = {record.item["title"] for record in read_bibtex(text, "a.bib") if isinstance(record, Record)}
    assert any("Größe" in title for title in titles)
    software = (made / "software.bib").read_text(encoding="utf-8")
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'title: "{OURS.title}"' in citation
    assert OURS.author.strip("{}") in citation
    assert re.search(r"@software\{rjieba,.*?version = \{[\d.]+\}", software, re.DOTALL)


def test_a_figure_names_the_concept_it_shows_and_a_wrong_one_is_said(made: Path) -> None:
    from pipeline.errors import StudyError
    from pipeline.export.paper.stage import read_material
    from pipeline.settings import PaperSettings
    from pipeline.study import load_study

    study = load_study(made.parents[2] / "mine.toml", root=made.parents[2])
    one = study.model_copy(update={"paper": PaperSettings(concepts=["partnership"])})
    assert list(read_material(one).chosen) == ["partnership"]
    wrong = study.model_copy(update={"paper": PaperSettings(concepts=["partnreship"])})
    with pytest.raises(StudyError, match=r"\[paper\] concepts: .*did you mean 'partnership'"):
        read_material(wrong)


def test_the_same_study_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    from pipeline.export.paper.stage import write_paper
    from pipeline.study import load_study

    root = made.parents[2]
    write_paper(load_study(root / "mine.toml", root=root), tmp_path, lambda *_: None)
    first, second = (
        {path.relative_to(pack).as_posix(): path.read_bytes() for path in pack.rglob("*") if path.is_file()}
        for pack in (made, tmp_path / "paper")
    )
    assert first == second


def test_timelines_bring_the_figures_of_changes_too(made: Path) -> None:
    wanted = {f"{stem}_1.{kind}" for stem in ("decomposition", "robustness") for kind in ("pdf", "svg", "png", "csv")}
    assert {path.name for path in (made.parent / "figures").iterdir()} == wanted


def test_mentions_outside_of_the_periods_and_tests_that_were_not_made_are_told_apart(made: Path) -> None:
    from pipeline.export.paper.facts import read_facts
    from pipeline.study import load_study

    root = made.parents[2]
    facts = read_facts(load_study(root / "mine.toml", root=root))
    assert facts.outside_mentions == 0
    assert "trend" not in facts.kinds_of_change, "three years are too few to be tested"


def test_the_facts_know_the_lock_and_what_is_not_as_it_has_it(made: Path, tmp_path: Path) -> None:
    from pipeline.concepts.lexicon import load_lexicon
    from pipeline.concepts.lock import write_lock
    from pipeline.export.paper.facts import read_facts
    from pipeline.study import load_study

    root = made.parents[2]
    study = load_study(root / "mine.toml", root=root)
    assert read_facts(study).lock is None
    mine = study.model_copy(update={"lexicon": tmp_path / "lexicon.toml"})
    words = study.lexicon.read_text(encoding="utf-8")
    mine.lexicon.write_text(words, encoding="utf-8")
    written = write_lock(mine.lexicon, load_lexicon(mine.lexicon), dt.date(2026, 3, 1))
    lock = read_facts(mine).lock
    assert lock is not None
    assert (lock.date, lock.sha256, lock.exploratory, lock.removed) == (dt.date(2026, 3, 1), written.sha256, [], [])
    mine.lexicon.write_text(words.replace('de = ["Partnerschaft"]', 'de = ["Stadtpartnerschaft"]'), encoding="utf-8")
    later = read_facts(mine).lock
    assert later is not None
    assert (later.exploratory, later.removed) == (["Stadtpartnerschaft"], ["Partnerschaft"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("xelatex") is None, reason="no TeX engine: xelatex is not installed")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_paper_compiles_without_a_lost_character_or_reference(tmp_path: Path, language: str) -> None:
    pack = make_pack(tmp_path, language)
    for _ in range(2):
        done = subprocess.run(
            ["xelatex", "-interaction=nonstopmode", "-no-shell-escape", "paper.tex"],
            cwd=pack, env=no_network_environment(), capture_output=True, timeout=300, check=False,
        )  # fmt: skip
    log = (pack / "paper.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, [line for line in log.splitlines() if line.startswith("!")]
    assert "Missing character" not in log
    assert "undefined" not in log
    assert [float(n) for n in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(n) > 5] == []
    with pypdfium2.PdfDocument(pack / "paper.pdf") as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    for words in ("50 % & mehr_von #1 {x}", "\\input{/etc/hostname}", "Łódź", "[U+1F600]", "城市外交"):
        assert words in " ".join(text.split()), words
    assert HOSTILE
    assert TITLES

"""Studies of the real texts beside the project, against plain counts over the raw files."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import re
import shutil
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipeline.__main__ import stages_for
from pipeline.analyses.changes import changes
from pipeline.analyses.concordance import concordance
from pipeline.analyses.counts import read_corpus
from pipeline.analyses.timelines import timelines
from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.mentions import read_mentions
from pipeline.stages import bring_up_to_date
from pipeline.store import corpus, tokens
from pipeline.study import Study, load_study

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.shared, pytest.mark.slow]

TESTS = Path(__file__).resolve().parent
LEXICON = TESTS.parent / "configs" / "lexicons" / "city_diplomacy.toml"

Rows = list[dict[str, Any]]

ZH_TERMS = (
    "城市外交", "民间外交", "一带一路", "友好城市", "大国外交", "命运共同体", "公共外交", "顶层设计", "人文交流",
    "友好协会", "友协", "友城", "外办",
)  # fmt: skip
DE_TERMS = {
    "Städtepartnerschaft": r"\w*[Ss]tädtepartnerschaft\w*",
    "Partnerstadt": r"Partnerst(?:adt|ädten?)",
    "Schulpartnerschaft": r"\w*[Ss]chulpartnerschaft\w*",
    "Klimapartnerschaft": r"\w*[Kk]limapartnerschaft\w*",
    "Schüleraustausch": r"Schüleraustausch(?:s|e|es|en)?",
    "Hochschulkooperation": r"Hochschulkooperation(?:en)?",
    "Spionage": r"Spionage",
    "Wirtschaftsspionage": r"Wirtschaftsspionage",
    "Einflussnahme": r"Einflu(?:ss|ß)nahmen?",
    "Schicksalsgemeinschaft": r"Schicksalsgemeinschaft(?:en)?",
    "Städtenetzwerk": r"Städtenetzwerk(?:e|en|s|es)?",
    "Öffnungspolitik": r"Öffnungspolitik",
    "Entkopplung": r"Entkopplung(?:en)?",
}
"""German terms and all their forms, written by hand."""

STUDY_OF_SPEECHES = """
[study]
name = "speeches"
title = "Bundestag"
languages = ["de"]
lexicon = "{lexicon}"
[[source]]
id = "parliament"
kind = "table"
path = "speeches.jsonl"
type = "parliament"
columns = {{ id = "id", text = "text", title = "title", date = "date", language = "lang" }}
"""


def build(path: Path, root: Path) -> Study:
    study = load_study(path, root)
    bring_up_to_date(stages_for("tokens"), study, lambda *_: None)
    return study


@pytest.fixture(scope="module")
def news(shared: Path) -> Rows:
    """The raw rows of the news."""
    with gzip.open(shared / "corpora" / "zh_news_2012_2019.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def news_study(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """The study of the news, built without figures; half a gigabyte, so it goes when it has served."""
    folder = tmp_path_factory.mktemp("news")
    yield build(TESTS / "studies" / "news.toml", folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def news_rows(news_study: Study) -> dict[str, Rows]:
    """Its tables."""
    built = read_corpus(news_study)
    concepts = load_lexicon(news_study.lexicon)
    return {
        "timelines": timelines(news_study, built, concepts, lambda *_: None).to_pylist(),
        "changes": changes(news_study, built, concepts).to_pylist(),
        "concordance": concordance(news_study, built, concepts).to_pylist(),
    }


@pytest.fixture(scope="module")
def speeches(shared: Path) -> Rows:
    """The first 6,000 speeches of the Bundestag, and all later ones that say Städtepartnerschaft."""
    with gzip.open(shared / "corpora" / "de_parliament_2012_2016.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for i, line in enumerate(lines) if i < 6_000 or "tädtepartnerschaft" in line.lower()]


@pytest.fixture(scope="module")
def speech_study(speeches: Rows, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    """A study of these speeches; it goes when it has served."""
    folder = tmp_path_factory.mktemp("speeches")
    with (folder / "speeches.jsonl").open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in speeches)
    path = folder / "study.toml"
    path.write_text(STUDY_OF_SPEECHES.format(lexicon=LEXICON.as_posix()), encoding="utf-8")
    yield build(path, folder)
    shutil.rmtree(folder)


def by_year(rows: Rows, concept: str, name: str, group: str = "all") -> dict[str, Any]:
    return {row["period"]: row[name] for row in rows if row["concept"] == concept and row["group"] == group}


@cache
def plain_pattern(form: str) -> re.Pattern[str]:
    """A form, its exclusions and all longer forms of the lexicon that hold it, the longest first; spaces between."""
    longer: set[str] = set()
    for concept in tomllib.loads(LEXICON.read_text(encoding="utf-8"))["concept"]:
        for term in concept["zh"]:
            written = term if isinstance(term, str) else term["form"]
            excluded = [] if isinstance(term, str) or written != form else term.get("not_in", [])
            longer |= {other for other in (written, *excluded) if form in other}
    return re.compile("|".join("[ \u3000]*".join(one) for one in sorted(longer | {form}, key=len, reverse=True)))


def count_plainly(form: str, text: str) -> int:
    """How often a form stands in a text, itself and in nothing longer."""
    return sum(re.sub(r"\s", "", found) == form for found in plain_pattern(form).findall(text))


def test_city_diplomacy_is_first_seen_on_15_may_2014_in_one_document(news_rows: dict[str, Rows], news: Rows) -> None:
    mine = [r for r in news_rows["changes"] if r["concept"] == "city_diplomacy" and r["group"] == "all"]
    (first,) = [r for r in mine if r["kind"] == "first_seen"]
    assert [r["kind"] for r in mine if r["kind"] in {"step", "steady", "peak"}] == []
    assert first["date"] == dt.date(2014, 5, 15)
    assert by_year(news_rows["timelines"], "city_diplomacy", "documents_with")["2014"] == 1
    assert by_year(news_rows["timelines"], "city_diplomacy", "mentions")["2014"] == 1
    (item,) = [row for row in news if "城市外交" in row["text"]]
    assert first["doc_id"] == f"news/{item['id']}"
    beside = [
        r for r in news_rows["concordance"] if r["doc_id"] == first["doc_id"] and r["concept"] == "peoples_diplomacy"
    ]
    assert [row["match"] for row in beside] == ["民间外交"] * 6


def test_the_one_document_of_a_curve_is_seen_in_its_interval(news_rows: dict[str, Rows]) -> None:
    year = next(r for r in news_rows["timelines"] if (r["concept"], r["period"]) == ("city_diplomacy", "2014"))
    assert year["high"] > 5 * year["per_million"] > 100 * year["low"] > 0
    assert year["interval_note"] == "one_document"
    assert year["dispersion"] > 0.99


def test_the_institute_is_no_people_s_diplomacy(news_study: Study, news: Rows) -> None:
    assert sum("人民外交" in row["text"] for row in news) > 0
    assert "人民外交" not in read_mentions(news_study.corpus_folder)["surface"].to_pylist()


def test_belt_and_road_is_absent_before_2013_and_its_curve_is_that_of_a_plain_count(
    news_study: Study, news_rows: dict[str, Rows], news: Rows
) -> None:
    truth: Counter[str] = Counter()
    for row in news:
        truth[row["date"][:4]] += count_plainly("一带一路", row["text"])
    found: Counter[str] = Counter()
    for row in news_rows["concordance"]:
        if row["term"] == "一带一路":
            found[f"{row['date']:%Y}"] += 1
    assert +found == +truth
    assert by_year(news_rows["timelines"], "belt_and_road", "mentions")["2012"] == 0
    assert by_year(news_rows["timelines"], "belt_and_road", "per_million")["2012"] == 0
    assert by_year(news_rows["timelines"], "belt_and_road", "mentions")["2017"] >= truth["2017"] > 1000


def test_belt_and_road_steps_up_between_2013_and_2015(news_rows: dict[str, Rows]) -> None:
    mine = [r for r in news_rows["changes"] if (r["concept"], r["group"]) == ("belt_and_road", "all")]
    first = next(r for r in mine if r["kind"] == "step")
    assert "2013" <= first["period"] <= "2015"
    assert first["after"] > first["before"]
    assert first["p_adjusted"] < 0.05


@pytest.mark.parametrize("form", ZH_TERMS)
def test_a_chinese_term_counts_as_often_as_a_plain_expression_finds_it(
    news_study: Study, news: Rows, form: str
) -> None:
    truth = Counter({f"news/{row['id']}": count_plainly(form, row["text"]) for row in news})
    table = read_mentions(news_study.corpus_folder)
    mine = table.filter(pc.and_(pc.equal(table["term"], form), table["counted"]))
    assert Counter(mine["doc_id"].to_pylist()) == +truth


def test_words_of_a_year_are_those_of_a_separate_cut(news_study: Study, news_rows: dict[str, Rows], news: Rows) -> None:
    import rjieba

    texts = [row["text"] for row in news if row["date"].startswith("2014")]
    separate = sum(any(map(str.isalnum, word)) for text in texts for word in rjieba.cut(text))
    words = by_year(news_rows["timelines"], "city_diplomacy", "words")["2014"]
    held = sum(row["period"] == "2014" for row in news_rows["concordance"])
    joined = 0.002 * separate  # numbers and names that jieba breaks
    assert 0 <= separate - words <= 3 * held + joined, "held terms are one word where the segmenter says two to four"
    assert by_year(news_rows["timelines"], "city_diplomacy", "documents")["2014"] == len(texts)


def check_tokens(study: Study) -> None:
    folder = study.corpus_folder
    forms = tokens.read_types(folder / tokens.TYPES_FILE)["form"]
    batches = corpus.count_batches(folder)
    checked = {0, batches // 2, batches - 1}
    for i, batch in enumerate(tokens.token_batches(folder / tokens.TOKENS_FILE)):
        if i not in checked:
            continue
        passages = corpus.read_batch(folder, i, ["passage", "text"])
        texts = dict(zip(passages["passage"].to_pylist(), passages["text"].to_pylist(), strict=True))
        table = pa.table({name: batch[name] for name in ("passage", "start", "length")})
        spelt = forms.take(batch["type"]).to_pylist()
        last = (-1, 0)
        for (passage, start, length), form in zip(zip(*table.to_pydict().values(), strict=True), spelt, strict=True):
            assert texts[passage][start : start + length] == form
            assert (passage, start) >= last
            last = (passage, start + length)


def test_tokens_of_the_news_say_their_text(news_study: Study) -> None:
    check_tokens(news_study)


def test_tokens_of_the_speeches_say_their_text(speech_study: Study) -> None:
    check_tokens(speech_study)


def test_each_form_is_one_type(news_study: Study, speech_study: Study) -> None:
    for study in (news_study, speech_study):
        types = tokens.read_types(study.corpus_folder / tokens.TYPES_FILE)
        assert pc.count_distinct(types["form"]).as_py() == types.num_rows
        assert types["type"].to_pylist() == list(range(types.num_rows))


@pytest.mark.parametrize("form", DE_TERMS)
def test_a_german_term_counts_as_often_as_a_plain_expression_finds_it(
    speech_study: Study, speeches: Rows, form: str
) -> None:
    pattern = re.compile(rf"(?<![\w-])(?:{DE_TERMS[form]})(?![\w-])", re.IGNORECASE if form.isupper() else 0)
    truth: Counter[str] = Counter()
    for row in speeches:
        truth[f"parliament/{row['id']}"] += len(pattern.findall(row["text"]))
    table = read_mentions(speech_study.corpus_folder)
    mine = table.filter(pc.and_(pc.equal(table["term"], form), table["counted"]))
    assert Counter(mine["doc_id"].to_pylist()) == +truth


def test_staedtepartnerschaft_in_the_bundestag_by_year(speech_study: Study, speeches: Rows) -> None:
    built = read_corpus(speech_study)
    rows = timelines(speech_study, built, load_lexicon(speech_study.lexicon), lambda *_: None).to_pylist()
    truth: Counter[str] = Counter()
    for row in speeches:
        truth[row["date"][:4]] += len(re.findall(r"städtepartnerschaft|partnerst[aä]dt", row["text"], re.IGNORECASE))
    found = by_year(rows, "friendship_city", "mentions")
    assert set(found) == {"2012", "2013", "2014", "2015", "2016"} == set(truth)
    others = {period: found[period] - truth[period] for period in found}
    others_by_hand = Counter(
        row["date"][:4]
        for row in speeches
        for _ in re.findall(r"\b(?:Kommunal|Gemeinde|[Kk]ommunalen? P)partnerschaft", row["text"])
    )
    assert {period: number for period, number in others.items() if number} == others_by_hand


def test_words_of_the_speeches_are_those_of_a_separate_count(speech_study: Study, speeches: Rows) -> None:
    built = read_corpus(speech_study)
    separate = sum(len(re.findall(r"\w[^\s]*", row["text"])) for row in speeches)
    assert built.words.sum() == pytest.approx(separate, rel=0.01)

from __future__ import annotations

import json
import re
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipeline.languages import identify as module
from pipeline.languages.identify import identify, identify_in_documents

FLOORS_FILE = Path(__file__).parents[1] / "floors.json"
FLOORS: dict[str, Any] = json.loads(FLOORS_FILE.read_text("utf-8")) if FLOORS_FILE.exists() else {}

SHORT = {
    "de": """Städtediplomatie|Städtepartnerschaft Duisburg–Wuhan|Volksdiplomatie|Kommunale Außenpolitik|Einleitung|Fazit
Anmerkungen|Literatur|Termin:|Partnerstädte|Klimapartnerschaften|Neue Seidenstraße
Systemischer Rivale|Gremium:|Vorlage Nr.:|öffentlich
Menschenrechte|Begründung|Schüleraustausch 2014|Frankfurt am Main|Beschlussvorlage|STADT KARLSRUHE|Tel. 0721 133-0
Die Städtediplomatie (城市外交) gilt als jung""",
    "en": """City diplomacy in Germany|Sister cities|A delegation from Wuhan visited Duisburg
The Belt and Road Initiative|People-to-people diplomacy|Human rights dialogue|References|Introduction|Conclusion|Notes
Town twinning after 1945|Cities as actors in international relations|Soft power
Urban foreign policy: a research agenda""",
    "zh": """城市外交|民间外交|一带一路|摘要：本文|参考文献|第3页|WTO改革|APEC会议|5G网络|友城|廣州共產黨報告
中德关系（Sino-German Relations）|杜伊斯堡（Duisburg）|(视频编辑：张贝龙 文字编辑：温凤浩)|BBC Scotland 的记者说""",
    "fr": """La diplomatie des villes en Europe|Les jumelages franco-chinois|Bordeaux et Wuhan fêtent leurs vingt ans
Le maire de Lyon reçoit une délégation chinoise|Coopération décentralisée|Une nouvelle route de la soie ?
Il n'y a pas de réponse simple à cette question.|Droits de l'homme en Chine|Conseil municipal du 12 mars
Nous avons visité trois usines.|L'école accueille des élèves de Shanghai""",
    "pl": """Dyplomacja miejska w Polsce|Miasta partnerskie Warszawy|Współpraca z Chinami rozwija się powoli
Prezydent miasta spotkał się z delegacją z Chengdu.|Nowy jedwabny szlak|Nie ma prostej odpowiedzi na to pytanie
Prawa człowieka w Chinach|Łódź i Chengdu łączy pociąg towarowy|Uchwała rady miasta z dnia 5 maja""",
    "ru": """Дипломатия городов|Города-побратимы|Китай и Россия расширяют сотрудничество|Мы посетили три завода
Мэр города встретился с делегацией из Уханя.|Один пояс — один путь|Простого ответа на этот вопрос нет""",
    "ja": """日中友好都市の交流|姉妹都市について|上海市の代表団が来訪しました|都市外交とは何か|民間外交の歴史
北京で会議が開かれた。|一帯一路をめぐる議論|この問題に簡単な答えはない|市長の挨拶|ドイツの都市と中国""",
    "ko": "도시 외교|자매도시 교류|중국과 독일의 도시 협력",
    "it": "La diplomazia delle città|Il sindaco ha ricevuto una delegazione cinese|Non esiste una risposta semplice",
    "es": "La diplomacia de las ciudades|El alcalde recibió a una delegación china|No hay una respuesta sencilla",
    "nl": "De diplomatie van steden|De burgemeester ontving een Chinese delegatie|Er is geen eenvoudig antwoord op",
    "und": """123|12.5 %|https://www.example.org/stadt/partner|10.1017/S0305741000012345|– 3 –|***|2014-05-15|(1)
info@example.de|§ 4|...|€ 13.819|www.example.de|100%|II.""",
}
CASES = [(code, text) for code, texts in SHORT.items() for text in texts.replace("\n", "|").split("|")]


@pytest.mark.parametrize(("language", "text"), CASES)
def test_a_title_of_few_words_is_in_its_language(language: str, text: str) -> None:
    assert identify([text]) == [language]


def test_each_text_of_many_gets_its_own_answer() -> None:
    assert identify([text for _, text in CASES] * 100) == [language for language, _ in CASES] * 100


def test_nothing_is_no_language() -> None:
    assert identify([]) == []
    assert identify(["", " ", "\n"]) == ["und", "und", "und"]


def test_where_a_word_leaves_it_open_it_is_one_of_our_languages() -> None:
    assert identify(["Radio", "Film"]) == ["de", "de"]


GERMAN = "Die Städtepartnerschaft wird von den Bürgern getragen und nicht nur vom Rat der Stadt und der Verwaltung. "
ENGLISH = "The town partnership is carried by its citizens and not by the council and the administration alone. "
JAPANESE = "両市は友好都市として長い間交流を続けており、市民の訪問も毎年行われています。" * 4
CHINESE = "两市作为友好城市长期保持交流，市民每年互访，民间外交不断深入。" * 5


@pytest.mark.parametrize(
    "text",
    [
        "参见http://www.a.cn，城市外交是指城市政府开展的对外交往活动。", "请发邮件到a@b.cn，城市外交研究中心会回复。",
        "访问www.bjfao.gov.cn了解更多城市外交的信息", "DOI:10.1234/abc，城市外交研究的新进展",
    ],
)  # fmt: skip
def test_chinese_behind_an_address_without_a_space_is_no_part_of_it(text: str) -> None:
    assert identify([text]) == ["zh"]


def test_a_short_passage_is_likelier_in_the_language_of_its_document() -> None:
    titles = ["Subventionsabbau 83", "4. Engagement fördern", "KOOPERATION", "Omid Nouripour (BÜNDNIS 90/DIE GRÜNEN):"]
    assert set(identify(titles)).isdisjoint({"de"})
    assert identify_in_documents([GERMAN, *titles], [0] * 5) == ["de"] * 5
    mixed = ["NGOs", "Others", "64 Ibid., p. 2."]
    assert set(identify_in_documents([ENGLISH, *mixed], [3] * 4)) == {"en"}


def test_a_title_of_kanji_in_a_japanese_document_is_not_chinese() -> None:
    titles = ["友好都市提携", "姉妹都市交流事業"]
    assert identify(titles) == ["zh", "zh"]
    assert identify_in_documents([*titles, JAPANESE], [7] * 3) == ["ja"] * 3
    long_one = CHINESE[:60].replace("。", "")
    assert identify_in_documents([long_one, JAPANESE], [7, 7]) == ["zh", "ja"]


def test_a_quotation_in_another_language_stays_what_it_is() -> None:
    quoted = [
        "民间外交",
        "People-to-people diplomacy has a long history in the cities of both countries.",
        "城市外交的理论",
    ]
    assert identify_in_documents([GERMAN, *quoted], [0] * 4) == ["de", "zh", "en", "zh"]
    assert identify_in_documents([CHINESE, "Städtepartnerschaften mit China"], [0, 0]) == ["zh", "de"]


def test_the_language_of_one_document_says_nothing_of_another() -> None:
    titles = ["KOOPERATION", "Subventionsabbau 83"]
    alone = identify(titles)
    texts = [GERMAN, titles[0], titles[1], ENGLISH, titles[1], "12.5"]
    found = identify_in_documents(texts, [0, 0, 1, 2, 2, 0])
    assert found == ["de", "de", alone[1], "en", identify_in_documents([ENGLISH, titles[1]], [0, 0])[1], "und"]
    assert identify_in_documents([], []) == []


def test_half_of_a_document_is_not_its_language() -> None:
    texts = [GERMAN, ENGLISH[: len(GERMAN)].ljust(len(GERMAN)), "KOOPERATION"]
    assert identify_in_documents(texts, [0, 0, 0])[2] == identify(["KOOPERATION"])[0]


def test_what_stands_behind_the_first_lines_does_not_change_the_answer() -> None:
    german = "Die Städtepartnerschaft wird von den Bürgern getragen und nicht nur vom Rat. "
    assert identify([german * 5 + "The end of the matter is that they left. " * 50]) == ["de"]


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_texts_have_one_answer_each(texts: list[str]) -> None:
    found = identify(texts)
    assert len(found) == len(texts)
    assert all(language == "und" or (len(language) == 2 and language.islower()) for language in found)


WORDS = sorted(module._GERMAN | module._ENGLISH | module._OTHERS)
ODD = [
    "derdie",
    "_und",
    "İn",
    "ſo",
    "\u212a",
    "é",
    "e\u0301",
    "中",
    "½",
    "7",
    "\ud800",
    "\U00020000",
    "x" * 40,
    "\n",
    "-",
    "’",
]
PIECES = st.sampled_from([*WORDS, *map(str.upper, WORDS[::9]), *ODD])


@given(st.lists(st.lists(PIECES, max_size=12).map(" ".join), max_size=5))
def test_function_words_are_counted_as_a_pattern_finds_them(heads: list[str]) -> None:
    found = [{*re.findall(r"[^\W\d_]+", head.lower())} for head in heads]
    kinds = (module._GERMAN, module._ENGLISH, module._OTHERS)
    assert module._count_function_words(heads).T.tolist() == [[len(kind & words) for kind in kinds] for words in found]


ALPHABETS = {
    "latin": "abcdefghijklmnopqrstuvwxyzäöüéłş' ",
    "mixed": "abcdefghimnorst 中国城市",
    "other": "абвгдежзиклмноп ελ",
}


@settings(max_examples=60)  # the model is loaded once
@given(st.data(), st.sampled_from(sorted(ALPHABETS)))
def test_n_grams_decide_as_py3langid_ranks_them(data: st.DataObject, script: str) -> None:
    texts = data.draw(st.lists(st.text(ALPHABETS[script], max_size=80), min_size=1, max_size=6))
    texts = [text if data.draw(st.booleans()) else text.upper() for text in texts]
    counts = st.integers(0, 3)
    passages = [module._Open(text, data.draw(counts), data.draw(counts), script) for text in texts]
    expected = [by_py3langid(passage, ("zh", "de", "en")) for passage in passages]
    assert module._by_ngrams(passages, module._AHEAD) == expected


@cache
def identifier(script: str) -> LanguageIdentifier:
    ranked = LanguageIdentifier.from_model_file(MODEL_FILE)
    latin = module._LATIN_LANGUAGES
    ranked.set_languages({"latin": latin, "mixed": latin | {"zh", "ja"}, "other": module._OTHER_LANGUAGES}[script])
    return ranked


def by_py3langid(passage: module._Open, known: tuple[str, ...]) -> str:
    """The language by py3langid's own scores, with what the study and function words add to them."""
    ranked = identifier(passage.script).rank(passage.head)
    bonus = dict.fromkeys(("de", "en"), 0.0) | {code: 10.0 - 2.0 * place for place, code in enumerate(known)}
    bonus["de"] += 4.0 * passage.german
    bonus["en"] += 4.0 * passage.english
    if ranked[0][1] < -1e30:
        ranked = [(code, 0.0) for code in known if code != "zh"]
    return max(ranked, key=lambda pair: pair[1] + bonus.get(pair[0], 0.0))[0]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("language", "characters", "key", "floor"),
    [
        ("zh", 20, "identify_zh_20", 0.995),
        ("zh", 50, "identify_zh_50", 0.999),
        ("zh", 100, "identify_zh_100", 0.999),
        ("de", 20, "identify_de_20", 0.978),
        ("de", 50, "identify_de_50", 0.995),
        ("de", 100, "identify_de_100", 0.998),
    ],
)
def test_the_beginning_of_a_news_sentence_is_enough(
    shared: Path, language: str, characters: int, key: str, floor: float
) -> None:
    lines = (shared / f"gold/parallel_news/{language}.txt").read_text("utf-8").splitlines()
    found = identify([line[:characters] for line in lines])
    assert found.count(language) / len(lines) >= FLOORS.get(key, floor)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.alone
def test_passages_are_told_apart_several_times_as_fast_as_by_n_grams_alone(shared: Path) -> None:
    lines = (shared / "gold/parallel_news/de.txt").read_text("utf-8").splitlines()
    passages = [" ".join(lines[i : i + 3]) for i in range(len(lines) - 3)]
    plain = LanguageIdentifier.from_model_file(MODEL_FILE)
    start = time.perf_counter()
    for passage in passages:
        plain.classify(passage)
    plainly = time.perf_counter() - start
    identify(passages)  # both have loaded their model then
    start = time.perf_counter()
    identify(passages)
    assert time.perf_counter() - start < plainly / 3

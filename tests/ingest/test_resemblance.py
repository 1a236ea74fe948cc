"""Near copies and texts that are none, told on their letters."""

from __future__ import annotations

import random
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from prose import change, long_prose, prose
from scipy.stats import binom

from pipeline.ingest.resemblance import Text, binomial_tail, glance, make_text, resemblance, resembles
from pipeline.ingest.shingles import read_letters


def text_of(text: str) -> Text:
    letters = read_letters([text], np.array([1]))
    return make_text(letters.codes, letters.is_han)


def is_copy(copy: str, original: str) -> bool:
    one, other = text_of(copy), text_of(original)
    return glance(one, other) and resembles(one, other)


HEADS = {"zh": "【本台要闻】港口与友城：三十年的往来", "de": "Aus dem Rathaus: Dreißig Jahre Freundschaft am Wasser"}
WAYS = {
    "another headline before it": lambda text, code: HEADS[code] + "\n" + text,
    "the last paragraph cut": lambda text, _: text.rsplit("\n", 1)[0],
    "half of it cut": lambda text, _: text[: len(text) // 2],
    "Traditional characters": lambda text, _: OpenCC("s2t").convert(text),
    "hyphens at line ends": lambda text, _: re.sub(r"(\w{5})(\w{4})", "\\1-\n\\2", text),
    "hard line breaks": lambda text, code: re.sub(r"(.{17})", "\\1\n" if code == "zh" else "\\1", text),
    "a paragraph out of the middle": lambda text, _: "\n".join(p for i, p in enumerate(text.split("\n")) if i != 1),
    "a twentieth of the letters changed": lambda text, _: change(text, 0.05, 5),
    "letters changed and a paragraph cut": lambda text, _: change(text.rsplit("\n", 1)[0], 0.05, 6),
}


@pytest.mark.parametrize("code", ["zh", "de"])
@pytest.mark.parametrize("way", WAYS)
def test_a_text_altered_as_reprints_and_scans_are_is_a_near_copy(code: str, way: str) -> None:
    for seed in range(6):
        text = prose(code, seed)
        altered = WAYS[way](text, code)
        assert altered != text or code == "zh" or way in ("Traditional characters", "hard line breaks")
        assert is_copy(altered, text), seed


@pytest.mark.parametrize("code", ["zh", "de"])
def test_a_headline_in_the_text_may_be_replaced(code: str) -> None:
    text = prose(code, 3, 24)
    other = {"zh": "综合消息：春天里的来信与老朋友", "de": "Briefe im Frühling und was aus ihnen wurde"}[code]
    assert is_copy(f"{HEADS[code]}\n{text}", f"{other}\n{text}")


@pytest.mark.parametrize("code", ["zh", "de"])
def test_other_sentences_of_the_same_words_are_no_copy(code: str) -> None:
    for seed in range(20):
        assert not is_copy(prose(code, seed), prose(code, seed + 1))


FORMULA = {
    "zh": "各位来宾，女士们、先生们，朋友们：大家上午好！我谨代表市政府，对各位的到来表示热烈的欢迎和衷心的感谢！"
    "预祝大会取得圆满成功，祝各位身体健康、工作顺利、万事如意！",
    "de": "Sehr geehrte Frau Präsidentin! Meine sehr verehrten Damen und Herren! Liebe Kolleginnen und Kollegen! "
    "Ich danke Ihnen für die Einladung und freue mich, heute vor Ihnen sprechen zu dürfen. Vielen Dank für Ihre "
    "Aufmerksamkeit, ich wünsche der Versammlung einen guten Verlauf.",
}


@pytest.mark.parametrize("code", ["zh", "de"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_shared_formula_makes_no_copy_even_if_it_is_most_of_the_text(code: str, times: int) -> None:
    formula = (FORMULA[code] + "\n") * times
    one, other = formula + prose(code, 1, 4), formula + prose(code, 2, 4)
    assert resemblance(text_of(one), text_of(other)) > 0.3
    assert not is_copy(one, other)


FORMS = {
    "zh": "{city}气象台{day}日发布天气预报：今天白天{sky}，最高气温{high}度，夜间最低气温{low}度，{wind}风{force}级，"
    "空气质量指数{air}，适宜外出活动。请市民朋友们注意早晚温差，及时增减衣物，行车注意安全。"
    "港区渡轮照常运行，首班{hour}点，末班{late}点，详情请拨打服务热线。",
    "de": "Stadt {city}, Der Oberbürgermeister. Beschlussvorlage Nummer {air}. Der Ausschuss berät am {day}. Mai über "
    "den Antrag von {wind} {sky}. Die Verwaltung empfiehlt, dem Antrag zu folgen. Finanzielle Auswirkungen: {high}00 "
    "Euro im Jahr 20{low}, {force}00 Euro danach. Die Mittel stehen im Haushalt bereit. Die Sitzung beginnt um {hour} "
    "Uhr und endet um {late} Uhr. Der Beschluss wird im Amtsblatt bekannt gemacht und tritt am Tag danach in Kraft.",
}
CELLS = (
    {"zh": ("江城", "多云转晴", "东南"), "de": ("Neustadt", "Müller-Lüdenscheidt", "Stadtrat")},
    {"zh": ("北港", "有小雨", "西北"), "de": ("Altenhafen", "Özdemir", "Stadträtin")},
    {"zh": ("江城", "晴间多云", "东南"), "de": ("Neustadt", "Brückner", "Stadtrat")},
)


@pytest.mark.parametrize("code", ["zh", "de"])
@pytest.mark.parametrize("seed", range(8))
def test_forms_that_differ_in_names_dates_and_numbers_are_no_copies(code: str, seed: int) -> None:
    rng = random.Random(seed)

    def filled(cells: tuple[str, str, str]) -> str:
        numbers = {name: rng.randint(10, 39) for name in ("day", "high", "low", "force", "air", "hour", "late")}
        return FORMS[code].format(city=cells[0], sky=cells[1], wind=cells[2], **numbers)

    one, other = filled(CELLS[0][code]), filled(CELLS[1 + seed % 2][code])
    assert not is_copy(one, other)
    same_names = filled(CELLS[0][code])
    assert not is_copy(one, same_names)


def test_a_form_with_many_short_names_is_no_copy_of_itself_filled_in_otherwise() -> None:
    chinese = [sentence for sentence in prose("zh", 11, 24).replace("\n", "").split("。") if sentence]
    words = long_prose(11, 240).split(" ")
    german = [" ".join(words[i : i + 10]) for i in range(0, 240, 10)]
    for sentences, names in ((chinese, "李梅 王强 赵敏 钱进 孙丽 周涛"), (german, "Ida Ulf Eva Kai Ute Jan")):
        filled = [[f"{s} {names.split()[(i + by) % 6]}." for i, s in enumerate(sentences)] for by in (0, 2)]
        one, other = map(" ".join, filled)
        assert not is_copy(one, other)
        assert is_copy(change(one, 0.04, 1), one)


def test_texts_are_laid_side_by_side_although_their_beginning_stands_elsewhere_too() -> None:
    refrain, damaged = "欢迎远方的朋友来到江城的老港区", "欢迎远方之朋友来那江城之老港口"
    body = prose("zh", 13, 24)
    assert is_copy(refrain + change(body, 0.05, 1) + refrain, damaged + body + refrain)


@pytest.mark.parametrize("code", ["zh", "de"])
def test_a_changed_day_in_a_long_text_is_no_objection_but_a_table_of_other_fees_is(code: str) -> None:
    text = prose(code, 9, 40)
    dated = {"zh": ("5月15日", "5月16日"), "de": ("15. Mai", "16. Mai")}[code]
    numbers = " ".join(str(n) for n in range(1200, 1240))
    day = [f"{text}\n{one}\n{numbers}\n{prose(code, 10, 10)}" for one in dated]
    assert is_copy(*day)
    rng = random.Random(1)
    fees = [text + "\n".join(f"{i} {rng.randint(100, 999)}" for i in range(60)) + prose(code, 10, 10) for _ in range(2)]
    assert not is_copy(*fees)


def test_nothing_may_be_amiss_in_a_short_text() -> None:
    notice = "本台明天将直播第{}届港口博览会的开幕式，届时请收看，市民可以在广场上观看大屏幕。"
    assert not is_copy(notice.format("三"), notice.format("四"))
    assert not is_copy(notice.format("三").replace("开幕式", "闭幕式"), notice.format("三"))
    assert is_copy("【快讯】" + notice.format("三"), notice.format("三"))
    assert not is_copy("江城与北港结好。", "江城与北港结好。今天")


def test_an_excerpt_is_a_copy_and_a_longer_text_that_holds_it_is_none() -> None:
    words = long_prose(4, 400).split(" ")
    whole, excerpt, sentence = (" ".join(words[:number]) for number in (400, 110, 12))
    assert is_copy(excerpt, whole)
    assert not is_copy(whole, excerpt)
    assert not is_copy(sentence, whole)
    assert is_copy(whole, " ".join(words[:300]))


def test_a_long_text_is_compared_in_a_moment() -> None:
    text = long_prose(12, 70_000)
    started = time.perf_counter()
    assert is_copy(change(text, 0.05, 1), text)
    assert is_copy("Ein Vorwort, das es vorher nicht gab. " * 3 + change(text, 0.02, 2), text)
    assert not is_copy("a" * 300_000, "a" * 200_000 + "b" * 90_000)
    assert not is_copy("啊" * 200_000, "啊哦" * 100_000)
    assert time.perf_counter() - started < 20


def test_the_resemblance_is_that_of_the_sets_of_runs() -> None:
    one, other = "友好城市之间的往来日益密切", "友好城市之间的交流日益密切"
    runs = [{text[i : i + 5] for i in range(len(text) - 4)} for text in (one, other)]
    assert resemblance(text_of(one), text_of(other)) == len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    assert resemblance(text_of(one), text_of(one)) == 1.0


@given(st.integers(1, 60), st.integers(0, 400), st.floats(0.005, 0.5))
def test_the_binomial_tail_is_scipys(least: int, more: int, rate: float) -> None:
    number = least + more
    assert binomial_tail(least, number, rate) == pytest.approx(binom.sf(least - 1, number, rate), abs=1e-9)


@settings(max_examples=60)
@given(st.text(max_size=300).filter(lambda t: not any(0xD800 <= ord(c) < 0xE000 for c in t)), st.integers(0, 300))
def test_any_text_can_be_compared_with_any_other(text: str, cut: int) -> None:
    long = prose("zh", 1, 20)
    for other in (text, text[cut:], long + text, text + long, ""):
        for one in (text, long, long[cut:] + text):
            is_copy(one, other)
            assert 0 <= resemblance(text_of(one), text_of(other)) <= 1


@settings(max_examples=25)
@given(st.sampled_from(["zh", "de"]), st.integers(0, 10_000), st.integers(8, 60))
def test_a_text_is_a_near_copy_of_itself(code: str, seed: int, sentences: int) -> None:
    text = prose(code, seed, sentences)
    assert is_copy(text, text)

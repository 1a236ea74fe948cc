"""The methods paragraph in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.export.paper.methods import quote_terms
from pipeline.export.paper.tools import SHOWN, analysers
from pipeline.export.phrases import CHINESE
from pipeline.records import REASONS

if TYPE_CHECKING:
    from pipeline.export.paper.facts import Facts, LockFacts

_N = CHINESE.number
_day = CHINESE.day
_PERIODS = {"year": "按年", "quarter": "按季度", "month": "按月"}
REASONS_ZH = {
    "missing_file": "文件缺失", "empty": "文件为空", "binary": "既非文本亦非已知格式", "unknown_format": "格式未知",
    "encoding": "字符编码无法识别", "encrypted": "文件加密", "broken": "文件损坏", "no_text": "文件无文本",
    "bad_row": "表格行无法读取", "duplicate_id": "编号重复", "needs_ocr": "仅有页面图像", "too_slow": "读取超时",
    "too_big": "文件过大", "crashed": "读取中断", "robots": "网站robots.txt不允许", "refused": "网址不被允许",
    "unreachable": "网站无响应", "http_error": "网站返回错误",
}  # fmt: skip
"""Reasons of rejects in Chinese."""


def write_chinese(facts: Facts) -> str:
    """The paragraphs, apart by an empty line."""
    return "\n\n".join([_corpus(facts), _counting(facts), _rates(facts), _provenance(facts)])


def _corpus(facts: Facts) -> str:
    by_language = [
        f"{CHINESE.language(code)}{_N(count)}篇（{_N(facts.words[code])}词）" for code, count in facts.documents.items()
    ]
    by_type = [f"{CHINESE.group(kind)}{_N(count)}篇" for kind, count in facts.types.items()]
    dated = "" if facts.years is None else f"（{_years(facts.years)}）"
    sentences = [f"语料库共收文献{_N(sum(facts.documents.values()))}篇{dated}，其中{'，'.join(by_language)}。"]
    if by_type:
        sentences.append(f"按来源类别：{'，'.join(by_type)}。")
    kept = CHINESE.join([CHINESE.kinds.get(kind, kind) for kind in facts.kept])
    left_out = CHINESE.join([CHINESE.kinds.get(kind, kind) for kind in facts.left_out])
    sentences.append(f"统计范围为{kept}" + (f"，不含{left_out}。" if left_out else "。"))
    if facts.other_documents:
        sentences.append(f"以其他语言为主的文献{_N(facts.other_documents)}篇不计入。")
    if facts.copies:
        how = "予以剔除，同一文本只计一次" if facts.duplicates == "first" else "照常计入"
        sentences.append(f"另有{_N(facts.copies)}篇文献与其他文献重复，{how}。")
    else:
        sentences.append("未发现重复文献。")
    if facts.undated:
        sentences.append(
            f"无日期的文献{_N(facts.undated)}篇，其中的提及{_N(facts.undated_mentions)}次，均不归入任何时段。"
        )
    if facts.outside_mentions:
        sentences.append(f"日期不在所设时段内的文献中有提及{_N(facts.outside_mentions)}次，不归入任何时段。")
    if facts.rejects:
        reasons = [
            f"{REASONS_ZH.get(name, REASONS.get(name, name))}{_N(count)}项" for name, count in facts.rejects.items()
        ]
        sentences.append(f"无法使用的材料共{_N(sum(facts.rejects.values()))}项：{'，'.join(reasons)}。")
    return "".join(sentences)


def _counting(facts: Facts) -> str:
    sentences = [f"词表含概念{_N(facts.concepts)}个、词条{_N(facts.terms)}个。"]
    if "zh" in facts.languages:
        sentences.append("中文词条按段落的字符匹配，繁体按简体处理，因此分词不影响计数。")
    others = [CHINESE.language(code) for code in facts.languages if code != "zh"]
    if others:
        sentences.append(f"{CHINESE.join(others)}词条按词目（lemma）匹配，屈折形式一并计入。")
    sentences.append("提及相互重叠时只计最长者。")
    if facts.excluded:
        sentences.append(f"另有{_N(facts.excluded)}个包含词条的较长字符串（如机构名称）不视为提及。")
    sentences.append(f"共检得提及{_N(facts.found)}次，按上述规则计入{_N(facts.counted)}次。")
    return "".join(sentences)


def _rates(facts: Facts) -> str:
    cut = [f"{CHINESE.language(code)}用{said}" for code, said in analysers(facts).items()]
    below = "词" if facts.per == "words" else "字符（不计空白）"
    period = _PERIODS.get(facts.period, f"按{_N(facts.own_periods)}个时段")
    sentences = [
        f"频率{period}计算，为同一语言每百万{below}的提及次数。",
        f"分词：{'，'.join(cut)}。",
        "无文本的时段没有频率，不作零处理。",
        (
            f"区间为95%区间，由以整篇文献而非单词为抽样单位的自助法得出（抽样{_N(facts.draws)}次，随机种子{facts.seed}），"
            "在对数尺度上按t分布的分位数计算；至多仅有单篇文献含提及时，取泊松计数的界限。"
        ),
        "文献比例采用Wilson 95%区间，文献间离散度为Gries的标准化比例偏差（DP）。",
    ]
    if facts.adjusted:
        sentences.append("调整后的频率以直接标准化法固定来源构成。")
    if "step" in facts.kinds_of_change:
        exposure = "词数" if facts.per == "words" else "字符数"
        sentences.append(f"突变指频率水平的改变，以{exposure}为暴露量、按负二项分布的似然检测。")
    if "trend" in facts.kinds_of_change:
        sentences.append("趋势以每年的频率比表示，由以文献为单位、采用稳健标准误的泊松回归得出。")
    if {"step", "trend"} & set(facts.kinds_of_change):
        sentences.append("其p值由整篇文献在时间上的置换得出，并按所检验概念数作Holm校正。")
    return "".join(sentences)


def _provenance(facts: Facts) -> str:
    tools = [f"{SHOWN[name]} {version}" for name, version in facts.tools.items() if name in SHOWN]
    counted = "" if facts.counted_on is None else f"于{_day(facts.counted_on)}"
    return (
        f"统计{counted}用zwiesprache {facts.version}完成，所用软件为{'、'.join(tools)}。词表文件为{facts.lexicon}"
        f"（SHA-256：{facts.lexicon_sha256}）。{_lock(facts.lock)}"
    )


def _lock(lock: LockFacts | None) -> str:
    if lock is None:
        return "词表未经锁定，词条是否在统计前即已确定并无记录。"
    sentences = [f"词条于{_day(lock.date)}锁定（词条的SHA-256：{lock.sha256}）。"]
    if lock.earlier:
        before = CHINESE.join([f"{_day(day)}的锁定（SHA-256：{sha256}）" for day, sha256 in lock.earlier])
        sentences.append(f"此次锁定取代{before}，理由：“{lock.reason}”。")
    if lock.exploratory:
        terms = quote_terms(lock.exploratory, CHINESE)
        sentences.append(f"锁定后新增或修改的词条{_N(len(lock.exploratory))}个属探索性：{terms}。")
    if lock.removed:
        sentences.append(f"锁定后删除的词条{_N(len(lock.removed))}个：{quote_terms(lock.removed, CHINESE)}。")
    if not lock.exploratory and not lock.removed:
        sentences.append("所检索的词条与锁定时一致。")
    return "".join(sentences)


def _years(years: tuple[int, int]) -> str:
    return f"{years[0]}年" if years[0] == years[1] else f"{years[0]}至{years[1]}年"

"""Made-up texts of everyday words, as many as a test needs."""

from __future__ import annotations

import random

ZH = """
本市 江城 老港区 两座城市 代表团 市民们 学校 图书馆 工程师 青年乐团 议会 商会 医院 博物馆
去年 今年春天 三十年来 上周 每逢夏天 前不久 从那时起 在冬天 节日期间 不久以后
修整了 接待了 讨论了 翻译了 捐赠了 举办了 参观了 写信给 邀请了 记录了 画下了 种下了
码头的仓库 来访的客人 河水的治理 一本旧诗集 一百册图书 小型展览 新建的桥梁 远方的朋友 失散的同学 城墙的裂缝 港口的钟声
"""
DE = """
Die_Stadt Der_Hafen Ein_Verein Das_Museum Die_Schule Der_Chor Eine_Werkstatt Die_Bücherei Der_Rat Ein_Gast
besucht beschreibt erneuert bewahrt erinnert beherbergt vergleicht bemalt ordnet verschenkt
im_Frühling seit_Jahren am_Fluss mit_Geduld ohne_Eile vor_dem_Fest nach_der_Reise unter_Freunden gegen_Abend
die_alten_Brücken neue_Lieder einen_Garten die_Briefe_der_Gäste viele_Bilder das_Rathaus ein_Orchester die_Fahrpläne
"""
SYLLABLES = [first + second for first in "bdflmnrst" for second in "aeo"]


def prose(code: str, seed: int, sentences: int = 14) -> str:
    """Sentences as no other seed has them, four in a paragraph."""
    rng = random.Random(f"{code}{seed}")
    words, stop, between = (ZH, "。", "") if code == "zh" else (DE, ". ", " ")
    kinds = [line.replace(" ", "|").replace("_", " ").split("|") for line in words.strip().split("\n")]
    made = [between.join(rng.choice(kind) for kind in kinds) + stop for _ in range(sentences)]
    return "\n".join("".join(made[i : i + 4]) for i in range(0, len(made), 4))


def long_prose(seed: int, words: int) -> str:
    """Words of syllables; no two stretches of them are the same."""
    rng = random.Random(seed)
    return " ".join("".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(words))


def change(text: str, share: float, seed: int) -> str:
    """The text with a share of its letters exchanged for other letters of it."""
    rng = random.Random(seed)
    letters = [i for i, char in enumerate(text) if char.isalpha()]
    pool = [text[i] for i in letters]
    chosen = set(rng.sample(letters, round(share * len(letters))))
    return "".join(rng.choice(pool) if i in chosen else char for i, char in enumerate(text))

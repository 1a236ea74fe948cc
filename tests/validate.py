"""Corpora whose truth is known, and how often the analyses find it: writes ``docs/validation.md`` and its figures.

``python -m tests.validate``: about two minutes; the same numbers each time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent / "analyses"))

from corpora_of_counts import DESIGNS, draw_documents, draw_steps

from pipeline.analyses.intervals import burst_sizes, rate_intervals
from pipeline.analyses.measures import bootstrap_rates, wilson
from pipeline.analyses.permutation import p_value
from pipeline.analyses.quick_deal import quick_deal
from pipeline.analyses.steps import LEVEL, _Gain, keep_gains
from pipeline.analyses.timelines import _adjusted

mpl.use("Agg")
from matplotlib import pyplot as plt

DOCS = Path(__file__).resolve().parent.parent / "docs"
CORPORA, DOCUMENTS, MEANS = 1_000, (100, 50, 20, 10), (5, 20, 100)
NAMES = {
    "poisson": "Poisson",
    "negative_binomial": "negative binomial (k = 0.3)",
    "bursty": "bursty (one document in seven)",
    "long_tail": "negative binomial, lengths of a long tail",
    "bursty_long_tail": "bursty, lengths of a long tail",
}
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def coverage(name: str, documents: int, mean: float) -> tuple[float, float, float]:
    """The share of corpora whose interval holds the truth: ours, percentile bootstrap, Wilson over words."""
    rng = np.random.default_rng([1, documents, int(mean), list(DESIGNS).index(name)])
    mentions, words, truth = draw_documents(name, corpora=CORPORA, documents=documents, mean=mean, rng=rng)
    burst = burst_sizes(mentions.reshape(-1, 1))
    held = np.zeros(3)
    for m, w in zip(mentions, words, strict=True):
        ours = rate_intervals(m[:, None], w, burst, 1_000, rng)
        low, high = np.quantile(bootstrap_rates(m[:, None], w, 400, rng), [0.025, 0.975])
        of_words = [1e6 * bound for bound in wilson(int(m.sum()), int(w.sum()))]
        held += [ours.low[0] <= truth <= ours.high[0], low <= truth <= high, of_words[0] <= truth <= of_words[1]]
    ours_, percentile, by_words = (float(share) for share in held / CORPORA)
    return ours_, percentile, by_words


def steps(name: str, factor: float, *, loud: bool) -> tuple[float, float]:
    """The share of curves with a step, and with one within a year of the planted one."""
    rng = np.random.default_rng([2, list(DESIGNS).index(name), int(factor), loud])
    places: list[int] = []
    for corpus in range(5):
        part = draw_steps(name, curves=200, factor=factor, loud=loud, rng=rng)
        known: dict[tuple[int, int, int], _Gain | None] = {}
        curves = list(range(200))
        keep_gains(quick_deal(part, curves, 499, corpus), curves, (0, 20), known)
        gains = [gain for gain in known.values() if gain is not None]
        places += [gain.first if p_value(gain.observed, gain.permuted) < LEVEL else -1 for gain in gains]
    found = np.array(places)
    return float((found >= 0).mean()), float((np.abs(found - 10) <= 1).mean())


def mixing() -> tuple[np.ndarray, np.ndarray]:
    """Raw and adjusted rates of 200 corpora in which speeches, four times as fond of a term, give way to articles."""
    rng = np.random.default_rng(3)
    years, per_year = 10, 200
    place = np.repeat(np.arange(years), per_year)
    raw, adjusted = [], []
    for _ in range(200):
        strata = (rng.random(len(place)) < np.linspace(0.1, 0.9, years)[place]).astype(np.int64)
        words = np.ceil(400 * rng.lognormal(0, 0.7, len(place))).astype(np.int64)
        rates = np.where(strata == 0, 4e-3, 1e-3) * rng.gamma(0.3, 1 / 0.3, len(place))
        mentions = rng.poisson(rates * words)
        inside = np.ones(len(place), np.bool_)
        adjusted.append(_adjusted(mentions[:, None], words, inside, place, strata=strata, periods=years)[:, 0])
        raw.append(1e6 * np.bincount(place, mentions) / np.bincount(place, words))
    return np.array(raw), np.array(adjusted)


def draw_coverage(found: dict[tuple[str, int, int], tuple[float, float, float]]) -> None:
    """Coverage against the number of documents: three kinds of interval side by side."""
    figure, axes = plt.subplots(1, 3, figsize=(7.2, 3.1), sharey=True, layout="constrained")
    titles = ("This interval", "Percentile bootstrap", "Wilson over words")
    for kind, (panel, title) in enumerate(zip(axes, titles, strict=True)):
        panel.axhspan(0.93, 0.97, color="0.88", linewidth=0)
        for style, (name, label) in zip(STYLES, NAMES.items(), strict=True):
            shares = [found[name, number, 100][kind] for number in DOCUMENTS]
            panel.plot(DOCUMENTS, shares, marker="o", markersize=3, color="0.1", linestyle=style, label=label)
        panel.set(title=title, xlabel="documents in the period", xscale="log", ylim=(0, 1))
        panel.set_xticks(DOCUMENTS, [str(number) for number in DOCUMENTS])
        panel.minorticks_off()
    axes[0].set_ylabel("corpora whose interval\nholds the true rate")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False, fontsize=8)
    figure.savefig(DOCS / "figures" / "validation_coverage.png", dpi=150, metadata={"Software": None})


def draw_mixing(raw: np.ndarray, adjusted: np.ndarray) -> None:
    """The mean curves with the range of 95 % of corpora."""
    figure, axes = plt.subplots(figsize=(4.2, 2.8), layout="constrained")
    years = np.arange(1, raw.shape[1] + 1)
    for curves, style, label in ((raw, "--", "per million"), (adjusted, "-", "adjusted per million")):
        low, high = np.quantile(curves, [0.025, 0.975], axis=0)
        axes.fill_between(years, low, high, color="0.8", alpha=0.6, linewidth=0)
        axes.plot(years, curves.mean(axis=0), color="0.1", linestyle=style, label=label)
    axes.set(xlabel="year", ylabel="mentions per million words", ylim=(0, None))
    axes.legend(frameon=False)
    figure.savefig(DOCS / "figures" / "validation_adjusted.png", dpi=150, metadata={"Software": None})


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of a Markdown page."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Write the page."""
    found = {(n, d, m): coverage(n, d, m) for n in NAMES for d in DOCUMENTS for m in MEANS if d == 100 or m == 100}
    draw_coverage(found)
    raw, adjusted = mixing()
    draw_mixing(raw, adjusted)
    by_documents = [
        [label, *(f"{found[n, d, 100][0]:.3f}" for d in DOCUMENTS), *(f"{found[n, 100, 100][k]:.3f}" for k in (1, 2))]
        for n, label in NAMES.items()
    ]
    by_mean = [[label, *(f"{found[n, 100, m][0]:.3f}" for m in MEANS)] for n, label in NAMES.items()]
    tried = [(n, loud) for n in NAMES for loud in (False, True)]
    power = []
    for n, loud in tried:
        (alarms, _), (hits, near) = steps(n, 1, loud=loud), steps(n, 2, loud=loud)
        power.append([NAMES[n], "yes" if loud else "no", f"{alarms:.3f}", f"{hits:.3f}", f"{near:.3f}"])
    page = PAGE.format(
        by_documents=table(
            ["documents", *map(str, DOCUMENTS), "percentile, 100", "Wilson over words, 100"], by_documents
        ),
        by_mean=table(["expected mentions", *map(str, MEANS)], by_mean),
        power=table(["corpus", "loud document", "false alarms", "doubling found", "and within a year"], power),
        raw=f"{raw[:, 0].mean():,.0f} to {raw[:, -1].mean():,.0f}",
        adjusted=f"{adjusted[:, 0].mean():,.0f} to {adjusted[:, -1].mean():,.0f}",
    )
    (DOCS / "validation.md").write_text(page, encoding="utf-8")


PAGE = """# How far the intervals and tests can be believed

Made by `python -m tests.validate` from corpora whose truth is known; the same numbers each time. A small version runs
with the tests.

The corpora: documents of 400 words in the middle, lognormal (standard deviation 0.7 on the log scale; 1.2 for a long
tail, where the longest of 100 documents has about a tenth of all words). Each document speaks of the term at the same
rate (Poisson), at a rate drawn from a gamma distribution (negative binomial), or not at all but for one document in
seven (bursty).

## Intervals

The share of 1,000 corpora whose 95 % interval holds the true rate, with one mention expected a document; beside it,
for 100 documents, the percentile bootstrap and Wilson's interval, which takes words for independent.

{by_documents}

![Coverage against the number of documents](figures/validation_coverage.png)

The same for 100 documents and fewer expected mentions. A rare term's interval covers more than it says, as every
interval for small counts must.

{by_mean}

With 10 documents the interval still covers, but it is wide; `interval_note` says so.

## Steps

Twenty years of 100 documents, 50 mentions a year; 1,000 curves for each line. False alarms: nothing changes, and a
step is found with p below 0.05. Doubling: from the eleventh year on the rate is twice as high. Loud: one document,
anywhere, has 200 mentions more.

{power}

In bursty corpora 50 mentions a year come from so few documents that a doubling is often missed; false alarms stay
where they should.

## The adjusted curve

Speeches, which use a term four times as often, give way to articles, from nine in ten documents to one in ten;
neither changes. The mean of 200 corpora goes from {raw} per million, the adjusted rate from {adjusted}.

![Raw and adjusted rates when only the mix changes](figures/validation_adjusted.png)
"""

if __name__ == "__main__":
    main()

"""Words: how fast they are made, asked for and added to, beside the plain way of doing the same. ``make bench``.

``python -m tests.bench_words [chinese|german|store]`` prints one part. Each is one run; the machine differs by a fifth
from run to run. Needs the real texts in a folder ``shared`` beside the checkout.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from tests.bench import NEWS, PROJECT, SHARED, Run, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEECHES = SHARED / "corpora" / "de_parliament_2012_2016.jsonl.gz"
COUNCIL = SHARED / "corpora" / "de_city_council_sample.jsonl.gz"
WORDS = 22
"""Asked for at once, beside three frequent ones."""


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a table of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def plain_chinese() -> None:
    """jieba, in a loop."""
    import jieba

    print(sum(len(jieba.lcut(text)) for text in texts_of(NEWS)), file=sys.stderr)


def plain_german() -> None:
    """spaCy's tokens and a lemma for each, in a loop."""
    import simplemma
    import spacy

    nlp = spacy.blank("de")
    nlp.max_length = 10_000_000
    words = (simplemma.lemmatize(token.text, lang="de") for text in texts_of(SPEECHES) for token in nlp(text))
    print(sum(map(len, words)), file=sys.stderr)


def write_study(folder: Path, collections: dict[str, Path], lexicon: Path) -> Path:
    """A study of some tables."""
    columns = '{ id = "id", text = "text", title = "title", date = "date", url = "url", language = "lang" }'
    path = folder / "bench.toml"
    head = f'[study]\nname = "bench"\ntitle = "Bench"\nlanguages = ["zh", "de"]\nlexicon = "{lexicon}"\n'
    sources = "".join(
        f'[[source]]\nid = "{name}"\nkind = "table"\npath = "{table}"\ntype = "{name}"\ncolumns = {columns}\n'
        for name, table in collections.items()
    )
    path.write_text(head + sources, encoding="utf-8")
    return path


def tokens(study: Path, folder: Path) -> Run:
    """Bring the words up to date."""
    return measure([sys.executable, "-m", "pipeline", "tokens", "--study", str(study), "--json", "--quiet"], folder)


def one_language(name: str, table: Path, asked: str) -> None:
    """Print how fast one collection goes from its table to the store, beside the plain loop."""
    lexicon = PROJECT / "configs" / "lexicons" / "city_diplomacy.toml"
    plain = measure([sys.executable, "-m", "tests.bench_words", f"plain_{name}"], PROJECT)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        ours = tokens(write_study(folder, {name: table}, lexicon), folder)
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in ours.stages.items())
    store = ours.stages["corpus"] + ours.stages["tokens"]
    print(f"\n{table.name}: plain loop on one core {plain.seconds:.1f} s, {plain.peak_megabytes:.0f} MB")
    print(f"  zwiesprache tokens {ours.seconds:.1f} s, {ours.peak_megabytes:.0f} MB ({stages})")
    print(f"  ratio of the whole command {plain.seconds / ours.seconds:.1f}, ", end="")
    print(f"of corpus and tokens {plain.seconds / store:.1f} (asked: {asked})", flush=True)


def write_lexicon(path: Path, corpus: Path, number: int) -> Path:
    """A lexicon of so many concepts, of words that the corpus has."""
    from pipeline.store import tokens as store

    types = store.read_types(corpus / store.CUT_TYPES_FILE)
    rng = random.Random(3)
    words = {}
    for code, shortest in (("zh", 2), ("de", 6)):
        lemmas = types.filter(pc.equal(types["language"], code))["lemma"].to_pylist()
        words[code] = sorted({x for x in lemmas if x.isalpha() and shortest <= len(x) <= 25 and not x[0].islower()})
        rng.shuffle(words[code])
    with path.open("w", encoding="utf-8") as file:
        for i in range(number):
            pair = slice(2 * i, 2 * i + 2)
            terms = "".join(f"{code} = {json.dumps(own[pair], ensure_ascii=False)}\n" for code, own in words.items())
            file.write(f'[[concept]]\nid = "c{i}"\n{terms}')
    return path


def store() -> None:
    """Print what the built four collections cost, and what a question, a document more and 1,000 concepts do."""
    from pipeline.analyses.word_counts import open_word_counts
    from pipeline.study import load_study

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        council = Path(shutil.copy(COUNCIL, folder / COUNCIL.name))
        council.chmod(0o644)
        lexicon = Path(shutil.copy(PROJECT / "configs" / "lexicons" / "city_diplomacy.toml", folder / "lexicon.toml"))
        names = {"news": NEWS, "reports": SHARED / "corpora" / "zh_work_reports.jsonl.gz", "speeches": SPEECHES}
        study = write_study(folder, {**names, "council": council}, lexicon)
        build = tokens(study, folder)
        _say("\nfour collections, all words", build)
        opened = open_word_counts(load_study(study, folder))
        rng = random.Random(1)
        wanted = [value.as_py() for value in rng.sample(list(opened.lemmas.values), WORDS)] + ["发展", "Stadt", "und"]
        times = []
        for _ in range(5):
            started = time.perf_counter()
            opened.count(wanted)
            times.append(time.perf_counter() - started)
        print(f"  {len(wanted)} words by year: {sorted(times)[2]:.3f} s (asked: 0.2)")
        del opened
        base = build.stages["corpus"] + build.stages["tokens"]
        row = {
            "id": "one-more",
            "text": "Die Stadt pflegt ihre Partnerschaft.",
            "title": "x",
            "date": "2015",
            "lang": "de",
        }
        with gzip.open(council, "ab") as file:
            file.write(json.dumps(row).encode() + b"\n")
        grown = tokens(study, folder)
        _say("one row more", grown)
        more = grown.stages["corpus"] + grown.stages["tokens"]
        print(f"  corpus and tokens: {100 * more / base:.1f} % of the build (asked: 5)")
        took = {}
        for number in (100, 1_000):
            write_lexicon(lexicon, folder / "corpora" / "bench", number)
            took[number] = tokens(study, folder).stages["mentions"]
            print(
                f"  {number} concepts: {took[number]:.1f} s" + (" (asked: 10)" if number == 1_000 else ""), flush=True
            )
        print(f"  from 100 to 1,000: {took[1_000] / took[100]:.2f} times (asked: 1.25)")


def _say(what: str, run: Run) -> None:
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in run.stages.items())
    print(f"{what}: {run.seconds:.1f} s, {run.peak_megabytes:.0f} MB ({stages})", flush=True)


def main() -> None:
    """Print all parts."""
    if not NEWS.exists():
        sys.exit("the real texts are not here: no folder 'shared' beside the project")
    chinese()
    german()
    store()


def chinese() -> None:
    """Print the part about the news."""
    one_language("chinese", NEWS, "8")


def german() -> None:
    """Print the part about the Bundestag."""
    one_language("german", SPEECHES, "8")


if __name__ == "__main__":
    parts = {
        "chinese": chinese,
        "german": german,
        "store": store,
        "plain_chinese": plain_chinese,
        "plain_german": plain_german,
    }
    parts.get("".join(sys.argv[1:]), main)()

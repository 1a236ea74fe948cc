"""The lock of a lexicon: what it holds, what is exploratory after it, and what it refuses."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.concepts.lexicon import load_lexicon
from pipeline.concepts.lock import (
    compare,
    describe_lock,
    find_exploratory,
    hash_terms,
    lock_path,
    read_lock,
    write_lock,
)
from pipeline.errors import LexiconError
from pipeline.records import Concept, Term

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DAY = dt.date(2026, 3, 1)
LEXICON = """
[[concept]]
id = "twin"
label = { zh = "友城", de = "Partnerstadt" }
zh = ["友好城市", { form = "友城", not_in = ["朋友城", "校友城"] }]
de = ["Partnerstadt"]
[[concept]]
id = "net"
zh = ["城市网络"]
"""
SAME = """
# a comment, another order, a label and a note more: nothing of it changes what is counted
[[concept]]
id = "net"
label = { zh = "网络" }
zh = ["城市网络"]
[[concept]]
id = "twin"
de = [{ form = "Partnerstadt", match = "lemma", note = "why" }]
zh = [{ form = "友城", not_in = ["校友城", "朋友城"] }, "友好城市"]
"""


def write(folder: Path, text: str = LEXICON, name: str = "words.toml") -> tuple[Path, tuple[Concept, ...]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path, load_lexicon(path)


def locked(folder: Path, then: str = LEXICON, now: str = LEXICON) -> tuple[Path, tuple[Concept, ...]]:
    write_lock(*write(folder, then), DAY)
    return write(folder, now)


def names(terms: Sequence[Term]) -> list[str]:
    return [term.form for term in terms]


def test_the_hash_is_of_what_is_counted_and_not_of_comments_labels_notes_and_order(tmp_path: Path) -> None:
    _, first = write(tmp_path)
    _, second = write(tmp_path, SAME)
    terms = [[term for concept in concepts for term in concept.terms] for concepts in (first, second)]
    assert hash_terms(terms[0]) == hash_terms(terms[1])
    rows = [
        ["net", "zh", "城市网络", "form"], ["twin", "de", "Partnerstadt", "lemma"],
        ["twin", "zh", "友城", "form", "朋友城", "校友城"], ["twin", "zh", "友好城市", "form"],
    ]  # fmt: skip
    written = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    assert hash_terms(terms[0]) == hashlib.sha256(written).hexdigest()


def test_each_term_is_a_line_of_the_lock(tmp_path: Path) -> None:
    path, concepts = write(tmp_path)
    write_lock(path, concepts, DAY)
    text = lock_path(path).read_text(encoding="utf-8")
    assert lock_path(path).name == "words.lock.toml"
    raw = tomllib.loads(text)
    assert (raw["lexicon"], raw["date"], len(raw["terms"])) == ("words.toml", DAY, 4)
    assert [line for line in text.splitlines() if "友城" in line] == [
        '  { concept = "twin", language = "zh", form = "友城", match = "form", not_in = ["朋友城", "校友城"] },'
    ]


def test_a_lexicon_without_a_lock_has_nothing_exploratory(tmp_path: Path) -> None:
    path, concepts = write(tmp_path)
    assert read_lock(path) is None
    assert find_exploratory(path, concepts) is None
    assert describe_lock(path, concepts) == []


def test_what_says_the_same_is_as_it_was_locked(tmp_path: Path) -> None:
    marks = find_exploratory(*locked(tmp_path, now=SAME))
    assert marks is not None
    assert (marks.terms, marks.concepts) == (frozenset(), frozenset())


def test_terms_that_were_added_or_count_otherwise_are_exploratory(tmp_path: Path) -> None:
    now = LEXICON.replace('"友好城市", ', '"友好城市", "姐妹城市", ').replace(', "校友城"]', "]")
    marks = find_exploratory(*locked(tmp_path, now=now))
    assert marks is not None
    assert marks.terms == {("twin", "zh", "姐妹城市"), ("twin", "zh", "友城")}
    assert marks.concepts == {("twin", "zh")}
    assert marks.date == DAY


def test_a_concept_that_lost_a_term_is_exploratory(tmp_path: Path) -> None:
    path, concepts = locked(tmp_path, now=LEXICON.replace('"友好城市", ', ""))
    marks = find_exploratory(path, concepts)
    assert marks is not None
    assert (marks.terms, marks.concepts) == (frozenset(), {("twin", "zh")})
    assert "'友好城市' (twin, zh) was removed" in "\n".join(describe_lock(path, concepts))


def test_another_match_of_a_term_is_said(tmp_path: Path) -> None:
    now = LEXICON.replace('de = ["Partnerstadt"]', 'de = [{ form = "Partnerstadt", match = "compound" }]')
    path, concepts = locked(tmp_path, now=now)
    lock = read_lock(path)
    assert lock is not None
    found = compare(lock, concepts)
    assert (names(found.added), names(found.changed), names(found.removed)) == ([], ["Partnerstadt"], [])
    assert "'Partnerstadt' (twin, de) has another match or not_in" in describe_lock(path, concepts)[1]


def test_a_renamed_concept_is_a_new_one_and_that_is_said(tmp_path: Path) -> None:
    path, concepts = locked(tmp_path, now=LEXICON.replace('id = "net"', 'id = "web"'))
    marks = find_exploratory(path, concepts)
    assert marks is not None
    assert marks.terms == {("web", "zh", "城市网络")}
    assert "'net' is gone, and 'web' has its terms" in describe_lock(path, concepts)[-1]


def test_the_first_lock_stands(tmp_path: Path) -> None:
    path, concepts = locked(tmp_path, now=LEXICON.replace('"友好城市", ', '"友好城市", "姐妹城市", '))
    before = lock_path(path).read_bytes()
    for reason in ("", "  \n"):
        with pytest.raises(LexiconError, match=r"locked on 2026-03-01, and the first lock stands.*\n.*--again"):
            write_lock(path, concepts, DAY, reason)
    assert lock_path(path).read_bytes() == before


def test_a_lexicon_that_did_not_change_keeps_its_lock(tmp_path: Path) -> None:
    path, concepts = locked(tmp_path, now=SAME)
    before = lock_path(path).read_bytes()
    assert write_lock(path, concepts, dt.date(2027, 1, 1), "a reason").date == DAY
    assert lock_path(path).read_bytes() == before


def test_locked_again_it_says_why_and_what_was_before(tmp_path: Path) -> None:
    path, concepts = locked(tmp_path, now=LEXICON.replace('"友好城市", ', '"友好城市", "姐妹城市", '))
    first = read_lock(path)
    write_lock(path, concepts, dt.date(2026, 5, 4), 'reviewer 2:\n "one more"')
    lock = read_lock(path)
    assert first is not None
    assert lock is not None
    assert (lock.date, lock.reason) == (dt.date(2026, 5, 4), 'reviewer 2: "one more"')
    assert [(earlier.date, earlier.sha256) for earlier in lock.earlier] == [(DAY, first.sha256)]
    marks = find_exploratory(path, concepts)
    assert marks is not None
    assert marks.terms == frozenset()
    assert 'before on 2026-03-01, and again because: reviewer 2: "one more"' in describe_lock(path, concepts)[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("友城", "友诚", "sha256 does not fit the terms"),
        ('  { concept = "net"', '  # { concept = "net"', "sha256 does not fit the terms"),
        ('sha256 = "', 'sha256 = "x', "damaged"),
        ("date = 2026-03-01", 'date = "soon"', "damaged"),
        ("date = 2026-03-01", "", "this key is missing; the lock is damaged"),
        ("terms = [", "termes = [", "unknown key; did you mean 'terms'"),
        ('match = "lemma"', 'match = "guess"', "damaged"),
        ("terms = [", "terms = [[", "not valid TOML"),
        ('lexicon = "words.toml"', 'lexicon = "other.toml"', "the lock of 'other.toml', not of 'words.toml'"),
    ],
)
def test_a_damaged_lock_or_that_of_another_lexicon_is_an_error(tmp_path: Path, old: str, new: str, said: str) -> None:
    path, _ = locked(tmp_path)
    text = lock_path(path).read_text(encoding="utf-8")
    assert old in text
    lock_path(path).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LexiconError, match=r"words\.lock\.toml") as problem:
        read_lock(path)
    assert said in str(problem.value)


def test_a_lock_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path, _ = locked(tmp_path)
    lock_path(path).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LexiconError, match="not UTF-8"):
        read_lock(path)


forms = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(forms, st.lists(forms, max_size=2)), max_size=5))
def test_any_terms_come_back_from_the_lock_as_they_went_in(tmp_path: Path, rows: list[tuple[str, list[str]]]) -> None:
    terms = tuple(Term("a", "de", form, "regex", tuple(longer)) for form, longer in dict(rows).items())
    concepts = [Concept("a", {}, terms)]
    path = tmp_path / "any.toml"
    lock_path(path).unlink(missing_ok=True)
    write_lock(path, concepts, DAY)
    marks = find_exploratory(path, concepts)
    assert marks is not None
    assert (marks.terms, marks.concepts) == (frozenset(), frozenset())

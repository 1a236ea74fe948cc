"""Flags in words: each one that the code can set has a sentence, and no sentence is left over."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pipeline
from pipeline.export.flags import FLAGS, explain_flag

_FLAG = re.compile(r"[a-z]+(_[a-z]+)*")
_SETTERS = {"append", "extend"}
_PARTS: dict[type[ast.expr], tuple[str, ...]] = {
    ast.BinOp: ("left", "right"),
    ast.Dict: ("keys",),
    ast.IfExp: ("body", "orelse"),
    ast.List: ("elts",),
    ast.Starred: ("value",),
    ast.Tuple: ("elts",),
}
"""The parts of an expression that are in what it comes to."""


def test_each_flag_that_the_code_can_set_has_a_sentence_and_each_sentence_a_flag() -> None:
    folder = Path(pipeline.__file__).parent / "ingest"
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        found |= flags_in(ast.parse(path.read_text("utf-8")))
    assert found == set(FLAGS)


def test_the_search_sees_every_way_in_which_flags_are_set() -> None:
    code = """
BAD_DATE = "bad_date"
A(flags=("a",) if ok else ())
flags = [*old, "b"] if x == "none" else {"c": states["no_state"], "d": True}
flag = "e" if x else "f"
document["flags"] = [*old, "g"]
flagged[i] += [BAD_DATE, "h"] if written else []
flagged[i].append("i")
return {"flags": ["j"]}, _renamed(part, keys, ["k"], [])
"""
    assert flags_in(ast.parse(f"def f():\n{' ' + code.replace(chr(10), chr(10) + ' ')}")) == {
        *"abcdefghijk",
        "bad_date",
    }


def test_the_documentation_has_the_same_sentences() -> None:
    text = (Path(pipeline.__file__).parents[1] / "docs" / "tables.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| (.+) \|$", text.partition("| flag | meaning |")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert dict(rows) == FLAGS


def test_sentences_are_plain_english_of_one_line() -> None:
    for flag, sentence in FLAGS.items():
        assert explain_flag(flag) == sentence
        assert 20 < len(sentence) < 140
        assert "_" not in sentence
        assert not sentence.endswith(".")
    assert explain_flag("of_another_version") == ""


def flags_in(tree: ast.AST) -> set[str]:
    """The texts that are put into something called ``flag…``, and those of a function that renames parts."""
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper()
    } | {"BAD_DATE": "bad_date"}
    found: set[str] = set()
    for node in ast.walk(tree):
        for value in values_of_flags(node):
            found |= texts(value, constants)
    return {text for text in found if _FLAG.fullmatch(text)}


def values_of_flags(node: ast.AST) -> list[ast.expr]:
    """What the node puts into flags."""
    values: list[ast.expr | None] = []
    if isinstance(node, ast.Assign):
        values = [node.value] if any(map(is_flags, node.targets)) else []
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        values = [node.value] if is_flags(node.target) else []
    elif isinstance(node, ast.keyword):
        values = [node.value] if node.arg == "flags" else []
    elif isinstance(node, ast.Dict):
        values = [value for key, value in zip(node.keys, node.values, strict=True) if is_text(key, "flags")]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        values = [*node.args] if node.func.attr in _SETTERS and is_flags(node.func.value) else []
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        values = [node.args[2]] if node.func.id == "_renamed" else []
    return [value for value in values if value is not None]


def is_flags(target: ast.expr) -> bool:
    """``flags``, ``row["flags"]``, ``flagged[i]``."""
    if isinstance(target, ast.Subscript):
        return is_flags(target.value) or is_text(target.slice, "flags")
    return isinstance(target, ast.Name) and target.id in {"flag", "flags", "flagged"}


def is_text(node: ast.expr | None, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text


def texts(value: ast.expr, constants: dict[str, str]) -> set[str]:
    """The texts that an expression can come to: not those that it only compares or looks up."""
    if isinstance(value, ast.Constant):
        return {value.value} if isinstance(value.value, str) else set()
    if isinstance(value, ast.Name):
        return {constants[value.id]} if value.id in constants else set()
    parts = [getattr(value, name) for name in _PARTS.get(type(value), ())]
    inner = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    return {text for one in inner if one is not None for text in texts(one, constants)}

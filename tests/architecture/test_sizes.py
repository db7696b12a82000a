"""Small files, functions and classes: a gate holds what taste alone does not."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE_FILE, TEST_FILE = 400, 600
FUNCTION, CLASS = 40, 250
MEDIAN_FUNCTION = 10

CODE = sorted((ROOT / "blogadmin").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def definitions(path: Path) -> Iterator[tuple[str, ast.AST, int]]:
    """Each function and class of a file with its name and its length in lines."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            assert node.end_lineno is not None
            yield (
                f"{path.relative_to(ROOT)}:{node.lineno} {node.name}",
                node,
                node.end_lineno - node.lineno + 1,
            )


def test_there_is_code_to_measure() -> None:
    assert len(CODE) > 30
    assert len(TESTS) > 20


@pytest.mark.parametrize(("files", "limit"), [(CODE, CODE_FILE), (TESTS, TEST_FILE)], ids=["code", "tests"])
def test_no_file_is_longer_than_its_limit(files: list[Path], limit: int) -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in files}
    assert {name: n for name, n in lengths.items() if n > limit} == {}


def test_no_function_or_class_is_longer_than_its_limit() -> None:
    over = [
        (name, length)
        for path in CODE
        for name, node, length in definitions(path)
        if length > (CLASS if isinstance(node, ast.ClassDef) else FUNCTION)
    ]
    assert over == []


def test_most_functions_are_short() -> None:
    lengths = [
        length
        for path in CODE
        for _name, node, length in definitions(path)
        if not isinstance(node, ast.ClassDef)
    ]
    assert statistics.median(lengths) < MEDIAN_FUNCTION

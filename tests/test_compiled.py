"""What PySide would have compiled at each start is compiled once, and nothing but that."""

from __future__ import annotations

import builtins
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import CodeType

import pytest

from blogadmin.compiled import PACKED, LatePattern, kept_compiled

_MODULE = f"{PACKED}one.py"
# Tells the compiled packed modules and whether a wrong argument is still answered with the right ones.
_LOAD = """
import json, sys
from pathlib import Path
compiled = []
def heard(event, arguments):
    if event == "compile" and str(arguments[1]).startswith("shibokensupport/"):
        compiled.append(str(arguments[1]))
sys.addaudithook(heard)
from blogadmin.compiled import kept_compiled
with kept_compiled(lambda: Path(sys.argv[1])):
    from PySide6.QtCore import QPoint
try:
    QPoint("nonsense")
except TypeError as exc:
    print(json.dumps([compiled, str(exc)]))
"""


@pytest.fixture(autouse=True)
def _bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def _load_pyside(file: Path) -> tuple[list[str], str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(file)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr == ""
    names, message = json.loads(done.stdout)
    return names, message


def _compile(file: Path, source: bytes, name: str = _MODULE) -> CodeType:
    with kept_compiled(lambda: file):
        return compile(source, name, "exec")


def _fail_while_loading(plain: object) -> None:
    assert builtins.compile is not plain
    raise ImportError


def _value(code: CodeType) -> object:
    names: dict[str, object] = {}
    exec(code, names)
    return names["value"]


def test_the_second_start_compiles_nothing_of_pyside_and_explains_mistakes_as_well(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "compiled.bin"
    first, told = _load_pyside(file)
    assert len(first) > 5
    again, told_again = _load_pyside(file)
    assert again == []
    assert told_again == told
    assert "PySide6.QtCore.QPoint" in told


def test_another_source_of_the_same_name_is_compiled_anew(tmp_path: Path) -> None:
    file = tmp_path / "compiled.bin"
    assert _value(_compile(file, b"value = 1")) == 1
    assert _value(_compile(file, b"value = 2")) == 2
    assert _value(_compile(file, b"value = 2")) == 2


@pytest.mark.parametrize("damage", ["cut", "zeros", "another interpreter", "empty"])
def test_a_damaged_file_is_written_anew(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "compiled.bin"
    _compile(file, b"value = 1")
    whole = file.read_bytes()
    broken = {
        "cut": whole[:-9],
        "zeros": whole[:-40] + bytes(40),
        "another interpreter": b"4" + whole[1:],
        "empty": b"",
    }
    file.write_bytes(broken[damage])
    assert _value(_compile(file, b"value = 1")) == 1
    assert file.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [file]


def test_where_nothing_can_be_written_all_is_compiled_as_ever(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    file = tmp_path / "taken" / "compiled.bin"
    assert _value(_compile(file, b"value = 1")) == 1


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "compiled.bin"
    file.mkdir()
    assert _value(_compile(file, b"value = 1")) == 1
    assert list(tmp_path.iterdir()) == [file]


def test_whoever_wants_no_bytecode_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    file = tmp_path / "compiled.bin"
    assert _value(_compile(file, b"value = 1")) == 1
    assert not file.exists()


def test_what_others_compile_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "compiled.bin"
    with kept_compiled(lambda: file):
        assert eval(compile("1 + 1", "<string>", "eval")) == 2
        assert _value(compile(b"value = 3", "else/where.py", "exec")) == 3
        assert isinstance(re.compile("a+"), re.Pattern)
    assert not file.exists()


def test_afterwards_everything_is_as_it_was_even_when_loading_fails(tmp_path: Path) -> None:
    before = builtins.compile, re.compile
    with pytest.raises(ImportError), kept_compiled(lambda: tmp_path / "compiled.bin"):
        _fail_while_loading(before[0])
    assert (builtins.compile, re.compile) == before


def test_a_pattern_is_compiled_when_it_is_used_and_not_when_it_is_put_by() -> None:
    late = LatePattern(r"(?P<word> \w+ )", re.VERBOSE)
    find, split = late.finditer, late.split
    assert "_made" not in vars(late)
    assert [found["word"] for found in find("one two")] == ["one", "two"]
    assert split("a") == ["", "a", ""]
    assert late.groups == 1


def test_a_pattern_says_no_to_what_python_asks_every_value_for() -> None:
    late = LatePattern("(", 0)
    assert not hasattr(late, "__isabstractmethod__")
    with pytest.raises(re.error):
        late.match("")

"""Help and errors of the command line are in the shell's language, Chinese and English, each without the other."""

import argparse
import os
import re
from collections.abc import Iterator

import pytest

from oneteam import cli
from oneteam.server import usage
from tests import running

HAN = re.compile(r"[\u4e00-\u9fff]")
SHELL = ("ONETEAM_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def _texts(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield what a parser says of itself, of its arguments and of the commands below it."""
    actions = [*parser._actions]
    for action in parser._actions:
        actions += action._get_subactions() if isinstance(action, argparse._SubParsersAction) else []
    yield from filter(None, (parser.description, parser.epilog, *(action.help for action in actions)))


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONETEAM_LANG", "zh")
    monkeypatch.setenv("COLUMNS", "80")


def test_usage_every_help_text_has_its_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {text for parser in _parsers(cli.parser()) for text in _texts(parser)}
    assert len(texts) > 100
    assert {text for text in texts if HAN.search(text)} == set()
    monkeypatch.setenv("ONETEAM_LANG", "zh")
    missing = {text for text in texts if not HAN.search(usage.gettext(text))}
    assert not missing, "add these to the room's locale/zh_Hans/LC_MESSAGES/django.po:\n" + "\n".join(sorted(missing))


@pytest.mark.usefixtures("chinese")
def test_usage_every_value_is_called_in_chinese() -> None:
    missing = {
        f"{parser.prog} {action.metavar or action.dest.upper()}"
        for parser in _parsers(cli.parser())
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction) or (action.nargs != 0 and action.choices is None)
        if not HAN.search(str(action.metavar))
    }
    assert not missing, "add these to the .po of oneteam/server:\n" + "\n".join(sorted(missing))


@pytest.mark.usefixtures("chinese")
def test_usage_every_help_fits_the_terminal_in_chinese() -> None:
    for parser in _parsers(cli.parser()):
        shown = parser.format_help()
        assert "\0" not in shown
        assert not re.search(r"usage:|arguments|options|default|show this", shown), shown
        assert max(len(line) + len(usage._WIDE.findall(line)) for line in shown.splitlines()) <= 80, shown


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("backup", "oneteam backup：错误：缺少必需的参数：文件"),
        ("journal", "oneteam journal：错误：缺少必需的参数：命令"),
        ("bakup", "oneteam：错误：参数 命令：无效的选择 'bakup'（可选："),
        ("doctor now", "oneteam：错误：无法识别的参数：now"),
        ("restore a.tar --keys", "参数 --keys：需要一个值"),
        ("journal prove --show", "参数 --show：至少需要一个值"),
        ("start --port x", "参数 --port：'x' 不是有效的 int 值"),
        ("start --speed 900", "参数 --speed：须为 1 至 600 之间的数"),
        ("start --speed fast", "参数 --speed：须为 1 至 600 之间的数"),
        ("start --s", "选项 --s 不明确，可能是 --small, --speed"),
        ("start --exit=3", "参数 --exit：不接受值 '3'"),
        ("law transfer x --mark Q", "参数 --mark：无效的选择 'Q'（可选："),
        ("events export a.csv --from today", "参数 --from：today 不是日期，日期写作 YYYY-MM-DD"),
    ],
)
@pytest.mark.usefixtures("chinese")
def test_usage_errors_are_in_chinese(call: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.parser().parse_args(call.split())
    errors = capsys.readouterr().err
    assert ended.value.code == 2
    assert errors.startswith("用法：oneteam ")
    assert said in errors


def test_usage_a_line_is_measured_in_columns_and_begins_with_no_closing_mark() -> None:
    assert usage.wrapped("一二三四，五六（七）", 8) == ["一二三", "四，五六", "（七）"]
    assert usage.wrapped("用 ONETEAM_LANG=zh 指定。", 14) == ["用", "ONETEAM_LANG=zh", "指定。"]
    assert usage.wrapped("said in plain words", 8) == ["said in", "plain", "words"]
    assert usage.wrapped("", 8) == [""]


@pytest.mark.parametrize(
    ("shell", "head", "error"),
    [
        ("zh_CN.UTF-8", "用法：oneteam backup [-h] [--with-keys] 文件\n\n位置参数:\n", "缺少必需的参数：文件"),
        (
            "en_GB.UTF-8", "usage: oneteam backup [-h] [--with-keys] file\n\npositional arguments:\n",
            "error: the following arguments are required: file",
        ),
    ],
)  # fmt: skip
def test_usage_of_the_real_command_is_in_the_shells_language(shell: str, head: str, error: str) -> None:
    others = {name: value for name, value in os.environ.items() if name not in SHELL}
    environment = {**others, "LANG": shell, "PYTHONUTF8": "1", "COLUMNS": "80"}
    code, output, _errors = running.run(["backup", "--help"], environment)
    assert code == 0
    assert output.startswith(head)
    assert bool(HAN.search(output)) == shell.startswith("zh")
    code, output, errors = running.run(["backup"], environment)
    assert (code, output) == (2, "")
    assert error in errors
    assert bool(HAN.search(errors)) == shell.startswith("zh")

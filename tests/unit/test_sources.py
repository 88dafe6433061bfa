"""What documents, docstrings and comments point at is there: files by path or name, links, and tests by name."""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from deploy.fleet import ROOT

_NOT_OURS = ("node_modules", "miniprogram_npm", "__pycache__")
_ENDINGS = "py|md|proto|lua|yaml|yml|toml|json|js|mjs|html|tpl|lock"
_FILE = re.compile(rf"(?<![\w/.@:*<>{{}}-])(?:[\w.-]+/)*[\w-][\w.-]*\.(?:{_ENDINGS})(?![\w/*<{{])")
_LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_SPAN = re.compile(r"`[^`\n]+`")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_IN_CODE = re.compile(r"\b(?:make|qiandao) [a-z-]+|docker compose|(?:[\w.-]+/)+[\w.-]*")
_ENOUGH = 50
_ELSEWHERE = re.compile(r"https?:|mailto:|#")
_RULE = re.compile(r"\b[Rr]ules? (\d+)(?:(?:, | and | to )(\d+))*")
# What a person makes for themselves.
_YOURS = frozenset({"my-values.yaml", "project.private.config.json"})


@cache
def files() -> dict[str, Path]:
    """Every file of the tree by its path from the root."""
    found = (path for top in ROOT.iterdir() if top.name not in (".git", ".venv", ".local") for path in _below(top))
    return {str(path.relative_to(ROOT)): path for path in found}


@cache
def names() -> frozenset[str]:
    """Every name of a file."""
    return frozenset(path.name for path in files().values())


def _below(top: Path) -> Iterator[Path]:
    if top.is_file():
        yield top
    elif not top.name.startswith(".") and top.name not in _NOT_OURS:
        for path in top.iterdir():
            yield from _below(path)


def of_kind(*endings: str) -> list[str]:
    """Paths of files of a kind, ours to write."""
    return sorted(path for path in files() if path.endswith(endings) and "_pb2" not in path)


def prose(path: str) -> Iterator[str]:
    """Docstrings and comments of a module, or comments of a proto."""
    if path.endswith(".proto"):
        yield from re.findall("//.*", files()[path].read_text())
        return
    for token in tokenize.generate_tokens(io.StringIO(files()[path].read_text()).readline):
        is_text = token.type == tokenize.STRING and token.string.startswith('"""')
        if is_text or token.type == tokenize.COMMENT:
            yield token.string


def named(text: str) -> Iterator[str]:
    """What reads like a file's path or name."""
    return (found.group().rstrip(".") for found in _FILE.finditer(text))


def is_there(name: str, beside: Path) -> bool:
    """Whether a path leads somewhere, from beside or from any folder, and a name without folders is somebody's."""
    top, _, rest = name.partition("/")
    if not rest:
        return name in names() | _YOURS or (beside / name).exists()
    # With a dot it is a host on the network, or what a running stack keeps.
    return "." in top or (beside / name).exists() or any(f"/{path}".endswith(f"/{name}") for path in files())


def missing_in_module(path: str) -> list[str]:
    """Files that its docstrings and comments name and that are not there."""
    beside = files()[path].parent
    return [name for text in prose(path) for name in named(text) if not is_there(name, beside)]


def missing_in_document(document: Path) -> list[str]:
    """Targets of links, files named in code spans, and tests named in links that are not there."""
    text = _FENCE.sub("", document.read_text())
    spans = (name for span in _SPAN.findall(text) for name in named(span))
    missing = [name for name in spans if not is_there(name, document.parent)]
    for link in _LINK.finditer(text):
        if _ELSEWHERE.match(link["target"]):
            continue
        target = document.parent / link["target"].partition("#")[0]
        is_test = link["text"].startswith("`test_")
        if not target.exists() or (is_test and f"def {link['text'].strip('`')}(" not in target.read_text()):
            missing.append(link.group())
    return missing


@pytest.mark.parametrize("path", of_kind(".py", ".proto"))
def test_what_a_module_points_at_is_there(path: str) -> None:
    """A docstring or comment that names a file names one that exists, where it lives today."""
    assert missing_in_module(path) == []


@pytest.mark.parametrize("path", of_kind(".md"))
def test_what_a_document_points_at_is_there(path: str) -> None:
    """Links lead to files and tests, and files named in code spans exist."""
    assert missing_in_document(files()[path]) == []


def test_each_readme_stands_alone() -> None:
    """Whoever reads one language finds every command and every path of the other."""
    english, chinese = (set(_IN_CODE.findall(_code(files()[name]))) for name in ("README.md", "README.zh-CN.md"))
    assert english - chinese == set() and len(english) > _ENOUGH


def _code(document: Path) -> str:
    text = document.read_text()
    return "\n".join(_FENCE.findall(text) + _SPAN.findall(_FENCE.sub("", text)))


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    """The checks above can fail."""
    (tmp_path / "there.md").write_text("def test_it(): ...")
    document = tmp_path / "document.md"
    document.write_text(
        "[a](there.md) [b](gone.md) [`test_it`](there.md) [`test_no`](there.md) `gone/at_all.py` `not_anywhere.py`"
        " [c](https://example.com/x.md) `there.md` `example.com/x.html`\n```sh\ncat `gone.py`\n```\n"
    )
    assert missing_in_document(document) == [
        "gone/at_all.py",
        "not_anywhere.py",
        "[b](gone.md)",
        "[`test_no`](there.md)",
    ]


def test_every_rule_that_is_cited_is_in_the_law() -> None:
    """checkin cites its law by number, and the numbers have no gap."""
    (law,) = (files()[path] for path in of_kind("/LAW.md"))
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", law.read_text(), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    ours = (path for path in of_kind(".py") if path.startswith("services/checkin/"))
    cited = (found for path in ours for text in prose(path) for found in _RULE.finditer(text))
    assert {int(number) for found in cited for number in re.findall(r"\d+", found.group())} <= set(numbers)

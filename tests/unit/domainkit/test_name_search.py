"""A name is found by what people remember of it."""

import pytest

from domainkit.name_search import is_named_like


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("张三", ""),
        ("张三", " "),
        ("张三", "张 三"),
        ("张 三丰", "张三"),
        ("Zhang San", "san zhang"),
        ("Zhang San", "zhangsan"),
        ("Müller", "muller"),
        ("Muller", "MÜLLER"),
        ("Ｚｈａｎｇ", "zhang"),
        ("Zhang", "ＺＨＡＮＧ"),
        ("Straße", "strasse"),
        ("José Ángel", "angel jose"),
        ("がく", "かく"),
    ],
)
def test_it_is_found(name: str, query: str) -> None:
    """Whatever case, accents, width, spaces and order of words."""
    assert is_named_like(name, query)


@pytest.mark.parametrize(("name", "query"), [("张三", "李"), ("Zhang San", "zhang li"), ("", "a")])
def test_another_one_is_not(name: str, query: str) -> None:
    """Every word must be there."""
    assert not is_named_like(name, query)

"""A name is found by what people remember of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domainkit.name_search import is_named_like, is_searchable, pairs_of_name, pairs_of_query


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


@given(st.text(max_size=12), st.text(max_size=4))
def test_a_name_has_the_pairs_of_every_query_that_finds_it(name: str, query: str) -> None:
    """So an index of pairs misses nobody."""
    for part in (query, name[:3], name[2:7]):
        assert not is_named_like(name, part) or pairs_of_query(part) <= pairs_of_name(name)


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", False), ("张", False), ("张 三", False), ("ab", False), ("张三", True), ("a三", True), ("abc", True)],
)
def test_a_search_needs_two_han_characters_or_three_others(query: str, expected: bool) -> None:
    """Next to each other, or it would find half of all people."""
    assert is_searchable(query) is expected

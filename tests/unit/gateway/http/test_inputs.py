"""From bytes and texts to Structs: what is taken, and every fault with its cure."""

from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from gateway.http.fields import Bssid, Count, Id, Input, Instant, Page
from gateway.http.inputs import Fault, FaultsError, json_reader, refusal, text_reader
from gateway.http.problems import MalformedError
from servicekit import ids

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"


class Wifi(Input):
    """Something inside."""

    bssid: Bssid


class Thing(Input):
    """One field of each kind."""

    id: Id
    at: Instant | None = None
    kind: Literal["a", "b"] = "a"
    count: Annotated[Count | None, Meta(description="Some.")] = None
    share: float = 0.5
    radius_m: Annotated[float, Meta(gt=0, le=20.5)] = 1
    name: Annotated[str, Meta(min_length=1, max_length=5)] = "x"
    names: Annotated[list[Annotated[str, Meta(max_length=5)]], Meta(max_length=2)] = []
    wifi: list[Wifi] = []

    def __post_init__(self) -> None:
        """Refuses what goes together badly."""
        if self.kind == "b" and self.count is None:
            raise ValueError("kind b needs a count")


class Flags(msgspec.Struct):
    """A truth value beside a text."""

    is_on: bool = False
    name: str = ""


read = json_reader(Thing)
read_page = text_reader(Page)


def faults_of(body: bytes) -> dict[str, str]:
    """The cures by field."""
    with pytest.raises(FaultsError) as caught:
        read(body)
    return {fault.field: fault.cure for fault in caught.value.faults}


def test_a_good_body_is_parsed() -> None:
    """Ids become bytes, times microseconds."""
    body = f'{{"id": "{ID}", "at": "1970-01-01T00:00:01Z", "wifi": [{{"bssid": "3c7c3f001a2b"}}]}}'.encode()

    taken = read(body)

    assert (taken.id, taken.at) == (ids.from_text(ID), 1_000_000)
    assert [one.bssid for one in taken.wifi] == [bytes.fromhex("3c7c3f001a2b")]


def test_every_fault_is_named_with_its_cure() -> None:
    """In the order of the fields, the unknown last; lists name the item."""
    body = b"""{"at": 7, "kind": "c", "count": -1, "share": NaN, "name": "", "names": ["ok", "toolong"],
               "wifi": [{"bssid": "x"}, {}], "colour": 1}"""

    found = faults_of(body)

    assert [*found] == [
        *("id", "at", "kind", "count", "share", "name", "names.1", "wifi.0.bssid", "wifi.1.bssid", "colour")
    ]
    assert (found["id"], found["colour"]) == ("is missing", "is not known here")
    assert (found["kind"], found["share"]) == ('must be "a" or "b"', "must be a finite number")
    assert found["count"] == "must be a whole number of at least 0"
    assert found["name"] == "must be text of at least 1 character"


def test_a_bound_is_told_in_words() -> None:
    """Whole or broken, with the number itself in it or not."""
    assert faults_of(f'{{"id": "{ID}", "radius_m": 0}}'.encode()) == {"radius_m": "must be a number of more than 0"}
    assert faults_of(f'{{"id": "{ID}", "radius_m": 21}}'.encode()) == {"radius_m": "must be a number of at most 20.5"}


def test_a_list_that_is_too_long_is_one_fault() -> None:
    """Nobody wants to read about each of its items."""
    assert faults_of(f'{{"id": "{ID}", "names": [1, 2, 3]}}'.encode()) == {"names": "must be a list of at most 2 items"}


def test_fields_that_go_together_badly_are_the_bodys_fault() -> None:
    """They are looked at once each is good for itself."""
    assert faults_of(f'{{"id": "{ID}", "kind": "b"}}'.encode()) == {"body": "kind b needs a count"}
    assert faults_of(f'{{"id": "{ID}", "kind": "b", "name": 7}}'.encode()) == {"name": "must be text"}


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"{", "not JSON"),
        (b'{"name": "\xff"}', "not UTF-8"),
        (b"[" * 30_000, "not JSON"),
        (b"1" * 6000, "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
    ],
)
def test_what_is_no_json_has_no_fields(body: bytes, cause: str) -> None:
    """There is nothing to name."""
    with pytest.raises(MalformedError, match=cause) as caught:
        read(body)
    assert caught.value.fields == ()


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists) | st.binary())
def test_whatever_comes_is_taken_or_explained(value: object) -> None:
    """No body ends in an exception of another kind, and no fault is without its cure."""
    body = value if isinstance(value, bytes) else msgspec.json.encode({"id": ID, "name": value, "names": value})
    try:
        read(body)
    except FaultsError as error:
        assert error.faults and all(fault.field and fault.cure for fault in error.faults)
    except MalformedError as error:
        assert error.detail


def test_texts_become_numbers_only_where_numbers_are_asked_for() -> None:
    """What is no number is refused as such; names that nobody knows are passed over."""
    assert read_page({"page_size": "7", "page_token": "7", "other": "x"}) == Page(7, "7")
    with pytest.raises(FaultsError) as caught:
        read_page({"page_size": "many", "page_token": "x" * 513})
    assert [(fault.field, fault.is_shape) for fault in caught.value.faults] == [
        ("page_size", True),
        ("page_token", False),
    ]


def test_texts_become_truth_values_only_where_those_are_asked_for() -> None:
    """Two words of JSON and no others."""
    read_flags = text_reader(Flags)
    assert (read_flags({"is_on": "true", "name": "true"}), read_flags({"is_on": "false"})) == (
        Flags(True, "true"),
        Flags(),
    )
    for text in ("1", "True", "yes", ""):
        with pytest.raises(FaultsError) as caught:
            read_flags({"is_on": text})
        assert [(fault.field, fault.is_shape) for fault in caught.value.faults] == [("is_on", True)]


def test_one_fault_of_shape_makes_it_400() -> None:
    """Values alone are 422; the sentence has the first three, the list twenty."""
    values = [Fault(f"field{number}", "is wrong", False) for number in range(25)]

    error = refusal(values)

    assert not isinstance(error, MalformedError) and len(error.fields) == 20
    assert error.detail == "field0: is wrong; field1: is wrong; field2: is wrong"
    assert isinstance(refusal([*values, Fault("x", "is missing", True)]), MalformedError)

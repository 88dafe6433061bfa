"""Places and their Wi-Fi as the API takes and gives them, and as `activity.v1` does."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from gateway.http.fields import Bssid, BssidText, Input, Word
from protos.activity.v1 import activity_pb2 as pb


class NewPlace(Input, kw_only=True):
    """Where people check in, in GCJ-02 as `wx.chooseLocation` gives it."""

    name: Annotated[str, Meta(max_length=256)] = ""
    latitude: float
    longitude: float
    coord: Literal["gcj02"]
    radius_m: Annotated[float, Meta(gt=0)] = 500


class Place(NewPlace, forbid_unknown_fields=False):
    """Where people check in, in GCJ-02."""


class NewAccessPoint(Input, kw_only=True):
    """A Wi-Fi whose access point proves the place."""

    ssid: Word = ""
    bssid: Bssid


class AccessPoint(msgspec.Struct):
    """A Wi-Fi whose access point proves the place."""

    ssid: str
    bssid: BssidText


def wifi_to_messages(wifi: Iterable[NewAccessPoint]) -> list[pb.Wifi]:
    """Access points as the services take them."""
    return [pb.Wifi(ssid=each.ssid, bssid=each.bssid) for each in wifi]


def to_access_points(wifi: Iterable[pb.Wifi]) -> list[AccessPoint]:
    """Access points in JSON terms."""
    return [AccessPoint(ssid=each.ssid, bssid=each.bssid.hex(":")) for each in wifi]


def place_to_message(place: NewPlace) -> pb.Place:
    """A place as the services take it."""
    return pb.Place(name=place.name, latitude=place.latitude, longitude=place.longitude, radius_m=place.radius_m)


def to_place(place: pb.Place) -> Place:
    """A place in JSON terms."""
    return Place(
        name=place.name,
        latitude=place.latitude,
        longitude=place.longitude,
        coord="gcj02",
        radius_m=place.radius_m,
    )

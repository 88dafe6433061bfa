"""What a saved place learns of the Wi-Fi around it."""

from services.activity.definition import Place, Wifi
from services.activity.places import Site

HALL = Wifi("Hall", b"\x9c\xa6\x15\x00\x1f\x2e")
NAMELESS = Wifi("", b"\x9c\xa6\x15\x00\x1f\x2f")
NAMED = Wifi("Hall 5G", NAMELESS.bssid)
SITE = Site(Place("图书馆", 25.0, 102.0), (HALL, NAMELESS))


def test_a_site_learns_what_it_does_not_know() -> None:
    """In the order of seeing; a name is learnt for what had none, and never forgotten."""
    new = Wifi("Gate", b"\x9c\xa6\x15\x00\x1f\x30")

    assert SITE.learned([new, NAMED, Wifi("", HALL.bssid)]).wifi == (HALL, NAMED, new)


def test_a_site_that_learns_nothing_stays_the_same() -> None:
    """Whoever teaches twice changes nothing."""
    assert SITE.learned([HALL, NAMELESS, HALL]) == SITE

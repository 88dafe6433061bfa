"""What a cache gives while its source answers, changes its mind, or is gone."""

import asyncio
from dataclasses import dataclass, field

import pytest

from servicekit.errors import UnavailableError
from servicekit.rpc import interceptors
from servicekit.timed_cache import TimedCache
from servicekit.tokens import Claims


@dataclass
class Source:
    """Says `value`, counts who asks, and can be gone; brings its own clock."""

    value: str = "first"
    is_gone: bool = False
    asked: list[str] = field(default_factory=list)
    now_s: float = 1000.0

    async def load(self, key: str) -> str:
        """What `TimedCache` asks."""
        self.asked.append(key)
        await asyncio.sleep(0)
        if self.is_gone:
            raise UnavailableError("the source is gone")
        return self.value

    def cache(self, **options: object) -> TimedCache[str, str]:
        """A cache of ten seconds over it, which does not remember the empty value."""
        return TimedCache(self.load, 10, keep=bool, clock=lambda: self.now_s, **options)  # type: ignore[arg-type]


async def test_a_value_is_loaded_once_and_again_when_its_life_is_over() -> None:
    """However many ask at the same instant."""
    source = Source()
    cache = source.cache()
    assert await asyncio.gather(*(cache.get("k") for _ in range(5))) == ["first"] * 5
    source.value = "second"
    assert (await cache.get("k"), len(source.asked)) == ("first", 1)
    source.now_s += 10
    assert (await cache.get("k"), len(source.asked)) == ("second", 2)


async def test_what_is_shared_is_loaded_on_nobodys_behalf_and_within_no_callers_deadline() -> None:
    """Whoever happens to ask first lends the others neither their rights nor the little time they have left."""

    async def load(key: str) -> tuple[str | None, float | None]:
        """Who stands behind this call, and how long it may take."""
        return interceptors.authorization(), interceptors.time_left_s()

    interceptors._claims.set(Claims(b"", b"", 0, "a token"))
    interceptors._deadline.set(0.0)
    assert await TimedCache(load, 10).get("k") == (None, None)
    assert interceptors.authorization() == "a token"


async def test_a_source_that_is_gone_is_an_error_unless_stale_values_are_good() -> None:
    """By default nothing is believed beyond its life, and an error is not remembered."""
    source = Source()
    cache = source.cache()
    await cache.get("k")
    source.now_s += 11
    source.is_gone = True
    with pytest.raises(UnavailableError):
        await cache.get("k")
    source.is_gone = False
    assert await cache.get("k") == "first"


async def test_what_was_known_serves_while_the_source_is_gone_but_not_for_ever() -> None:
    """Up to its age limit, and only where something was known."""
    source = Source()
    cache = source.cache(stale_s=900)
    await cache.get("k")
    source.is_gone = True
    source.now_s += 900
    assert await cache.get("k") == "first"
    with pytest.raises(UnavailableError):
        await cache.get("other")
    source.now_s += 2
    with pytest.raises(UnavailableError):
        await cache.get("k")


async def test_only_one_caller_a_second_asks_a_source_that_is_gone() -> None:
    """A source that hangs would otherwise cost every caller its deadline; back again, it is heard within a second."""
    source = Source()
    cache = source.cache(stale_s=900)
    await cache.get("k")
    source.now_s += 11
    source.is_gone = True
    assert [await cache.get("k") for _ in range(5)] == ["first"] * 5
    assert len(source.asked) == 2
    source.is_gone, source.value = False, "second"
    source.now_s += 1
    assert await cache.get("k") == "second"


async def test_what_has_ended_does_not_come_back_when_the_source_is_gone() -> None:
    """Somebody who lost a role an instant ago has none during the outage either."""
    source = Source()
    cache = source.cache(stale_s=900)
    await cache.get("k")
    source.now_s += 11
    source.value = ""
    assert await cache.get("k") == ""
    source.is_gone = True
    with pytest.raises(UnavailableError):
        await cache.get("k")

"""What participants said, in memory; `tests/contract/activity/participants/test_said.py` runs on MariaDB too."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from servicekit.errors import invalid
from services.activity.definition import Question
from services.activity.domain import Activity
from services.activity.participants.answers import Answered
from services.activity.participants.details import Said
from services.activity.participants.privacy import Privacy


@dataclass
class FakeAnswers:
    """By activity and person; see `Answers`."""

    kept: dict[tuple[bytes, bytes], Answered] = field(default_factory=dict)

    async def of(self, activity_id: bytes, user_id: bytes) -> int | None:
        """See `Answers.of`."""
        found = self.kept.get((activity_id, user_id))
        return found.answer if found else None

    async def give(self, activity: Activity, answered: Answered) -> None:
        """See `Answers.give`."""
        self.kept[activity.activity_id, answered.user_id] = answered

    async def page(self, activity_id: bytes, after: bytes, size: int) -> list[Answered]:
        """See `Answers.page`."""
        found = [one for (each, user_id), one in sorted(self.kept.items()) if each == activity_id and user_id > after]
        return found[:size]


@dataclass
class FakeDetails:
    """By organisation and person; see `Details`."""

    kept: dict[tuple[bytes, bytes], dict[Question, str]] = field(default_factory=dict)

    async def of(self, organisation_id: bytes, user_ids: Collection[bytes]) -> dict[bytes, dict[Question, str]]:
        """See `Details.of`."""
        found = {user_id: self.kept.get((organisation_id, user_id), {}) for user_id in user_ids}
        return {user_id: said for user_id, said in found.items() if said}

    async def say(self, organisation_id: bytes, user_id: bytes, said: Said, now_us: int) -> None:
        """See `Details.say`."""
        merged = {**self.kept.get((organisation_id, user_id), {}), **said}
        self.kept[organisation_id, user_id] = {question: text for question, text in merged.items() if text}


@dataclass
class FakePrivacies:
    """By organisation; see `Privacies`."""

    kept: dict[bytes, Privacy] = field(default_factory=dict)

    async def of(self, organisation_id: bytes) -> Privacy:
        """See `Privacies.of`."""
        return self.kept.get(organisation_id, Privacy())

    async def change(
        self, organisation_id: bytes, move: Callable[[Privacy], Privacy], by: bytes, now_us: int
    ) -> Privacy:
        """See `Privacies.change`."""
        self.kept[organisation_id] = move(await self.of(organisation_id))
        return self.kept[organisation_id]


@dataclass
class FakePhones:
    """Numbers by code; see `PhonesPort`."""

    numbers: dict[str, str] = field(default_factory=dict)

    async def verified(self, code: str) -> str:
        """The number behind a code."""
        if code not in self.numbers:
            raise invalid("code", "is unknown, used or too old; tap the phone-number button again")
        return self.numbers[code]

"""What an activity asks of whoever was accepted."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from protos.activity.v1 import participants_pb2 as pb

DetailName = Literal["name", "number", "employer", "phone", "text"]

DETAILS: dict[DetailName, pb.Detail.ValueType] = {
    "name": pb.DETAIL_NAME,
    "number": pb.DETAIL_NUMBER,
    "employer": pb.DETAIL_EMPLOYER,
    "phone": pb.DETAIL_PHONE,
    "text": pb.DETAIL_TEXT,
}
DETAIL_NAMES = {number: name for name, number in DETAILS.items()}


class Question(msgspec.Struct):
    """What is asked of whoever was accepted; only text has a label."""

    detail: DetailName
    label: Annotated[str, Meta(max_length=64, examples=["衣服尺码"])] = ""


class NewQuestion(Question, forbid_unknown_fields=True):
    """What is asked of whoever was accepted; only text has a label."""


def questions_to_messages(questions: Iterable[Question]) -> list[pb.Question]:
    """What to ask of whoever was accepted."""
    return [pb.Question(detail=DETAILS[each.detail], label=each.label) for each in questions]


def to_questions(messages: Iterable[pb.Question]) -> list[Question]:
    """What is asked, as clients read it."""
    return [Question(DETAIL_NAMES[each.detail], each.label) for each in messages if each.detail in DETAIL_NAMES]

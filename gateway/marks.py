"""What staff say somebody counts as, in JSON: 到, 迟到, 请假, 未到 (rule 27 of the law)."""

from typing import Literal

from protos.checkin.v1 import checkin_pb2 as pb

MarkName = Literal["present", "late", "leave", "absent"]

# Of checkin.v1 and reporting.v1 alike.
MARKS: dict[int, MarkName] = {
    pb.MARK_PRESENT: "present",
    pb.MARK_LATE: "late",
    pb.MARK_LEAVE: "leave",
    pb.MARK_ABSENT: "absent",
}

"""Files over real HTTP, in bounds; and where the days of what is asked for are."""

from protos.reporting.v1 import exports_pb2 as pb
from servicekit import ids
from tests.component.gateway.conftest import Gateway

ID = "01923a2f-8c1d-7b3e-9f10-2a3b4c5d6e7f"
FILE = f"/v1/exports/{ID}/file"


async def test_one_person_fetches_files_in_bounds(gateway: Gateway) -> None:
    """Each is read from the storage and opened; others go on."""
    gateway.services.answers["DownloadExport"] = [
        pb.DownloadExportResponse(file_name="周会.csv", media_type="text/csv", file_bytes=3, content=b"a,b")
    ]
    headers = gateway.bearer()
    statuses = [(await gateway.http.get(FILE, headers=headers)).status_code for _ in range(40)]
    assert set(statuses[:20]) == {200} and 429 in statuses[20:]
    assert len(gateway.services.requests("DownloadExport")) == statuses.count(200)
    assert (await gateway.http.get(FILE, headers=gateway.bearer())).status_code == 200


async def test_an_export_says_where_its_days_are(gateway: Gateway) -> None:
    """Passed on as it was said; nothing is China's."""
    gateway.services.answers["CreateExport"] = pb.Export(
        export_id=ids.from_text(ID),
        wish=pb.Wish(report=pb.REPORT_ORGANISATION, format=pb.FORMAT_PDF),
        organisation_id=ids.from_text(ID),
        user_id=ids.from_text(ID),
        state=pb.EXPORT_STATE_QUEUED,
        created_at=1,
    )
    body = {
        "report": "organisation",
        "format": "pdf",
        "organisation_id": ID,
        "from": "2026-10-01T04:00:00Z",
        "to": "2026-11-01T04:00:00Z",
    }
    for more in ({}, {"time_zone": "America/New_York"}):
        headers = gateway.bearer() | {"idempotency-key": ids.to_text(ids.new_id())}
        sent = await gateway.http.post("/v1/exports", json=body | more, headers=headers)
        assert sent.status_code == 202
    requests = gateway.services.requests("CreateExport")
    assert [request.wish.time_zone for request in requests] == ["", "America/New_York"]

"""The table of every setting: `python -m deploy.settings_table` writes `deploy/SETTINGS.md`, which a test compares."""

from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import gateway.settings
import services.activity.settings
import services.antifraud.settings
import services.checkin.settings
import services.identity.settings
import services.reporting.settings
from servicekit.settings import CredentialSettings, ServerSettings, SharedSettings, variables

TABLE = Path(__file__).with_name("SETTINGS.md")

CLASSES: tuple[type[BaseSettings], ...] = (
    SharedSettings,
    ServerSettings,
    CredentialSettings,
    gateway.settings.HttpSettings,
    gateway.settings.Settings,
    services.identity.settings.Settings,
    services.activity.settings.Settings,
    services.checkin.settings.CheckinSettings,
    services.checkin.settings.RecorderSettings,
    services.antifraud.settings.Settings,
    services.reporting.settings.ReportingSettings,
    services.reporting.settings.ProjectorSettings,
    services.reporting.settings.ExporterSettings,
    services.reporting.settings.RobotSettings,
    services.reporting.settings.FileSettings,
    services.reporting.settings.BucketSettings,
)

_HEAD = """# Settings

Made by `make settings` from the settings classes. A variable without a default must be set; any of them may come from a
file instead, named by `<VARIABLE>_FILE`, which is how secrets should come.

| variable | default | what it is |
|---|---|---|
"""


def table() -> str:
    """The whole file."""
    rows: dict[str, str] = {}
    for name, default, what in _rows():
        rows.setdefault(name, f"| `{name}` | {default} | {what} |\n")
    return _HEAD + "".join(rows.values())


def _rows() -> Iterator[tuple[str, str, str]]:
    for settings in CLASSES:
        of_field = variables(settings)
        for name, field in settings.model_fields.items():
            yield of_field[name], _default(field), (field.description or "").replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{field.default}`" if field.default not in ("", ()) else "empty"


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")

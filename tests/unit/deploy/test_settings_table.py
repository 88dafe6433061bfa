"""The generated table of settings."""

from deploy.settings_table import CLASSES, TABLE, table


def test_the_committed_table_is_the_current_one() -> None:
    """Whoever adds a setting runs `make settings`."""
    assert TABLE.read_text(encoding="utf-8") == table()


def test_no_secret_has_a_default() -> None:
    """A setting that is hidden from logs must be given."""
    hidden = [field for settings in CLASSES for field in settings.model_fields.values() if field.repr is False]
    assert hidden
    assert all(field.is_required() for field in hidden)

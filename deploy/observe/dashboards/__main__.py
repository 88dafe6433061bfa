"""Writes every dashboard: `python -m deploy.observe.dashboards`."""

from deploy.observe.dashboards.boards import FOLDER, texts

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")

"""KEDA from its own module's configuration: the operator and the metrics adapter; the admission webhook is left out."""

import shutil

import yaml

from tests.deploy.cluster import node, tools

_IMAGES = {
    "ghcr.io/kedacore/keda-metrics-apiserver:main": "localhost/keda-adapter:1",
    "ghcr.io/kedacore/keda:main": "localhost/keda-operator:1",
}


def install() -> None:
    """Applies KEDA and waits until it serves external metrics; a second call changes nothing."""
    node.load_program("keda-operator", "/keda")
    node.load_program("keda-adapter")
    folder = node.STATE / "keda"
    shutil.rmtree(folder, ignore_errors=True)
    # A module's folder cannot be written to, and kustomize wants a folder of its own.
    shutil.copytree(tools.keda_configuration(), folder, copy_function=shutil.copyfile)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    rendered = node.kubectl("kustomize", str(folder / "default"))
    kept = [document for document in yaml.safe_load_all(rendered) if not _is_webhook(document)]
    text = yaml.safe_dump_all(kept).replace("imagePullPolicy: Always", "imagePullPolicy: Never")
    for published, ours in _IMAGES.items():
        text = text.replace(published, ours)
    node.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)
    for name in ("keda-operator", "keda-metrics-apiserver"):
        node.kubectl("-n", "keda", "rollout", "status", f"deploy/{name}", "--timeout=180s")


def _is_webhook(document: dict[str, object]) -> bool:
    kinds = ("Deployment", "ValidatingWebhookConfiguration", "Service")
    return document["kind"] in kinds and "keda-admission" in str(document["metadata"])

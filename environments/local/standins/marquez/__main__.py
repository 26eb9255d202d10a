"""`python -m environments.local.standins.marquez`, told by MARQUEZ_HTTP_PORT and MARQUEZ_DATABASE_URL."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import uvicorn
from sqlalchemy import create_engine, insert, select

from environments.local.standins.marquez import VERSION
from environments.local.standins.marquez.api import application
from environments.local.standins.marquez.tables import metadata, namespaces


def main() -> None:
    """Make the tables where they are not there, and serve on 127.0.0.1."""
    engine = create_engine(os.environ["MARQUEZ_DATABASE_URL"], pool_size=8)
    metadata.create_all(engine)
    with engine.begin() as connection:
        if connection.execute(select(namespaces).filter_by(name="default")).one_or_none() is None:
            now = datetime.now(UTC)
            connection.execute(insert(namespaces).values(name="default", created=now, updated=now))
    print(f"a stand-in for Marquez {VERSION}, not the real server", flush=True)
    port = int(os.environ["MARQUEZ_HTTP_PORT"])
    uvicorn.run(
        application(engine), host="127.0.0.1", port=port, access_log=False, log_level="warning", server_header=False
    )


if __name__ == "__main__":
    main()

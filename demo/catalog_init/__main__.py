"""`python -m demo.catalog_init`: exit 0 when everything is there, 1 with one sentence when it cannot be made."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import botocore.exceptions
import httpx

from demo.catalog_init.buckets import ensure_buckets
from demo.catalog_init.polaris import Polaris, Refused
from demo.settings import SettingsError, read


def facts() -> Iterator[tuple[str, bool]]:
    """Make what is missing, and yield each fact with whether it had to be made."""
    settings = read()
    buckets = sorted({layer.bucket for layer in settings.layers.values()})
    yield from ensure_buckets(settings.store, buckets)
    with Polaris(settings) as polaris:
        yield polaris.ensure_catalog()
        yield polaris.ensure_grant("CATALOG_MANAGE_CONTENT")
        for layer in settings.layers.values():
            yield from polaris.ensure_namespace(layer)


def main() -> int:
    """Print every fact on a line of its own, and return the exit status."""
    changes = 0
    try:
        for fact, made in facts():
            print(f"{'made ' if made else 'there'} {fact}", flush=True)
            changes += made
    except (SettingsError, Refused, httpx.HTTPError, botocore.exceptions.BotoCoreError) as error:
        print(f"catalog init failed: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    except botocore.exceptions.ClientError as error:
        print(f"catalog init failed: the object store refused: {error}", file=sys.stderr)
        return 1
    print(f"catalog init done, {changes} changes")
    return 0


if __name__ == "__main__":
    sys.exit(main())

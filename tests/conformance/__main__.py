"""Replay the recording of Polaris against any server that is empty, and print what differs.

`python -m tests.conformance BASE --management URL [--group a,b] [--strict] [--var s3-endpoint=http://…]`
"""

from __future__ import annotations

import argparse

from tests.conformance.exchange import RECORDINGS, Client, differences, rows

# What the recording speaks of, unless --var says otherwise: a store, and STS servers that fail.
VARIABLES = {
    "s3-endpoint": "http://127.0.0.1:28333",
    "sts-endpoint": "http://127.0.0.1:28333/",
    "sts-500": "http://127.0.0.1:28100",
    "sts-403": "http://127.0.0.1:28101",
    "sts-refused": "http://127.0.0.1:28102",
}


def main() -> int:
    """Return 0 when nothing differs, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("base")
    parser.add_argument("--management", required=True)
    parser.add_argument("--group")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--var", action="append", default=[])
    args = parser.parse_args()
    client = Client(args.base, args.management, VARIABLES | dict(var.split("=", 1) for var in args.var))
    count, different = 0, 0
    for row in rows(RECORDINGS / "polaris", set(args.group.split(",")) if args.group else None):
        found = differences(row["response"], client.send(row), args.strict)
        count, different = count + 1, different + bool(found)
        if found:
            print(f"{row['id']}  {row['request']['method']} {row['request']['path']}  ({row['note']})")
            print("".join(f"    {line}\n" for line in found), end="")
    print(f"{count} exchanges, {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())

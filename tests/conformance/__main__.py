"""Replay a recording against any server that is empty, and print what differs; or record that server's answers.

`python -m tests.conformance polaris|marquez BASE --second URL [--group a,b] [--strict] [--var s3-endpoint=http://…]
[--recording FOLDER] [--record FOLDER]`; the second port is Polaris' management port, Marquez' admin port.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.conformance.exchange import RECORDINGS, Client, Words, replay, rows, write
from tests.conformance.marquez_words import MarquezWords
from tests.conformance.polaris_words import VARIABLES, PolarisWords


def main() -> int:
    """Return 0 when nothing differs or it was recorded, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("server", choices=("polaris", "marquez"))
    parser.add_argument("base")
    parser.add_argument("--second", required=True, metavar="URL", help="Polaris' management or Marquez' admin port")
    parser.add_argument("--group", help="only these, and what they require")
    parser.add_argument("--strict", action="store_true", help="whole bodies and headers (Marquez: always whole)")
    parser.add_argument("--var", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--recording", type=Path, metavar="FOLDER", help="instead of the project's own")
    parser.add_argument("--record", type=Path, metavar="FOLDER", help="write what the server answers there")
    args = parser.parse_args()
    words: Words = PolarisWords() if args.server == "polaris" else MarquezWords()
    variables = (VARIABLES if args.server == "polaris" else {}) | dict(var.split("=", 1) for var in args.var)
    recorded = rows(args.recording or RECORDINGS / args.server, set(args.group.split(",")) if args.group else None)
    client = Client(words, args.base, args.second, variables)
    told, different = [], 0
    for row, answer, found in replay(client, recorded, args.strict):
        told.append(row | {"response": answer})
        if found:
            different += 1
            print(f"{row['id']}  {row['request']['method']} {row['request']['path']}  ({row['note']})")
            print("".join(f"    {line}\n" for line in found), end="")
    print(f"{len(recorded)} exchanges, {different} differ")
    if args.record:
        write(args.record, told)
        print(f"recorded in {args.record}")
    return 1 if different and not args.record else 0


if __name__ == "__main__":
    raise SystemExit(main())

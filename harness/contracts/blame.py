"""Whose fault an error is: the platform's (Breach), the environment's (EnvironmentFailure) or the harness's (others).

A system that answers, and not as promised, breaks the contract. A system that cannot be reached is the environment's
matter: its process has died, or the way to it is broken. Which of the two, a diagnosis finds out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

from harness.contracts.breach import Breach
from harness.contracts.registry import Contract
from harness.errors import EnvironmentFailure, Unreachable, UsageError, WaitTimeout
from harness.liveness import dead_workloads
from harness.results import StageFailed
from harness.stack import Stack
from harness.systems.dagster import DagsterFault
from harness.systems.dbt import DbtFault
from harness.systems.http import UnexpectedAnswer

# Errors of client libraries, as "module:class"; looked up only where the module is loaded, since they are heavy.
_UNREACHABLE = (
    "botocore.exceptions:EndpointConnectionError",
    "botocore.exceptions:ConnectTimeoutError",
    "botocore.exceptions:ReadTimeoutError",
    "psycopg2:OperationalError",
    "requests.exceptions:ConnectionError",
    "requests.exceptions:Timeout",
)
_LATE = (
    "httpx:TimeoutException",
    "botocore.exceptions:ReadTimeoutError",
    "requests.exceptions:Timeout",
)
_ANSWERED = (
    "botocore.exceptions:ClientError",
    "duckdb:Error",
    "psycopg2:Error",
    "pyiceberg.exceptions:RESTError",
    "pyiceberg.exceptions:NoSuchNamespaceError",
    "pyiceberg.exceptions:NoSuchTableError",
    "pyiceberg.exceptions:CommitFailedException",
    "pyiceberg.exceptions:ValidationError",
    "requests.exceptions:HTTPError",
)


@contextmanager
def blamed(contract: Contract, stack: Stack | None = None) -> Iterator[None]:
    """Turn an error of a system's client inside the block into a Breach of the contract or into Unreachable.

    `stack`: whose dead workloads explain an error; without one, an answer that is wrong is a breach whoever has died.
    """
    try:
        yield
    except Breach as breach:
        raise breach.of(contract) from breach.__cause__
    except (UnexpectedAnswer, DagsterFault, DbtFault, StageFailed) as fault:
        dead = dead_workloads(stack)
        if dead:
            raise _environment(contract, str(fault), dead) from fault
        raise Breach(
            fault.heading, expected=fault.expected, actual=fault.actual, evidence=fault.evidence, mend=fault.next_step
        ).of(contract) from fault
    except WaitTimeout as late:
        dead = dead_workloads(stack)
        if dead:
            raise _environment(contract, str(late), dead) from late
        raise Breach(late.heading, expected=late.expected, actual=late.actual, evidence=late.evidence).of(
            contract
        ) from late
    except (EnvironmentFailure, UsageError):
        raise
    except Exception as error:
        unreachable = isinstance(error, httpx.TransportError) or is_one_of(error, _UNREACHABLE)
        if not unreachable and not is_one_of(error, _ANSWERED):
            raise
        dead = dead_workloads(stack)
        if unreachable or dead:
            failure = _environment(contract, _words(error), dead)
            failure.late = is_one_of(error, _LATE)
            raise failure from error
        raise Breach(actual=_words(error)).of(contract) from error


def is_one_of(error: BaseException, names: tuple[str, ...]) -> bool:
    """Return whether an error is of one of the named classes (`module:class`); modules are not imported for it."""
    for name in names:
        module, _, attribute = name.partition(":")
        known = getattr(sys.modules.get(module), attribute, None)
        if known is not None and isinstance(error, known):
            return True
    return False


def _environment(contract: Contract, seen: str, dead: list[str]) -> Unreachable:
    return Unreachable(
        f"{contract.id} could not be checked: a system cannot be reached",
        expected=contract.promise,
        actual=seen,
        evidence=f"no process any more: {', '.join(dead)}" if dead else None,
        next_step=f"harness logs {dead[0]}" if dead else "harness status",
    )


def _words(error: BaseException) -> str:
    words = f"{type(error).__name__}: {str(error).strip() or 'no message'}"
    if isinstance(error, httpx.TransportError):
        with suppress(RuntimeError):  # it was never sent
            return f"{error.request.method} {error.request.url}: {words}"
    return words

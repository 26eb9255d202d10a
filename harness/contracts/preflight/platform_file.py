"""platform.yaml itself: the rules of harness.platform as contracts."""

from __future__ import annotations

from functools import partial

from harness.contracts.breach import Breach, Breaches
from harness.contracts.registry import Stage, Target, contract
from harness.platform.loader import Reading
from harness.platform.problem import CONTRACTS, READABLE

_MENDS = {
    READABLE: "write platform.yaml as one YAML mapping in UTF-8; docs/platform-yaml.md has its keys",
    "platform.well-formed": "write the key and its value as docs/platform-yaml.md has them",
    "platform.layers-whole": "give each layer all of its keys, and a namespace to itself",
    "platform.references-resolve": "name what is declared in `storage` and `catalogs`",
    "platform.namespaces-well-formed": "write `bronze` or `analytics.bronze`, not `<warehouse>.bronze`",
    "platform.secrets-referenced": "write {secret_ref: name}, and change the secret that was written out",
    "platform.telemetry-has-endpoint": "give the endpoint, or switch it off",
    "platform.vending-possible": "set access_delegation: none and let clients bring own keys, or take a store with STS",
}


def _holds(id: str, reading: Reading) -> None:
    """Raise what of the mistakes in platform.yaml breaks the contract of that id."""
    breaches = [
        Breach(
            mistake.heading,
            expected=mistake.expected,
            actual=mistake.actual,
            mend=mistake.next_step,
            subject=(mistake.location.key if mistake.location else None) or "",
            location=mistake.location,
        )
        for mistake in reading.mistakes
        if mistake.contract == id
    ]
    if breaches:
        raise Breaches(breaches)


for _id, _promise in CONTRACTS.items():
    contract(
        _id,
        stage=Stage.PREFLIGHT,
        promise=_promise,
        requires=() if _id == READABLE else (READABLE,),
        mend=_MENDS[_id],
        takes=Target.PLATFORM,
    )(partial(_holds, _id))

"""Assets: each key once, and made from assets that are there."""

from __future__ import annotations

from collections import defaultdict

from harness.contracts.breach import Breach
from harness.contracts.load.known import known_assets
from harness.contracts.load.project import Project, has_definitions
from harness.contracts.load.resources import READABLE
from harness.contracts.registry import Facts, Stage, Target, contract
from harness.contracts.together import raise_all
from harness.platform.problem import did_you_mean


@contract(
    "orchestrator.asset-keys-unique",
    stage=Stage.LOAD,
    promise="No two assets of the code location have one key.",
    requires=READABLE,
    mend="rename one of the two, or load it once",
    takes=Target.CODE,
    applies=has_definitions,
)
def asset_keys_unique(project: Project) -> Facts:
    assert project.loaded is not None
    places = defaultdict(list)
    for asset in project.loaded.assets:
        if asset.key is not None:
            places[asset.key].append(asset.place)
    breaches = [
        Breach(
            f"two assets have the key {key!r}",
            expected="each key once",
            actual="; ".join(map(str, found)),
            evidence=f"Dagster says: Duplicate asset key: AssetKey({key.split('/')})",
            subject=key,
            location=found[-1],
        )
        for key, found in places.items()
        if len(found) > 1
    ]
    raise_all(breaches)
    return {"assets": len(places)}


@contract(
    "orchestrator.asset-inputs-exist",
    stage=Stage.LOAD,
    promise="Every asset that another loads as an argument is there, and each is made from what is declared of it.",
    requires=READABLE,
    mend="correct the name of the input, or load the asset that has it",
    takes=Target.CODE,
    applies=has_definitions,
)
def asset_inputs_exist(project: Project) -> Facts:
    assert project.loaded is not None
    known = known_assets(project)
    declared = project.expectations.tables if project.expectations else {}
    breaches = []
    for asset in project.loaded.assets:
        # Dagster makes a stub of a dependency that it does not know; only what is loaded must be there.
        missing = sorted(asset.loads - known) if known is not None else []
        if missing:
            breaches.append(
                Breach(
                    f"asset {asset.key!r} is made from {missing[0]!r}, which is no asset"
                    + did_you_mean(missing[0], known or ()),
                    expected="an asset that is loaded",
                    actual=missing[0],
                    evidence=f'Dagster says: Input asset "["{missing[0]}"]" is not produced by any of the provided '
                    "asset ops and is not one of the provided sources",
                    subject=asset.key,
                    location=asset.place,
                )
            )
        elif asset.key in declared and asset.inputs is not None:
            wanted = set(declared[asset.key].inputs)
            if wanted != asset.inputs:
                breaches.append(
                    Breach(
                        f"asset {asset.key!r} is not made from what is declared of it",
                        expected=", ".join(sorted(wanted)) or "no input",
                        actual=", ".join(sorted(asset.inputs)) or "no input",
                        subject=asset.key,
                        location=asset.place,
                    )
                )
    raise_all(breaches)
    return {"assets": len(project.loaded.assets)}

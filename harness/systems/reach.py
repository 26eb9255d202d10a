"""Files of an Iceberg table, for a client that reaches the store elsewhere than the platform's workloads do."""

from __future__ import annotations

from collections.abc import Mapping

from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.typedef import EMPTY_DICT, Properties

_SAID, _REACHED = "harness.store-said", "harness.store-reached"


class ReachableFileIO(PyArrowFileIO):
    """PyIceberg's own, with the store's endpoint as this machine reaches it.

    Vended keys come with the endpoint that the workloads know, which wins over a client's own settings. Any other
    endpoint is left as it was vended: it is wrong, and is to fail.
    """

    def __init__(self, properties: Properties = EMPTY_DICT) -> None:
        if properties.get("s3.endpoint") == properties.get(_SAID):
            properties = {**properties, "s3.endpoint": properties[_REACHED]}
        super().__init__(properties)


def reached(said: str, endpoint: str) -> Mapping[str, str]:
    """Return the properties of a PyIceberg catalog that reaches a store, said to be at one endpoint, at another."""
    name = f"{ReachableFileIO.__module__}.{ReachableFileIO.__qualname__}"
    return {"py-io-impl": name, _SAID: said, _REACHED: endpoint}

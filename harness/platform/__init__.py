"""The platform under test: its model, what its namespaces may be called, and the reader of platform.yaml."""

from harness.platform.loader import PlatformErrors, Reading, load_platform, read_platform
from harness.platform.model import Catalog, Compute, Layer, Observability, Platform, SecretRef, Storage
from harness.platform.namespaces import check_namespace

__all__ = [
    "Catalog",
    "Compute",
    "Layer",
    "Observability",
    "Platform",
    "PlatformErrors",
    "Reading",
    "SecretRef",
    "Storage",
    "check_namespace",
    "load_platform",
    "read_platform",
]

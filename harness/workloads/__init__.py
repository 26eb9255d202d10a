"""Workloads: one model of what a platform deploys, read from manifests, a cluster, or the processes of `local`."""

from harness.workloads.deployment import Deployment, subject
from harness.workloads.model import (
    ConfigObject,
    Container,
    Identity,
    Mount,
    Objects,
    Port,
    Probe,
    Ref,
    Service,
    ServicePort,
    Variable,
    VariablesFrom,
    Volume,
    Workload,
)

__all__ = [
    "ConfigObject",
    "Container",
    "Deployment",
    "Identity",
    "Mount",
    "Objects",
    "Port",
    "Probe",
    "Ref",
    "Service",
    "ServicePort",
    "Variable",
    "VariablesFrom",
    "Volume",
    "Workload",
    "subject",
]

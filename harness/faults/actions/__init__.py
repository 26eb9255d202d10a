"""The actions that a fault is made of, by their verbs; a module a kind of target."""

from __future__ import annotations

from collections.abc import Mapping

from harness.faults.actions.action import Action, LiveAction
from harness.faults.actions.code import DeleteFile, EditFile, RenameFile, WriteFile
from harness.faults.actions.env import RenameEnv, SetEnv, UnsetEnv
from harness.faults.actions.lake import Grant, HideFiles, LoseRows, RenameColumn, RenameTable, RepeatRows, RevokeGrant
from harness.faults.actions.manifest import AddObject, Append, Delete, Edit, ReplaceEverywhere, Set
from harness.faults.actions.platform import DeletePlatform, RenamePlatform, SetPlatform
from harness.faults.actions.processes import GoOn, Kill, Pause, Restart

ACTIONS: Mapping[str, type[Action]] = {
    action.verb(): action
    for action in (
        SetEnv,
        UnsetEnv,
        RenameEnv,
        Set,
        Delete,
        Append,
        Edit,
        AddObject,
        ReplaceEverywhere,
        SetPlatform,
        DeletePlatform,
        RenamePlatform,
        EditFile,
        WriteFile,
        DeleteFile,
        RenameFile,
        Kill,
        Pause,
        GoOn,
        Restart,
        RenameTable,
        RenameColumn,
        RepeatRows,
        LoseRows,
        HideFiles,
        RevokeGrant,
        Grant,
    )
}

__all__ = ["ACTIONS", "Action", "LiveAction"]

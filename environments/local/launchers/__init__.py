"""Programs that a workload needs started in more than one step; each ends by becoming the workload."""

"""The failure viewer: one HTML file a scenario, which needs no server and no network."""

from reports.viewer.page import page

__all__ = ["page"]

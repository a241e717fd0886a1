"""The actions that GitHub workflows use, each pinned to a commit: a tag can be moved to other code, a commit cannot.

Source: the tags of these repositories, 2026-11-30. A newer version is a new commit here, read before it is written.
"""

from __future__ import annotations

ACTIONS: dict[str, str] = {
    "checkout": "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0",
    "python": "actions/setup-python@a26af69be951a213d495a4c3e4e4022e16d87065 # v5.6.0",
    "upload": "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2",
    "download": "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0",
    "credentials": "aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df # v4.2.1",
}

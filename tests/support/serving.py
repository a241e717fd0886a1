"""Servers of tests that answer while the test goes on."""

from __future__ import annotations

import threading
from socketserver import BaseServer


def in_background(server: BaseServer) -> threading.Thread:
    """Serve until ``shutdown``, for which a server looks every half second by itself; tests wait for it."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    return thread

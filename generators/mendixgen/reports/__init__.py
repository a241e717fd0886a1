"""Documents about an environment that are asked for, and stand nowhere: rendered from its specification."""

from __future__ import annotations

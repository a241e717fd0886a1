"""Every kind of health check that there is."""

from __future__ import annotations

from mendixctl.engine.health.addons import Addons
from mendixctl.engine.health.certificates import Certificates
from mendixctl.engine.health.clusters import Clusters
from mendixctl.engine.health.contacts import Contacts
from mendixctl.engine.health.contract import Check
from mendixctl.engine.health.databases import Databases
from mendixctl.engine.health.nodes import Nodes
from mendixctl.engine.health.targets import Targets

KINDS: tuple[Check, ...] = (Clusters(), Nodes(), Addons(), Databases(), Certificates(), Targets(), Contacts())
BY_TYPE = {one: check for check in KINDS for one in check.types}

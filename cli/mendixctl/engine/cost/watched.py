"""How many metrics the alarms of an environment look at, by its YAML: each is paid for every month.

Source: CloudWatch's price page ("Alarms"): an alarm costs by the metrics that it evaluates, so that one of metric math
costs as many as it names.
"""

from __future__ import annotations

from mendixgen.alarms.rows import rows
from mendixgen.runbooks.subject import Subject
from mendixgen.spec.loader import Specification


def metrics_in_alarms(specification: Specification) -> int:
    """Of the catalogue. What only Terraform knows how many there are of (gateways, certificates) counts as one."""
    if "monitoring" not in specification.settings:
        return 0
    subject = Subject.of(specification)
    found = 0
    for row in rows():
        if subject.has(row):
            members = subject.members(row)
            found += len(row.metrics) * (1 if members is None else len(members))
    return found

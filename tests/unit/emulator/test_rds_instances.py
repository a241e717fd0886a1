"""What RDS makes of an instance of which not everything is said."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.emulator.extensions import rds


class Instance:
    """As moto's: it keeps what it is given."""

    def __init__(self, **named: Any) -> None:
        self.__dict__.update(named)

    def update(self, **named: Any) -> None:
        self.__dict__.update(named)


@pytest.mark.parametrize("said", [{}, {"ca_certificate_identifier": None}])
def test_a_certificate_is_signed_by_the_authority_that_rds_takes(said: dict[str, Any]) -> None:
    class Mended(Instance):
        ca_certificate_identifier: str

    rds._mend_instances(Mended)
    assert Mended(engine="postgres", **said).ca_certificate_identifier == "rds-ca-rsa2048-g1"
    other = {"ca_certificate_identifier": "rds-ca-ecc384-g1"}
    assert Mended(engine="postgres", **{**said, **other}).ca_certificate_identifier == "rds-ca-ecc384-g1"

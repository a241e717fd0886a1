"""The database of an app around a delivery: a snapshot of it, a copy beside it, and the app brought to that copy.

Terraform's instance stays the app's. The copy holds what was there before; it is made where an app asks for it, so that
the way back need not wait for a restore, and it is an instance of nobody's state until a person takes it in or deletes
it. An app is brought to it by the host in its secret; where it signs in by its role, that may sign in there too.

Sources: RDS user guide, "Creating a DB snapshot", "Restoring to a DB instance", "IAM database access".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.polling import rounds
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.spec.app_needs import RUNTIME_SECRET
from mendixgen.spec.called import database as identifier

DEADLINE = timedelta(hours=4)
LONGEST = 63
POLICY = "release-copy"
DENIED = "MXA103"


@dataclass
class Database:
    """The instance of an app's database. ``renew`` is called while it is waited for."""

    session: Session
    clients: Clients
    app: Application
    renew: Callable[[], None] = lambda: None

    @property
    def name(self) -> str:
        """The instance's identifier in RDS."""
        settings = self.app.workplace.specification.settings
        return identifier(self._environment, settings, self.app.app.database or "")

    @property
    def address(self) -> str:
        """What a person accepts the loss of by: ``database/crm``."""
        return f"database/{self.app.app.database}"

    def snapshot(self, called: str) -> str:
        """Take a snapshot, and wait until it is there; its identifier.

        Raises:
            MendixError: MXV140, it failed, or was not there in time; MXA1xx.
        """
        rds = self.clients.client("rds")
        with guarded(f"take a snapshot of {self.name} (rds:CreateDBSnapshot)"):
            rds.create_db_snapshot(DBSnapshotIdentifier=called, DBInstanceIdentifier=self.name, Tags=self._tags())
        self.session.reporter.stage("snapshot", f"{self.name}: {called}")

        def state() -> str:
            with guarded(f"look at the snapshot {called} (rds:DescribeDBSnapshots)"):
                return str(rds.describe_db_snapshots(DBSnapshotIdentifier=called)["DBSnapshots"][0]["Status"])

        self._wait(f"the snapshot {called}", state, {"creating", "copying"})
        return called

    def copy(self, snapshot: str, called: str) -> str:
        """Restore a snapshot beside the database, where that is, and wait until it answers; its identifier.

        Raises:
            MendixError: MXV140, it failed, or was not there in time; MXA1xx.
        """
        rds = self.clients.client("rds")
        self.session.reporter.stage("copy", f"{snapshot}: {called}")
        with guarded(f"copy {self.name} (rds:RestoreDBInstanceFromDBSnapshot)"):
            (own,) = rds.describe_db_instances(DBInstanceIdentifier=self.name)["DBInstances"]
            groups = [one["VpcSecurityGroupId"] for one in own.get("VpcSecurityGroups", ())]
            parameters = [one["DBParameterGroupName"] for one in own.get("DBParameterGroups", ())]
            subnets = (own.get("DBSubnetGroup") or {}).get("DBSubnetGroupName")
            placed: dict[str, Any] = {
                **({"DBSubnetGroupName": subnets} if subnets else {}),
                **({"VpcSecurityGroupIds": groups} if groups else {}),
                **({"DBParameterGroupName": parameters[0]} if parameters else {}),
            }
            rds.restore_db_instance_from_db_snapshot(
                DBInstanceIdentifier=called,
                DBSnapshotIdentifier=snapshot,
                DBInstanceClass=own["DBInstanceClass"],
                PubliclyAccessible=False,
                EnableIAMDatabaseAuthentication=bool(own.get("IAMDatabaseAuthenticationEnabled")),
                Tags=self._tags(),
                **placed,
            )

        def state() -> str:
            with guarded(f"look at {called} (rds:DescribeDBInstances)"):
                found = rds.describe_db_instances(DBInstanceIdentifier=called)["DBInstances"][0]
                return str(found["DBInstanceStatus"])

        self._wait(f"the copy {called}", state, {"creating", "backing-up", "modifying", "rebooting", "configuring"})
        return called

    def uses(self) -> str:
        """The instance of the environment that the app's secret names; empty where it names none, or there is none.

        Raises:
            MendixError: MXA103, it may not be read; other MXA1xx.
        """
        return _used(self._said(), self._instances())

    def check_rights(self) -> None:
        """Check that whoever calls can bring the app to a copy at all: before anything is begun that may need it.

        A pipeline's role cannot, by design: it would read the app's passwords and write the policy of its role.

        Raises:
            Refused: MXV147, the app's secret may not be read.
            MendixError: other MXA1xx.
        """
        try:
            self._said()
        except MendixError as error:
            if error.diagnostics[0].code != DENIED:
                raise
            entry = RUNTIME_SECRET.format(app=self.app.name)
            raise Refused(
                Diagnostic(
                    "MXV147",
                    f"this role may not read {self._secret}, so it could not bring {self.app.name} to a copy of its "
                    "database; nothing was begun",
                    hint=f"a person does it, by a role that secrets.entries.{entry}.readers names and that may change "
                    f"the role {self._role}; docs/delivery.md says which rights it needs",
                    detail=error.diagnostics[0].detail,
                )
            ) from error

    def point_at(self, instance: str) -> str:
        """Let the app find another instance when it starts next; the one of the environment that it used till now.

        Raises:
            MendixError: MXV141, the app's secret names no host of the environment's; MXA1xx.
        """
        there, said = self._instances(), self._said()
        host = _address(there.get(instance, {}))
        uses = _used(said, there)
        changed = moved(said, _address(there[uses]), host) if uses and host else None
        if changed is None:
            raise MendixError(
                Diagnostic(
                    "MXV141",
                    f"{self._secret} names no database of {self._environment}, so {self.app.name} cannot be brought to "
                    f"{instance}",
                    hint=f"write the host of {instance} into it by hand, and start the app anew",
                )
            )
        with guarded(f"write {self._secret} (secretsmanager:PutSecretValue)"):
            secrets = self.clients.client("secretsmanager")
            secrets.put_secret_value(SecretId=self._secret, SecretString=json.dumps(changed))
        if "database-password" not in changed:
            self._let_in(there[instance], changed)
        return uses

    @property
    def _environment(self) -> str:
        return self.app.workplace.environment

    @property
    def _role(self) -> str:
        return f"{self._environment}-app-{self.app.name}"

    @property
    def _secret(self) -> str:
        return f"{self._environment}/{RUNTIME_SECRET.format(app=self.app.name)}"

    def _said(self) -> dict[str, Any]:
        """What the app reads at its start; nothing where there is no such secret."""
        with guarded(f"read {self._secret} (secretsmanager:GetSecretValue)"):
            try:
                answer = self.clients.client("secretsmanager").get_secret_value(SecretId=self._secret)
            except Exception as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
                return {}
            said: dict[str, Any] = json.loads(answer["SecretString"])
            return said

    def _instances(self) -> dict[str, dict[str, Any]]:
        """The environment's instances by identifier, as RDS describes them."""
        with guarded("look at the databases (rds:DescribeDBInstances)"):
            pages = self.clients.client("rds").get_paginator("describe_db_instances").paginate()
            every = {str(one["DBInstanceIdentifier"]): one for page in pages for one in page["DBInstances"]}
        return {name: one for name, one in every.items() if name.startswith(f"{self._environment}-")}

    def _let_in(self, found: dict[str, Any], said: dict[str, Any]) -> None:
        """Let the app's role sign in to an instance: its own policy knows Terraform's alone."""
        scope = self.app.workplace.scope
        header = self.app.workplace.specification.header
        user = said.get("database-username", "*")
        arn = f"arn:{header.partition}:rds-db:{scope.region}:{scope.account}:dbuser:{found['DbiResourceId']}/{user}"
        statement = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": arn}
        with guarded(f"let {self._role} sign in to {found['DBInstanceIdentifier']} (iam:PutRolePolicy)"):
            self.clients.client("iam").put_role_policy(
                RoleName=self._role,
                PolicyName=POLICY,
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            )

    def _wait(self, what: str, state: Callable[[], str], passing: set[str]) -> None:
        said = ""
        for _ in rounds(self.session, DEADLINE):
            self.renew()
            said = state()
            if said == "available":
                return
            if said not in passing:
                break
        raise MendixError(
            Diagnostic(
                "MXV140",
                f"{what} of {self.name} is {said or 'not known'}, and not available",
                hint="RDS's events say why: aws rds describe-events; nothing was delivered",
            )
        )

    def _tags(self) -> list[dict[str, str]]:
        environment = self.app.workplace.environment
        tags = {"managed-by": "mendixctl", "environment": environment, "app": self.app.name, "purpose": "release"}
        return [{"Key": key, "Value": value} for key, value in tags.items()]


def _address(instance: dict[str, Any]) -> str:
    return str((instance.get("Endpoint") or {}).get("Address") or "")


def _used(said: dict[str, Any], there: dict[str, dict[str, Any]]) -> str:
    """Which of the instances a secret names."""
    return next((name for name, one in there.items() if moved(said, _address(one), "") is not None), "")


def moved(said: dict[str, Any], before: str, host: str) -> dict[str, Any] | None:
    """What an app's secret says once it names another host; None where it does not name ``before``."""
    whole = re.compile(rf"(?<![\w.-]){re.escape(before)}(?![\w.-])")
    naming = [key for key in ("database-host", "database-jdbc-url") if before and whole.search(str(said.get(key, "")))]
    if not naming:
        return None
    return {**said, **{key: whole.sub(host, said[key]) for key in naming}}


def called(database: str, digest: str, moment: str) -> str:
    """What a snapshot or a copy is called: the database, the image that comes, and the moment (``20261129-0200``)."""
    return _shortened(database, f"-before-{digest.removeprefix('sha256:')[:8]}-{moment}")


def again(snapshot: str, moment: str) -> str:
    """What a copy of a snapshot is called that is made later (``11290200``): the one from then may still be there."""
    return _shortened(snapshot, f"-{moment}")


def _shortened(name: str, tail: str) -> str:
    return f"{name[: LONGEST - len(tail)].rstrip('-')}{tail}"

"""What belongs to one checkout alone, and all the same came with it.

``.mendixctl/`` holds the providers that Terraform runs, plans that apply carries out and local states; a commit can
bring all of that, ignored or not. The same goes for the state that Terraform leaves in a root when it cannot save it.
"""

from __future__ import annotations

from mendixctl.engine.environment import git
from mendixctl.engine.environment.workplace import Workplace
from mendixgen.diagnostics import Diagnostic, Location, Refused

LEFT_STATE = "errored.tfstate"


def check(workplace: Workplace) -> None:
    """Check that nothing that Terraform is about to trust stands in git.

    Raises:
        Refused: MXI105.
    """
    repository = workplace.session.repository
    left = workplace.root / LEFT_STATE
    found = git.tracked(repository.root, [repository.private, left])
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise Refused(
            Diagnostic(
                "MXI105",
                f"git has {found[0]}{more}: that belongs to one checkout alone, and this one did not make it",
                hint=f"git rm -r --cached --ignore-unmatch .mendixctl {repository.relative(left)}, then "
                "remove what you did not make yourself",
                location=Location(found[0]),
            )
        )

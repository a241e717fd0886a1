"""The view for people: rich on a terminal, plain lines everywhere else."""

from mendixctl.views.human.view import HumanView

__all__ = ["HumanView"]

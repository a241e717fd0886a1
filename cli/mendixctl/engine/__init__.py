"""The use-cases, a package of nouns each; they take a `Session`, return dataclasses, and neither print nor exit.

An environment is opened (`environment`), planned (`plan`), and the plan is applied (`apply`) as a release; `rollback`,
`destroy`, `drift` and `recover` are further ways to a plan. `journal` keeps what Terraform says while it works, so
that `unfinished` can tell after a crash what may exist; `state` compares the state with what the ledger says was
left. `history`, `blame`, `status` and `outputs` read; `repository` works on files alone.

What asks a person stands in two halves: ``prepare`` gives what is to be confirmed and ``execute`` does it; who
declines calls ``abandon``, which leaves every file as it was. Results stand beside their use-case.
"""

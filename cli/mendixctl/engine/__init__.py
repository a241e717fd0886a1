"""The use-cases. Each takes a `Session`, returns a dataclass of `engine.results`, and neither prints nor exits.

=================  ===========================================================================================
module             functions
=================  ===========================================================================================
``planning``       ``plan(session, environment) -> PlanResult``
``applying``       ``prepare(session, environment | None) -> PreparedApply``,
                   ``execute(session, prepared, *, message="") -> ApplyResult``
``rolling_back``   ``prepare(session, environment | None, version) -> PreparedRollback``,
                   ``abandon(session, prepared)``, ``execute(session, prepared, *, message="") -> RollbackResult``
``destroying``     ``prepare(session, environment) -> PreparedDestroy``, ``abandon(session, prepared)``,
                   ``execute(session, prepared, *, message="") -> DestroyResult``
``history``        ``history(session, environment | None) -> HistoryResult``,
                   ``show(session, environment | None, version) -> ShowResult``,
                   ``diff(session, environment | None, a, b) -> DiffResult``
``outputs``        ``outputs(session, environment) -> OutputsResult``
``syncing``        ``sync(session, environment) -> SyncResult``
``bootstrapping``  ``bootstrap(session, environment) -> BootstrapResult``
``rendering``      ``render(session, environment, *, check=False) -> RenderResult``
``validating``     ``validate(session, environments) -> ValidateResult``
``upgrading``      ``upgrade(session, environment, area=None, to=None) -> UpgradeResult``
=================  ===========================================================================================

A person is asked between ``prepare`` and ``execute``; who declines calls ``abandon``, which leaves every file
as it was. An apply that fails raises `results.ApplyError` and one that is interrupted
`results.ApplyInterrupted`; both are a `MendixError` and carry the `ApplyResult` that was recorded.
"""

"""What no single field of the delivery's section can say: what a tool needs, names, and who is asked."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.delivery import Delivery

HOSTED = frozenset({"github", "gitlab", "bitbucket"})
"""Providers of which there is one in the world; of the others everybody has an installation of their own."""
ROLLBACK = "rollback"
"""The pipeline that takes a release back, beside those of the apps."""
SHORT_WINDOW = 45
"""Minute of the hour from which on a window, which ends with the hour, is short."""


def check(inputs: Delivery.Inputs, header: Header) -> list[Check]:
    """A tool without what it needs, folders of no app, an approval that nobody hears of, lists with repetitions."""
    if inputs.tool is None:
        return independent(lambda: _nothing(inputs))
    return independent(
        lambda: _source(inputs),
        lambda: _host(inputs),
        lambda: _apps(inputs, header),
        lambda: _tokens(inputs),
        lambda: _approval(inputs),
        lambda: _windows(inputs, header),
        lambda: _repeated(inputs),
    )


def _nothing(inputs: Delivery.Inputs) -> Iterator[Check]:
    for key in ("source", "platform", "approvers", "approver_roles"):
        if getattr(inputs, key):
            hint = "say what delivers: tool: codepipeline, jenkins, gitlab or github"
            yield Check((key,), "MXS700", "nothing is delivered without a tool", hint)
            return


def _source(inputs: Delivery.Inputs) -> Iterator[Check]:
    if inputs.source is None and (inputs.tool == "codepipeline" or inputs.oidc.subject is None):
        hint = "source: {provider: github, repository: owner/name, branch: main}"
        yield Check(("tool",), "MXS700", f"{inputs.tool} is to deliver, and there is no repository", hint)


def _host(inputs: Delivery.Inputs) -> Iterator[Check]:
    source = inputs.source
    if source is None or inputs.tool != "codepipeline" or source.connection_arn is not None:
        return
    if source.provider in HOSTED and source.host_arn is not None:
        summary = f"{source.provider} is not an installation of your own, so that it has no host"
        yield Check(("source", "host_arn"), "MXS701", summary, "remove host_arn, or name another provider")
    elif source.provider not in HOSTED and source.host_arn is None:
        hint = "make the host in the console of CodeConnections, and give its ARN as source.host_arn"
        yield Check(("source", "provider"), "MXS701", f"{source.provider} is reached by a host", hint)


def _apps(inputs: Delivery.Inputs, header: Header) -> Iterator[Check]:
    have = ", ".join(header.apps) or "nothing"
    for app in inputs.source.folders if inputs.source else ():
        if app not in header.apps:
            yield Check(("source", "folders", app), "MXS702", f"there is no app {app}", f"there is {have}")
    if inputs.tool != "codepipeline":
        return
    if not header.apps:
        yield Check(("tool",), "MXS702", "there are no apps to deliver", "list them as apps", warns=True)
    if ROLLBACK in header.apps:
        summary = f"the pipeline {header.name}-{ROLLBACK} is not the app's: it takes releases back"
        yield Check(("tool",), "MXS702", summary, "call the app something else")


def _tokens(inputs: Delivery.Inputs) -> Iterator[Check]:
    oidc = inputs.oidc
    if inputs.tool == "codepipeline":
        for key in ("issuer", "audience", "subject", "create"):
            if getattr(oidc, key):
                yield Check(("oidc", key), "MXS703", "CodePipeline has a role of its own, and no token", "remove oidc")
    elif inputs.tool == "jenkins":
        for key, what in (("issuer", "where its tokens come from"), ("subject", "which job it is")):
            if getattr(oidc, key) is None:
                hint = "oidc: {issuer: jenkins.example.com/oidc, subject: the URL of the job}"
                yield Check(("tool",), "MXS703", f"of jenkins nobody knows {what}", hint)


def _approval(inputs: Delivery.Inputs) -> Iterator[Check]:
    for key in ("approvers", "approver_roles"):
        if not getattr(inputs, key):
            continue
        if inputs.tool != "codepipeline":
            summary = f"{inputs.tool} asks for approval itself, and knows nobody of this list"
            yield Check((key,), "MXS704", summary, f"say there who approves, and remove {key}", warns=True)
        elif not inputs.approval:
            yield Check((key,), "MXS704", "no release waits for approval", f"approval: true, or remove {key}")


def _windows(inputs: Delivery.Inputs, header: Header) -> Iterator[Check]:
    if inputs.tool != "codepipeline":
        return
    for app, release in header.releases.items():
        minute = int((release.window or "0:00").rpartition(":")[2])
        if minute > SHORT_WINDOW:
            summary = f"the window of {app} ends with the hour, {60 - minute} minutes after it begins"
            hint = f"let apps.{app}.release.window begin earlier in the hour"
            yield Check(("tool",), "MXS705", summary, hint, warns=True)


def _repeated(inputs: Delivery.Inputs) -> Iterator[Check]:
    for key in ("approvers", "approver_roles", "rollback_on"):
        values = getattr(inputs, key)
        for index, value in enumerate(values):
            if value in values[:index]:
                yield Check((key, index), "MXS706", f"{value} is listed twice", "list it once")

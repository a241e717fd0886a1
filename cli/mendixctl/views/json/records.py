"""Costs and audits, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mendixctl.views.json.plain import plain

if TYPE_CHECKING:
    from mendixctl.engine.audit.report import ReportResult
    from mendixctl.engine.cost.estimate import EstimateResult
    from mendixctl.engine.cost.price_list import PricesResult
    from mendixctl.engine.cost.recommend import RecommendResult
    from mendixctl.views.results import AuditDocument

Document = dict[str, Any]


def estimate(result: EstimateResult) -> Document:
    """USD a month; null where there is no price."""
    return {
        "environment": result.environment,
        "region": result.region,
        "today": result.today.isoformat(),
        "currency": "USD",
        "total": result.total,
        "areas": result.by_area,
        "lines": plain(result.lines),
        "without_price": [it.item for it in result.without_price],
        "by_use": dict(result.by_use),
        "unknown": list(result.unknown),
        "plan": {"change": result.change, "changes": plain(result.deltas), "unpriced": list(result.unpriced)}
        if result.planned
        else None,
        "oldest": result.oldest.isoformat() if result.oldest else None,
        "sources": [{"what": it.what, "date": it.date.isoformat(), "confirmed": it.confirmed} for it in result.sources],
    }


def recommend(result: RecommendResult) -> Document:
    """Commitments to ask AWS about; nothing was bought."""
    return {
        "environment": result.environment,
        "region": result.region,
        "today": result.today.isoformat(),
        "commitments": plain(result.commitments),
        "left_out": list(result.left_out),
    }


def prices(result: PricesResult) -> Document:
    """What the price list gave."""
    return {
        "path": result.path,
        "regions": list(result.regions),
        "prices": result.prices,
        "published": {offer: day.isoformat() for offer, day in result.published.items()},
    }


def report(result: ReportResult) -> Document:
    """An environment for its auditors."""
    document: dict[str, Any] = plain(result)
    return {**document, "open": result.open}


def handed_on(result: AuditDocument) -> Document:
    """The same with the Markdown that was asked for."""
    from mendixctl.views.markdown import audit

    return {**report(result.report), "markdown": audit(result.report)}

"""What a bill has, and how it becomes a table: the export of the foundation and the tables of environments agree on it.

Sources: AWS Data Exports user guide, "Cost and Usage Report (CUR) 2.0" (columns, configurations); provider issue 43978
(AWS adds the billing view itself, so that it has to be said).
"""

from __future__ import annotations

EXPORT = "mendixctl"
"""The name of the export; its files are under ``<prefix>/<name>/data/BILLING_PERIOD=yyyy-mm/``."""

PREFIX = "bills"

COLUMNS: dict[str, str] = {
    "bill_billing_period_start_date": "timestamp",
    "bill_payer_account_id": "string",
    "line_item_usage_account_id": "string",
    "line_item_usage_start_date": "timestamp",
    "line_item_usage_end_date": "timestamp",
    "line_item_line_item_type": "string",
    "line_item_product_code": "string",
    "line_item_usage_type": "string",
    "line_item_operation": "string",
    "line_item_resource_id": "string",
    "line_item_usage_amount": "double",
    "line_item_unblended_cost": "double",
    "line_item_currency_code": "string",
    "line_item_line_item_description": "string",
    "product": "map<string,string>",
    "product_region_code": "string",
    "product_servicecode": "string",
    "product_product_family": "string",
    "pricing_term": "string",
    "pricing_unit": "string",
    "reservation_reservation_a_r_n": "string",
    "reservation_effective_cost": "double",
    "savings_plan_savings_plan_a_r_n": "string",
    "savings_plan_savings_plan_effective_cost": "double",
    "split_line_item_split_cost": "double",
    "split_line_item_unused_cost": "double",
    "resource_tags": "map<string,string>",
}
"""Column -> its type in Athena. The export names them one by one: there is no SELECT *."""

QUERY = " ".join(["SELECT", ", ".join(COLUMNS), "FROM COST_AND_USAGE_REPORT"])
"""What the export asks for."""

SELECT billing_period, line_item_resource_id AS resource, round(sum(line_item_unblended_cost), 2) AS usd
FROM ${table}
WHERE billing_period >= date_format(current_date - interval '3' month, '%Y-%m')
  AND resource_tags['user_environment'] = '${environment}'
  AND line_item_resource_id <> ''
GROUP BY 1, 2
ORDER BY 1 DESC, 3 DESC
LIMIT 100

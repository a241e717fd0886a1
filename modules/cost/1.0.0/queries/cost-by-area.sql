SELECT billing_period, coalesce(resource_tags['user_area'], 'none') AS area, round(sum(line_item_unblended_cost), 2) AS usd
FROM ${table}
WHERE billing_period >= date_format(current_date - interval '3' month, '%Y-%m')
  AND resource_tags['user_environment'] = '${environment}'
GROUP BY 1, 2
ORDER BY 1 DESC, 3 DESC

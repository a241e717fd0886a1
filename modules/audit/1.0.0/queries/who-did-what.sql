SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, eventsource, eventname, requestparameters, errorcode
FROM ${management}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND useridentity.arn LIKE '%NAME'
ORDER BY eventtime DESC

SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, eventsource, eventname, errorcode, errormessage
FROM ${management}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND (errorcode LIKE '%UnauthorizedOperation' OR errorcode LIKE 'AccessDenied%')
ORDER BY eventtime DESC

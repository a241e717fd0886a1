SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, eventname, requestparameters, errorcode
FROM ${management}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND eventsource = 'iam.amazonaws.com'
  AND readonly = 'false'
ORDER BY eventtime DESC

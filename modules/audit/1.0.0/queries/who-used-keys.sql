SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, eventname, requestparameters
FROM ${management}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND eventsource = 'kms.amazonaws.com'
  AND eventname IN ('DisableKey', 'ScheduleKeyDeletion', 'PutKeyPolicy', 'CancelKeyDeletion')
ORDER BY eventtime DESC

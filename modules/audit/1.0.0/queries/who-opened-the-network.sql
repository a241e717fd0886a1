SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, eventname, requestparameters
FROM ${management}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND eventsource = 'ec2.amazonaws.com'
  AND readonly = 'false'
  AND regexp_like(eventname, 'SecurityGroup|NetworkAcl|Route|Gateway')
ORDER BY eventtime DESC

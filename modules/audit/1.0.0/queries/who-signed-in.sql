SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, responseelements, additionaleventdata, errormessage
FROM ${management}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND eventname = 'ConsoleLogin'
ORDER BY eventtime DESC

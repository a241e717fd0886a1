SELECT eventtime, coalesce(useridentity.arn, useridentity.type) AS who, sourceipaddress, eventname,
  json_extract_scalar(requestparameters, '$.bucketName') AS bucket,
  json_extract_scalar(requestparameters, '$.key') AS key, errorcode
FROM ${data}
WHERE day >= date_format(current_date - interval '30' day, '%Y/%m/%d')
  AND eventsource = 's3.amazonaws.com'
ORDER BY eventtime DESC

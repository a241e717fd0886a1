"""The support area: who is told of what goes wrong, and how soon it has to be answered and solved."""

from __future__ import annotations

from mendixgen.areas.contract import Area, AreaInputs, Output, context, setting, wired
from mendixgen.areas.fields import LongRetentionDays
from mendixgen.areas.support.settings import Contacts, Date, HoursByPriority, Office, Targets, TimeZone


class Support(Area):
    """Topics of four priorities, and incidents as records with deadlines that are watched and escalated."""

    name = "support"
    version = "1.1.0"

    class Inputs(AreaInputs):
        """What an environment may say of its support."""

        hours: HoursByPriority = setting(
            HoursByPriority(),
            description="When the clock of an incident runs, by priority: 24x7, or 5x8 in the office.",
        )
        timezone: TimeZone = setting("UTC", description="Time zone of office and holidays, such as Europe/Berlin.")
        office: Office = setting(Office(), description="When somebody is there: what 5x8 means.")
        holidays: list[Date] = setting([], description="Days on which the office is closed.", max_length=200)
        targets: Targets = setting(Targets(), description="How soon an incident is answered and solved, by priority.")
        contacts: Contacts = setting(Contacts(), description="Who is told, by priority.")
        log_retention_days: LongRetentionDays = setting(
            365, description="How long the logs of the function and of the state machine are kept.", unit="days"
        )
        key_deletion_days: int = setting(
            30, description="How long a deleted key can be brought back.", unit="days", ge=7, le=30
        )
        region: str = context("region", "Region of the topics.")
        account: str = context("account", "Account whose alarms, budgets and events are told.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the key that encrypts logs.")
        boundary_arn: str = wired("identity.boundary_arn", "ARN of the permissions boundary of the roles.")

    outputs = {
        "topic_arns": Output(
            "{ for priority, topic in aws_sns_topic.this : priority => topic.arn }",
            "ARNs of the topics by priority, p1 to p4; alarms, budgets and events publish to them.",
        ),
        "key_arn": Output("aws_kms_key.this.arn", "ARN of the key that encrypts topics, dead letters and incidents."),
        "dead_letter_queue_arn": Output("aws_sqs_queue.dead_letters.arn", "ARN of the queue of what reached nobody."),
        "table_name": Output("aws_dynamodb_table.incidents.name", "Name of the table of incidents."),
        "table_arn": Output("aws_dynamodb_table.incidents.arn", "ARN of the table of incidents."),
        "state_machine_name": Output(
            "aws_sfn_state_machine.incidents.name", "Name of the state machine that follows incidents."
        ),
        "state_machine_arn": Output("aws_sfn_state_machine.incidents.arn", "ARN of that state machine."),
        "function_name": Output("aws_lambda_function.clock.function_name", "Name of the function of deadlines."),
        "alarm_names": Output(
            "[aws_cloudwatch_metric_alarm.incidents_failed.alarm_name,"
            " aws_cloudwatch_metric_alarm.dead_letters.alarm_name]",
            "Names of the alarms of the area itself.",
        ),
    }

"""What the uses of keys are called in Chinese, for docs/zh/keys.md."""

from __future__ import annotations

CHINESE_USES = {
    "Kubernetes secrets": "Kubernetes 的 Secret",
    "access logs of load balancers": "负载均衡器的访问日志",
    "alarms": "告警",
    "alerts of budgets": "预算的通知",
    "backup vaults": "备份保管库",
    "container images": "容器镜像",
    "database storage": "数据库存储",
    "dead letters of events": "事件的死信",
    "deliveries to queues": "投递到队列",
    "environments of functions": "函数的环境变量",
    "events": "事件",
    "events of databases": "数据库的事件",
    "flow logs": "流日志",
    "inventories of buckets": "存储桶的清单报告",
    "log groups": "日志组",
    "objects": "对象",
    "performance data": "性能数据",
    "secrets": "机密",
    "storage of a replica": "副本的存储",
    "the master's password": "主用户的密码",
    "trails": "跟踪",
    "volumes of instances": "实例的卷",
    "volumes of nodes": "节点的卷",
}

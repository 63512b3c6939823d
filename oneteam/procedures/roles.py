"""Who may take a step, in words: the roles of posts, and the kinds of actor that act without a post."""

from collections.abc import Mapping

from oneteam.lawbook.text import Text

ROLES: Mapping[str, Text] = {
    "dispatcher": Text("调度员", "Dispatcher"),
    "grid_attendant": Text("网格员", "Grid attendant"),
    "officer": Text("执法人员", "Officer"),
    "brigade_leader": Text("大队长", "Brigade leader"),
    "legal_reviewer": Text("法制审核人员", "Legal reviewer"),
    "stationed_lawyer": Text("驻队律师", "Stationed lawyer"),
    "head": Text("局领导", "Head of the bureau"),
    "cashier": Text("收款人员", "Cashier"),
    "guest": Text("联勤单位人员", "Joint-station guest"),
    "liaison": Text("部门联络员", "Liaison"),
    "contractor_manager": Text("管家项目经理", "Contractor manager"),
    "contractor_crew": Text("管家作业人员", "Contractor crew"),
    "trainer": Text("培训员", "Trainer"),
    "auditor": Text("司法监督员", "Auditor"),
    "system_admin": Text("系统管理员", "System administrator"),
    "security_admin": Text("安全管理员", "Security administrator"),
    "audit_admin": Text("审计管理员", "Audit administrator"),
}
KINDS: Mapping[str, Text] = {
    "client": Text("外部系统", "Client system"),
    "operator": Text("命令行操作员", "Operator"),
    "machine": Text("机器", "Machine"),
    "public": Text("公众", "Public"),
    "person": Text("无岗位人员", "Person without a post"),
}
WHO: Mapping[str, Text] = {**ROLES, **KINDS}

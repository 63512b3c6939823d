"""The words for roles and kinds of unit. Procedures name the same roles in the same words (tests/test_labels.py)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from oneteam.people.models import AbsenceReason, CertificateKind, InterestKind, Role, UnitKind

ROLES: dict[str, Promise] = {
    Role.DISPATCHER: _("Dispatcher"),
    Role.GRID_ATTENDANT: _("Grid attendant"),
    Role.OFFICER: _("Officer"),
    Role.BRIGADE_LEADER: _("Brigade leader"),
    Role.LEGAL_REVIEWER: _("Legal reviewer"),
    Role.STATIONED_LAWYER: _("Stationed lawyer"),
    Role.HEAD: _("Head of the bureau"),
    Role.CASHIER: _("Cashier"),
    Role.GUEST: _("Joint-station guest"),
    Role.LIAISON: _("Liaison"),
    Role.CONTRACTOR_MANAGER: _("Contractor manager"),
    Role.CONTRACTOR_CREW: _("Contractor crew"),
    Role.TRAINER: _("Trainer"),
    Role.AUDITOR: _("Auditor"),
    Role.SYSTEM_ADMIN: _("System administrator"),
    Role.SECURITY_ADMIN: _("Security administrator"),
    Role.AUDIT_ADMIN: _("Audit administrator"),
}

CERTIFICATE_KINDS: dict[str, Promise] = {
    CertificateKind.ENFORCEMENT: _("Administrative enforcement"),
    CertificateKind.SUPERVISION: _("Supervision of enforcement"),
}

ABSENCES: dict[str, Promise] = {
    AbsenceReason.LEAVE: _("Leave"),
    AbsenceReason.TRAINING: _("Training"),
    AbsenceReason.ERRAND: _("Errand of the office"),
    AbsenceReason.ELSEWHERE: _("Lent to another unit"),
}

INTERESTS: dict[str, Promise] = {
    InterestKind.KINSHIP: _("Kinship"),
    InterestKind.PROPERTY: _("Property or business"),
    InterestKind.WORK: _("Former work"),
    InterestKind.OTHER: _("Another tie"),
}

UNIT_KINDS: dict[str, Promise] = {
    UnitKind.BUREAU: _("Bureau"),
    UnitKind.BRIGADE: _("Brigade"),
    UnitKind.SQUAD: _("Squad"),
    UnitKind.STATION: _("Joint service station"),
    UnitKind.COMMITTEE: _("Community joint committee"),
    UnitKind.CONTRACTOR: _("Contractor"),
    UnitKind.AGENCY: _("Social work agency"),
    UnitKind.DEPARTMENT: _("Outside department"),
}

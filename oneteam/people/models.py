"""Units, persons, their posts and duty; the accounts they sign in with."""

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.crypto import salted_hmac

from oneteam.journal.kinds import TableKind, table
from oneteam.kernel.ids import uuid7


class Role(models.TextChoices):
    """The roles of DESIGN section 2; each is a column of the role × act table."""

    DISPATCHER = "dispatcher"
    GRID_ATTENDANT = "grid_attendant"
    OFFICER = "officer"
    BRIGADE_LEADER = "brigade_leader"
    LEGAL_REVIEWER = "legal_reviewer"
    STATIONED_LAWYER = "stationed_lawyer"
    HEAD = "head"
    CASHIER = "cashier"
    GUEST = "guest"
    LIAISON = "liaison"
    CONTRACTOR_MANAGER = "contractor_manager"
    CONTRACTOR_CREW = "contractor_crew"
    TRAINER = "trainer"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


class UnitKind(models.TextChoices):
    BUREAU = "bureau"
    BRIGADE = "brigade"
    SQUAD = "squad"
    STATION = "station"
    COMMITTEE = "committee"
    CONTRACTOR = "contractor"
    AGENCY = "agency"
    DEPARTMENT = "department"


@table(TableKind.GUARDED, code=10)
class Unit(models.Model):
    """The bureau, a brigade, a joint station, the contractor, an outside department; null days: ever, for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12, choices=UnitKind.choices)
    name_zh = models.TextField()
    name_en = models.TextField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    area = models.ForeignKey("places.Place", models.PROTECT, null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="people_unit_span",
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


@table(TableKind.GUARDED, code=11)
class Person(models.Model):
    """Somebody who acts in the platform. A person may hold several posts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name_zh = models.TextField()
    name_en = models.TextField()

    def __str__(self) -> str:
        return self.name_zh


class _DateSpan(Func):
    function = "daterange"
    output_field = DateRangeField()


class _TimeSpan(Func):
    function = "tstzrange"
    output_field = DateTimeRangeField()


@table(TableKind.GUARDED, code=12)
class Post(models.Model):
    """A role in a unit, held by a person from a day to a day (both included; open when `valid_to` is null).

    `leads`: its holder heads the unit. Null, not false, where not, so that rows from before keep their digest.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20, choices=Role.choices)
    title_zh = models.TextField()
    title_en = models.TextField()
    scope = ArrayField(models.UUIDField(), default=list)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    leads = models.BooleanField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="people_post_one_head",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (_DateSpan(F("valid_from"), F("valid_to"), models.Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(leads=True),
            ),
            ExclusionConstraint(
                name="people_post_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (
                        _DateSpan(F("valid_from"), F("valid_to"), models.Value("[]")),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                name="people_post_span", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_zh} {self.person_id}"

    def holds_on(self, day: date) -> bool:
        """Tell whether the post is held on a legal day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@table(TableKind.GUARDED, code=17)
class Roster(models.Model):
    """A pattern by which posts of a unit take turns from a day to a day; its turns are rows of `Duty`.

    `pattern` holds the shifts and their order as they were planned (people.rosters.Pattern).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="rosters")
    first = models.DateField()
    last = models.DateField()
    pattern = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="people_roster_span", condition=Q(last__gte=F("first"))),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.first}–{self.last}"


@table(TableKind.GUARDED, code=13)
class Duty(models.Model):
    """A turn of duty of a post: from, until (region time, end not included); planned alone or by a roster."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    post = models.ForeignKey(Post, models.PROTECT, related_name="duties")
    roster = models.ForeignKey(Roster, models.PROTECT, null=True, related_name="turns")
    starts = models.DateTimeField()
    ends = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="people_duty_once",
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    (_TimeSpan(F("starts"), F("ends")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="people_duty_span", condition=Q(ends__gt=F("starts"))),
        ]
        # Turns pile up for years; who is on duty now is among the few that have not ended.
        indexes: ClassVar = [models.Index(fields=["ends"], name="people_duty_ends")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.starts:%Y-%m-%d %H:%M}"


class CertificateKind(models.TextChoices):
    """What a certificate gives power for: enforcing the law, or supervising those who do."""

    ENFORCEMENT = "enforcement"
    SUPERVISION = "supervision"


@table(TableKind.GUARDED, code=14)
class Certificate(models.Model):
    """An enforcement certificate of a person, valid from a day to a day, both included.

    `exam_passed_on` is the day of the exam it rests on; null where none was asked for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=CertificateKind.choices)
    issued = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    exam_passed_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="people_certificate_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    (_DateSpan(F("valid_from"), F("valid_to"), models.Value("[]")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="people_certificate_span", condition=Q(valid_to__gte=F("valid_from"))),
        ]

    def __str__(self) -> str:
        return self.number


class AbsenceReason(models.TextChoices):
    """Why somebody is away. Illness is no reason of its own: it is health data, and nobody here needs to know."""

    LEAVE = "leave"
    TRAINING = "training"
    ERRAND = "errand"
    ELSEWHERE = "elsewhere"


@table(TableKind.GUARDED, code=15)
class Absence(models.Model):
    """A person is away from `starts` until before `ends`, whatever the roster says."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="absences")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=10, choices=AbsenceReason.choices)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="people_absence_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (_TimeSpan(F("starts"), F("ends")), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="people_absence_span", condition=Q(ends__gt=F("starts"))),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts:%Y-%m-%d %H:%M}"


class InterestKind(models.TextChoices):
    """Why somebody keeps out of a case (APL 43; Civil Servant Law 76)."""

    KINSHIP = "kinship"
    PROPERTY = "property"
    WORK = "work"
    OTHER = "other"


@table(TableKind.GUARDED, code=16)
class Interest(models.Model):
    """A tie of a person to a party, to premises, or to somebody by name (OFF-03); exactly one of the three.

    A name stands here as its keyed hash only; the name itself is a personal value of the act that declared it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="interests")
    kind = models.CharField(max_length=10, choices=InterestKind.choices)
    party = models.UUIDField(null=True, db_index=True)
    premises = models.UUIDField(null=True, db_index=True)
    name_mark = models.BinaryField(null=True, db_index=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="people_interest_one",
                condition=Q(party__isnull=False, premises__isnull=True, name_mark__isnull=True)
                | Q(party__isnull=True, premises__isnull=False, name_mark__isnull=True)
                | Q(party__isnull=True, premises__isnull=True, name_mark__isnull=False),
            ),
            models.CheckConstraint(
                name="people_interest_span", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their user name."""


@table(TableKind.SESSION)
class Account(AbstractBaseUser):
    """What a person signs in with. Credentials are session data: the acts are signed in, out, failed, locked.

    `used_at`: when it was made, enabled or last signed in with (region time); null where nobody knows any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)
    sessions = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """Return what every session of this account holds: another password or another `sessions` ends them all."""
        return salted_hmac("oneteam.people.session", f"{self.sessions}:{self.password}", algorithm="sha256").hexdigest()


@table(TableKind.SESSION)
class Attempts(models.Model):
    """What failed lately under one user name (its keyed hash), and until when the name is locked. Region time."""

    name = models.BinaryField(primary_key=True)
    failures = ArrayField(models.DateTimeField())
    last = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)


@table(TableKind.SESSION)
class Throttle(models.Model):
    """How often one address asked lately: Django's database cache (settings.CACHES), which makes no table by itself.

    In the database, because every worker of the web must count the same.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

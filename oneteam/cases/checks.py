"""The checks of the on-the-spot case (law.md 10.3, 10.4, 10.6). OFF-… stand in people, DEC-08 and FIL-… in lawbook."""

from datetime import datetime

from django.utils.translation import gettext as _

from oneteam.cases.labels import PARTY_KINDS
from oneteam.cases.models import PARTS, CashGround, Correction, Delivery, Payment, PenaltyKind
from oneteam.cases.queries import receipt_taken
from oneteam.documents.numbering import series_of, text_of, usable
from oneteam.documents.queries import numbering_faults, remedy, unset
from oneteam.journal.checks import Context, Failure, check
from oneteam.kernel.clock import SHANGHAI, legal_day
from oneteam.kernel.errors import OneteamError
from oneteam.lawbook.bases import numeral
from oneteam.lawbook.matters import Kind
from oneteam.lawbook.packs import threshold
from oneteam.lawbook.queries import on_the_spot_limit
from oneteam.lawbook.settings_table import UnsetSettingError
from oneteam.lawbook.text import Text

SERIES, DECISION = "on_the_spot", "decision_on_the_spot"
RECONSIDERATION_DAYS = 60  # Reconsideration Law 20


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%m-%d %H:%M}" if moment else "–"


# ---- before the decision


@check("INV-01", needs=("shown_at",))
def certificates_shown_first(context: Context) -> Failure | None:
    """Certificates are shown before the first question (Penalty Law 55). Fact: `shown_at`; the same moment counts."""
    shown = context.fact("shown_at")
    return None if shown is not None and shown <= context.at else Failure({"shown": _when(shown)})


@check("ORD-01", needs=("ordered_at", "two_step"))
def correction_ordered(context: Context) -> Failure | None:
    """The party is ordered to correct before or with the penalty, or the file says why not (Penalty Law 28(1)).

    Facts: `ordered_at`; from the proposal `no_order_reason`.
    """
    ordered = context.fact("ordered_at")
    if ordered is not None:
        return (
            None
            if ordered <= context.at
            else Failure({"why": _("it was ordered only %(at)s") % {"at": _when(ordered)}})
        )
    if context.preview and not context.fact("two_step"):
        return None  # the reason comes with the proposal
    reason = str(context.facts.get("no_order_reason", "")).strip()
    return None if reason else Failure({"why": _("nothing was ordered and no reason is given")})


@check("ORD-02", needs=("two_step", "ordered_at", "deadline", "rechecked_at", "correction"))
def refused_or_out_of_time(context: Context) -> Failure | None:
    """A two-step matter is fined only after the deadline passed or refusal was proven, at a re-check.

    Facts: `ordered_at`, `deadline` (None: at once), `rechecked_at`, `correction`. The deadline's last moment is the
    party's.
    """
    if not context.fact("two_step") or context.facts.get("penalty") == PenaltyKind.WARNING:
        return None
    ordered, checked, found = context.fact("ordered_at"), context.fact("rechecked_at"), context.fact("correction")
    if ordered is None:
        return Failure({"why": _("the correction was not ordered")})
    if checked is None or checked > context.at:
        return Failure({"why": _("it was not checked whether it was corrected")})
    if found == Correction.CORRECTED:
        return Failure({"why": _("the re-check found it corrected")})
    deadline = context.fact("deadline") or ordered
    if found == Correction.REFUSED or checked > deadline:
        return None
    return Failure({"why": _("at the re-check the deadline %(at)s had not passed") % {"at": _when(deadline)}})


@check("SIM-01", needs=("party",))
def within_the_spot_limit(context: Context) -> Failure | None:
    """On the spot only a warning, or a fine up to the limit for the kind of party (Penalty Law 51; 33 before).

    The law of the day of deciding: it is one of procedure. From the proposal: `amount`, None for a warning.
    """
    amount, party = context.facts.get("amount"), context.fact("party")
    if amount is None or party is None:
        return None
    day = legal_day(context.at)
    limit = on_the_spot_limit(party, day)
    if amount <= limit:
        return None
    article = threshold("on_the_spot_fine", on=day, party="citizen").article
    return Failure({
        "amount": f"{amount:f}", "limit": f"{limit:f}", "party": PARTY_KINDS[party],
        "article": Text(f"第{numeral(int(article))}条", f"article {article}"),
    })  # fmt: skip


@check("SIM-02", needs=("matter", "on"))
def simple_procedure_is_open(context: Context) -> Failure | None:
    """The facts are clear, the law has a basis for this very penalty, and no other kind is due (Penalty Law 51).

    Facts: `matter`, `on` (day of the act); from the proposal `penalty`, `clear`, `other_kinds`.
    """
    matter, day = context.fact("matter"), context.fact("on")
    if matter is None:
        return None  # OT-21 says so
    if matter.kind is not Kind.ENFORCEMENT or not matter.bases_on(day):
        return Failure({"why": _("the catalogue has no basis for a penalty on the day of the act")})
    if context.preview and "penalty" not in context.facts:
        return None
    lacking = PARTS[PenaltyKind(context.fact("penalty"))] - matter.kinds(day)
    if lacking:
        return Failure({"why": _("the basis does not threaten this kind of penalty")})
    if not context.fact("clear"):
        return Failure({"why": _("the facts are not clear, or have no proof")})
    if context.fact("other_kinds"):
        return Failure({"why": _("another kind of penalty than a warning or a fine is due")})
    return None


@check("OT-21", needs=("party", "matter", "facts_at"))
def known_who_and_what(context: Context) -> Failure | None:
    """Party and facts are known before somebody is ordered, told or fined. Facts: `party`, `matter`, `facts_at`."""
    lacking = [] if context.fact("party") is not None else [_("identify the party")]
    if context.fact("matter") is None or context.fact("facts_at") is None:
        lacking.append(_("note the facts"))
    return Failure({"what": _(", ").join(lacking)}) if lacking else None


# ---- the decision


@check("SIM-06", needs=("told_at", "told_penalty", "told_amount", "facts_at"))
def told_and_heard(context: Context) -> Failure | None:
    """The party was told the penalty that is decided, or a harder one, and heard (Penalty Law 44, 45, 62).

    Told after the facts were last noted; a defence never makes it worse (45(2)). Proposed: `penalty`, `amount`.
    """
    told, noted = context.fact("told_at"), context.fact("facts_at")
    if told is None or told > context.at:
        return Failure({"why": _("the party was not told and heard")})
    if noted is not None and told < noted:
        return Failure({"why": _("party or facts were entered anew after it was told")})
    if context.preview and "penalty" not in context.facts:
        return None
    if not PARTS[PenaltyKind(context.fact("penalty"))] <= PARTS[PenaltyKind(context.fact("told_penalty"))]:
        return Failure({"why": _("another kind of penalty was told")})
    amount, announced = context.facts.get("amount"), context.fact("told_amount")
    if amount is not None and announced is not None and amount > announced:
        return Failure({"why": _("only %(amount)s yuan were told") % {"amount": f"{announced:f}"}})
    return None


@check("SIM-03")
def number_is_pre_set(context: Context) -> Failure | None:
    """The decision takes the next number of its series, or one reserved for this officer (Penalty Law 52(1)).

    From the proposal: `number`, "" for the next.
    """
    number = context.facts.get("number", "")
    try:
        if number:
            usable(series_of(SERIES), context.at, number=number, holder=context.actor.person_id)
        else:
            text_of(series_of(SERIES), legal_day(context.at).year, 1)
    except (OneteamError, UnsetSettingError) as error:
        return Failure({"why": str(error)})
    return None


@check("SIM-04")
def decision_is_complete(context: Context) -> Failure | None:
    """The decision says all that article 52(2) asks. From the proposal: `lacking`, the labels of what is missing."""
    if context.preview and "lacking" not in context.facts:
        return None
    lacking = context.fact("lacking")
    return Failure({"names": _(", ").join(lacking)}) if lacking else None


@check("SIM-05")
def reconsideration_comes_first(context: Context) -> Failure | None:
    """The decision tells that reconsideration comes first, to whom and within 60 days (Reconsideration Law 23)."""
    day = legal_day(context.at)
    found = remedy(DECISION, day)
    if found is None:
        return Failure({"why": _("the law packs have no text of remedies for this day")})
    if not found.first or found.days != RECONSIDERATION_DAYS:
        return Failure({"why": _("the text of remedies is that of another document")})
    lacking = sorted(set(found.settings.values()) & set(unset(DECISION, {}, day=day)))
    return Failure({"why": _("the city has not set %(names)s") % {"names": ", ".join(lacking)}}) if lacking else None


@check("NUM-01")
def register_is_sound(context: Context) -> Failure | None:
    """The series of this year has no gap, no double and no void number without reason."""
    faults = numbering_faults(SERIES, legal_day(context.at).year)
    return Failure({"faults": _("; ").join(faults)}) if faults else None


@check("PAY-02")
def cash_has_its_ground(context: Context) -> Failure | None:
    """Cash on the spot: a small fine, or hard to enforce later, or remote and asked for (Penalty Law 68, 69).

    From the proposal: `payment`, `cash_ground`, `amount`, `ground_note` (what makes it hard later; that it was asked).
    """
    if context.facts.get("payment") != Payment.CASH:
        return None
    ground, amount = context.facts.get("cash_ground", ""), context.facts.get("amount")
    if amount is None:
        return Failure({"why": _("no fine is imposed")})
    if ground not in CashGround.values:
        return Failure({"why": _("no ground is given")})
    if ground == CashGround.SMALL:
        limit = threshold("cash_fine", on=legal_day(context.at)).value
        said = _("%(amount)s yuan is more than %(limit)s yuan") % {"amount": f"{amount:f}", "limit": f"{limit:f}"}
        return None if amount <= limit else Failure({"why": said})
    if str(context.facts.get("ground_note", "")).strip():
        return None
    if ground == CashGround.REMOTE:
        return Failure({"why": _("it is not noted that the party asked for it in a remote place")})
    return Failure({"why": _("it is not noted why it would be hard to enforce later")})


@check("PAY-03")
def cash_has_its_receipt(context: Context) -> Failure | None:
    """Who takes cash gives a numbered receipt of the finance department (Penalty Law 70), each number once.

    From the proposal: `payment`, `receipt_number`.
    """
    if context.facts.get("payment") != Payment.CASH:
        return None
    number = str(context.facts.get("receipt_number", "")).strip()
    if not number:
        return Failure({"why": _("no number of a receipt is given")})
    if receipt_taken(number, besides=context.object_id):
        return Failure({"why": _("the number %(number)s stands in another case") % {"number": number}})
    return None


# ---- after the decision


@check("SIM-07", needs=("decided_at",))
def handed_over_on_the_spot(context: Context) -> Failure | None:
    """The decision is handed over there and then, the same day; a refusal to sign is noted (Penalty Law 52(1)).

    Fact: `decided_at`; from the proposal `way`, `refusal` and `proof` (a witness, photos or video).
    """
    decided = context.fact("decided_at")
    if decided is not None and legal_day(decided) != legal_day(context.at):
        return Failure({"why": _("it was decided %(at)s and not handed over that day") % {"at": _when(decided)}})
    if context.preview or context.fact("way") == Delivery.HANDED:
        return None
    if not str(context.facts.get("refusal", "")).strip():
        return Failure({"why": _("how the party refused is not noted")})
    if not str(context.facts.get("proof", "")).strip():
        return Failure({"why": _("neither witness nor recording is named")})
    return None


@check("SIM-08", needs=("record_due",))
def reported_in_time(context: Context) -> Failure | None:
    """Watched: reported for the record within the city's time (Penalty Law 52(3)); the last moment is in time."""
    return _late(context, "record_due")


@check("PAY-04", needs=("hand_in_due",))
def cash_handed_in_time(context: Context) -> Failure | None:
    """Watched: cash goes to the agency within two working days (Penalty Law 71)."""
    return _late(context, "hand_in_due")


@check("PAY-05", needs=("bank_due",))
def cash_banked_in_time(context: Context) -> Failure | None:
    """Watched: the agency pays it in within two working days (Penalty Law 71)."""
    return _late(context, "bank_due")


def _late(context: Context, fact: str) -> Failure | None:
    due = context.fact(fact)
    return Failure({"due": _when(due)}) if due and context.at > due else None


@check("OT-22", needs=("recorded_at", "paid_at", "handed_in_at", "banked_at", "nothing_due", "cash"), by_step=True)
def something_to_enter(context: Context) -> Failure | None:
    """What comes after the decision is entered once, and only where there is such a thing."""
    step, why = context.step.rpartition(".")[2], ""
    if step == "record":
        why = _("it was reported already") if context.fact("recorded_at") else ""
    elif step == "pay":
        why = _("nothing is due at the bank") if context.fact("nothing_due") else ""
        why = _("the payment was entered already") if context.fact("paid_at") else why
    elif not context.fact("cash"):
        why = _("no cash was taken")
    elif step == "hand_in":
        why = _("the cash was handed in already") if context.fact("handed_in_at") else ""
    elif not context.fact("handed_in_at"):
        why = _("the cash was not handed in yet")
    elif context.fact("banked_at"):
        why = _("the cash was paid in already")
    return Failure({"why": why}) if why else None


@check("OT-23", needs=("recorded_at", "paid_at", "banked_at", "nothing_due", "cash"))
def nothing_left(context: Context) -> Failure | None:
    """A case is closed when it is reported and what was imposed is paid, cash lying at the bank."""
    left = [] if context.fact("recorded_at") else [_("report it for the record")]
    if not context.fact("nothing_due") and not context.fact("paid_at"):
        left.append(_("enter the payment"))
    if context.fact("cash") and not context.fact("banked_at"):
        left.append(_("pay the cash in at the bank"))
    return Failure({"what": _(", ").join(left)}) if left else None

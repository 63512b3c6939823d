"""Which database role of a city may do what. Data only: grants.py turns it into GRANTs after each migration.

owner owns everything and is used by migrations; app serves people; sealer seals the journal and sees nothing else;
reader (reports, verification) reads and never sees secrets.
"""

from collections.abc import Mapping

Rights = Mapping[str, str]
"""Role to privileges, e.g. {"app": "SELECT, INSERT"}; a role that is not named has none."""

EVERY_TABLE: Rights = {"app": "SELECT, INSERT, UPDATE, DELETE", "reader": "SELECT"}
"""What holds for a table that TABLES does not name."""

APPENDED: Rights = {"app": "SELECT, INSERT", "sealer": "SELECT", "reader": "SELECT"}
SEALED: Rights = {"app": "SELECT", "sealer": "SELECT, INSERT", "reader": "SELECT"}
GUARDED: Rights = {"app": "SELECT", "sealer": "SELECT", "reader": "SELECT"}
SECRET: Rights = {"app": "SELECT, INSERT"}
"""Changed and deleted only by journal_erase, under an act that gives the ground."""
SESSION: Rights = {"app": "SELECT, INSERT, UPDATE, DELETE"}

TABLES: Mapping[str, Rights] = {
    "account_emailaddress": SESSION,
    "account_emailconfirmation": SESSION,
    "directories_importrun": SESSION,
    "django_migrations": {"app": "SELECT", "reader": "SELECT"},
    "django_session": SESSION,
    "exchange_clienttoken": SESSION,
    "journal_act": APPENDED,
    "journal_blind": SECRET,
    "journal_change": GUARDED,
    "journal_checkpoint": SEALED,
    "journal_leaf": SEALED,
    "journal_secret": SECRET,
    "journal_subject": SECRET,
    "mfa_authenticator": SESSION,
    "people_account": SESSION,
    "people_attempts": SESSION,
    "people_throttle": SESSION,
}
"""Tables with rights of their own. Each must exist: a renamed table would silently fall back to EVERY_TABLE."""

DEFINER_FUNCTIONS: Mapping[str, tuple[str, ...]] = {"journal_erase": ("app",), "journal_hold": ("app",)}
"""Functions that act with the owner's rights (SECURITY DEFINER), and the roles that may call them. Not named: nobody.

Trigger functions need no right to fire; all other functions may be called by every role of the city.
"""

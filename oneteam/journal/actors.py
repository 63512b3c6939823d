"""Who acts. Every act names its actor and, for a person, the post under which it was done."""

import getpass
import os
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """The kinds of actor (DESIGN 7.7). Machines only propose and record clocks."""

    PERSON = "person"
    CLIENT = "client"
    OPERATOR = "operator"
    MACHINE = "machine"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts.

    `id` is the person's or client's UUID as text, the operating system user of an operator, or `name@version` of a
    machine; it never is a personal value. `role` is the role of the post a person acts under.
    """

    kind: ActorKind
    id: str
    post: UUID | None = None
    role: str | None = None
    name: str = field(default="", compare=False)

    @property
    def reference(self) -> str:
        """Return the form in which acts name this actor, such as `person:0193…`."""
        return self.kind.value if self.kind is ActorKind.PUBLIC else f"{self.kind.value}:{self.id}"

    @property
    def person_id(self) -> UUID | None:
        """Return the person's id, or None when no person acts."""
        return UUID(self.id) if self.kind is ActorKind.PERSON else None

    @property
    def role_or_kind(self) -> str:
        """Return the column of the role × act table that applies: the post's role, else the kind of actor."""
        return self.role if self.role else self.kind.value


PUBLIC = Actor(kind=ActorKind.PUBLIC, id="")


def machine(name: str, version: str) -> Actor:
    """Return the actor for a model or follower with its version."""
    return Actor(kind=ActorKind.MACHINE, id=f"{name}@{version}", name=name)


def operator(user: str) -> Actor:
    """Return the actor for the command line, named by its operating system user."""
    return Actor(kind=ActorKind.OPERATOR, id=user, name=user)


def os_operator() -> Actor:
    """Return the operating system's user who runs this process, as an actor."""
    try:
        return operator(getpass.getuser())
    except (KeyError, OSError):
        # A container may run under a number that no name belongs to.
        return operator(f"uid{os.geteuid()}")

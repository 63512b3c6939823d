"""Every role is called the same wherever it is named."""

import pytest
from django.utils.translation import override

from oneteam.people.labels import ROLES
from oneteam.people.models import Role
from oneteam.procedures.roles import ROLES as DECLARED


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_role_is_called_the_same_on_pages_and_in_procedures(language: str) -> None:
    with override(language):
        assert {str(role): str(word) for role, word in ROLES.items()} == {role: str(w) for role, w in DECLARED.items()}


def test_every_role_has_a_word() -> None:
    assert set(ROLES) == set(Role)

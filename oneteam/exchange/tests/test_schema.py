"""What the interface says of itself holds for whatever is sent to it: schemathesis sends what fits and what does not.

Everything is drawn from the schema and always the same. Never a fault of the server; statuses, content types, headers
and bodies are those that the schema names; what does not fit is refused, and without a token everything is.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from oneteam.exchange.acts import register_client
from oneteam.journal.actors import operator
from oneteam.wsgi import application
from tests.world import AT

pytestmark = pytest.mark.usefixtures("city")
EXAMPLES = 40


def operations() -> list[tuple[str, Any]]:
    """Return the operations of the interface's own description, by name."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    found = list(schema.get_all_operations())
    assert all(isinstance(result, Ok) for result in found), "the description is no OpenAPI"
    return [(one.label, one) for one in (result.ok() for result in found if isinstance(result, Ok))]


@pytest.mark.parametrize(
    ("mode", "answered"), [(GenerationMode.POSITIVE, {201, 404}), (GenerationMode.NEGATIVE, {400, 401, 422})]
)
def test_every_answer_is_one_that_the_description_names(mode: GenerationMode, answered: set[int]) -> None:
    _client, token = register_client(actor=operator("clerk"), at=AT, name="fuzzing")
    named, seen = operations(), set[int]()
    assert {name for name, _operation in named} == {"POST /api/v1/reports", "GET /api/v1/reports/{report}"}
    for _name, operation in named:

        @settings(
            max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            # What depends on the day and the city's outline no description can tell: such a telling is refused as well.
            answer = case.call_and_validate(
                headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance]
            )
            seen.add(answer.status_code)

        ask()
    assert answered <= seen, "what was sent came as far as this"

"""One measured figure, with its target where it has one."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure; `target` is text such as "<= 3", `met` None where there is no target."""

    name: str
    value: float
    unit: str
    target: str | None = None
    met: bool | None = None

    def to_json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def to_text(self) -> str:
        """A line for a terminal."""
        mark = {None: " ", True: "✓", False: "✗"}[self.met]
        line = f"{mark} {self.name:<44} {self.value:>14,.3f} {self.unit}"
        return f"{line}  (target {self.target})" if self.target else line


def at_most(name: str, value: float, unit: str, limit: float) -> Figure:
    """A figure that must not be larger than its limit."""
    return Figure(name, value, unit, f"<= {limit:g}", value <= limit)


def at_least(name: str, value: float, unit: str, limit: float) -> Figure:
    """A figure that must not be smaller than its limit."""
    return Figure(name, value, unit, f">= {limit:g}", value >= limit)


def p95(values: list[float]) -> float:
    """The value that 95 % of these are not above."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]

"""Draws a declared procedure as SVG, always the same for the same declaration.

States stand below each other in the declaration's order. A step to the next state is an arrow straight down; every
other step runs through a lane beside the column, forward ones on the right, backward ones on the left. Labels stand in
the gaps between the rows, where no line runs sideways, so that nothing overlaps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from oneteam.procedures.declaration import Declaration, Step

PORT, ROW, GAP, PAD = 14, 46, 62, 28  # pixels
LABEL_PAD, LEAST_BOX, DOT = 14, 150, 7
HEAD = 58
RADIUS = 8
INK, SOFT, LINE, FILL, EDGE, PAPER = "#14202b", "#55606b", "#3b4a58", "#f2f6fa", "#2f6fb0", "#ffffff"
FONT = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"


def text_width(text: str, size: float) -> float:
    """Return a safe guess of a text's width in pixels: Han characters are as wide as high, others over half."""
    return sum(size if ord(letter) > 0x2E80 else size * 0.58 for letter in text)


@dataclass(slots=True)
class _Row:
    """One state's place. Row 0 is the dot from which the procedure begins."""

    name: str
    index: int
    ports: dict[str, list["_Lane"]] = field(default_factory=lambda: {"left": [], "right": []})
    y: float = 0
    height: float = ROW

    def port(self, side: str, lane: "_Lane", *, leaves: bool = False) -> float:
        """Return the height at which a lane meets this row: those from above over those from below, none crossing.

        A step back to its own state meets it twice; it leaves at the lower of the two.
        """
        above = [other for other in self.ports[side] if other.middle < self.index]
        below = [other for other in self.ports[side] if other.middle >= self.index]
        ordered = sorted(above, key=lambda one: one.depth) + sorted(below, key=lambda one: -one.depth)
        first = self.y + self.height / 2 - PORT * (len(ordered) - 1) / 2
        return first + PORT * (ordered.index(lane) + (leaves and ordered.count(lane) - 1))


@dataclass(slots=True, eq=False)
class _Lane:
    """A step's line beside the column: from one or several rows to one."""

    step: Step
    sources: list[int]
    target: int
    depth: int = 0
    x: float = 0

    @property
    def side(self) -> str:
        return "right" if min(self.sources) < self.target else "left"

    @property
    def rows(self) -> list[int]:
        return [*self.sources, self.target]

    @property
    def first(self) -> int:
        return min(self.rows)

    @property
    def last(self) -> int:
        return max(self.rows)

    @property
    def middle(self) -> float:
        return (self.first + self.last) / 2

    @property
    def width(self) -> float:
        return _label_width(self.step) + 2 * LABEL_PAD


@dataclass(frozen=True, slots=True)
class _Down:
    """A step's arrow to the next row."""

    step: Step
    row: int


def _lines(step: Step) -> list[tuple[str, float, str]]:
    lines = [(step.label.zh, 13.0, INK), (step.label.en, 11.0, SOFT)]
    if step.checks:
        lines.append((" ".join(step.checks), 10.0, EDGE))
    return lines


def _label_width(step: Step) -> float:
    return max(text_width(text, size) for text, size, _colour in _lines(step))


def draw(declaration: Declaration) -> str:
    """Return the procedure as an SVG document with a final newline."""
    rows = [_Row("", 0, height=2 * DOT), *(_Row(name, n) for n, name in enumerate(declaration.states, 1))]
    downs, lanes = _edges(declaration, {row.name: row.index for row in rows})
    depths = {side: _depths([lane for lane in lanes if lane.side == side]) for side in ("left", "right")}
    box = _box_width(declaration, downs)
    left = PAD + sum(depths["left"])
    for lane in lanes:
        before = sum(depths[lane.side][: lane.depth])
        # A label stands right of its line, so a lane on the left begins with the label's room.
        lane.x = left + box + before + PAD if lane.side == "right" else left - before - depths["left"][lane.depth]
        for number in lane.rows:
            rows[number].ports[lane.side].append(lane)
    y = float(HEAD)
    for row in rows:
        row.height = max(row.height, PORT * (1 + max(len(ports) for ports in row.ports.values())) if row.index else 0)
        row.y, y = y, y + row.height + GAP
    width = left + box + PAD + sum(depths["right"]) + (PAD if not depths["right"] else 0)
    width = max(width, 2 * PAD + text_width(_title(declaration), 17) + text_width(declaration.label.en, 12))
    height = y - GAP + PAD
    parts = [*_head(declaration, width, height)]
    parts += [line for lane in lanes for line in _lane_svg(lane, rows, left, box)]
    parts += [line for row in rows[:-1] for line in _downs_svg(row, rows, downs, left, box)]
    parts += [line for row in rows for line in _row_svg(declaration, row, left, box)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _edges(declaration: Declaration, index: dict[str, int]) -> tuple[list[_Down], list[_Lane]]:
    downs, lanes = [], []
    for step in declaration.steps.values():
        sources = sorted(index[name] for name in step.sources) or [0]
        if not step.target:  # it stays: a line from each of its states back to itself
            lanes += [_Lane(step, [row], row) for row in sources]
            continue
        target = index[step.target]
        downs += [_Down(step, row) for row in sources if row + 1 == target]
        forward = [row for row in sources if row + 1 < target]
        backward = [row for row in sources if row >= target]
        lanes += [_Lane(step, group, target) for group in (forward, backward) if group]
    return downs, lanes


def _depths(lanes: Sequence[_Lane]) -> list[float]:
    """Give each lane of one side its depth, short ones inside; return the width of each depth."""
    widths: list[float] = []
    spans: list[list[tuple[int, int]]] = []
    for lane in sorted(lanes, key=lambda one: (one.last - one.first, one.first, one.step.name)):
        free = (all(lane.last < first or last < lane.first for first, last in taken) for taken in spans)
        depth = next((depth for depth, is_free in enumerate(free) if is_free), len(spans))
        if depth == len(spans):
            spans.append([])
            widths.append(0.0)
        lane.depth = depth
        spans[depth].append((lane.first, lane.last))
        widths[depth] = max(widths[depth], lane.width)
    return widths


def _box_width(declaration: Declaration, downs: Sequence[_Down]) -> float:
    names = [
        max(text_width(state.label.zh, 15), text_width(state.label.en, 11)) + 2 * PAD
        for state in declaration.states.values()
    ]
    rows = {down.row for down in downs}
    gaps = [
        2 * (LABEL_PAD + _label_width(group[0].step)) if len(group) == 1 else
        sum(_label_width(down.step) + 2 * LABEL_PAD for down in group)
        for group in ([down for down in downs if down.row == row] for row in rows)
    ]  # fmt: skip
    return float(round(max([LEAST_BOX, *names, *gaps])))


def _title(declaration: Declaration) -> str:
    return f"{declaration.label.zh} {declaration.label.en}"


def _head(declaration: Declaration, width: float, height: float) -> Iterable[str]:
    name = escape(f"{declaration.label.zh} {declaration.label.en}")
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{name}" font-family="{escape(FONT)}">'
    )
    yield f"<title>{name}</title>"
    yield (
        f'<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 1 L9 5 L0 9 z" fill="{LINE}"/></marker></defs>'
    )
    yield f'<rect width="{width:.0f}" height="{height:.0f}" rx="12" fill="{PAPER}"/>'
    yield (
        f'<text x="{PAD}" y="34" font-size="17" font-weight="600" fill="{INK}">{escape(declaration.label.zh)}'
        f'<tspan font-size="12" font-weight="400" fill="{SOFT}" dx="10">{escape(declaration.label.en)}'
        f" v{declaration.version}</tspan></text>"
    )


def _lane_svg(lane: _Lane, rows: Sequence[_Row], left: float, box: float) -> Iterable[str]:
    edge = left if lane.side == "left" else left + box
    toward = -1 if lane.side == "left" else 1
    end = rows[lane.target].port(lane.side, lane)
    farthest = max(lane.sources, key=lambda source: abs(source - lane.target))
    for source in lane.sources:
        begin = rows[source].port(lane.side, lane, leaves=True) if source else rows[0].y + DOT
        start_x = edge if source else left + box / 2 + DOT
        radius = min(RADIUS, abs(end - begin) / 2)
        turn = radius if end > begin else -radius
        path = (
            f"M{start_x:.1f} {begin:.1f} H{lane.x - toward * radius:.1f} Q{lane.x:.1f} {begin:.1f}"
            f" {lane.x:.1f} {begin + turn:.1f}"
        )
        # The source farthest away draws the lane to its end; the others only join it.
        whole = source == farthest
        if whole:
            path += f" V{end - turn:.1f} Q{lane.x:.1f} {end:.1f} {lane.x - toward * radius:.1f} {end:.1f} H{edge:.1f}"
        arrow = ' marker-end="url(#head)"' if whole else ""
        yield f'<path d="{path}" fill="none" stroke="{LINE}" stroke-width="1.4"{arrow}/>'
    gap = _label_gap(lane)
    yield from _label(lane.step, lane.x + LABEL_PAD / 2, rows[gap].y + rows[gap].height + GAP / 2)


def _label_gap(lane: _Lane) -> int:
    """Return the row below which a lane's label stands: the gap nearest to its middle, where all its sources ran in."""
    if lane.side == "right":
        return max(*lane.sources, min(lane.target - 1, (max(lane.sources) + lane.target) // 2))
    return (lane.target + min(lane.sources) - 1) // 2


def _downs_svg(row: _Row, rows: Sequence[_Row], downs: Sequence[_Down], left: float, box: float) -> Iterable[str]:
    mine = [down for down in downs if down.row == row.index]
    x = left + box / 2
    if len(mine) > 1:
        x = left + (box - sum(_label_width(down.step) + 2 * LABEL_PAD for down in mine)) / 2 + LABEL_PAD / 2
    begin, end = row.y + row.height, rows[row.index + 1].y
    for down in mine:
        yield (
            f'<path d="M{x:.1f} {begin:.1f} V{end:.1f}" fill="none" stroke="{LINE}" stroke-width="1.4"'
            ' marker-end="url(#head)"/>'
        )
        yield from _label(down.step, x + LABEL_PAD / 2, (begin + end) / 2)
        x += _label_width(down.step) + 2 * LABEL_PAD


def _label(step: Step, x: float, middle: float) -> Iterable[str]:
    lines = _lines(step)
    y = middle - sum(size * 1.25 for _text, size, _colour in lines) / 2 - 2
    for text, size, colour in lines:
        y += size * 1.25
        yield f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}">{escape(text)}</text>'


def _row_svg(declaration: Declaration, row: _Row, left: float, box: float) -> Iterable[str]:
    middle, centre = row.y + row.height / 2, left + box / 2
    if not row.index:
        yield f'<circle cx="{centre:.1f}" cy="{row.y + DOT:.1f}" r="{DOT}" fill="{LINE}"/>'
        return
    state = declaration.states[row.name]
    yield (
        f'<rect x="{left:.1f}" y="{row.y:.1f}" width="{box:.1f}" height="{row.height:.1f}" rx="{RADIUS}" fill="{FILL}"'
        f' stroke="{EDGE}" stroke-width="1.6"/>'
    )
    if not any(declaration.steps_from(row.name)):
        yield (
            f'<rect x="{left + 4:.1f}" y="{row.y + 4:.1f}" width="{box - 8:.1f}" height="{row.height - 8:.1f}"'
            f' rx="{RADIUS - 3}" fill="none" stroke="{EDGE}" stroke-width="1"/>'
        )
    for text, size, dy, weight, colour in (
        (state.label.zh, 15, -2, 600, INK),
        (state.label.en, 11, 14, 400, SOFT),
    ):
        yield (
            f'<text x="{centre:.1f}" y="{middle + dy:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}"'
            f' text-anchor="middle">{escape(text)}</text>'
        )

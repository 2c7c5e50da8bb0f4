"""The printed table: figures, and how many times as fast as each other side beside the goal."""

import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.rounds import Figures, Table
from bench.sides import SIDES

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
COMMIT_GOAL = 0.60  # acts a second as a share of the bare commits of as many connections


def engines(table: Table, facts: dict[str, str], *, repeats: int, seconds: float) -> str:
    """The comparison as Markdown."""
    counts = sorted({count for _, count in table})
    lines = [_caption(facts, repeats, seconds), ""]
    for count in counts:
        word = "process" if count == 1 else "processes"
        lines += [f"### {count} {word}", "", *_figures(table, count), ""]
    if "ours" in {side for side, _ in table}:
        lines += ["### How many times as fast", "", *_ratios(table, counts), ""]
    return "\n".join(lines)


def missed(table: Table) -> list[str]:
    """The floors this run did not reach: the bench fails on them, goals are only shown."""
    found = []
    for (side, count), figures in table.items():
        ours = table.get(("ours", count))
        floor = SIDES[side].floor
        if ours and floor and ours.cases < floor * figures.cases:
            found.append(
                f"{ours.cases / figures.cases:.2f} x {SIDES[side].title}, {count} processes: below {floor}"
            )
    return found


def _caption(facts: dict[str, str], repeats: int, seconds: float) -> str:
    durable = (
        "durable" if facts["fsync"] == facts["synchronous_commit"] == "on" else "NOT DURABLE: no figures"
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, PostgreSQL {facts['server_version'].split()[0]} "
        f"(fsync {facts['fsync']}, synchronous_commit {facts['synchronous_commit']}: {durable}), "
        f"Python {platform.python_version()}, {_processor()}. "
        f"Median of {repeats} interleaved repeats of {seconds:g} s; load of other work {facts['load']}."
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.machine()


def _figures(table: Table, count: int) -> Iterable[str]:
    yield "| side | cases/s | acts/s | act p50 ms | p95 ms | p99 ms | client CPU ms a case |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for side, about in SIDES.items():
        found = table.get((side, count))
        if found:
            cases = "" if about.acts == 1 else f"{found.cases:.1f}"
            cpu = "" if about.acts == 1 else f"{found.cpu:.1f}"
            times = f"{found.p50:.2f} | {found.p95:.2f} | {found.p99:.2f}"
            yield f"| {about.title} | {cases} | {found.acts:.0f} | {times} | {cpu} |"


def _ratios(table: Table, counts: list[int]) -> Iterable[str]:
    head = " | ".join(f"{count} process{'es' if count > 1 else ''}" for count in counts)
    yield f"| Xác Tín beside | {head} | goal |"
    yield "|---|" + "---:|" * (len(counts) + 1)
    for side, about in SIDES.items():
        if side == "ours" or not any((side, count) in table for count in counts):
            continue
        goal = COMMIT_GOAL if about.goal is None else about.goal
        cells = [_ratio(table, side, count, goal) for count in counts]
        yield (
            f"| {about.title} | {' | '.join(cells)} | {goal:.0%} |"
            if about.acts == 1
            else (f"| {about.title} | {' | '.join(cells)} | {goal:g} x |")
        )


def _ratio(table: Table, side: str, count: int, goal: float) -> str:
    ours: Figures | None = table.get(("ours", count))
    other = table.get((side, count))
    if not ours or not other:
        return ""
    ratio = ours.acts / other.acts
    text = f"{ratio:.0%}" if SIDES[side].acts == 1 else f"{ratio:.2f} x"
    return f"**{text}**" if ratio >= goal else text


def write(name: str, text: str) -> None:
    """Puts a table between its markers in docs/performance.md."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    page = PAGE.read_text("utf-8") if PAGE.exists() else "# Performance\n"
    if begin not in page or end not in page:
        page = f"{page.rstrip()}\n\n{begin}\n{end}\n"
    before, rest = page.split(begin, 1)
    after = rest.split(end, 1)[1]
    PAGE.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", "utf-8")

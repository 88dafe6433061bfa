"""`qiandao doctor | trace | top | switch | dead-letters | rebuild | calendar | synthetic`:
the command line."""

import argparse
import asyncio
import logging
import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import msgspec

from deploy.operate import calendar, doctor, switch, synthetic, tasks, top, trace
from deploy.operate.screen import is_coloured
from deploy.operate.surroundings import OPS_TARGETS, OutOfReachError, Surroundings, find
from servicekit import VERSION
from servicekit.clock import now_us
from servicekit.ids import from_text
from services.reporting import rebuild

# What a command says by its end.
WELL, WRONG, CANNOT, RUSH_AHEAD = 0, 1, 2, 3

_FOLLOW_S = 2.0
_CLEAR = "\x1b[H\x1b[2J"
_SPAN = re.compile(r"(\d+)(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    found = argparse.ArgumentParser(prog="qiandao", description="Look at a running Qiandao, and tell it a few things.")
    found.add_argument("--version", action="version", version=f"qiandao {VERSION}")
    commands = found.add_subparsers(dest="command", required=True, metavar="command")

    command = _looking(commands, "doctor", "what is wrong and what to do; exit code 1 when something is wrong")
    command.add_argument("--ops", default="", help=f"host:port,... of further ops pages, as {OPS_TARGETS}")

    command = _looking(commands, "trace", "where an attempt is now; exit code 1 when nowhere")
    command.add_argument("id", type=identifier, help="attempt_id, or the id of a check-in")
    command.add_argument("--user", type=identifier, help="whose it is, if known: faster, and shows the answer as well")

    command = _looking(commands, "top", "activities by outcome and reason in the last 5 minutes")
    command.add_argument("--follow", action="store_true", help="again every 2 s until Ctrl-C")
    command.add_argument("--limit", type=int, default=20, help="activities at most (20)")
    command.add_argument("--ops", default="", help=f"host:port,... of checkin's ops pages, as {OPS_TARGETS}")

    _add_switch(commands)

    command = commands.add_parser("dead-letters", help="what nobody could record; try it again")
    command.add_argument("action", choices=("list", "replay"))
    command.add_argument("--limit", type=int, default=1000, help="per queue at most (1000)")

    what = "live numbers and history anew from what is recorded; goes on where it was interrupted"
    command = commands.add_parser("rebuild", help=what, description=f"{what}: {rebuild.WHAT}")
    command.add_argument("what", nargs="+", action=_Rebuilt, metavar="what", help=rebuild.WHAT)

    what = "rushes ahead; exit code 3 when one is within the time, for whoever wants to upgrade"
    command = _looking(commands, "calendar", what)
    command.add_argument("--within", dest="within_s", type=seconds, default=900, help="how far ahead: 15m")
    command.add_argument("--at-least", type=int, default=50, help="people that make a rush (50)")
    command.add_argument("--only-warn", action="store_true", help="exit code 0 whatever is ahead")

    what = "a check-in in the reserved organisation that must reach MySQL; exit code 1 when it does not"
    command = commands.add_parser("synthetic", help=what, description=what)
    command.add_argument("--url", default="", help="the gateway, http://host:port")
    return found


def _looking(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=what, description=what)
    command.add_argument("--json", action="store_true", help="for programs")
    return command


def _add_switch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    what = "turn something on for a while: at most 24 h, with who and why"
    actions = commands.add_parser("switch", help=what, description=what).add_subparsers(
        dest="action", required=True, metavar="action"
    )
    command = actions.add_parser("list", help="what is on")
    command.add_argument("--all", action="store_true", help="what was set and ended, too")
    command.add_argument("--json", action="store_true", help="for programs")
    for action, help_text in (("set", "turn on"), ("end", "turn off")):
        command = actions.add_parser(action, help=help_text)
        command.add_argument("switch", choices=switch.NAMES)
        command.add_argument("value", nargs="?", default="", help="a signal to mute, or seconds of grace")
        command.add_argument("--reason", required=True, help="why; kept, and shown to whoever finds it on")
        command.add_argument("--by", default=os.environ.get("USER", ""), help="who ($USER)")
        if action == "set":
            command.add_argument("--for", dest="for_s", type=seconds, required=True, help="how long: 90s, 10m, 2h")


def identifier(text: str) -> bytes:
    """An id on the command line."""
    try:
        return from_text(text.lower())
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class _Rebuilt(argparse.Action):
    """What to rebuild, in one word or two that are understood together."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        try:
            rebuild.parse(values)
        except ValueError as error:
            parser.error(str(error))
        setattr(namespace, self.dest, values)


def seconds(text: str) -> int:
    """A span of time on the command line."""
    if match := _SPAN.fullmatch(text):
        return int(match[1]) * _SECONDS[match[2]]
    raise argparse.ArgumentTypeError(f"{text!r} is not a span such as 90s, 10m or 2h")


async def _doctor(seen: Surroundings, options: argparse.Namespace) -> int:
    findings = await doctor.examine(seen)
    if options.json:
        _print_json(doctor.to_json(seen, findings))
    else:
        _print(doctor.render(seen, findings, coloured=is_coloured()))
    return WELL if doctor.is_well(findings) else WRONG


async def _trace(seen: Surroundings, options: argparse.Namespace) -> int:
    trail = await trace.follow(seen, options.id, options.user)
    if options.json:
        _print_json(trace.to_json(trail))
    else:
        _print(trace.render(trail, coloured=is_coloured()))
    if trail.is_found:
        return WELL
    return CANNOT if trail.is_blind else WRONG


async def _top(seen: Surroundings, options: argparse.Namespace) -> int:
    while True:
        picture = await top.look(seen, options.limit)
        if options.follow and sys.stdout.isatty():
            sys.stdout.write(_CLEAR)
        if options.json:
            _print_json(top.to_json(picture))
        else:
            _print(top.render(picture, coloured=is_coloured()))
        if not options.follow:
            return WELL
        await asyncio.sleep(_FOLLOW_S)


async def _switch(seen: Surroundings, options: argparse.Namespace) -> int:
    if options.action != "list":
        for_s = options.for_s if options.action == "set" else 0
        await switch.write(seen, switch.wanted(options.switch, options.value, for_s, options.by, options.reason))
    wants_all = options.action == "list" and options.all
    found = await (switch.history(seen, limit=100) if wants_all else switch.current(seen))
    if options.action == "list" and options.json:
        _print_json(switch.to_json(found))
    else:
        _print(switch.render(found, now_us()))
    return WELL


async def _dead_letters(seen: Surroundings, options: argparse.Namespace) -> int:
    arguments = ["--limit", str(options.limit), *(["--list"] if options.action == "list" else [])]
    return await asyncio.to_thread(tasks.run, seen, "recorder", "services.checkin.recording.replay", arguments)


async def _rebuild(seen: Surroundings, options: argparse.Namespace) -> int:
    return await asyncio.to_thread(tasks.run, seen, "projector", "services.reporting.rebuild", options.what)


async def _calendar(seen: Surroundings, options: argparse.Namespace) -> int:
    ahead = await calendar.look(seen, options.within_s, options.at_least)
    if options.json:
        _print_json(calendar.to_json(ahead))
    else:
        _print(calendar.render(ahead, options.within_s, options.at_least))
    return RUSH_AHEAD if ahead and not options.only_warn else WELL


async def _synthetic(options: argparse.Namespace) -> int:
    try:
        async for line in synthetic.check_in(options.url):
            _print([line])
    except synthetic.FailedError as error:
        _print([str(error)], sys.stderr)
        return WRONG
    return WELL


_COMMANDS = {
    "doctor": _doctor,
    "trace": _trace,
    "top": _top,
    "switch": _switch,
    "dead-letters": _dead_letters,
    "rebuild": _rebuild,
    "calendar": _calendar,
}


def _print(lines: Iterable[str], stream: TextIO | None = None) -> None:
    print("\n".join(lines), file=stream or sys.stdout, flush=True)


def _print_json(value: object) -> None:
    print(msgspec.json.format(msgspec.json.encode(value)).decode(), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Obeys the command line; a failure is told in words."""
    options = parser().parse_args(arguments)
    # Clients of servers that are gone log what we say in one line ourselves.
    logging.disable(logging.CRITICAL)
    try:
        if options.command == "synthetic":
            return asyncio.run(_synthetic(options))
        return asyncio.run(_COMMANDS[options.command](find(ops=getattr(options, "ops", "")), options))
    except (OutOfReachError, switch.WrongUseError) as error:
        _print([f"qiandao {options.command}: {error}"], sys.stderr)
        return WELL if getattr(options, "only_warn", False) else CANNOT
    except KeyboardInterrupt:
        return WELL


if __name__ == "__main__":
    sys.exit(main())

"""Entry of ./market up, down, restart, status, logs, info, seed, backup and restore."""

import argparse
import os
import pathlib
import sys

from deploy.lib.failure import Failure

from . import backup, restore, running, starting
from .layout import REPLICAS_MAX, Layout

ROOT = pathlib.Path(os.environ.get("MARKET_ROOT", pathlib.Path(__file__).resolve().parents[3]))


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Failure(f"{self.prog}: {message}", exit_code=2)


def port(text):
    if not text.isascii() or not text.isdigit() or not 1024 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port number from 1024 to 65535")
    return int(text)


def replicas(text):
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= REPLICAS_MAX:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of replicas from 1 to {REPLICAS_MAX}")
    return int(text)


def parse(arguments):
    common = Parser(add_help=False)
    common.add_argument("--data", metavar="DIR", default=os.environ.get("MARKET_DATA") or str(ROOT / "run"))
    parser = Parser(prog="./market", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)

    up = commands.add_parser("up", parents=[common], allow_abbrev=False)
    up.add_argument("--single", action="store_const", const="single", default="services", dest="shape")
    up.add_argument("--replicas", type=replicas, default=1, metavar="N")
    up.add_argument("--port", type=port, metavar="N")
    up.add_argument("--telemetry", action=argparse.BooleanOptionalAction, default=None)
    up.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    up.set_defaults(run=starting.up)

    down = commands.add_parser("down", parents=[common], allow_abbrev=False)
    down.add_argument("--erase", action="store_true")
    down.set_defaults(run=running.down)

    restart = commands.add_parser("restart", parents=[common], allow_abbrev=False)
    restart.add_argument("names", nargs="*", metavar="NAME")
    restart.set_defaults(run=running.restart)

    status = commands.add_parser("status", parents=[common], allow_abbrev=False)
    status.set_defaults(run=running.status)

    logs = commands.add_parser("logs", parents=[common], allow_abbrev=False)
    logs.add_argument("names", nargs="*", metavar="NAME")
    logs.add_argument("-f", "--follow", action="store_true")
    logs.add_argument("-n", "--lines", type=int, default=40, metavar="N")
    logs.set_defaults(run=running.logs)

    info = commands.add_parser("info", parents=[common], allow_abbrev=False)
    info.add_argument("--json", action="store_true")
    info.set_defaults(run=running.info)

    seed = commands.add_parser("seed", parents=[common], allow_abbrev=False)
    seed.add_argument("--products", metavar="N")
    seed.set_defaults(run=starting.seed)

    save = commands.add_parser("backup", parents=[common], allow_abbrev=False)
    save.add_argument("directory", metavar="DIR")
    save.set_defaults(run=backup.backup)

    load = commands.add_parser("restore", parents=[common], allow_abbrev=False)
    load.add_argument("directory", metavar="DIR")
    load.add_argument("--replicas", type=replicas, metavar="N")
    load.add_argument("--port", type=port, metavar="N")
    load.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    load.set_defaults(run=restore.restore)
    options, rest = parser.parse_known_args(arguments)
    if rest:
        raise Failure(f"./market {options.command}: unknown option '{rest[0]}'", exit_code=2)
    return options


def main():
    sys.stdout.reconfigure(line_buffering=True)
    try:
        options = parse(sys.argv[1:])
        data = pathlib.Path(options.data).absolute()
        if data.exists() and not data.is_dir():
            raise Failure(f"--data {options.data} is not a directory", exit_code=2)
        layout = Layout(ROOT, data, getattr(options, "port", None), getattr(options, "replicas", None))
        return options.run(layout, options) or 0
    except Failure as failure:
        print(f"market: {failure}", file=sys.stderr)
        return failure.exit_code
    except PermissionError as error:
        print(f"market: {error.filename or error}: permission denied; --data DIR names another place", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


sys.exit(main())

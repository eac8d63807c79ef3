"""`up`: from nothing, or from what is there, to a marketplace that has just sold something."""

import json
import os
import pwd
import subprocess
import sys
import time

from deploy.lib import certificates, files
from deploy.lib.failure import Failure

from . import listeners, postgres, programs, restored, running, supervisor
from .layout import TOPOLOGY
from .telemetry import Telemetry


def up(layout, options):
    started = time.monotonic()
    restored.require_whole(layout)
    supervisor.wake(layout)
    proxy = supervisor.client(layout)
    moved = proxy and describes(layout, options) != describes_saved(layout)
    if options.check:
        if not proxy or moved:
            check_ports(layout, options, proxy)
        return
    layout.shape = options.shape
    if options.telemetry is not None:
        layout.telemetry = options.telemetry
    if moved:
        print(f"up: changing to shape {layout.shape}, replicas {layout.replicas}, port {layout.ports['EDGE']}")
        supervisor.stop_all(layout, proxy)
        proxy = None
    if not proxy:
        supervisor.end_leftovers(layout)

    prepare_directories(layout)
    print("up: certificates and configuration")
    certificates.prepare(layout, TOPOLOGY.identities)
    telemetry = Telemetry(layout) if layout.telemetry else None
    # First: programs of ours are told to send to those parts only that there are.
    beside = prepare_telemetry(telemetry)
    stack = programs.describe(layout, telemetry)
    programs.prepare(layout, stack)
    config = programs.supervisor_config(layout, [*stack, *beside])
    if proxy and (layout.etc / "supervisord.conf").read_text() != config:
        print("up: the set of processes has changed, starting anew")
        supervisor.stop_all(layout, proxy)
        proxy = None
    layout.save_state()
    try:
        proxy = proxy or supervisor.start_daemon(layout, config)
        start(layout, proxy, stack, beside)
        operator(layout)
        seed_once(layout)
        prove(layout)
        await_telemetry(layout, proxy, beside)
    except Failure as failure:
        raise Failure(f"{failure}\n  look with ./market status and ./market logs, stop with ./market down") from None
    print(f"up: ready after {time.monotonic() - started:.1f} s\n")
    running.print_info(layout)


def describes(layout, options):
    return options.shape, layout.replicas, layout.ports["EDGE"]


def describes_saved(layout):
    state = layout.saved_state()
    return state.get("shape"), state.get("replicas"), state.get("port")


def check_ports(layout, options, proxy):
    """Ports that a running stack of this same data directory gives back are not busy."""
    if not proxy or layout.saved_state().get("port") != layout.ports["EDGE"]:
        layout.shape = options.shape
        if not supervisor.leftovers(layout):
            listeners.check(layout)


def prepare_directories(layout):
    files.make_dir(layout.data, 0o755)
    if layout.shared != layout.data:
        files.make_dir(layout.shared, 0o755)
    files.make_dir(layout.sockets, 0o711)
    for directory in (layout.etc, layout.secrets, layout.mailbox):
        files.make_dir(directory, 0o700)
    files.make_dir(layout.pictures, 0o755)
    prepare_log(layout)
    files.make_dir(layout.tmp, 0o711)


def prepare_log(layout):
    """Nobody else reads it; the workers of nginx pass through it."""
    files.make_dir(layout.log, 0o710)
    if layout.edge_account:
        os.chown(layout.log, -1, pwd.getpwnam(layout.edge_account).pw_gid)
    link = layout.data / "log"
    if not link.exists():
        link.symlink_to(layout.log)


def prepare_telemetry(telemetry):
    """The programs of the telemetry that run here; what does not is named, and the marketplace goes on without it."""
    if not telemetry:
        return []
    telemetry.prepare()
    for name, reason in telemetry.missing.items():
        print(f"up: telemetry without {name}: {reason}")
    return telemetry.programs


def await_telemetry(layout, proxy, beside):
    for program in beside:
        try:
            supervisor.await_ready(layout, proxy, program)
        except Failure as failure:
            print(f"up: telemetry without {program.name}: {failure}")


def start(layout, proxy, stack, beside):
    """Starts each process, or starts it again if what it was started with has changed since."""
    stamps_file = layout.data / "started.json"
    stamps = json.loads(stamps_file.read_text()) if stamps_file.exists() else {}
    states = {info["name"]: info["statename"] for info in proxy.getAllProcessInfo()}

    def launch(program):
        if states[program.name] in ("RUNNING", "STARTING") and stamps.get(program.name) == program.fingerprint():
            return
        supervisor.stop(proxy, program.name)
        supervisor.start(proxy, program.name)
        stamps[program.name] = program.fingerprint()
        stamps_file.write_text(json.dumps(stamps))
        print(f"up: starting {program.name}")

    for orphan in supervisor.orphans(layout, proxy):
        supervisor.ask_to_end(orphan, stack)
    for program in beside:
        launch(program)
    database, *others = stack
    launch(database)
    supervisor.await_ready(layout, proxy, database)
    postgres.create_databases(layout)
    migrate(layout)
    if restored.is_owed(layout):
        provider = next(program for program in others if program.name == "sandbox")
        launch(provider)
        supervisor.await_ready(layout, proxy, provider)
        restored.reconcile(layout)
    # The services come up side by side: each waits for its peers by itself.
    for program in others:
        launch(program)
    for program in others:
        supervisor.await_ready(layout, proxy, program)


def tool(layout, name):
    path = layout.root / "tools" / name
    return path if path.exists() else None


def marketctl(layout, *arguments, config):
    program = layout.bin / "marketctl"
    if not program.exists():
        raise Failure(f"{program} is missing: run ./market build {layout.preset}")
    command = [program, *arguments, "--config", layout.etc / config]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise Failure(words[-1])


def migrate(layout):
    """The newest schema in each database, and the rights of its program."""
    marketctl(layout, "migrate", "--limit", "1h", config="migrate.conf")


def operator(layout):
    """The first operator, with a password drawn once."""
    files.secret(layout.operator_password_file)
    done_file = layout.data / "operator.done"
    if done_file.exists():
        return
    print("up: making the first operator")
    config = "marketplace.conf" if layout.shape == "single" else "auth.conf"
    marketctl(layout, "operator", "create", "--email", layout.operator_email, "--password-file", layout.operator_password_file,
              config=config)
    done_file.touch()


def run_python(path, *arguments):
    return subprocess.run([sys.executable, str(path), *map(str, arguments)],
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}).returncode


def client_arguments(layout):
    return ["--url", layout.url, "--ca", layout.ca_file, "--operator-email", layout.operator_email,
            "--operator-password-file", layout.operator_password_file]


def seed(layout, options):
    seeder = tool(layout, "seed.py")
    if not seeder:
        raise Failure("tools/seed.py is not part of this checkout")
    if not supervisor.client(layout):
        raise Failure("the marketplace is not running: ./market up", exit_code=3)
    many = [] if options.products is None else ["--products", options.products, "--conninfo-file", layout.secrets / "product.conninfo",
                                                "--psql", postgres.bin_dir(layout) / "psql"]
    return run_python(seeder, *client_arguments(layout), *many)


def seed_once(layout):
    seeder, done_file = tool(layout, "seed.py"), layout.data / "seed.done"
    if not seeder or done_file.exists() or os.environ.get("MARKET_NO_SEED"):
        return
    print("up: demonstration data")
    if run_python(seeder, *client_arguments(layout)):
        raise Failure("the demonstration data could not be loaded")
    done_file.touch()


def prove(layout):
    print("up: proof, one order placed and paid through nginx")
    if run_python(layout.root / "tools" / "proof.py", *client_arguments(layout)):
        raise Failure("the proof order failed")

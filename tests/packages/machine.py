"""A Debian machine of its own to install packages on: a root file system booted under systemd by systemd-nspawn.

It has no network but its own loopback. What apt may need is fetched before it boots, so that dependencies are resolved by
apt from what Debian has, as anywhere.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

CACHE = pathlib.Path(os.environ.get("MARKET_CACHE", "/var/cache/marketplace")) / "roots"
MIRROR = os.environ.get("MARKET_DEBIAN_MIRROR", "http://deb.debian.org/debian")
# systemd and what the marketplace stands beside on one machine.
PACKAGES = ("systemd", "systemd-sysv", "dbus", "openssl", "postgresql", "procps")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
NSPAWN = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit")
BOOT_LIMIT_S = 60


class Unavailable(Exception):
    """This machine can't have such a machine; the message says why."""


class Failed(AssertionError):
    pass


def release():
    lines = pathlib.Path("/etc/os-release").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    if values.get("ID") != "debian":
        raise Unavailable("needs Debian")
    return values["VERSION_CODENAME"].strip('"')


def check():
    if os.geteuid() != 0:
        raise Unavailable("needs root")
    for program, package in (("systemd-nspawn", "systemd-container"), ("debootstrap", "debootstrap"), ("nsenter", "util-linux")):
        if not shutil.which(program):
            raise Unavailable(f"{program} is missing (apt-get install {package})")


def run(command, **options):
    done = subprocess.run(list(map(str, command)), stdin=options.pop("stdin", subprocess.DEVNULL), capture_output=True,
                          text=True, **options)
    return done


def inside(root, *command):
    """One command in a root file system that is not booted, with the network of this machine."""
    done = run([*NSPAWN, "--pipe", "--resolv-conf=copy-host", "-D", root,
                *(f"--setenv={name}={value}" for name, value in ENVIRONMENT.items()), *command])
    if done.returncode:
        raise Failed(f"{' '.join(command)}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def update(root):
    try:
        inside(root, "apt-get", "update", "-qq", "-o", "APT::Update::Error-Mode=any")
    except Failed as reason:
        raise Unavailable(f"Debian's archive can't be reached: {reason}") from None


@contextlib.contextmanager
def no_service_starts(root):
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def base():
    """Debian's base with PACKAGES, made once in a cache."""
    codename = release()
    sources = "".join(f"deb {uri} {suite} main\n" for uri, suite in (
        (MIRROR, codename), (MIRROR, f"{codename}-updates"), (f"{MIRROR}-security", f"{codename}-security")))
    recipe = hashlib.sha256(repr((sources, PACKAGES)).encode()).hexdigest()[:12]
    root = CACHE / f"{codename}-{recipe}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if root.exists():
            return root
        making = CACHE / f"{root.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        done = run(["debootstrap", "--variant=minbase", codename, making, MIRROR])
        if done.returncode:
            raise Unavailable(f"debootstrap failed: {done.stdout[-300:]}")
        (making / "etc/apt/sources.list").write_text(sources)
        with no_service_starts(making):
            update(making)
            inside(making, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
            inside(making, "apt-get", "clean")
        making.rename(root)
    return root


class Machine:
    """Owner: the test, as a context. `packages` wait in /packages; apt has fetched what they depend on."""

    def __init__(self, directory, packages):
        self.directory = pathlib.Path(directory)
        self.root = self.directory / "root"
        self.console = self.directory / "console.log"
        self.packages = packages
        self.container = None
        self.leader = None

    def __enter__(self):
        check()
        self._mount()
        try:
            self._fetch()
            self._boot()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        if self.container and self.container.poll() is None:
            self.container.send_signal(signal.SIGTERM)
            try:
                self.container.wait(60)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        subprocess.run(["umount", self.root], check=True)
        for name in ("root", "changes", "work"):
            shutil.rmtree(self.directory / name)

    def _mount(self):
        """What the machine changes lies over the base, which stays as it is."""
        for name in ("root", "changes", "work"):
            (self.directory / name).mkdir()
        done = run(["mount", "-t", "overlay", "-o",
                    f"lowerdir={base()},upperdir={self.directory}/changes,workdir={self.directory}/work", "market", self.root])
        if done.returncode:
            raise Unavailable(done.stderr.strip())

    def _fetch(self):
        there = self.root / "packages"
        there.mkdir()
        for package in self.packages:
            shutil.copy(package, there)
        update(self.root)
        inside(self.root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "--download-only",
               *(f"/packages/{package.name}" for package in self.packages))

    def _boot(self):
        with open(self.console, "wb") as console:
            self.container = subprocess.Popen(
                [*NSPAWN, "--boot", "--private-network", "--machine=market-packages", "-D", self.root],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        give_up = time.monotonic() + BOOT_LIMIT_S
        while time.monotonic() < give_up and self.container.poll() is None:
            children = pathlib.Path(f"/proc/{self.container.pid}/task/{self.container.pid}/children").read_text().split()
            if children:
                self.leader = children[0]
                state = self.try_run("systemctl", "is-system-running").stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.1)
        raise Unavailable(f"no machine boots here: {self.console.read_text(errors='replace')[-1000:]}")

    def _enter(self, namespaces):
        return ["nsenter", "--target", self.leader, *namespaces]

    def try_run(self, *command, stdin=None, limit_s=120):
        """A command in the booted machine; the caller looks at its end."""
        environment = [f"{name}={value}" for name, value in ENVIRONMENT.items()]
        options = {"input": stdin, "stdin": None} if stdin is not None else {}
        return run([*self._enter(("--mount", "--uts", "--ipc", "--net", "--pid", "--wd")), "env", "-i", *environment, *command],
                   timeout=limit_s, **options)

    def run(self, *command, **options):
        done = self.try_run(*command, **options)
        if done.returncode:
            raise Failed(f"{' '.join(map(str, command))[:200]}: exit code {done.returncode}\n"
                         f"{done.stdout[-1500:]}{done.stderr[-1500:]}\n{self.last_words()}")
        return done.stdout

    def shell(self, script):
        return self.run("bash", "-euo", "pipefail", "-c", script)

    def from_outside(self, *command):
        """A program of this machine, in the network of that one."""
        return run([*self._enter(("--net",)), *command], timeout=120)

    def apt(self, *words):
        return self.run("apt-get", "-y", "-qq", "--no-install-recommends", *words, limit_s=300)

    def show(self, unit, *properties):
        lines = self.run("systemctl", "show", unit, *(f"--property={name}" for name in properties)).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def is_active(self, unit):
        return self.try_run("systemctl", "is-active", "--quiet", unit).returncode == 0

    def journal(self, unit="marketplace-*"):
        """All that it ever said."""
        return self.try_run("journalctl", "--no-pager", "-q", "-u", unit).stdout

    def last_words(self):
        return "\n".join(self.journal().splitlines()[-12:])

    def names(self, pattern):
        """Paths whose last part matches."""
        return self.try_run("find", "/", "-xdev", "-iname", pattern, "-not", "-path", "/proc/*").stdout.split()

"""The listening sockets of a stack, held by supervisord for as long as the stack is up.

A process that stops closes its copy only: connections that arrive while it restarts wait in the socket's queue
instead of being refused, so a restart loses nothing, neither at the public port nor on any edge inside.

How they get there: `up` binds them and starts supervisord with them. supervisord closes descriptors below its
`minfds` setting in itself and in its children and leaves those above alone, so every child inherits them. Programs
of ours are told to listen on "fd:201", nginx by its own variable for the purpose, NGINX.
"""

import os
import socket

from deploy.lib.failure import Failure

# Above supervisord's minfds, below every usual limit of open files.
MIN_FDS = 128
FIRST_FD = 200
# The kernel caps it at net.core.somaxconn.
BACKLOG = 4096


def names(layout):
    inside = [name for program in layout.grpc_programs for name in layout.port_names(program, "GRPC")]
    return ["EDGE", "SANDBOX_HTTP", *layout.port_names("gateway", "HTTP"), *inside]


def descriptors(layout):
    """Which descriptor each port name has in every process of the stack."""
    return {name: FIRST_FD + index for index, name in enumerate(names(layout))}


def open_socket(layout, name):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setblocking(False)
    try:
        listener.bind((layout.host, layout.ports[name]))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        first, last = min(layout.ports.values()), max(layout.ports.values())
        raise Failure(f"port {layout.ports[name]} ({name}) cannot be opened on {layout.host}: {error.strerror}. "
                      f"This stack needs {first} to {last}; --port N moves all of them") from None
    return listener


def check(layout):
    """Fails if any port of the stack is taken."""
    for name in layout.ports:
        open_socket(layout, name).close()


def hold(layout):
    """Opens the listeners at their descriptors in this process, ready to be inherited."""
    check(layout)
    for name, descriptor in descriptors(layout).items():
        listener = open_socket(layout, name)
        os.dup2(listener.fileno(), descriptor, inheritable=True)
        listener.close()


def boot_id():
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


def mark(layout):
    """What tells these sockets from all others: their numbers, which hold until the machine starts again."""
    sockets = [os.readlink(f"/proc/self/fd/{descriptor}") for descriptor in descriptors(layout).values()]
    return "\n".join([boot_id(), *sockets]) + "\n"


def marked(text):
    """The sockets of such a mark; none when it is of an earlier start of the machine."""
    boot, *sockets = text.split("\n")[:-1]
    return frozenset(sockets if boot == boot_id() else ())


def holds(pid, sockets):
    """Whether a process has one of these sockets. Which, differs: who drains has closed its own already."""
    for descriptor in range(FIRST_FD, FIRST_FD + len(sockets)):
        try:
            if os.readlink(f"/proc/{pid}/fd/{descriptor}") in sockets:
                return True
        except OSError:
            pass
    return False


def listen_at(layout, name):
    """What the program behind a port name is told to listen on."""
    return f"fd:{descriptors(layout)[name]}"

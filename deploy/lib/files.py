"""Small file operations with explicit modes and owners."""

import os
import pathlib
import pwd
import secrets


def make_dir(path, mode=0o700, account=None):
    """Makes one directory (parents as they come) or corrects its mode and owner; refuses somebody else's."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=mode)
    except FileExistsError:
        # /tmp is everybody's: a directory or link prepared there by another account must not receive our sockets.
        found = path.lstat()
        allowed = {os.geteuid()} | ({pwd.getpwnam(account).pw_uid} if account else set())
        if path.is_symlink() or not path.is_dir() or found.st_uid not in allowed:
            raise PermissionError(f"{path} exists and is not a directory of this account")
    path.chmod(mode)
    own(path, account)


def own(path, account):
    if account:
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def write(path, content, mode=0o644, account=None):
    """Replaces the file, a text or bytes, as a whole if it differs. True if it did."""
    path = pathlib.Path(path)
    content = content.encode() if isinstance(content, str) else content
    if path.exists() and path.read_bytes() == content:
        return False
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    own(draft, account)
    draft.rename(path)
    return True


def secret(path):
    """The secret in this file, drawn on first use."""
    path = pathlib.Path(path)
    if not path.exists():
        write(path, secrets.token_urlsafe(24), mode=0o600)
    return path.read_text().strip()


def tail(path, lines):
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 64 * 1024))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []

"""A development CA for the public port, another for the edges between services, and the root secret of auth.

Two CAs, because people import the public one: a certificate of it must never be an identity between services.
"""

import re
import subprocess

from . import files
from .failure import Failure

SECONDS_30_DAYS = 30 * 24 * 3600
CA_DAYS = 3650
LEAF_DAYS = 397


def openssl(*arguments, stdin=None):
    done = subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"openssl {arguments[0]}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


def make_key(path):
    if not path.exists():
        key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        files.write(path, key, mode=0o600)


def is_current(certificate, ca=None):
    """Whether the certificate is there, lives for 30 days more and was issued by this CA."""
    if not certificate.exists():
        return False
    check = ["openssl", "x509", "-in", certificate, "-noout", "-checkend", str(SECONDS_30_DAYS)]
    if subprocess.run(check, capture_output=True).returncode:
        return False
    verify = ["openssl", "verify", "-CAfile", ca, certificate]
    return ca is None or subprocess.run(verify, capture_output=True).returncode == 0


def make_ca(directory, name):
    files.make_dir(directory, 0o755)
    key, certificate = directory / "ca.key", directory / "ca.crt"
    make_key(key)
    if not is_current(certificate):
        openssl("req", "-x509", "-new", "-key", key, "-out", certificate, "-days", CA_DAYS, "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def make_leaf(directory, name, alternative_names, usage):
    key, request, certificate = (directory / f"{name}.{suffix}" for suffix in ("key", "csr", "crt"))
    make_key(key)
    if is_current(certificate, directory / "ca.crt"):
        return
    extensions = directory / f"{name}.ext"
    extensions.write_text(
        "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        f"extendedKeyUsage={usage}\nsubjectAltName={alternative_names}\n"
        "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
    openssl("req", "-new", "-key", key, "-out", request, "-subj", f"/CN={name}")
    openssl("x509", "-req", "-in", request, "-out", certificate, "-days", LEAF_DAYS, "-CA", directory / "ca.crt",
            "-CAkey", directory / "ca.key", "-CAcreateserial", "-extfile", extensions)
    request.unlink()
    extensions.unlink()


def make_public(directory, names):
    """The one of the public port, for these names and addresses; for others than before it is a new one."""
    subjects = ",".join(f"{'IP' if re.fullmatch(r'[0-9.]+|.*:.*', name) else 'DNS'}:{name}" for name in names)
    noted = directory / "hosts"
    if noted.exists() and noted.read_text() != subjects:
        (directory / "localhost.crt").unlink(missing_ok=True)
    make_leaf(directory, "localhost", subjects, "serverAuth")
    files.write(noted, subjects, 0o400)


def prepare(layout, identities):
    """What a native stack needs. The first DNS name of a certificate is the identity that policies speak of."""
    make_ca(layout.pki, "Marketplace development CA")
    make_public(layout.pki, list(dict.fromkeys(["localhost", "127.0.0.1", "::1", *layout.hosts])))
    inside = layout.pki / "services"
    make_ca(inside, "Marketplace development CA between services")
    for identity in identities:
        make_leaf(inside, identity, f"DNS:{identity}", "serverAuth,clientAuth")
    files.secret(layout.secrets / "auth_root_key")

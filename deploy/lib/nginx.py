"""What the files of deploy/native/nginx*.conf leave open: the services, the settings, and refusals in the form of gRPC.

Every setting has its default here and nowhere else. Another value comes from the environment of `./market up`, or of `prepare` in
a composition: MARKET_EDGE_REQUESTS_PER_S=1000. docs/edge.md says when to change which.
"""

import base64
import os
import re
import urllib.parse

from .failure import Failure

FILES = ("nginx.conf", "nginx_limits.conf", "nginx_refusals.conf", "nginx_headers.conf",
         "nginx_compression.conf", "nginx_site.conf", "nginx_site_headers.conf", "nginx_links_headers.conf", "nginx_uploads.conf",
         "nginx_pictures.conf", "nginx_pages.conf", "nginx_shop.conf", "nginx_shop_headers.conf")
# What nginx answers to besides HOSTS.
ALWAYS = ("localhost", "127.0.0.1", "[::1]")
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9.]+|\[[0-9a-f:]+\]")
DOMAIN = "marketplace"     # of ErrorInfo, as kDomain of platform/rpc/error_table.cpp

# {name: (default, least, most, what it is)}
SETTINGS = {
    "REQUESTS_PER_S": (200, 1, 1_000_000, "requests a second of one client, in the long run"),
    "REQUESTS_UNDELAYED": (200, 1, 1_000_000, "requests that it may be ahead of that before the next ones are made to wait"),
    "REQUESTS_BURST": (400, 1, 1_000_000, "requests that it may be ahead in all; more are refused"),
    "ENTRIES_PER_S": (5, 1, 1_000_000, "sign-ups, sign-ins and new carts a second of one client, in the long run"),
    "ENTRIES_BURST": (50, 1, 1_000_000, "sign-ups, sign-ins and new carts that it may be ahead of that; more are refused"),
    "REQUESTS_AT_ONCE": (200, 1, 65_535, "requests of one client that are being answered"),
    "CALLS_AT_ONCE": (100, 8, 65_535, "gRPC calls of one client that are being answered"),
    "HSTS_S": (31_536_000, 0, 63_072_000, "seconds for which a browser keeps to HTTPS"),
}
BODY_BYTES = 256 * 1024
GRPC_PREFIX_BYTES = 5


def setting(name):
    default, least, most, what = SETTINGS[name]
    text = os.environ.get(f"MARKET_EDGE_{name}") or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise Failure(f"MARKET_EDGE_{name}: {what}: a whole number from {least} to {most}, not '{text}'")
    return int(text)


def without_limits():
    """The environment of a marketplace that one machine asks for many people: of tests and measurements."""
    return {f"MARKET_EDGE_{name}": str(most) for name, (_, _, most, _) in SETTINGS.items() if name != "HSTS_S"}


def names(hosts, url):
    """What nginx answers to: the host of the URL, where plain HTTP is sent, and the others."""
    found = list(dict.fromkeys([urllib.parse.urlsplit(url).hostname or "", *hosts, *ALWAYS]))
    for name in found:
        if not NAME.fullmatch(name):
            raise Failure(f"MARKET_HOSTS, MARKET_URL: '{name}' is no name of a host")
    return found


def misplaced(known, url):
    """What is not to be found where: the lines of a map of "$host $uri". Where operators have a name of their own, their pages are there and
    nowhere else, and nothing of the shop is: so no page that shows what strangers wrote shares an origin, and cookies, with theirs."""
    own = os.environ.get("MARKET_OPERATORS_HOST", "").strip()
    if not own:
        return ""
    if own not in known or own == urllib.parse.urlsplit(url).hostname:
        raise Failure(f"MARKET_OPERATORS_HOST: '{own}' is to be one of MARKET_HOSTS, and another than that of the URL")
    here = re.escape(own)
    return "\n    ".join([rf'"~^{here} /$" home;', rf'"~^{here} /(en|ru)(/(?!operator(/|$))|$)" shop;',
                          rf'"~^(?!{here} )[^ ]+ /((en|ru)/)?operator(/|$)" operators;'])


def field(number, value):
    """One of protobuf's wire format: a number, or bytes."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def details(code, message, reason):
    """grpc-status-details-bin: a google.rpc.Status with an ErrorInfo, as our services send it."""
    info = field(1, reason.encode()) + field(2, DOMAIN.encode())
    packed = field(1, b"type.googleapis.com/google.rpc.ErrorInfo") + field(2, info)
    return base64.b64encode(field(1, code) + field(2, message.encode()) + field(3, packed)).decode().rstrip("=")


# {location: (gRPC code, reason, words)}
GRPC_REFUSALS = {
    "grpc_too_large": (8, "BODY_TOO_LARGE", f"a message may have {BODY_BYTES} bytes"),
    "grpc_malformed": (3, "BAD_REQUEST", "the request is malformed"),
    "grpc_rate_limited": (8, "RATE_LIMITED", "too many calls from your address"),
    "grpc_unknown_host": (3, "UNKNOWN_HOST", "the marketplace has another name"),
    "grpc_unavailable": (14, "UNAVAILABLE", "the service cannot be reached"),
}


def grpc_refusal(location, code, reason, message):
    """A status in an answer without messages ("trailers-only")."""
    return (f"location = /.edge/{location} {{\n  internal;\n  default_type application/grpc;\n"
            f"  add_header grpc-status {code};\n  add_header grpc-message \"{message}\";\n"
            f"  add_header grpc-status-details-bin \"{details(code, message, reason)}\";\n  return 200 \"\";\n}}")


def placeholders(services, hosts, url):
    """{placeholder: text} for {service or gateway: (identity of the process behind it, its `server …;` lines)}, the names that the
    marketplace has, and its URL."""
    upstreams = [f"upstream grpc_{name} {{\n    {servers}\n    keepalive 32;\n    keepalive_timeout 500ms;\n  }}"
                 for name, (_, servers) in services.items()]
    known = names(hosts, url)
    return {"MISPLACED": misplaced(known, url), "GRPC_UPSTREAMS": "\n  ".join(upstreams),
            "IDENTITIES": "\n    ".join(f"{name} {identity};" for name, (identity, _) in services.items()),
            "SERVICES": "|".join(name for name in services if name != "gateway"),
            "HOSTS": " ".join(known), "URL": url.rstrip("/"),
            "BODY_BYTES": BODY_BYTES, "GRPC_BODY_BYTES": BODY_BYTES + GRPC_PREFIX_BYTES,
            "GRPC_REFUSALS": "\n".join(grpc_refusal(location, *refusal) for location, refusal in GRPC_REFUSALS.items()),
            **{name: setting(name) for name in SETTINGS}}

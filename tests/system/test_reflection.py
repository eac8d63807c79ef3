"""Every service tells a gRPC client what it serves: reflection (v1 and v1alpha) and health, over mutual TLS on its own port. Through
nginx all of them are told of at once.
"""

import pathlib
import re
import subprocess
import urllib.parse

import grpc
import pytest

import market
from deploy.lib import topology

TOPOLOGY = topology.read()
LIST_SERVICES = b"\x3a\x00"  # ServerReflectionRequest {list_services: ""}
SERVING = b"\x08\x01"        # HealthCheckResponse {status: SERVING}


every_service = pytest.mark.parametrize("service", TOPOLOGY.services)


def address_of(stack, service):
    """With ./market ports follow the public one at the distances of deploy/topology.yaml."""
    if "services" in stack:
        return stack["services"][service]
    process = TOPOLOGY.programs["marketplace" if stack["shape"] == "single" else service]
    return f"{TOPOLOGY.host}:{urllib.parse.urlsplit(stack['url']).port + process.ports['grpc']}"


def channel_to(stack, service, pki, name):
    read = lambda file: (pki / file).read_bytes()  # noqa: E731
    credentials = grpc.ssl_channel_credentials(read("ca.crt"), read(f"{name}.key"), read(f"{name}.crt"))
    identity = "marketplace" if stack["shape"] == "single" else service
    return grpc.secure_channel(address_of(stack, service), credentials,
                               [("grpc.ssl_target_name_override", identity)])


@pytest.fixture(scope="module")
def pki(stack):
    return pathlib.Path(stack.get("edgePki") or market.data_directory() / "pki" / "services")


@every_service
@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_lists_the_service(stack, pki, service, version):
    with channel_to(stack, service, pki, "edge") as channel:
        call = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
        answer = next(call(iter([LIST_SERVICES]), timeout=10))
    assert f"marketplace.{service}.v1.{service.capitalize()}Service".encode() in answer
    assert b"grpc.health.v1.Health" in answer


@pytest.fixture(scope="module")
def public(stack):
    roots = pathlib.Path(stack["caFile"]).read_bytes()
    with grpc.secure_channel(urllib.parse.urlsplit(stack["url"]).netloc, grpc.ssl_channel_credentials(roots)) as channel:
        yield channel


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_through_nginx_lists_and_describes_all(public, version):
    names = {f"marketplace.{name}.v1.{name.capitalize()}Service" for name in TOPOLOGY.services}
    call = public.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
    # ServerReflectionRequest {file_containing_symbol: name}
    wanted = [LIST_SERVICES, *(bytes([0x22, len(name)]) + name.encode() for name in sorted(names))]
    listed, *described = call(iter(wanted), timeout=10)
    assert set(re.findall(r"marketplace\.\w+\.v1\.\w+Service", listed.decode("latin-1"))) == names
    for name, answer in zip(sorted(names), described, strict=True):
        assert f"{name.rpartition('.')[2]}".encode() in answer and b"google/api/annotations.proto" in answer


def test_health_through_nginx(public):
    assert public.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=10) == SERVING


@every_service
def test_grpcurl_describes_the_service(stack, pki, service):
    """The tool that people use, with nothing but reflection to go by."""
    grpcurl = market.ROOT / ".tools" / "bin" / "grpcurl"
    if not grpcurl.exists():
        pytest.skip("grpcurl is not in .tools/bin")
    done = subprocess.run([grpcurl, "-cacert", pki / "ca.crt", "-cert", pki / "edge.crt", "-key", pki / "edge.key",
                           "-servername", "marketplace" if stack["shape"] == "single" else service,
                           address_of(stack, service), "describe",
                           f"marketplace.{service}.v1.{service.capitalize()}Service"],
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert f"service {service.capitalize()}Service {{" in done.stdout and "  rpc " in done.stdout


@every_service
def test_health_says_serving(stack, pki, service):
    with channel_to(stack, service, pki, "edge") as channel:
        assert channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=10) == SERVING


@every_service
def test_nobody_gets_in_without_a_certificate(stack, pki, service):
    credentials = grpc.ssl_channel_credentials((pki / "ca.crt").read_bytes())
    with grpc.secure_channel(address_of(stack, service), credentials,
                             [("grpc.ssl_target_name_override", service)]) as channel:
        with pytest.raises(grpc.RpcError) as refused:
            channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5)
    assert refused.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)

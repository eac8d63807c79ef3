"""The contract as data: every method with its policy and REST binding, read from proto/ by protoc, and well-formed
requests made from the field rules. Nothing here knows how the services are built."""

import dataclasses
import functools
import importlib
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse
import uuid

import yaml
from google.protobuf import descriptor as d
from google.protobuf import descriptor_pb2 as d_pb2

from deploy.lib import topology

PROTO = topology.ROOT / "proto"
SERVICES = tuple(topology.read().services)


@functools.cache
def modules():
    """The generated Python messages, by their import name."""
    out = tempfile.mkdtemp(prefix="market-contract-")
    files = sorted(str(p.relative_to(PROTO)) for top in ("marketplace", "google") for p in (PROTO / top).rglob("*.proto"))
    subprocess.run(["protoc", f"-I{PROTO}", f"--python_out={out}", *files], check=True)
    sys.path.insert(0, out)
    return {f: importlib.import_module(f.removesuffix(".proto").replace("/", ".") + "_pb2")
            for f in files}


@functools.cache
def openapi():
    """docs/openapi.yaml."""
    return yaml.load((topology.ROOT / "docs" / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)


def refusal_metadata(problem):
    """What a problem document says beyond its reason, by name: {"from", "lines.available"}."""
    names = set()
    for name, value in problem.get("metadata", {}).items():
        names |= {f"{name}.{inner}" for one in value for inner in one} if isinstance(value, list) else {name}
    return names


@functools.cache
def shown_metadata():
    """{reason: what the example of its refusal says beyond it}, of docs/openapi.yaml."""
    return {reason: refusal_metadata(example["value"]) for answer in openapi()["components"]["responses"].values()
            for reason, example in answer["content"]["application/problem+json"]["examples"].items()}


@dataclasses.dataclass(frozen=True)
class Method:
    service: str            # "order"
    name: str               # "PlaceOrder"
    path: str               # "/marketplace.order.v1.OrderService/PlaceOrder"
    descriptor: d.MethodDescriptor
    verb: str               # "" without a REST binding
    route: str
    body: str
    audiences: frozenset
    permission: int         # 0: none is asked for
    permission_name: str    # "orders.cancel"
    safe: bool              # changes nothing
    needs_key: bool
    secret_answer: bool     # takes no key
    full_account: bool      # not for a guest
    upload: str             # the field that tells of the file which is the body; "": the body is none

    @property
    def variables(self):
        return re.findall(r"{(\w+)}", self.route)

    def __str__(self):
        return f"{self.service}.{self.name}"


@functools.cache
def methods():
    loaded = modules()
    options = loaded["marketplace/options/v1/options.proto"]
    permissions = loaded["marketplace/options/v1/permission.proto"]
    http = loaded["google/api/annotations.proto"].http
    found = []
    for service in SERVICES:
        file = loaded[f"marketplace/{service}/v1/{service}.proto"].DESCRIPTOR
        for owner in file.services_by_name.values():
            for method in owner.methods:
                policy = method.GetOptions().Extensions[options.policy]
                rule = method.GetOptions().Extensions[http]
                verb = rule.WhichOneof("pattern") or ""
                found.append(Method(service, method.name, f"/{owner.full_name}/{method.name}", method, verb.upper(),
                                    getattr(rule, verb) if verb else "", rule.body,
                                    frozenset(options.Audience.Name(a) for a in policy.allow), policy.permission,
                                    permissions.Permission.DESCRIPTOR.values_by_number[policy.permission].GetOptions()
                                    .Extensions[permissions.permission_name],
                                    method.GetOptions().idempotency_level == d_pb2.MethodOptions.NO_SIDE_EFFECTS,
                                    policy.idempotency_key, policy.secret_answer, policy.full_account,
                                    method.GetOptions().Extensions[options.rest].upload))
    return tuple(found)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def name_of_value(enum, name):
    """"order.OrderState.PLACED"."""
    return enum.full_name.removeprefix("marketplace.").replace(".v1.", ".") + "." + name


@functools.cache
def enum_fields(message):
    """[(its name in JSON, the enumeration or message of it, whether it is repeated)], of those that have one."""
    return [(camel(field.name), field.enum_type or field.message_type, field.label == field.LABEL_REPEATED) for field in message.fields
            if field.enum_type or field.message_type and not field.message_type.GetOptions().map_entry
            and field.message_type.full_name.startswith("marketplace.")]


def values_in(body, message):
    """The values of enumerations in an answer, by name."""
    for name, kind, repeated in enum_fields(message):
        if name in body:
            for one in body[name] if repeated else [body[name]]:
                if isinstance(kind, d.EnumDescriptor):
                    yield name_of_value(kind, one)
                else:
                    yield from values_in(one, kind)


def published_values():
    """All that answers over REST may have."""
    found, messages = set(), [method.descriptor.output_type for method in methods() if method.verb]
    for message in messages:
        for _, kind, _ in enum_fields(message):
            if isinstance(kind, d.EnumDescriptor):
                found |= {name_of_value(kind, value.name) for value in kind.values[1:]}
            elif kind not in messages:
                messages.append(kind)
    return found


def rules_of(field):
    return field.GetOptions().Extensions[modules()["marketplace/options/v1/options.proto"].rules]


def sample_value(field, ids):
    rules = rules_of(field)
    if field.type == d.FieldDescriptor.TYPE_MESSAGE:
        if field.message_type.full_name == "google.protobuf.Timestamp":
            return "2030-01-01T00:00:00Z"
        return sample(field.message_type, ids, everything=False)
    if field.type == d.FieldDescriptor.TYPE_STRING:
        if rules.uuid:
            return ids.get(field.name, str(uuid.uuid4()))
        if field.name == "slug":
            return "s-" + uuid.uuid4().hex[:12]
        if rules.email:
            return f"{uuid.uuid4().hex[:12]}@example.test"
        return rules.example or "x" * max(rules.min_len, 1)
    if field.type == d.FieldDescriptor.TYPE_BOOL:
        return True
    if field.type == d.FieldDescriptor.TYPE_ENUM:
        return field.enum_type.values[1].name
    return int(rules.example) if rules.example else max(1, rules.min)


# What no field rule requires, but something that the examples say: here the country, and that what is ordered goes somewhere.
ALSO_REQUIRED = {("Address", "city"), ("Address", "postal_code"), ("ShippingAddress", "city"), ("ShippingAddress", "postal_code"),
                 ("PlaceOrderRequest", "shipping_address_id"), ("ChangeShippingAddressRequest", "shipping_address_id")}


def sample(message, ids, everything=False):
    """A well-formed JSON object for a message: its required fields, from the contract's own examples."""
    value = {}
    for field in message.fields:
        rules = rules_of(field)
        required = rules.required or (message.name, field.name) in ALSO_REQUIRED
        if not (required or everything or message.name == "Money" or (rules.min_items and field.label == field.LABEL_REPEATED)):
            continue
        one = sample_value(field, ids)
        value[camel(field.name)] = [one] if field.label == field.LABEL_REPEATED else one
    return value


def rest_request(method, ids):
    """(path, body) of a well-formed call about the things in `ids`; a file is bytes."""
    path = re.sub(r"{(\w+)}", lambda m: ids.get(m.group(1), str(uuid.uuid4())), method.route)
    message = method.descriptor.input_type
    if not method.body:
        # What a POST without a body needs stands in its query.
        query = {} if method.verb != "POST" else {key: value for key, value in sample(message, ids).items()
                                                  if key not in map(camel, (*method.variables, method.upload))}
        return path + ("?" + urllib.parse.urlencode(query) if query else ""), b"a file" if method.upload else None
    if method.body != "*":
        message = message.fields_by_name[method.body].message_type
    body = sample(message, ids)
    for variable in method.variables:
        body.pop(camel(variable), None)
    return path, body

"""The Helm chart: who is there is made; what a program is given there is for people to say, and held to have an entry for each."""

from places import Held, inline, lines, whole

CHART = "deploy/helm/marketplace"
FLAGS = {"root_key": "signs", "redis": "redis", "pictures": "pictures", "provider": "charges", "mail": "mails"}


def entry(one, topology):
    flags = ["http"] if one in (topology.gateway, topology.marketplace) else []
    flags += ["grpc"] if "grpc" in one.ports else []
    flags += ["provider"] if one is topology.sandbox else ["mtls"]
    flags += [FLAGS[use] for use in one.uses]
    words = [f"{flag}: true" for flag in flags]
    words += [f"peers: [{', '.join(one.calls)}]", f"databases: [{', '.join(one.databases)}]"]
    return f"{one.name}: {{{', '.join(words)}}}"


def template(topology):
    return f"""\
{{{{- /* Who is there, what each one serves and whom it calls. Written by ./market docs from deploy/topology.yaml; configuration,
Services, certificates and NetworkPolicies are made from it, so they cannot disagree. */ -}}}}
{{{{- define "marketplace.topology" -}}}}
{lines(entry(one, topology) for one in topology.programs.values())}\
{{{{- end }}}}
"""


def places(topology):
    yield whole(f"{CHART}/templates/_topology.tpl", template(topology))
    programs, services = list(topology.programs), list(topology.services)
    reference = '{"$ref": "#/definitions/program"}'
    yield inline(f"{CHART}/values.schema.json", "programs", r'((?: +"\w+": \{"\$ref": "#/definitions/program"\},?\n)+)',
                 ",\n".join(f'        "{name}": {reference}' for name in programs) + "\n")
    yield inline(f"{CHART}/values.schema.json", "databases", r'"database": \{"enum": \[(.*)\]\}',
                 ", ".join(f'"{name}"' for name in topology.databases))
    for name in programs:
        keys = ("replicas", "terminationGracePeriodSeconds", "resources", "config", "podAnnotations")
        body = "".join(rf"\n    {key}: .+" for key in keys)
        yield Held(f"{CHART}/values.yaml", f"programs.{name} with {', '.join(keys)}", (rf"^  {name}:{body}",))
    ci = f"{CHART}/ci"
    for name in (*services, "gateway"):
        yield Held(f"{ci}/development-values.yaml", f"programs.{name}", (rf"^  {name}: \{{replicas: 1\b",))
    yield inline(f"{ci}/external-values.yaml", "mtls.secrets", r"(?m)^  secrets: \{(.*)\}$",
                 ", ".join(f"{name}: {name}-tls" for name in ("gateway", *services)))
    yield inline(f"{ci}/external-values.yaml", "postgres.external", r"\n  external:\n((?:    .*\n)+)", lines(
        f"    {name}: {{secret: {{name: {name}-database, key: conninfo}}, owner: {{name: {name}-database, key: owner_conninfo}},"
        f" {f'role: {name}_program, port: 6432, ' if number == 1 else ''}"
        f"to: [{{ipBlock: {{cidr: 10.0.4.{number}/32}}}}]}}" for number, name in enumerate(services, 1)))
    yield inline(f"{ci}/minimal-values.yaml", "postgres.external", r"\n  external:\n((?:    .*\n)+)", lines(
        f"    {name}: {{secret: {{name: databases, key: {name}}}, owner: {{name: databases, key: {name}_owner}}}}" for name in services))

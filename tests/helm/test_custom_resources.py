"""Resources that operators read, against the definitions those operators install: no field misspelt, none of a wrong type.

The definitions come with the operators' Go modules, which are only unpacked, never built. Strimzi is no Go module: its three
kinds are not checked here.
"""

import json
import pathlib
import shutil

import jsonschema
import pytest
import yaml
from conftest import VALUE_SETS, install

# The module and the files in it; each defines one kind.
OPERATORS = {
    "github.com/cert-manager/cert-manager@v1.21.2": (
        "deploy/crds/cert-manager.io_certificates.yaml", "deploy/crds/cert-manager.io_issuers.yaml"),
    "github.com/cloudnative-pg/cloudnative-pg@v1.27.0": (
        "config/crd/bases/postgresql.cnpg.io_clusters.yaml", "config/crd/bases/postgresql.cnpg.io_scheduledbackups.yaml"),
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": (
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",),
}


def strict(schema):
    """The structural schema of a definition as JSON Schema: what it does not name is refused, as by `kubectl --validate=strict`."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    made = {key: {name: strict(one) for name, one in value.items()} if key == "properties" else strict(value)
            for key, value in schema.items() if not key.startswith("x-kubernetes") and key not in ("format", "description")}
    open_ended = schema.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in schema
    if "properties" in schema and not open_ended:
        made["additionalProperties"] = False
    if made.pop("nullable", False) and "type" in made:
        made["type"] = [made["type"], "null"]
    return made


@pytest.fixture(scope="session")
def schemas(tools):
    """(apiVersion, kind) -> schema"""
    if shutil.which("go") is None:
        pytest.skip("the operators' definitions can't be had: there is no Go to fetch their modules with")
    found = {}
    for module, files in OPERATORS.items():
        place = tools / module.replace("/", "-").replace("@", "-")
        # Complete is what has every file of the list above.
        if not all((place / pathlib.Path(file).name).exists() for file in files):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            install(module, "sh", "-c", f"go mod download -json {module} > where.json", cwd=place)
            unpacked = pathlib.Path(json.loads((place / "where.json").read_text())["Dir"])
            for file in files:
                shutil.copy(unpacked / file, place)
        for file in files:
            spec = yaml.safe_load((place / pathlib.Path(file).name).read_text())["spec"]
            for version in spec["versions"]:
                schema = strict(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                found[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return found


@pytest.mark.parametrize("values", VALUE_SETS)
def test_custom_resources_match_their_definitions(render, schemas, values):
    groups = {version.partition("/")[0] for version, _ in schemas}
    for one in render(values).resources:
        if one["apiVersion"].partition("/")[0] in groups:
            validator = jsonschema.Draft7Validator(schemas[one["apiVersion"], one["kind"]])
            errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(one)]
            assert not errors, (one["kind"], one["metadata"]["name"], errors)


def test_every_kind_is_made(render, schemas):
    made = {one["kind"] for values in VALUE_SETS for one in render(values).resources}
    assert {kind for _, kind in schemas} <= made


def test_a_misspelt_field_is_seen(render, schemas):
    cluster = render("production").of("Cluster")[0]
    wrong = {**cluster, "spec": {**cluster["spec"], "instanses": 3}}
    errors = list(jsonschema.Draft7Validator(schemas["postgresql.cnpg.io/v1", "Cluster"]).iter_errors(wrong))
    assert len(errors) == 1 and "instanses" in errors[0].message

"""What the packages hold and say, read without installing them."""

import pathlib
import re
import shutil
import stat
import subprocess

import pages
import pytest

from deploy.lib import topology

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "deploy" / "debian"
TOPOLOGY = topology.read()
SERVICES = tuple(TOPOLOGY.services)
UNITS = (*SERVICES, "gateway", "single", "sandbox")
# Of 100, from systemd-analyze. What is left are sockets, which the programs are for.
EXPOSURE_MAX = 12

every_unit = pytest.mark.parametrize("unit", UNITS)


def output(*command):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def field(package, name):
    return output("dpkg-deb", "-f", package, name).strip()


def project_version():
    return re.search(r"project\(marketplace VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]


def paths(directory, below):
    return {str(path.relative_to(directory)) for path in (directory / below).rglob("*") if not path.is_dir()}


def properties(file):
    """Keys of a configuration file, those that are comments too."""
    return re.findall(r"^(?:# ?)?([a-z_]+(?:\.[a-z_]+)+) = ", file.read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ("marketplace", "marketplace-sandbox"))
def test_control_fields_say_what_it_is(packages, name):
    package = packages[name]
    version = project_version()
    assert field(package, "Package") == name
    assert field(package, "Version") == version
    assert field(package, "Architecture") == output("dpkg", "--print-architecture").strip()
    assert "@" in field(package, "Maintainer")
    assert len(field(package, "Description").splitlines()) > 2
    # Found by dpkg-shlibdeps: a program that is not linked against libpq would be another program.
    depends = field(package, "Depends")
    for needed in ("libc6", "libpq5", "libssl3", "adduser", "init-system-helpers"):
        assert re.search(rf"\b{needed}\b|\b{needed}t64\b", depends), needed
    # What invoices are drawn with is found by no program's links.
    assert all((font in depends) == (name == "marketplace") for font in ("fonts-noto-core", "fonts-droid-fallback"))
    if name != "marketplace":
        assert f"marketplace (= {version})" in depends
    assert output("dpkg-parsechangelog", "-l", DEBIAN / "changelog", "-S", "Version").strip() == version


def test_programs_are_ours_and_stripped(unpacked):
    assert {path.removeprefix("usr/lib/marketplace/bin/") for path in paths(unpacked, "usr/lib/marketplace")} == {
        *TOPOLOGY.programs, "marketctl", "check_invariants"}
    assert paths(unpacked, "usr/bin") == {"usr/bin/marketctl"}
    for program in (unpacked / "usr/lib/marketplace/bin").iterdir():
        assert "not stripped" not in output("file", program), program.name
        assert stat.S_IMODE(program.stat().st_mode) == 0o755
    done = subprocess.run([unpacked / "usr/bin/marketctl", "help"], capture_output=True, text=True)
    assert "operator create" in done.stdout + done.stderr


def test_every_file_is_in_a_place_that_is_known(unpacked):
    known = ("usr/lib/marketplace/bin/", "usr/lib/systemd/system/", "usr/share/doc/marketplace", "usr/share/lintian/overrides/",
             "usr/share/marketplace/site/", "usr/share/marketplace/nginx/", "usr/bin/marketctl", "etc/marketplace/")
    assert [path for path in paths(unpacked, ".") if not path.startswith(known)] == []


def test_an_nginx_serves_the_pages_about_the_api(unpacked, tmp_path):
    """With what README.md says and the package has, where it is unpacked; TLS is left out."""
    share = shutil.copytree(unpacked / "usr/share/marketplace", tmp_path / "share")
    for file in (share / "nginx").iterdir():
        file.write_text(file.read_text().replace("/usr/share/marketplace", str(share)))
    text = re.search(r"<!-- nginx:begin -->\n```nginx\n(.*?)```", (DEBIAN / "README.md").read_text(), re.DOTALL)[1]
    assert "listen 443 ssl http2;" in text
    server = re.sub(r" *ssl_certificate.*\n", "", text).replace("listen 443 ssl http2;", "listen {socket};")
    paths = "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = f"daemon off;\npid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}" + server.replace(
        "/usr/share/marketplace", str(share)) + "}\n"
    with pages.served(conf, tmp_path) as client:
        pages.expect_all(client)
        # Nobody is behind it here: all else goes to the gateway.
        for path in ("/v1/products", "/problems/no-such-thing", *pages.NOT_LINKED):
            assert client.get(path).status_code == 502, path
        assert client.get("/docs").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_configuration_is_conffiles_and_holds_no_secret(packages, unpacked):
    for package in packages.values():
        conffiles = output("dpkg-deb", "-I", package, "conffiles").split()
        contents = output("dpkg-deb", "-c", package)
        assert sorted(conffiles) == sorted(re.findall(r" \.(/etc/\S*[^/\s])$", contents, re.MULTILINE))
    secrets = unpacked / "etc/marketplace/secrets"
    assert sorted(path.name for path in secrets.iterdir()) == sorted((*UNITS, "migrate", "operator"))
    for directory in (secrets, *secrets.iterdir()):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert paths(unpacked, directory) == set()
    for path in paths(unpacked, "etc"):
        text = (unpacked / path).read_text()
        assert "BEGIN" not in text and not re.search(r"password *=", text), path


@every_unit
def test_configuration_names_properties_that_exist(unpacked, unit):
    program = "marketplace" if unit == "single" else unit
    known = output(unpacked / "usr/lib/marketplace/bin" / program, "--help")
    keys = properties(unpacked / "etc/marketplace" / f"{unit}.conf")
    assert keys
    for key in keys:
        assert re.search(rf"\b{re.escape(key.removesuffix('_file'))}\b", known), key


def test_common_settings_are_properties(unpacked):
    known = "".join(output(unpacked / "usr/lib/marketplace/bin" / name, "--help") for name in (*SERVICES, "gateway"))
    names = {"MARKET_" + key.replace(".", "_").upper() for key in re.findall(r"[a-z_]+(?:\.[a-z_]+)+", known)}
    given = re.findall(r"^#?(MARKET_\w+)=", (unpacked / "etc/marketplace/common.env").read_text(), re.MULTILINE)
    assert given and set(given) <= names


@every_unit
def test_unit_is_hardened(unpacked, unit):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is missing (apt-get install systemd)")
    done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=yes", f"--threshold={EXPOSURE_MAX}",
                           f"--root={unpacked}", f"marketplace-{unit}.service"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ("marketplace", "marketplace-sandbox"))
def test_lintian_has_nothing_to_say(packages, name):
    """What is allowed, and why, stands in deploy/debian/lintian."""
    if not shutil.which("lintian"):
        pytest.skip("lintian is missing (apt-get install lintian)")
    done = subprocess.run(["lintian", "--fail-on", "error,warning", packages[name]], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_maintainer_scripts_are_sound(packages, tmp_path):
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is missing (./market setup test)")
    for name, package in packages.items():
        output("dpkg-deb", "-e", package, tmp_path / name)
        for script in ("postinst", "prerm", "postrm"):
            text = (tmp_path / name / script).read_text()
            assert "set -e" in text and not re.search(r"@\w+@", text)
            subprocess.run(["shellcheck", tmp_path / name / script], check=True)

"""Dockerfile, compose.yaml, render.yaml and the systemd units, without a container engine."""

import re
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 (can't be imported during a test, unlike the modules that use it)
import pytest
import yaml

from novacart.entrypoints.cli import COMMANDS
from novacart.entrypoints.production_checks import (
    SETTING_NAMES,
    Finding,
    Severity,
    load_for_check,
)
from novacart.entrypoints.settings import load_settings
from tests.support.dockerfile import stages

ROOT = Path(__file__).parents[3]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|_KEY", re.IGNORECASE)
KEY = "a-private-random-key-of-the-tests-alone"
LIVE = {
    "SECRET_KEY": KEY,
    "SHOP_DOMAIN": "shop.example",
    "ALLOWED_HOSTS": "shop.example",
    "FRONTEND_URL": "https://shop.example",
    "EMAIL_BACKEND": "smtp",
    "EMAIL_HOST": "mail.shop.example",
    "EMAIL_HOST_USER": "shop",
    "EMAIL_HOST_PASSWORD": "Tq7-x",
    "DEFAULT_FROM_EMAIL": "orders@shop.example",
    "STRIPE_SECRET_KEY": "sk_live_1",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_1",
    "STRIPE_WEBHOOK_SECRET": "whsec_1",
    "CLOUDINARY_CLOUD_NAME": "shop",
    "CLOUDINARY_API_KEY": "1",
    "CLOUDINARY_API_SECRET": "2",
    "BACKUP_KEY": "another-private-random-key-of-the-tests",
    "METRICS_ENABLED": "True",
    "METRICS_TOKEN": "a-token-of-monitoring",
}


def load_yaml(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / name).read_text())
    return document


@pytest.fixture
def compose() -> dict[str, Any]:
    return load_yaml("compose.yaml")


def interpolated(value: str, variables: dict[str, str]) -> str:
    """Replace `${NAME:-default}`, the only form that compose.yaml uses; a default may have one."""

    def replace(match: re.Match[str]) -> str:
        return variables.get(match["name"]) or match["default"]

    for _ in range(2):
        value = re.sub(r"\$\{(?P<name>\w+):-(?P<default>[^${}]*)\}", replace, value)
    assert "$" not in value
    return value


def errors(environ: dict[str, str]) -> list[Finding]:
    findings = load_for_check(environ, Path("missing.env"))[1]
    return [each for each in findings if each.severity is Severity.ERROR]


# --- Dockerfile ---------------------------------------------------------------------------------


def test_image_installs_locked_packages_only() -> None:
    build, _ = stages(ROOT / "Dockerfile")
    installs = [line for step, line in build if step == "RUN" and "pip install" in line]
    *locked, package = installs
    assert len(locked) == 2
    assert all({"--require-hashes", "--no-deps"} <= set(each.split()) for each in locked)
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(package.split())


def test_image_has_opentelemetry_on_request() -> None:
    build, _ = stages(ROOT / "Dockerfile")
    assert ("ARG", "REQUIREMENTS=runtime") in build
    (install,) = [line for _, line in build if "requirements/${REQUIREMENTS}.txt" in line]
    assert "/opt/novacart/bin/python -m pip install" in install
    copied = " ".join(line for step, line in build if step == "COPY")
    assert {"requirements/runtime.txt", "requirements/otel.txt"} <= set(copied.split())
    lock = (ROOT / "requirements" / "otel.txt").read_text()
    assert "opentelemetry-sdk==" in lock


@pytest.mark.parametrize("requirements", ["runtime", "otel"])
def test_image_has_no_package_of_the_build(requirements: str) -> None:
    lock = (ROOT / "requirements" / f"{requirements}.txt").read_text()
    of_the_build = {"pip"}
    for package in re.finditer(r"^(\S+)==.*?(?=^\S+==|\Z)", lock, re.MULTILINE | re.DOTALL):
        found = re.findall(r"# via (?=\S)(.*)|^    #   (.*)", package[0], re.MULTILINE)
        users = {"".join(user) for user in found} - {"-c requirements/runtime.txt"}
        if users <= {"hatchling", "novacart (pyproject.toml:build)"}:
            of_the_build.add(package[1])
    build, _ = stages(ROOT / "Dockerfile")
    (uninstall,) = [line for step, line in build if step == "RUN" and "uninstall" in line]
    assert {word for word in uninstall.split("uninstall")[1].split() if word[0] != "-"} == (
        of_the_build
    )


def test_image_runs_as_an_ordinary_user_with_a_health_check() -> None:
    _, final = stages(ROOT / "Dockerfile")
    steps = dict(final)
    assert steps["USER"] == "10001:10001"
    assert "novacart.entrypoints.health" in steps["HEALTHCHECK"]
    assert final[-1] == ("CMD", '["novacart", "serve"]')
    # Files of the application belong to root.
    assert [line for step, line in final if step == "COPY"] == [
        "--from=build /opt/novacart /opt/novacart"
    ]


def test_image_has_no_secret_and_no_file_that_is_not_named() -> None:
    everything = [step for stage in stages(ROOT / "Dockerfile") for step in stage]
    assert [line for step, line in everything if step == "ARG"] == ["REQUIREMENTS=runtime"]
    assert not [line for step, line in everything if step == "ENV" and SECRET.search(line)]
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = {
        source
        for step, line in everything
        if step == "COPY" and "--from" not in line
        for source in line.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)


# --- compose.yaml -------------------------------------------------------------------------------


def test_compose_services_are_confined(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert {"restart", "logging", "networks"} <= set(service), name
        assert not service.get("privileged"), name
        assert "latest" not in service["image"], name
        if name != "database":
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
    published = {name for name, service in compose["services"].items() if "ports" in service}
    assert published == {"proxy"}
    for name in ("database", "cache"):
        assert compose["services"][name]["networks"] == ["backend"]
    assert compose["networks"]["backend"] == {"internal": True}


def test_compose_names_what_it_declares(compose: dict[str, Any]) -> None:
    services = compose["services"]
    used = {
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", ())
        if not volume.startswith(".")
    }
    assert used == set(compose["volumes"])
    networks = {network for service in services.values() for network in service["networks"]}
    assert networks == set(compose["networks"])
    for name, service in services.items():
        for other, need in service.get("depends_on", {}).items():
            if need["condition"] == "service_healthy":
                check = services[other].get("healthcheck", {})
                # The web server's check is in the Dockerfile.
                assert other == "web" or check["test"], name
            elif need["condition"] == "service_completed_successfully":
                assert services[other]["restart"] == "no", name
        for volume in service.get("volumes", ()):
            if volume.startswith("."):
                assert (ROOT / volume.split(":")[0]).is_file()


def test_compose_starts_each_program_of_the_shop(compose: dict[str, Any]) -> None:
    commands = {}
    for name, service in compose["services"].items():
        if service["image"] == "novacart":
            assert service["command"][0] == "novacart"
            assert service["command"][1] in COMMANDS
            commands[name] = service["command"][1]
    assert commands == {
        "secrets": "init-secrets",
        "migrate": "migrate",
        "web": "serve",
        "worker": "worker",
        "archive": "archive-wal",
        "backup": "backup",
    }


@pytest.mark.parametrize("variables", [{}, LIVE], ids=["no .env file", "live shop"])
def test_compose_settings_have_no_error(compose: dict[str, Any], variables: dict[str, str]) -> None:
    for name in ("migrate", "web", "worker"):
        service = compose["services"][name]
        assert service["env_file"] == [{"path": ".env", "required": False}]
        environ = {
            key: interpolated(value, variables) for key, value in service["environment"].items()
        }
        assert set(environ) <= SETTING_NAMES
        assert errors({"SECRET_KEY": KEY} | variables | environ) == []
    text = (ROOT / "compose.yaml").read_text()
    assert not re.search(r"(SECRET_KEY|PASSWORD): [^$/]", text)


def test_compose_allows_the_domain_unless_hosts_are_set(compose: dict[str, Any]) -> None:
    hosts = compose["services"]["web"]["environment"]["ALLOWED_HOSTS"]
    assert interpolated(hosts, {}) == "localhost"
    assert interpolated(hosts, {"SHOP_DOMAIN": "shop.example"}) == "shop.example"
    both = {"SHOP_DOMAIN": "shop.example", "ALLOWED_HOSTS": ".shop.example"}
    assert interpolated(hosts, both) == ".shop.example"


def test_documented_check_runs_where_its_directories_can_be_written(
    compose: dict[str, Any],
) -> None:
    document = (ROOT / "docs" / "deploy.md").read_text()
    (name,) = re.findall(r"docker compose exec (\w+) novacart check", document)
    service = compose["services"][name]
    for directory in ("VAR_DIR", "BACKUP_DIR"):
        path = service["environment"][directory]
        assert [each for each in service["volumes"] if each.endswith(f":{path}")], directory


# --- render.yaml --------------------------------------------------------------------------------


def test_render_services_refer_to_what_exists() -> None:
    document = load_yaml("render.yaml")
    services = {service["name"]: service for service in document["services"]}
    groups = {group["name"] for group in document["envVarGroups"]}
    databases = {database["name"] for database in document["databases"]}
    for service in services.values():
        for variable in service.get("envVars", ()):
            if "fromGroup" in variable:
                assert variable["fromGroup"] in groups
                continue
            assert variable["key"] in SETTING_NAMES
            if source := variable.get("fromService"):
                other = services[source["name"]]
                assert other["type"] == source["type"]
                if key := source.get("envVarKey"):
                    assert key == variable["key"]
                    assert {"key": key, "sync": False} in other["envVars"]
            if source := variable.get("fromDatabase"):
                assert source["name"] in databases
        for key in ("dockerCommand", "preDeployCommand"):
            if key in service:
                program, command = service[key].split()[:2]
                assert (program, command in COMMANDS) == ("novacart", True)
        if "dockerfilePath" in service:
            assert (ROOT / service["dockerfilePath"]).is_file()
        else:
            assert service["ipAllowList"] == []
    assert [service["type"] for service in services.values()] == [
        "web",
        "worker",
        "cron",
        "keyvalue",
    ]


def test_render_proves_a_backup_every_night_at_the_time_of_the_other_ways() -> None:
    (cron,) = [each for each in load_yaml("render.yaml")["services"] if each["type"] == "cron"]
    assert cron["schedule"] == "0 3 * * *"
    # Of a cron job, Render accepts neither.
    assert not {"disk", "maxShutdownDelaySeconds"} & set(cron)
    (prove,) = [
        each["command"]
        for each in load_yaml("compose.yaml")["services"].values()
        if "backup" in each.get("command", ())
    ]
    assert cron["dockerCommand"].split() == prove[:3]
    assert prove[3:] == ["--daily", "03:00"]
    assert (
        "OnCalendar=*-*-* 03:00:00 UTC"
        in (ROOT / "deploy" / "systemd" / "novacart-backup.timer").read_text()
    )


def test_render_settings_have_no_error_and_hold_no_secret() -> None:
    document = load_yaml("render.yaml")
    (group,) = document["envVarGroups"]
    given = {
        "DATABASE_URL": "postgresql://shop:Tq7-x@dpg-1-a/novacart",
        "REDIS_URL": "redis://red-1:6379",
        "PORT": "10000",
    }
    for service in document["services"]:
        environ = dict(given)
        for variable in [*group["envVars"], *service.get("envVars", ())]:
            if "value" in variable:
                assert not SECRET.search(variable["key"])
                environ[variable["key"]] = variable["value"]
            elif (name := variable.get("key")) and name not in environ:
                environ[name] = LIVE[name]
        if service["type"] == "cron":
            load_settings(environ, dotenv=Path("missing.env"), needs_secret=False)
            assert environ["BACKUP_KEY"]
        elif service["type"] != "keyvalue":
            assert errors(environ) == []
            # deploy.md asks for them, and Render generates them.
            assert {"BACKUP_KEY", "METRICS_ENABLED", "METRICS_TOKEN"} <= set(environ)


# --- systemd ------------------------------------------------------------------------------------


def read_unit(path: Path) -> RawConfigParser:
    unit = RawConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign] # keep the case
    unit.read(path)
    return unit


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_unit_runs_a_command_as_an_ordinary_user_in_a_read_only_system(path: Path) -> None:
    service = read_unit(path)["Service"]
    assert service["User"] == "novacart"
    assert service["WorkingDirectory"] == "/etc/novacart"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["UMask"] == "0077"
    program, command = service["ExecStart"].split()[:2]
    assert program == "/opt/novacart/bin/novacart"
    assert command in COMMANDS


def test_postgresql_in_the_image_fits_the_server(compose: dict[str, Any]) -> None:
    # Debian 13 (trixie) has PostgreSQL 17; pg_dump refuses a newer server.
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert dockerfile.count("FROM python:3.13-slim-trixie") == 2
    assert "postgresql-17" in dockerfile
    assert compose["services"]["database"]["image"].startswith("postgres:17")
    assert load_yaml("render.yaml")["databases"][0]["postgresMajorVersion"] == "17"


def test_documented_update_does_not_stop_the_shop_before_the_migration() -> None:
    # The units require novacart-migrate, so that systemd stops them before it restarts it.
    document = (ROOT / "docs" / "deploy.md").read_text()
    _, _, update = document.partition("Update: run `git pull`, and build the storefront")
    install, commands = update.split("```")[1:4:2]
    release = "/opt/novacart-2"
    # Files of the running release are not replaced.
    assert set(re.findall(r"/opt/\S+?(?=/bin| |\n)", install)) == {release}
    assert "novacart-migrate" not in commands
    assert (
        commands.index(f"{release}/bin/novacart migrate &&")
        < commands.index(f"{release} /opt/novacart &&")
        < commands.index("systemctl start")
    )


def test_documented_update_replaces_the_web_server_while_another_one_runs() -> None:
    document = (ROOT / "docs" / "deploy.md").read_text()
    start, restart, stop = re.findall(
        r"sudo systemctl (\w+) novacart-web@(\w+) *(?:&&|\n)", document
    )[:3]
    assert (start, restart, stop) == (("start", "update"), ("restart", "main"), ("stop", "update"))
    socket = read_unit(ROOT / "deploy" / "systemd" / "novacart-web.socket")["Socket"]
    assert socket["Service"] == "novacart-web@main.service"
    # tests/integration/faults/test_rolling_update.py sets it.
    assert socket["DeferAcceptSec"] == "1"
    web = read_unit(ROOT / "deploy" / "systemd" / "novacart-web@.service")["Service"]
    assert (web["Type"], web["Sockets"]) == ("notify", "novacart-web.socket")


def test_units_start_after_the_migration() -> None:
    names = {path.stem for path in UNITS}
    assert {"novacart-migrate", "novacart-web@", "novacart-worker"} <= names
    for name in ("novacart-web@", "novacart-worker"):
        unit = read_unit(ROOT / "deploy" / "systemd" / f"{name}.service")
        assert "novacart-migrate.service" in unit["Unit"]["Requires"]
        assert "novacart-migrate.service" in unit["Unit"]["After"]
        # Longer than the 30 seconds that running requests and jobs have.
        assert int(unit["Service"]["TimeoutStopSec"]) > 30

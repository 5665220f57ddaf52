"""WordPress's and MySQL's images, as pods under Pod Security `restricted`."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from cluster import bringup, image_states
from cluster.image_recipes import recipes
from cluster.image_settings import ImageSettings
from cluster.progress import Progress
from tests.cluster.browsing import Customer, form
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.test_workloads import ingress
from tests.cluster.waiting import until

NAMESPACE = "wordpress-image"
HOST = f"{NAMESPACE}.localhost"
NAME = 'Grüße & "Söhne" <b>🛒</b>'
PASSWORD = secrets.token_urlsafe(16)
DATABASE_PASSWORD = secrets.token_hex(16)


def pod(name: str, image: str, user: int, environment: dict[str, str], **more: Any) -> str:
    """A Deployment of one pod that meets Pod Security `restricted`, and its Service."""
    labels = {"app": name}
    mounts = {"/tmp": "tmp", **more.pop("mounts")}
    container = {
        "name": name,
        "image": image,
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": v, "mountPath": path} for path, v in mounts.items()],
        **more,
    }
    spec = {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 5,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": v, "emptyDir": {}} for v in dict.fromkeys(mounts.values())],
    }
    port = container["readinessProbe"].get("tcpSocket", container["readinessProbe"].get("httpGet"))
    objects = [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {
                "selector": labels,
                "ports": [{"name": "http", "port": port["port"], "targetPort": port["port"]}],
            },
        },
    ]
    return "\n---\n".join(json.dumps(made) for made in objects)


@pytest.fixture(scope="module")
def site(cluster: LocalCluster) -> Iterator[Customer]:
    """A visitor of a site that came up from nothing against its own MySQL."""
    result = bringup.up(
        cluster.home, progress=Progress(), names=("pause", "mysql", "wordpress-woocommerce")
    )
    assert not result.failed, result.failed
    namespace = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": NAMESPACE,
            "labels": {"pod-security.kubernetes.io/enforce": "restricted"},
        },
    }
    cluster.apply(json.dumps(namespace))
    cluster.apply(
        pod(
            "mysql",
            cluster.image("mysql"),
            999,
            {
                "MYSQL_DATABASE": "wordpress",
                "MYSQL_USER": "wordpress",
                "MYSQL_PASSWORD": DATABASE_PASSWORD,
                "MYSQL_ROOT_PASSWORD": secrets.token_hex(16),
            },
            mounts={"/var/lib/mysql": "data"},
            readinessProbe={"tcpSocket": {"port": 3306}, "periodSeconds": 1},
        )
    )
    cluster.apply(
        pod(
            "wordpress",
            cluster.image("wordpress-woocommerce"),
            33,
            {
                "WORDPRESS_DB_HOST": "mysql",
                "WORDPRESS_DB_NAME": "wordpress",
                "WORDPRESS_DB_USER": "wordpress",
                "WORDPRESS_DB_PASSWORD": DATABASE_PASSWORD,
                "WORDPRESS_SALT_SEED": secrets.token_hex(32),
                "ADMIN_USER": "owner",
                "ADMIN_EMAIL": "owner@example.com",
                "ADMIN_PASSWORD": PASSWORD,
                "STORE_NAME": NAME,
                "STORE_URL": f"http://{HOST}"
                + (f":{cluster.http_port}" if cluster.http_port != 80 else ""),
            },
            mounts={"/var/www/html/wp-content/uploads": "uploads"},
            readinessProbe={"httpGet": {"port": 8080, "path": "/healthz"}, "periodSeconds": 1},
        )
    )
    ingress(cluster, NAMESPACE, "site", [(HOST, "/", "Prefix", "wordpress")])
    visitor = Customer(HOST, cluster.http_port)
    try:
        until("the site answers", lambda: visitor.get("/").status_code == 200)
    except AssertionError:
        describe(cluster, NAMESPACE)
        raise
    yield visitor
    visitor.client.close()
    cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def test_the_site_carries_its_name_as_text(site: Customer) -> None:
    page = site.get("/").text
    assert "Grüße &amp;" in page
    assert "<b>🛒" not in page


def test_nobody_finds_an_install_page_or_a_back_door(site: Customer) -> None:
    for path in ("/wp-admin/install.php", "/xmlrpc.php", "/wp-config.php", "/wp-cron.php"):
        assert site.client.get(path).status_code in {403, 404, 405}, path


def test_the_owner_signs_in_and_nobody_else(site: Customer, cluster: LocalCluster) -> None:
    login = form(site.get("/wp-login.php"), "log")
    wrong = site.client.post("/wp-login.php", data={**login.fields, "log": "owner", "pwd": "guess"})
    assert wrong.status_code == 200
    owner = Customer(HOST, cluster.http_port)
    owner.get("/wp-login.php")
    answer = owner.client.post(
        "/wp-login.php", data={**login.fields, "log": "owner", "pwd": PASSWORD}
    )
    assert answer.status_code == 302, answer.text[-2000:]
    assert "/wp-admin" in answer.headers["location"]
    owner.client.close()


def test_a_second_start_changes_nothing(site: Customer, cluster: LocalCluster) -> None:
    before = site.get("/wp-json/").json()
    cluster.kubectl("rollout", "restart", "deployment/wordpress", "-n", NAMESPACE)
    cluster.kubectl("rollout", "status", "deployment/wordpress", "-n", NAMESPACE, "--timeout=180s")
    until("the site answers", lambda: site.get("/").status_code == 200)
    assert site.get("/wp-json/").json()["name"] == before["name"]


def test_it_stops_in_order_also_when_its_database_is_gone(
    site: Customer, cluster: LocalCluster
) -> None:
    cluster.kubectl("scale", "deployment/mysql", "-n", NAMESPACE, "--replicas=0")
    until("the site says that it is not ready", lambda: site.get("/healthz").status_code == 503)
    cluster.kubectl("exec", "-n", NAMESPACE, "deployment/wordpress", "--", "kill", "-TERM", "1")

    def ended() -> Any:
        pods = cluster.json("get", "pods", "-n", NAMESPACE, "-l", "app=wordpress")["items"]
        states = [s for p in pods for s in p["status"]["containerStatuses"]]
        return [s["lastState"]["terminated"] for s in states if s["lastState"]]

    assert until("the container has ended", ended)[0]["exitCode"] == 0


def test_the_image_says_whether_it_holds_woocommerce(cluster: LocalCluster) -> None:
    settings = ImageSettings.from_environment()
    (state,) = image_states.read(
        cluster.home, recipes(cluster.home, ["wordpress-woocommerce"], settings=settings)
    )
    assert state.state == "ready"
    result = bringup.build_images(
        cluster.home, progress=Progress(), names=["wordpress-woocommerce"]
    )
    labels = result.built["wordpress-woocommerce"].labels
    holds = labels["dev.storeweaver.woocommerce"] != "absent"
    assert holds == bool(settings.woocommerce)

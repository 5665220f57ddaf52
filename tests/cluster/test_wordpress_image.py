"""WordPress's image on each database that it may have, as pods under Pod Security `restricted`.

What holds with and without WooCommerce in the image; selling is proved in test_engines.py.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest

from cluster import bringup, image_states
from cluster.image_recipes import SOURCES, recipes
from cluster.image_settings import ImageSettings
from cluster.progress import Progress
from tests.cluster.browsing import Customer
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.endings import exit_status, running_pod
from tests.cluster.image_pods import ImagePod, database_pod, inside, restricted
from tests.cluster.test_workloads import ingress
from tests.cluster.trading import PICTURE, Place, WooCommerceTrade, WordPressOwner
from tests.cluster.waiting import until

IMAGE = "wordpress-woocommerce"
TAKES_RELEASE = SOURCES / IMAGE / "build" / "take-release.php"
NAME = 'Grüße & "Söhne" <b>🛒</b>'
UPLOADS = "/var/www/html/wp-content/uploads"
FILL = "head --bytes=1G /dev/zero > {folder}/fill 2>/dev/null || true"
"""Ends when the volume is full."""


@dataclass
class Site:
    """One that came up from nothing; its owner's credentials as the owner has them now."""

    cluster: LocalCluster
    database: str
    namespace: str
    visitor: Customer
    credentials: dict[str, str] = field(default_factory=dict)

    def is_up(self) -> bool:
        # past the pages that are kept for a few seconds
        return self.visitor.get("/?fresh=1").status_code == 200

    def owner(self) -> WordPressOwner:
        place = Place(f"{self.namespace}.localhost", self.cluster.http_port, dict(self.credentials))
        return WooCommerceTrade().owner(place)

    def inside(self, name: str, script: str) -> str:
        return inside(self.cluster, self.namespace, name, script)

    def sql(self, statements: str) -> None:
        """Have the database's administrator execute them."""
        client = '"$(command -v mariadb || command -v mysql)" --user=root --socket=/tmp/mysqld.sock'
        ask = f'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" {client} wordpress'
        self.inside("mysql", f'{ask} --execute="{statements}"')

    def restarts(self) -> int:
        pods = self.cluster.json("get", "pods", "-n", self.namespace)["items"]
        return sum(s["restartCount"] for p in pods for s in p["status"]["containerStatuses"])


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def site(cluster: LocalCluster, request: pytest.FixtureRequest) -> Iterator[Site]:
    database: str = request.param
    result = bringup.up(cluster.home, progress=Progress(), names=("pause", database, IMAGE))
    assert not result.failed, result.failed
    namespace = f"wordpress-on-{database}"
    host = f"{namespace}.localhost"
    credentials = {
        "ADMIN_USER": "owner",
        "ADMIN_EMAIL": "owner@example.com",
        "ADMIN_PASSWORD": secrets.token_urlsafe(16),
    }
    password = secrets.token_hex(16)
    wordpress = ImagePod(
        name="wordpress",
        namespace=namespace,
        image=cluster.image(IMAGE),
        user=33,
        environment={
            "WORDPRESS_DB_HOST": "mysql",
            "WORDPRESS_DB_NAME": "wordpress",
            "WORDPRESS_DB_USER": "wordpress",
            "WORDPRESS_DB_PASSWORD": password,
            "WORDPRESS_SALT_SEED": secrets.token_hex(32),
            **credentials,
            "STORE_NAME": NAME,
            "STORE_URL": f"http://{host}"
            + (f":{cluster.http_port}" if cluster.http_port != 80 else ""),
        },
        mounts={UPLOADS: "uploads"},
        sizes={"uploads": "48Mi"},
        # as in the chart: while the database is away, visitors get a page that says so
        probe={"httpGet": {"port": 8080, "path": "/livez"}},
    )
    cluster.apply(restricted(namespace))
    cluster.apply(
        database_pod(cluster, namespace, database, password, sizes={"data": "320Mi"}).manifests()
    )
    cluster.apply(wordpress.manifests())
    ingress(cluster, namespace, "site", [(host, "/", "Prefix", "wordpress")])
    made = Site(cluster, database, namespace, Customer(host, cluster.http_port), credentials)
    try:
        until("the site answers", made.is_up)
        yield made
    finally:
        if request.session.testsfailed:
            describe(cluster, namespace)
        made.visitor.client.close()
        cluster.kubectl("delete", "namespace", namespace, "--wait=false")


def test_the_site_carries_its_name_as_text(site: Site) -> None:
    page = site.visitor.get("/").text
    assert "Grüße &amp;" in page
    assert "<b>🛒" not in page


def test_nobody_finds_an_install_page_or_a_back_door(site: Site) -> None:
    for path in (
        *("/wp-admin/install.php", "/wp-admin/setup-config.php", "/wp-config.php"),
        *("/xmlrpc.php", "/wp-cron.php", "/.htaccess", "/readme.html"),
    ):
        assert site.visitor.client.get(path).status_code in {403, 404, 405}, path


def test_the_owner_signs_in_and_nobody_else(site: Site) -> None:
    site.owner().close()
    password = site.credentials["ADMIN_PASSWORD"]
    site.credentials["ADMIN_PASSWORD"] = "guessed"
    with pytest.raises(AssertionError):
        site.owner()
    site.credentials["ADMIN_PASSWORD"] = password


def test_not_even_the_owner_edits_files_in_the_browser(site: Site) -> None:
    owner = site.owner()
    for page in ("theme-editor.php", "plugin-editor.php"):
        assert owner.customer.client.get(f"/wp-admin/{page}").status_code == 403, page
    owner.close()


def test_behind_a_proxy_that_ends_tls_every_address_is_https(site: Site) -> None:
    host = site.visitor.host
    ask = (
        "$asked = stream_context_create(['http' => ['header' => "
        f'"Host: {host}\\r\\nX-Forwarded-Proto: https"]]);'
        "echo file_get_contents('http://127.0.0.1:8080/?proxy=1', false, $asked);"
    )
    page = site.cluster.kubectl(
        *("exec", "-n", site.namespace, "deployment/wordpress", "--", "php", "-r", ask)
    )
    assert f"https://{host}" in page
    assert f"http://{host}" not in page


def test_a_second_start_changes_nothing_that_the_owner_changed(site: Site) -> None:
    owner = site.owner()
    client = owner.customer.client
    changed = {"title": "My own name", "description": "", "timezone": "Europe/Berlin"}
    assert client.post("/wp-json/wp/v2/settings", json=changed).is_success
    front = client.get("/wp-json/wp/v2/pages").json()[0]["id"]
    assert client.delete(f"/wp-json/wp/v2/pages/{front}").is_success
    password = secrets.token_urlsafe(16)
    assert client.post("/wp-json/wp/v2/users/me", json={"password": password}).is_success
    site.credentials["ADMIN_PASSWORD"] = password
    owner.close()

    restart = ("rollout", "restart", "deployment/wordpress", "-n", site.namespace)
    site.cluster.kubectl(*restart)
    site.cluster.kubectl("rollout", "status", *restart[2:], "--timeout=180s")
    until("the site answers", lambda: site.visitor.get("/wp-json/").status_code == 200)
    owner = site.owner()
    client = owner.customer.client
    found = client.get("/wp-json/wp/v2/settings").json()
    assert {key: found[key] for key in changed} == changed
    assert front not in [page["id"] for page in client.get("/wp-json/wp/v2/pages").json()]
    owner.close()


def test_a_shop_that_the_image_cannot_serve_is_left_alone(site: Site) -> None:
    """A WooCommerce of the tables that is newer than the image's, or that it does not have."""
    site.sql(
        "UPDATE wp_options SET option_name = 'kept' WHERE option_name = 'woocommerce_db_version';"
        "INSERT INTO wp_options (option_name, option_value, autoload) "
        "VALUES ('woocommerce_db_version', '99.0.0', 'yes')"
    )
    pod = running_pod(site.cluster, site.namespace, "wordpress", label="app")
    site.cluster.kubectl("delete", "pod", pod, "-n", site.namespace)

    def refusal() -> str:
        name = running_or_ended(site)
        said = site.cluster.kubectl("logs", name, "-n", site.namespace) if name else ""
        return said if "99.0.0" in said else ""

    said = until("it refuses", refusal)
    assert "othing was changed" in said
    assert "newer than this image's" in said or "built without it" in said
    site.sql(
        "DELETE FROM wp_options WHERE option_name = 'woocommerce_db_version';"
        "UPDATE wp_options SET option_name = 'woocommerce_db_version' WHERE option_name = 'kept'"
    )
    until("the site answers again", site.is_up)


def running_or_ended(site: Site) -> str:
    """The name of WordPress's pod once its container has started; "" before."""
    found = site.cluster.json("get", "pods", "-n", site.namespace, "-l", "app=wordpress")["items"]
    return next(
        (
            pod["metadata"]["name"]
            for pod in found
            for status in pod["status"].get("containerStatuses", ())
            if "waiting" not in status["state"] or status["lastState"]
        ),
        "",
    )


def test_a_full_uploads_volume_is_told_and_costs_nothing(site: Site) -> None:
    owner = site.owner()
    kept = owner.upload(PICTURE)
    site.inside("wordpress", FILL.format(folder=UPLOADS))
    with pytest.raises(AssertionError, match=r"(?i)upload"):
        owner.upload(PICTURE)
    assert site.is_up()
    assert site.visitor.client.get(kept).content == PICTURE
    site.inside("wordpress", f"rm {UPLOADS}/fill")
    assert site.visitor.client.get(owner.upload(PICTURE)).content == PICTURE
    owner.close()


def test_a_database_without_room_refuses_and_loses_nothing(site: Site) -> None:
    owner = site.owner()
    pages = "/wp-json/wp/v2/pages"

    def write() -> httpx.Response:
        wanted = {"title": "Large", "content": "x" * 1_000_000, "status": "private"}
        return owner.customer.client.post(pages, json=wanted)

    first = write()
    assert first.status_code == 201
    site.inside("mysql", FILL.format(folder="/var/lib/mysql"))
    # what the tables have reserved is used up first
    refused = until(
        "there is no room", lambda: next((w for w in (write(),) if not w.is_success), None)
    )
    assert refused is not None
    assert refused.status_code >= 500, refused.text
    if site.database == "mysql":
        # MariaDB ends instead, and waits for room before it answers
        assert site.is_up()
    running_pod(site.cluster, site.namespace, "mysql", label="app")
    site.inside("mysql", "rm /var/lib/mysql/fill")
    until("it takes data again", lambda: write().is_success)
    kept = owner.customer.client.get(f"{pages}/{first.json()['id']}?context=edit").json()
    assert len(kept["content"]["raw"]) == 1_000_000
    owner.close()


def test_a_database_that_goes_without_a_word_keeps_nobody_waiting_and_restarts_nothing(
    site: Site,
) -> None:
    before = site.restarts()
    site.inside("mysql", "kill -STOP -1")
    said = until(
        "visitors are told",
        lambda: next((a for a in (site.visitor.get("/?frozen=1"),) if a.status_code != 200), None),
    )
    site.inside("mysql", "kill -CONT -1")
    assert said is not None
    assert said.status_code == 503
    assert "Nothing is lost" in said.text
    until("the site is back", site.is_up)
    assert site.restarts() == before


def test_scheduled_work_is_done_without_visitors(site: Site) -> None:
    def has_run() -> bool:
        logs = site.cluster.kubectl("logs", "deployment/wordpress", "-n", site.namespace)
        return '"GET /wp-cron.php" 200' in logs

    until("the scheduled work was done", has_run)


def test_a_release_with_another_sum_stops_the_build_and_both_sums_are_said(site: Site) -> None:
    """By the build's own script, in the image that it made."""
    content, expected = b"another file", "ab" * 32
    found = hashlib.sha256(content).hexdigest()
    run = (
        "cat > /tmp/take-release.php; mkdir /tmp/release;"
        f"printf '{content.decode()}' > /tmp/release/woocommerce.zip;"
        f"WOOCOMMERCE_SHA256={expected} php /tmp/take-release.php /tmp/release /tmp/made 2>&1;"
        "echo status $?"
    )
    said = site.cluster.kubectl(
        *("exec", "--stdin", "-n", site.namespace, "deployment/wordpress", "--", "sh", "-c", run),
        stdin=TAKES_RELEASE.read_text(),
    )
    assert f"expected: {expected}" in said
    assert f"found:    {found}" in said
    assert said.endswith("status 1\n")


def test_it_stops_in_order_also_when_its_database_is_gone(site: Site) -> None:
    cluster, namespace = site.cluster, site.namespace
    database = running_pod(cluster, namespace, "mysql", label="app")
    pod = running_pod(cluster, namespace, "wordpress", label="app")
    assert exit_status(cluster, namespace, database) == 0
    cluster.kubectl("scale", "deployment/mysql", "-n", namespace, "--replicas=0")
    until(
        "the site says that it is not ready",
        lambda: site.visitor.get("/healthz").status_code == 503,
    )
    assert exit_status(cluster, namespace, pod) == 0


def test_the_image_says_whether_it_holds_woocommerce(cluster: LocalCluster) -> None:
    settings = ImageSettings.from_environment()
    (state,) = image_states.read(cluster.home, recipes(cluster.home, [IMAGE], settings=settings))
    assert state.state == ("ready" if settings.woocommerce else "lacking")
    result = bringup.build_images(cluster.home, progress=Progress(), names=[IMAGE])
    labels = result.built[IMAGE].labels
    holds = labels["dev.storeweaver.woocommerce"] != "absent"
    assert holds == bool(settings.woocommerce)
    sums = recipes(cluster.home, [IMAGE], settings=settings)[IMAGE].release
    assert labels.get("dev.storeweaver.woocommerce.sha256", "") == (sums.digest if sums else "")
    # what came from Debian's moving suite is there as it was resolved
    assert "wordpress=" in labels["dev.storeweaver.packages"]
    assert f"WordPress={state.versions['WordPress']}" in labels["dev.storeweaver.versions"].split()

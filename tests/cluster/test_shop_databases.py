"""MySQL's and MariaDB's images: what they refuse, and that they leave it as it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from cluster import bringup
from cluster.progress import Progress
from tests.cluster.conftest import LocalCluster, describe
from tests.cluster.image_pods import database_pod, restricted
from tests.cluster.waiting import until

DATA = "/var/lib/mysql/data"
PASSWORD = "0123456789abcdef"
NEWER_MYSQL = (
    f"mkdir {DATA}; touch {DATA}/mysql.ibd;"
    """ echo '{"file_format":"1","upgrade_history":[{"version":"%s","maturity":"LTS"}]}' """
    f"> {DATA}/mysql_upgrade_history"
)
NEWER_MARIADB = f"mkdir {DATA}; touch {DATA}/aria_log_control; echo %s > {DATA}/storeweaver-version"


@pytest.fixture(scope="module")
def namespace(cluster: LocalCluster) -> Iterator[str]:
    names = ("pause", "mysql", "mariadb")
    result = bringup.up(cluster.home, progress=Progress(), names=names)
    assert not result.failed, result.failed
    name = f"databases-{uuid.uuid4().hex[:8]}"
    cluster.apply(restricted(name))
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


@pytest.mark.parametrize(
    ("image", "before", "sizes", "said"),
    [
        pytest.param(
            "mysql", NEWER_MYSQL % "9.99.0", {}, "which is newer than this", id="newer-mysql"
        ),
        pytest.param(
            "mariadb", NEWER_MARIADB % "99.1.0", {}, "another release series", id="newer-mariadb"
        ),
        pytest.param(
            "mysql",
            f"mkdir {DATA}; touch {DATA}/aria_log_control",
            {},
            "written by MariaDB",
            id="mariadb-under-mysql",
        ),
        pytest.param(
            "mariadb",
            f"mkdir {DATA}; touch {DATA}/mysql.ibd",
            {},
            "written by MySQL",
            id="mysql-under-mariadb",
        ),
        pytest.param("mysql", "", {"data": "16Mi"}, "is the volume full", id="full-mysql"),
        pytest.param("mariadb", "", {"data": "16Mi"}, "is the volume full", id="full-mariadb"),
    ],
)
def test_refused(
    cluster: LocalCluster,
    namespace: str,
    image: str,
    before: str,
    sizes: dict[str, str],
    said: str,
) -> None:
    pod = database_pod(cluster, namespace, image, PASSWORD, before=before, sizes=sizes)
    cluster.apply(pod.manifests())

    def words() -> str:
        """Of the container's run, and of the one before."""
        found = cluster.json("get", "pods", "-n", namespace, "-l", "app=mysql")["items"]
        heard = []
        for each in found:
            for status in each["status"].get("containerStatuses", ()):
                logs = ("logs", each["metadata"]["name"], "-c", "mysql", "-n", namespace)
                if status["restartCount"]:
                    heard.append(cluster.kubectl(*logs, "--previous"))
                elif "waiting" not in status["state"]:
                    heard.append(cluster.kubectl(*logs))
        return "".join(heard)

    try:
        until("it refuses", lambda: said in words())
    except AssertionError:
        describe(cluster, namespace)
        raise
    finally:
        cluster.kubectl("delete", "deployment,service", "mysql", "-n", namespace)
        cluster.kubectl("wait", "pods", "-l", "app=mysql", "-n", namespace, "--for=delete")

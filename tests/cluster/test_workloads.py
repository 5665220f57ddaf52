"""Ordinary use: names, Services, ingress, volumes, logs, exec, events, top, quota."""

from __future__ import annotations

import json
import ssl
import threading
from functools import partial
from pathlib import Path

import httpx
import pytest

from cluster.errors import CommandFailed
from cluster.pki import Authority, Leaf
from tests.cluster.conftest import LocalCluster
from tests.cluster.waiting import until

SERVER = (
    "require('http').createServer((q,s)=>{console.log(q.url);"
    "s.end(process.env.SAYS+' '+q.url)}).listen(8080)"
)


def web(cluster: LocalCluster, namespace: str, name: str, replicas: int = 1) -> None:
    """A Deployment and a Service of a small web server that says its name."""
    labels = {"app": name}
    container = {
        "name": "web",
        "image": cluster.image("medusa-storefront"),
        "command": ["node", "-e", SERVER],
        "env": [{"name": "SAYS", "value": name}],
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"port": "http"}, "periodSeconds": 1},
    }
    for made in (
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]},
                },
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "selector": labels,
                "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
            },
        },
    ):
        cluster.apply(json.dumps(made))


def ingress(
    cluster: LocalCluster,
    namespace: str,
    name: str,
    routes: list[tuple[str, str, str, str]],
    secret: str = "",
) -> None:
    """An Ingress with rules of (host, path, path type, service)."""
    rules = [
        {
            "host": host,
            "http": {
                "paths": [
                    {
                        "path": path,
                        "pathType": kind,
                        "backend": {"service": {"name": service, "port": {"name": "http"}}},
                    }
                ]
            },
        }
        for host, path, kind, service in routes
    ]
    spec: dict[str, object] = {"rules": rules}
    if secret:
        spec["tls"] = [{"hosts": [routes[0][0]], "secretName": secret}]
    cluster.apply(
        json.dumps(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": name, "namespace": namespace},
                "spec": spec,
            }
        )
    )


def get(cluster: LocalCluster, host: str, path: str = "/") -> httpx.Response:
    return httpx.get(
        f"http://127.0.0.1:{cluster.http_port}{path}", headers={"host": host}, timeout=30
    )


def wait_rolled_out(cluster: LocalCluster, namespace: str, name: str) -> None:
    cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", namespace, "--timeout=120s")


def asked(cluster: LocalCluster, namespace: str, url: str) -> str:
    """What a pod of `two` is answered; why it is not, where nobody answers."""
    ask = "fetch(process.argv[1]).then(a=>a.text()).then(console.log)"
    try:
        return cluster.kubectl(
            *("exec", "-n", namespace, "deployment/two", "--", "node", "-e", ask), url
        ).strip()
    except CommandFailed as failure:
        return failure.detail


def is_told(cluster: LocalCluster, namespace: str, url: str, expected: str) -> bool:
    return asked(cluster, namespace, url) == expected


def test_pods_find_services_by_name_and_reach_each_other(
    cluster: LocalCluster, namespace: str
) -> None:
    web(cluster, namespace, "one", replicas=2)
    web(cluster, namespace, "two")
    for name in ("one", "two"):
        wait_rolled_out(cluster, namespace, name)
    for host in ("one", f"one.{namespace}.svc.cluster.local"):
        # a pod may be ready a moment before the Service leads to it
        url = f"http://{host}/hello"
        until(f"{host} answers", partial(is_told, cluster, namespace, url, "one /hello"))
    address = cluster.json("get", "pods", "-n", namespace, "-l", "app=one")["items"][0]["status"][
        "podIP"
    ]
    assert asked(cluster, namespace, f"http://{address}:8080/direct") == "one /direct"


def test_logs_events_and_usage_can_be_read(cluster: LocalCluster, namespace: str) -> None:
    web(cluster, namespace, "web")
    wait_rolled_out(cluster, namespace, "web")
    assert "/" in cluster.kubectl("logs", "-n", namespace, "deployment/web")

    def reasons() -> set[str]:
        listed = cluster.kubectl("get", "events", "-n", namespace, "-o", "jsonpath={..reason}")
        return set(listed.split())

    # events are sent when there is time for them
    until("the pod's events are there", lambda: reasons() >= {"Scheduled", "Started"})

    def usage() -> str:
        try:
            return cluster.kubectl("top", "pods", "-n", namespace, "--no-headers")
        except CommandFailed:
            return ""

    assert "Mi" in until("metrics of the pod are there", usage)
    assert "storeweaver" in cluster.kubectl("top", "nodes", "--no-headers")


def test_a_quota_refuses_what_exceeds_it(cluster: LocalCluster, namespace: str) -> None:
    cluster.kubectl("create", "quota", "small", "-n", namespace, "--hard=pods=0")
    until(
        "the quota is in force",
        lambda: (
            cluster.json("get", "quota", "small", "-n", namespace).get("status", {}).get("hard")
        ),
    )
    with pytest.raises(CommandFailed) as refused:
        cluster.kubectl("run", "x", "-n", namespace, "--image=x")
    assert "exceeded quota" in refused.value.detail


def test_requests_are_routed_by_host_and_path(cluster: LocalCluster, namespace: str) -> None:
    for name in ("front", "admin", "wild"):
        web(cluster, namespace, name)
    host, wild = f"{namespace}.localhost", f"{namespace}.example"
    ingress(
        cluster,
        namespace,
        "shop",
        [
            (host, "/", "Prefix", "front"),
            (host, "/app", "Prefix", "admin"),
            (host, "/app/exact", "Exact", "front"),
            (f"*.{wild}", "/", "Prefix", "wild"),
        ],
    )
    for name in ("front", "admin", "wild"):
        wait_rolled_out(cluster, namespace, name)
    for asked, path, expected in (
        (host, "/", "front /"),
        (host, "/app", "admin /app"),
        (host, "/app/x", "admin /app/x"),
        (host, "/apple", "front /apple"),
        (host, "/app/exact", "front /app/exact"),
        (f"any.{wild}", "/x", "wild /x"),
    ):
        until(
            f"{asked}{path} goes to {expected}",
            lambda asked=asked, path=path, expected=expected: (
                get(cluster, asked, path).text  # type: ignore[misc]
                == expected
            ),
        )

    def addresses() -> object:
        status = cluster.json("get", "ingress", "shop", "-n", namespace)["status"]
        return status["loadBalancer"].get("ingress")

    until("its status has an address", addresses)
    assert addresses() == [{"ip": "127.0.0.1"}]
    unknown = get(cluster, "nobody.test")
    assert unknown.status_code == 404
    assert host in unknown.text


def test_a_service_without_pods_answers_503_with_a_sentence(
    cluster: LocalCluster, namespace: str
) -> None:
    web(cluster, namespace, "gone", replicas=0)
    host = f"{namespace}.localhost"
    ingress(cluster, namespace, "shop", [(host, "/", "Prefix", "gone")])
    until("the host is known", lambda: get(cluster, host).status_code == 503)
    answer = get(cluster, host)
    assert f"The Service {namespace}/gone has no pod that is ready." in answer.text


def test_tls_serves_the_secrets_certificate(
    cluster: LocalCluster, namespace: str, tmp_path: Path
) -> None:
    host = f"{namespace}.localhost"
    authority = Authority(tmp_path, name="a customer's authority")
    authority.issue([Leaf("shop", host, hosts=(host,), client=False)])
    pair = authority.path("shop")
    cluster.kubectl(
        *("create", "secret", "tls", "shop-tls", "-n", namespace),
        *(f"--cert={pair.certificate}", f"--key={pair.key}"),
    )
    web(cluster, namespace, "web")
    ingress(cluster, namespace, "shop", [(host, "/", "Prefix", "web")], secret="shop-tls")
    wait_rolled_out(cluster, namespace, "web")
    trusted = ssl.create_default_context(cafile=authority.pair.certificate)

    def answer() -> str:
        try:
            with httpx.Client(verify=trusted, timeout=30) as client:
                return client.get(
                    f"https://127.0.0.1:{cluster.https_port}/secure",
                    headers={"host": host},
                    extensions={"sni_hostname": host},
                ).text
        except httpx.TransportError:
            return ""

    until("the pod answers by TLS", lambda: answer() == "web /secure")


def test_changing_other_ingresses_fails_no_request(cluster: LocalCluster, namespace: str) -> None:
    web(cluster, namespace, "web", replicas=2)
    host = f"{namespace}.localhost"
    ingress(cluster, namespace, "shop", [(host, "/", "Prefix", "web")])
    wait_rolled_out(cluster, namespace, "web")
    until("the shop answers", lambda: get(cluster, host).status_code == 200)
    failures: list[str] = []
    done = threading.Event()

    def shop() -> None:
        with httpx.Client(headers={"host": host}, timeout=30) as client:
            while not done.is_set():
                try:
                    answer = client.get(f"http://127.0.0.1:{cluster.http_port}/")
                except httpx.TransportError as error:
                    failures.append(repr(error))
                    continue
                if answer.status_code != 200:
                    failures.append(answer.text)

    customers = [threading.Thread(target=shop) for _ in range(3)]
    for customer in customers:
        customer.start()
    for number in range(10):
        ingress(cluster, namespace, f"other-{number}", [(f"o{number}.test", "/", "Prefix", "web")])
    cluster.kubectl("rollout", "restart", "deployment/web", "-n", namespace)
    wait_rolled_out(cluster, namespace, "web")
    done.set()
    for customer in customers:
        customer.join()
    assert not failures


def claim_volume(cluster: LocalCluster, namespace: str) -> None:
    """Ask for a volume of the default class, under the name `data`."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": namespace},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
    }
    cluster.apply(json.dumps(claim))


def run_on_volume(cluster: LocalCluster, namespace: str, name: str, script: str) -> str:
    """Run a shell script to its end in a pod with the volume at /data; what it printed."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "restartPolicy": "Never",
            "securityContext": {"runAsUser": 4321, "runAsNonRoot": True},
            "containers": [
                {
                    "name": "x",
                    "image": cluster.image("valkey"),
                    "command": ["sh", "-c", script],
                    "volumeMounts": [{"name": "data", "mountPath": "/data"}],
                }
            ],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        },
    }
    cluster.apply(json.dumps(pod))
    cluster.kubectl(
        *("wait", f"pod/{name}", "-n", namespace, "--timeout=120s"),
        "--for=jsonpath={.status.phase}=Succeeded",
    )
    said = cluster.kubectl("logs", "-n", namespace, name).strip()
    cluster.kubectl("delete", "pod", name, "-n", namespace)
    return said


def test_a_volume_outlives_its_pod_and_goes_with_its_claim(
    cluster: LocalCluster, namespace: str
) -> None:
    claim_volume(cluster, namespace)
    run_on_volume(cluster, namespace, "writer", "echo kept > /data/order")
    assert run_on_volume(cluster, namespace, "reader", "cat /data/order") == "kept"
    folder = next(cluster.home.volumes.glob(f"*_{namespace}_data"))
    cluster.kubectl("delete", "pvc", "data", "-n", namespace)
    until("the folder is gone", lambda: not folder.exists())

"""REST as programs use it, and what the door refuses."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from storeweaver.stamp import STAMP
from tests.browser.dashboard import Dashboard
from tests.browser.people import PASSWORD, add_person, add_store


@pytest.fixture
def client(dashboard: Dashboard) -> Iterator[httpx.Client]:
    """Signed in as Ada, who has one failed store."""
    ada = add_person(dashboard.database_url, "ada@example.com")
    add_store(dashboard.database_url, ada, "Nordic Lamps", status="failed")
    with httpx.Client(base_url=dashboard.url, timeout=20) as opened:
        answer = opened.post("/auth/sign-in", data={"email": ada.email, "password": PASSWORD})
        assert answer.status_code == 303
        yield opened


def test_a_store_is_made_once_however_often_it_is_asked_for(client: httpx.Client) -> None:
    wanted = {"name": "Tea Atlas", "engine": "medusa"}
    answers = [
        client.post("/api/stores", json=wanted, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["store"]["id"] == answers[1].json()["store"]["id"]
    assert {"message", "store"} == set(answers[0].json())
    listed = client.get("/api/stores").json()["stores"]
    assert [store["name"] for store in listed] == ["Tea Atlas", "Nordic Lamps"]
    store_id = listed[0]["id"]
    store = client.get(f"/api/stores/{store_id}").json()["store"]
    assert len(store["provisioningSteps"]) == 6
    assert store["quotas"]["used"] == 2
    assert store["events"][0]["kind"] == "created"
    assert client.get(f"/api/stores/{store_id}/status").json()["status"] == "provisioning"
    assert set(client.get(f"/api/stores/{store_id}/detail").json()) == {
        *("provisioningSteps", "events", "quotas", "versions", "engineVersion", "replicas"),
        *("pods", "podsRunning", "podRestarts", "usage", "resources", "configYaml"),
    }


def test_retry_and_delete_are_taken_up(client: httpx.Client) -> None:
    store_id = client.get("/api/stores").json()["stores"][0]["id"]
    retried = client.post(f"/api/stores/{store_id}/retry")
    assert (retried.status_code, retried.json()["store"]["status"]) == (202, "provisioning")
    again = client.post(f"/api/stores/{store_id}/retry")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    deleted = client.delete(f"/api/stores/{store_id}")
    assert deleted.status_code == 202
    assert {"message", "store"} == set(deleted.json())


def test_what_an_engine_lets_one_choose_is_listed_taken_and_told(client: httpx.Client) -> None:
    listed = {each["engine"]: each for each in client.get("/api/engines").json()["engines"]}
    options = {option["key"]: option for option in listed["medusa"]["options"]}
    assert {"currency", "country", "size"} <= options.keys()
    assert listed["medusa"]["requests"]["memory"] > 0
    choice = options["currency"]["choices"][1]["value"]
    wanted = {"name": "Tea Atlas", "engine": "medusa", "options": {"currency": choice}}
    made = client.post("/api/stores", json=wanted).json()["store"]
    assert made["options"] == {"currency": choice}
    for options_, status in (({"colour": "red"}, 422), ({"currency": 3}, 422), ("x", 422)):
        refused = client.post("/api/stores", json=wanted | {"options": options_})
        assert refused.status_code == status


REFUSED = [
    ("GET", "/api/nothing", b"", 404, "not_found"),
    ("PUT", "/api/stores", b"", 405, "method_not_allowed"),
    ("POST", "/api/health", b"", 405, "method_not_allowed"),
    ("POST", "/api/stores", b"{", 400, "invalid"),
    ("POST", "/api/stores", b"{}", 422, "invalid"),
    ("POST", "/api/stores", b'{"name": "", "engine": "medusa"}', 422, "invalid"),
    ("POST", "/api/stores", b'{"name": "x", "engine": "none"}', 422, "invalid"),
    ("POST", "/api/stores", b"x" * 70_000, 413, "too_large"),
    ("GET", "/api/stores/aaaaaaaaaaaa", b"", 404, "not_found"),
    ("DELETE", "/api/stores/aaaaaaaaaaaa", b"", 404, "not_found"),
]


def test_errors_are_json_with_a_way_out(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    for method, path, content, status, code in REFUSED:
        answer = client.request(method, path, content=content, headers=headers)
        assert answer.status_code == status, (method, path, answer.text)
        assert set(answer.json()) == {"error", "code", "hint"}
        assert answer.json()["code"] == code
        assert "Traceback" not in answer.text


def test_what_follows_a_request_that_was_too_large_is_answered(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    for _ in range(20):
        refused = client.post("/api/stores", content=b"x" * 200_000, headers=headers)
        assert refused.status_code == 413
        # else it would be sent into a connection that is just being closed
        assert refused.headers["connection"] == "close"
        assert client.get("/api/stores").status_code == 200


def test_nobody_gets_in_without_a_token_or_session(dashboard: Dashboard) -> None:
    with httpx.Client(base_url=dashboard.url) as nobody:
        paths = nobody.get("/api/openapi.json").json()["paths"]
        for path, methods in paths.items():
            if path.startswith("/api/health"):
                continue
            for method in methods:
                answer = nobody.request(
                    method,
                    path.replace("{store_id}", "aaaaaaaaaaaa"),
                    json={"name": "x", "engine": "medusa"},
                )
                assert answer.status_code == 401, (method, path)
                assert answer.json()["code"] == "not_signed_in"
        wrong = nobody.get("/api/stores", headers={"Authorization": "Bearer swt_wrong"})
        assert wrong.status_code == 401


def test_health_tells_what_is_away(dashboard: Dashboard) -> None:
    answer = httpx.get(f"{dashboard.url}/api/health", timeout=20)
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert set(checks) == {"database", "kubernetes", "helm"}
    assert checks["database"]["ok"]
    assert not checks["kubernetes"]["ok"]
    live = httpx.get(f"{dashboard.url}/api/health/live").json()
    assert live == {"status": "ok", "release": STAMP}


def test_other_sites_and_other_names_are_refused(
    client: httpx.Client, dashboard: Dashboard
) -> None:
    forged = client.post(
        "/api/stores",
        json={"name": "x", "engine": "medusa"},
        headers={"Origin": "http://evil.example"},
    )
    assert (forged.status_code, forged.json()["code"]) == (403, "cross_origin")
    out = client.post("/auth/sign-out", headers={"Origin": "http://nordic-lamps.localhost"})
    assert out.status_code == 403
    rebound = client.get("/api/stores", headers={"Host": f"evil.example:{dashboard.host[-4:]}"})
    assert rebound.status_code == 421
    assert client.get("/api/stores").is_success


def test_pages_carry_a_policy_and_are_not_kept(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.is_success
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in page.headers
    for hidden in ("/_health", "/ping", "/_upload"):
        assert client.get(hidden).status_code == 404

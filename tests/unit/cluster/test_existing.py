"""What is thought of an existing cluster, from objects that a real API server gave."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cluster import rights
from cluster.errors import ClusterError
from cluster.existing import named
from cluster.existing_checks import (
    DEFAULT_INGRESS_CLASS,
    DEFAULT_STORAGE_CLASS,
    Check,
    Report,
    judge_context,
    judge_ingress,
    judge_refused,
    judge_rights,
    judge_storage,
    judge_unreachable,
    judge_version,
)
from cluster.home import Home
from cluster.rights import Right


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "state", cache=tmp_path / "state" / "cache")


def listed(annotation: str, **defaults: str) -> dict[str, Any]:
    """Classes as `kubectl get --output=json` lists them; the value is the annotation's."""
    return {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {"metadata": {"name": name, **({"annotations": {annotation: value}} if value else {})}}
            for name, value in defaults.items()
        ],
    }


def version(git: str, minor: str) -> dict[str, Any]:
    return {"major": "1", "minor": minor, "gitVersion": git, "platform": "linux/amd64"}


class TestNamed:
    def test_a_kubeconfig_alone_is_no_wish(self, home: Home) -> None:
        assert named(home, environment={"KUBECONFIG": "/home/somebody/production"}) is None
        assert named(home, environment={"CLUSTER_CONTEXT": ""}) is None

    def test_the_users_own_kubectl_comes_first(
        self, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "kubectl").write_text("#!/bin/sh\n")
        (tmp_path / "kubectl").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        found = named(home, environment={"CLUSTER_CONTEXT": "shop", "INGRESS_CLASS": "nginx"})
        assert found is not None
        assert found.command == (str(tmp_path / "kubectl"),)
        assert (found.context, found.ingress_class) == ("shop", "nginx")

    def test_ours_serves_where_it_was_built(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nonexistent")
        for time, name in enumerate(("kubernetes-new", "kubernetes-old")):
            (home.programs / name).mkdir(parents=True)
            (home.programs / name / "kubernetes").touch()
            os.utime(home.programs / name / "kubernetes", (9 - time, 9 - time))
        found = named(home, environment={"CLUSTER_CONTEXT": "shop"})
        assert found is not None
        assert found.command == (str(home.programs / "kubernetes-new/kubernetes"), "kubectl")

    def test_nothing_is_installed_for_want_of_one(
        self, home: Home, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nonexistent")
        with pytest.raises(ClusterError, match="kubectl is not on the PATH"):
            named(home, environment={"CLUSTER_CONTEXT": "shop"})
        assert not home.root.exists()


class TestContext:
    def test_must_be_in_the_kubeconfig(self) -> None:
        assert judge_context("shop", ["other", "shop"], "/config").state == "ok"
        missing = judge_context("shop", ["other", "third"], "/config")
        assert missing.problem == (
            "The kubeconfig /config has no context shop; it has other, third."
        )
        assert "CLUSTER_CONTEXT" in missing.next_step
        assert judge_context("shop", [], "/config").problem.endswith("it has none.")


class TestReachable:
    def test_a_dead_cluster_is_one_sentence(self) -> None:
        check = judge_unreachable(
            "The connection to the server 127.0.0.1:1 was refused - did you specify the right "
            "host or port?"
        )
        assert check.problem == (
            "Its API server does not answer: The connection to the server 127.0.0.1:1 was "
            "refused - did you specify the right host or port."
        )

    @pytest.mark.parametrize(
        "said",
        [
            "error: You must be logged in to the server (Unauthorized)",
            "E1124 memcache.go:265] couldn't get current server API group list: Unauthorized\n"
            "error: You must be logged in to the server (the server has asked for the client to "
            "provide credentials)",
        ],
    )
    def test_refused_credentials_are_another_matter(self, said: str) -> None:
        assert "credentials" in judge_unreachable(said).problem

    def test_silence_is_said_to_be_silence(self) -> None:
        assert "no reason given" in judge_unreachable("\n").problem


class TestVersion:
    @pytest.mark.parametrize(
        ("git", "minor"), [("v1.30.0", "30"), ("v1.36.3", "36"), ("v1.31.5-eks-8cce635", "31+")]
    )
    def test_new_enough(self, git: str, minor: str) -> None:
        assert judge_version(version(git, minor)) == Check("version", "ok", found=git)

    @pytest.mark.parametrize(("git", "minor"), [("v1.29.14", "29"), ("v1.9.11", "9+")])
    def test_too_old(self, git: str, minor: str) -> None:
        check = judge_version(version(git, minor))
        assert check.problem == f"It runs Kubernetes {git}, and 1.30 or later is needed."


class TestRights:
    ANSWERS = """{
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectAccessReview",
    "metadata": {},
    "spec": {
        "resourceAttributes": {"group": "apps", "resource": "deployments", "verb": "create"}
    },
    "status": {"allowed": false}
}
{
    "kind": "SelfSubjectAccessReview",
    "spec": {
        "resourceAttributes": {"group": "apps", "resource": "deployments", "verb": "delete"}
    },
    "status": {"allowed": false}
}
{
    "kind": "SelfSubjectAccessReview",
    "spec": {
        "resourceAttributes": {"resource": "pods", "subresource": "log", "verb": "get"}
    },
    "status": {"allowed": false, "reason": "no rule"}
}
{
    "kind": "SelfSubjectAccessReview",
    "spec": {"resourceAttributes": {"resource": "secrets", "verb": "get"}},
    "status": {"allowed": true}
}
"""

    def test_refusals_are_gathered_by_kind(self) -> None:
        assert rights.refused(self.ANSWERS) == [
            Right("apps", "deployments", ("create", "delete")),
            Right("", "pods/log", ("get",)),
        ]

    def test_answers_in_a_list_are_read_as_well(self) -> None:
        items = [json.loads(text + "}") for text in self.ANSWERS.strip().split("\n}") if text]
        answer = json.dumps({"kind": "List", "items": items})
        assert rights.refused(answer) == rights.refused(self.ANSWERS)

    def test_one_review_is_made_for_each_verb(self) -> None:
        items = json.loads(rights.reviews(Right("", "pods/log", ("get", "list"))))["items"]
        asked = [item["spec"]["resourceAttributes"] for item in items]
        assert asked == [
            {"verb": verb, "group": "", "resource": "pods", "subresource": "log"}
            for verb in ("get", "list")
        ]

    def test_what_is_lacking_is_listed(self) -> None:
        check = judge_rights(rights.refused(self.ANSWERS))
        assert check.state == "failed"
        assert "create, delete: deployments.apps; get: pods/log" in check.problem
        assert judge_rights([]).state == "ok"


class TestIngress:
    def test_the_default_is_taken(self) -> None:
        check = judge_ingress(listed(DEFAULT_INGRESS_CLASS, nginx="", traefik="true"), "")
        assert check == Check("ingress class", "ok", found="traefik")

    def test_the_named_one_is_taken(self) -> None:
        check = judge_ingress(listed(DEFAULT_INGRESS_CLASS, nginx="", traefik="true"), "nginx")
        assert check.found == "nginx"

    def test_without_a_default_one_must_be_named(self) -> None:
        check = judge_ingress(listed(DEFAULT_INGRESS_CLASS, nginx="", traefik="false"), "")
        assert check.problem == "It has no default IngressClass; it has nginx, traefik."
        assert check.next_step == "Set INGRESS_CLASS to one of nginx, traefik."

    def test_a_named_one_must_be_there(self) -> None:
        check = judge_ingress(listed(DEFAULT_INGRESS_CLASS, traefik="true"), "nginx")
        assert check.problem == "It has no IngressClass nginx; it has traefik."

    def test_a_cluster_without_any_is_told_what_that_means(self) -> None:
        assert "reachable" in judge_ingress(listed(DEFAULT_INGRESS_CLASS), "").problem


class TestStorage:
    def test_the_default_is_taken(self) -> None:
        check = judge_storage(listed(DEFAULT_STORAGE_CLASS, slow="false", fast="true"))
        assert check == Check("storage class", "ok", found="fast")

    def test_without_a_default_there_is_no_volume(self) -> None:
        check = judge_storage(listed(DEFAULT_STORAGE_CLASS, slow="", fast="false"))
        assert "it has slow, fast" in check.problem
        assert "Annotate" in check.next_step
        assert "none at all" in judge_storage(listed(DEFAULT_STORAGE_CLASS)).problem


class TestReport:
    def test_a_usable_cluster_raises_nothing(self) -> None:
        report = Report("shop", (Check("version", "ok"),), ingress_class="nginx")
        assert report.is_usable
        report.require()

    def test_every_problem_is_told_at_once(self) -> None:
        report = Report(
            "shop",
            (
                Check("version", "failed", problem="It is old.", next_step="Upgrade."),
                Check("rights", "ok"),
                judge_refused("storage class", "Error from server (Forbidden): no\n"),
            ),
        )
        assert not report.is_usable
        with pytest.raises(ClusterError) as caught:
            report.require()
        assert caught.value.problem == (
            "The cluster of context shop cannot be used: It is old. The storage class cannot be "
            "looked up: Error from server (Forbidden): no."
        )
        assert caught.value.next_step.startswith("Upgrade. Have ")

    def test_a_skipped_check_is_not_usable_either(self) -> None:
        assert not Report("shop", (Check("version", "skipped"),)).is_usable

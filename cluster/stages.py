"""What simulated pods do, told to kwok as stages.

A pod chooses its behaviour by the label `storeweaver.dev/simulate`; without one it becomes
ready at once. What the API server and the scheduler decide themselves (a pod that fits no
node, a claim whose class does not exist) needs no stage: it happens as on any cluster.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LABEL = "storeweaver.dev/simulate"
SLOW_START_MS = 3000
STUCK = "stuck-terminating"
IGNORED = "ignored"
"""An Ingress that no controller takes up."""


@dataclass(frozen=True)
class Trouble:
    """A container that does not come up.

    Attributes:
        name: value of the label that asks for it.
        reason, message: why the container waits, in the kubelet's own words.
        exit_code, exit_reason: how it ended before, where it has run.
        said: its last words, as its termination message has them.
        restarts: how often it was started again.
    """

    name: str
    reason: str
    message: str
    exit_code: int | None = None
    exit_reason: str = "Error"
    said: str = ""
    restarts: int = 0


TROUBLES = (
    Trouble(
        "image-not-found",
        "ImagePullBackOff",
        'Back-off pulling image "example.test/shop:1": rpc error: code = NotFound desc = failed '
        "to pull and unpack image: example.test/shop:1: not found",
    ),
    Trouble(
        "image-forbidden",
        "ErrImagePull",
        'failed to pull image "example.test/shop:1": rpc error: code = Unknown desc = failed to '
        "authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden",
    ),
    Trouble(
        "registry-away",
        "ErrImagePull",
        'failed to pull and unpack image "example.test/shop:1": failed to resolve reference: '
        'failed to do request: Head "https://example.test/v2/shop/manifests/1": dial tcp: lookup '
        "example.test: no such host",
    ),
    Trouble(
        "image-name",
        "InvalidImageName",
        'Failed to apply default image tag "shop::1": couldn\'t parse image name "shop::1": '
        "invalid reference format",
    ),
    Trouble(
        "no-secret",
        "CreateContainerConfigError",
        'secret "shop-licence" not found',
    ),
    Trouble(
        "crash",
        "CrashLoopBackOff",
        "back-off 40s restarting failed container",
        exit_code=1,
        said="Error: the shop's database has no table named store",
        restarts=4,
    ),
    Trouble(
        "out-of-memory",
        "CrashLoopBackOff",
        "back-off 40s restarting failed container",
        exit_code=137,
        exit_reason="OOMKilled",
        restarts=3,
    ),
)

BEHAVIOURS = ("slow-start", STUCK, IGNORED, *(trouble.name for trouble in TROUBLES))
"""Every value of the label that means something."""


def stages() -> str:
    """Every stage, as one file for kwok."""
    documents = (
        _stage("node-ready", "Node", _NODE_READY, _readiness("NotIn")),
        _stage("node-heartbeat", "Node", _NODE_READY, _readiness("In"), delay_ms=20_000),
        _stage("pod-ready", "Pod", _READY, (*_STARTING, _has_label("NotIn", *_NOT_AT_ONCE))),
        _stage(
            "pod-slow-start",
            "Pod",
            _READY,
            (*_STARTING, _has_label("In", "slow-start")),
            delay_ms=SLOW_START_MS,
        ),
        *(
            _stage(
                f"pod-{trouble.name}",
                "Pod",
                _trouble(trouble),
                (*_STARTING, _has_label("In", trouble.name), _NO_CONTAINER_STATUS),
            )
            for trouble in TROUBLES
        ),
        _stage("pod-complete", "Pod", _COMPLETE, _JOB_RUNS),
        _stage("pod-delete", "Pod", None, (_DELETED, _has_label("NotIn", STUCK))),
        _stage(
            "ingress-accepted",
            "Ingress",
            _ACCEPTED,
            (
                _ALIVE,
                {"key": ".status.loadBalancer.ingress", "operator": "DoesNotExist"},
                _has_label("NotIn", IGNORED),
            ),
            group="networking.k8s.io/v1",
        ),
    )
    return "\n---\n".join(json.dumps(document, indent=1) for document in documents)


Requirement = dict[str, Any]

_NOT_AT_ONCE = ("slow-start", *(trouble.name for trouble in TROUBLES))
_DELETED: Requirement = {"key": ".metadata.deletionTimestamp", "operator": "Exists"}
_ALIVE: Requirement = {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"}
_PENDING: Requirement = {"key": ".status.phase", "operator": "In", "values": ["Pending"]}
_NO_CONTAINER_STATUS: Requirement = {
    "key": ".status.containerStatuses",
    "operator": "DoesNotExist",
}
_STARTING = (_ALIVE, _PENDING)
_JOB_RUNS = (
    _ALIVE,
    {"key": ".status.phase", "operator": "In", "values": ["Running"]},
    {"key": ".metadata.ownerReferences.[].kind", "operator": "In", "values": ["Job"]},
)

_NODE_READY = """
{{ $now := Now }}
conditions:
{{ range NodeConditions }}
- lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
  message: {{ .message | Quote }}
  reason: {{ .reason | Quote }}
  status: {{ .status | Quote }}
  type: {{ .type | Quote }}
{{ end }}
"""

_CONDITIONS = """
{{ $now := Now }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }}}
- {type: Ready, status: "%(ready)s", lastTransitionTime: {{ $now | Quote }}}
- {type: ContainersReady, status: "%(ready)s", lastTransitionTime: {{ $now | Quote }}}
startTime: {{ $now | Quote }}
"""

_ACCEPTED = "loadBalancer: {ingress: [{ip: 127.0.0.1}]}"

_READY = (
    _CONDITIONS % {"ready": "True"}
    + """
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now | Quote }}}}
{{ end }}
phase: Running
{{ $uid := or .metadata.uid "" }}
{{ $name := or .metadata.name "" }}
{{ with PodIPsWith .spec.nodeName false $uid $name ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
"""
)

_COMPLETE = """
{{ $now := Now }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: Succeeded
"""


def _trouble(trouble: Trouble) -> str:
    last = ""
    if trouble.exit_code is not None:
        last = f"""
  lastState:
    terminated:
      exitCode: {trouble.exit_code}
      reason: {trouble.exit_reason}
      message: {json.dumps(trouble.said)}
      startedAt: {{{{ $now | Quote }}}}
      finishedAt: {{{{ $now | Quote }}}}"""
    return (
        _CONDITIONS % {"ready": "False"}
        + f"""
containerStatuses:
{{{{ range .spec.containers }}}}
- name: {{{{ .name | Quote }}}}
  image: {{{{ .image | Quote }}}}
  ready: false
  started: false
  restartCount: {trouble.restarts}
  state: {{waiting: {{reason: {trouble.reason}, message: {json.dumps(trouble.message)}}}}}{last}
{{{{ end }}}}
phase: Pending
"""
    )


def _readiness(operator: str) -> tuple[Requirement, ...]:
    return (
        {
            "key": '.status.conditions.[] | select( .type == "Ready" ) | .status',
            "operator": operator,
            "values": ["True"],
        },
    )


def _has_label(operator: str, *values: str) -> Requirement:
    return {"key": f'.metadata.labels["{LABEL}"]', "operator": operator, "values": list(values)}


def _stage(
    name: str,
    kind: str,
    status: str | None,
    requirements: tuple[Requirement, ...],
    *,
    delay_ms: int = 0,
    group: str = "v1",
) -> dict[str, Any]:
    """A change of status, or where there is none the object's end."""
    spec: dict[str, Any] = {
        "resourceRef": {"apiGroup": group, "kind": kind},
        "selector": {"matchExpressions": list(requirements)},
        "next": {"delete": True} if status is None else {"statusTemplate": status},
    }
    if delay_ms:
        spec["delay"] = {"durationMilliseconds": delay_ms}
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": spec,
    }

"""From what the API server or Helm said when it refused to a cause. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from provisioner import cleaning
from provisioner.causes import Diagnosis, diagnosis
from provisioner.errors import ActionFailed

MOST_LINES = 12
"""Lines of a refusal that are kept as evidence."""

LONGEST_READ = 4000
"""Characters at the start of a refusal in which its cause is looked for."""

_LONGEST_QUOTE = 240

Read = Callable[[re.Match[str]], str]


def _said(sentence: str) -> Read:
    """The sentence with what the pattern's first group found, shortened."""

    def read(match: re.Match[str]) -> str:
        return sentence.format(*(quoted(each or "") for each in match.groups()))

    return read


def _rights(match: re.Match[str]) -> str:
    verb, resource, group, space = match.groups()
    kind = f"{resource}.{group}" if group else resource
    where = f"in the namespace {space}" if space else "in the cluster"
    return f"The platform may not {verb} {kind} {where}: it lacks that right."


_SIGNS: tuple[tuple[str, str, Read], ...] = (
    # what stands further up is the more particular
    (
        "host-taken",
        r'host "([^"]+)" and path "[^"]*" is already defined in ingress (\S+)',
        _said("The host {0} belongs to the Ingress {1} already."),
    ),
    (
        "webhook-away",
        r'failed calling webhook "([^"]+)"[^:]*: (.*)',
        _said("The admission webhook {0} cannot be asked: {1}"),
    ),
    (
        "webhook-refused",
        r'admission webhook "([^"]+)" denied the request(?: without explanation)?:?(.*)',
        _said("The admission webhook {0} refuses: {1}"),
    ),
    (
        "webhook-refused",
        r"ValidatingAdmissionPolicy '([^']+)'[^:]*denied request: (.*)",
        _said("The admission policy {0} refuses: {1}"),
    ),
    (
        "pod-security",
        r'violates PodSecurity "([^"]+)": (.*)',
        _said("The Pod Security level {0} of its namespace forbids a pod: {1}"),
    ),
    (
        "namespace-deleted",
        r"in namespace (\S+) because it is being terminated",
        _said("Its namespace {0} is being deleted by somebody outside of the platform."),
    ),
    (
        "quota",
        r"status unknown for quota: ([^,\s]+), (.*)",
        _said("The quota {0} of its namespace is not counted yet: {1}"),
    ),
    (
        "quota",
        r"exceeded quota: ([^,\s]+), (.*)",
        _said("The quota {0} of its namespace is used up: {1}."),
    ),
    (
        "quota",
        r"failed quota: ([^:\s]+): (.*)",
        _said("The quota {0} of its namespace asks for more: {1}"),
    ),
    (
        "limit-range",
        r"is forbidden: (\[?(?:maximum|minimum|\S+ max limit to request ratio) .*)",
        _said("The LimitRange of its namespace forbids it: {0}"),
    ),
    (
        "rights-missing",
        r'cannot (\S+) resource "([^"]+)" in API group "([^"]*)"'
        r'(?: in the namespace "([^"]*)"| at the cluster scope)?',
        _rights,
    ),
    (
        "rights-missing",
        r"attempting to grant RBAC permissions not currently held:?(.*)",
        _said("The platform may not bind a role with rights that it lacks itself: {0}"),
    ),
    (
        "chart-schema",
        r"values don't meet the specifications of the schema\(s\)[^:]*:(.*)",
        _said("The chart refuses the values it was given: {0}"),
    ),
    (
        "chart-version",
        r"chart requires kubeVersion: (.*?) which is incompatible with Kubernetes (\S+)",
        _said("The chart asks for Kubernetes {0}, and this cluster is {1}."),
    ),
    (
        "chart-version",
        r'no matches for kind "([^"]+)" in version "([^"]+)"',
        _said("The cluster does not know the kind {0} of {1} that the chart makes."),
    ),
    (
        "chart-template",
        r"(?:Error: |^)(.*(?:template: |/templates/\S{1,200}:\d{1,9}:\d{1,9}|parse error "
        r"|execution error at |error converting YAML|error validating data"
        r"|failed to create typed patch object"
        r"|Chart\.yaml file is missing|chart metadata is missing).*)",
        _said("The chart cannot be rendered: {0}"),
    ),
    (
        "chart-template",
        r'(\S+ "[^"]+" is invalid: .*)',
        _said("The chart makes an object that is refused: {0}"),
    ),
    (
        "chart-template",
        r'(path "[^"]+" not found|failed to load .*|unable to load chart.*)',
        _said("The chart cannot be loaded: {0}"),
    ),
)

_PATTERNS = tuple(
    (code, re.compile(pattern, re.IGNORECASE), read) for code, pattern, read in _SIGNS
)


def read(text: str) -> Diagnosis | None:
    """The cause that a refusal tells; None where it tells none that is known."""
    flat = " ".join(text[:LONGEST_READ].split())
    for code, pattern, sentence in _PATTERNS:
        match = pattern.search(flat)
        if match is not None:
            return diagnosis(code, sentence(match))
    return None


def explain(error: ActionFailed, *, tries: int) -> Diagnosis:
    """Why an action failed; one that is not known says what was said."""
    # Helm notes what it met on the way before it says why it gave up
    _, _, refusal = f"\n{error.detail}".rpartition("\nError: ")
    found = read(refusal) or read(error.detail) or read(error.message)
    evidence = cleaning.lines(error.detail, most=MOST_LINES)
    if found is not None:
        return diagnosis(found.code, found.cause, tries=tries, evidence=evidence)
    plain = diagnosis("refused", error.message, tries=tries, evidence=evidence)
    return Diagnosis(
        code=plain.code,
        cause=plain.cause,
        hint=error.hint or plain.hint,
        fails="at once" if error.is_permanent else plain.fails,
        tries=tries,
        evidence=evidence,
    )


def quoted(text: str) -> str:
    """Somebody else's words in a sentence of ours: clean, on one line, short."""
    return cleaning.cut(cleaning.line(text).strip(" :-"), _LONGEST_QUOTE)

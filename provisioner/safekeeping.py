"""A store's Secrets: made once, kept twice, sealed, and put back when one is lost.

What opens a shop's database is in its Secrets and nowhere else, so that a copy of all of them
lies beside them. That one was removed is seen without the right to read other people's
Secrets, which a watch of them would need: each has a seal, a Lease that it owns and that
Kubernetes removes with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from provisioner.errors import ActionFailed
from provisioner.kube import Kube
from provisioner.naming import SECRETS_COPY
from provisioner.reconciler import lost_secrets

Values = dict[str, dict[str, str]]
"""From the names of Secrets to their keys and values."""


async def ensure_secrets(
    kube: Kube,
    namespace: str,
    fresh: Values,
    *,
    labels: Mapping[str, str],
    may_renew: bool,
    has_pods: bool,
) -> None:
    """Make the Secrets that are missing, from their copy where it has them, and seal all.

    Args:
        fresh: what they hold where they are new.
        may_renew: whether those that neither are there nor in the copy are made anew.
        has_pods: whether pods run by what was lost; where it is made anew they are started anew.

    Raises:
        ActionFailed: some are lost and may not be made anew; nothing was changed.
    """
    found = await kube.secrets_of(namespace)
    there = {name: found[name].values for name in found.keys() & fresh.keys()}
    copy = found[SECRETS_COPY].values if SECRETS_COPY in found else {}
    copied = {name: kept for name, kept in _unfolded(copy).items() if name in fresh}
    lost = sorted(fresh.keys() - there.keys() - copied.keys())
    if lost and not may_renew:
        raise ActionFailed(lost_secrets(lost), hint="Put them back, or repair the store.")
    if lost and has_pods:
        # first, so that a worker that dies in between leaves none that runs by the old ones
        await kube.contents.delete_pods(namespace)
    kept = fresh | copied | there
    # the copy first, for the same reason: what it was made of can be made again
    for name, values in ((SECRETS_COPY, _folded(kept)), *kept.items()):
        uid = found[name].uid if name in found else ""
        if not uid:
            uid = await kube.ensure_secret(namespace, name, values=values, labels=labels)
        elif name == SECRETS_COPY and values != copy:
            await kube.change_secret(namespace, name, values=values)
        await kube.seal_secret(namespace, name, uid=uid, labels=labels)


def _folded(secrets: Values) -> dict[str, str]:
    """All in one; no Secret of ours has a dot in its name."""
    return {f"{name}.{key}": value for name, kept in secrets.items() for key, value in kept.items()}


def _unfolded(copy: Mapping[str, str]) -> dict[str, dict[str, str]]:
    secrets: dict[str, dict[str, str]] = {}
    for path, value in copy.items():
        name, _, key = path.partition(".")
        secrets.setdefault(name, {})[key] = value
    return secrets

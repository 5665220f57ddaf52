"""The ground of figures with many stores: a simulated cluster, PostgreSQL, and played shops."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cluster import clients, simulated, toolchain
from cluster.home import Home
from cluster.progress import Progress
from cluster.simulated import Programs, SimulatedCluster
from provisioner.settings import Settings
from tests.cluster.identity import workers_kubeconfig
from tests.cluster.simulated_shops import Storefronts, storefronts
from tests.postgresql import start_server


@contextmanager
def played(**settings: Any) -> Iterator[tuple[SimulatedCluster, Storefronts, Settings]]:
    """Control plane, Helm and database are real, the pods are played; room for every store."""
    home = Home.from_environment()
    built = toolchain.build(home, ("kubernetes", "addons", "kwok"), progress=Progress())
    programs = Programs(built["kubernetes"], built["addons"], built["kwok"])
    with tempfile.TemporaryDirectory(prefix="storeweaver-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("cluster", "postgresql", "state"):
            (folder / part).mkdir()
        server = start_server(folder / "postgresql")
        try:
            with (
                simulated.simulated(folder / "cluster", programs) as cluster,
                storefronts() as shops,
            ):
                roomy = Settings(
                    database_url=server.url,
                    kubeconfig=str(workers_kubeconfig(cluster, folder / "kubeconfig")),
                    helm=str(clients.helm(home)),
                    ingress_address=shops.address,
                    state_folder=folder / "state",
                    max_stores=100_000,
                    max_stores_per_user=100_000,
                    new_user_stores=100_000,
                    max_concurrent_provisions=50,
                    **settings,
                )
                yield cluster, shops, roomy
        finally:
            server.process.terminate()
            server.process.wait()

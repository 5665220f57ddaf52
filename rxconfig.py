"""How Reflex builds and serves the app."""

import os

import reflex as rx

# Reflex reads these from the environment only. A browser hears the server every 2 s, so that it
# can say within 3 when it does not (assets/weaver.js); the server gives a dead one up 15 s later.
# What one message may hold is far above any honest one.
os.environ.setdefault("REFLEX_SOCKET_INTERVAL", "2")
os.environ.setdefault("REFLEX_SOCKET_TIMEOUT", "15")
os.environ.setdefault("REFLEX_SOCKET_MAX_HTTP_BUFFER_SIZE", str(64 * 1024))
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

config = rx.Config(
    app_name="storeweaver",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    state_manager_mode="memory",
    # seconds after which the state of a closed tab is dropped, in memory too
    redis_token_expiration=3600,
    # nobody else's pages: storeweaver/guard.py compares each Origin with the Host
    cors_allowed_origins=[],
    plugins=[
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                accent_color="iris", gray_color="slate", radius="large", panel_background="solid"
            )
        )
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)

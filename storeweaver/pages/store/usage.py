"""What a store runs, and what it uses of what it may; changes in place."""

from __future__ import annotations

import reflex as rx

from storeweaver.state.store_inside import Inside
from storeweaver.state.store_rows import HISTORY, Figure, PodRow


def usage() -> rx.Component:
    """Replicas, pods, restarts; CPU, memory and volumes."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Running"),
            rx.cond(
                Inside.is_stale,
                rx.el.span("The cluster is out of sight; this may be old.", class_name="quiet"),
            ),
            class_name="panel-head",
        ),
        rx.el.dl(
            _count("Replicas ready", Inside.replicas),
            _count("Pods running", Inside.pods_running),
            _count("Restarts", Inside.restarts),
            class_name="counts",
        ),
        rx.el.ul(rx.foreach(Inside.figures, _figure), class_name="figures"),
        rx.cond(Inside.unmeasured, rx.el.p(Inside.unmeasured, class_name="quiet small")),
        rx.cond(
            Inside.pods,
            rx.el.ul(rx.foreach(Inside.pods, _pod), class_name="pods", aria_label="Pods"),
        ),
        rx.cond(
            Inside.volumes,
            rx.el.ul(
                rx.foreach(Inside.volumes, _figure), class_name="figures", aria_label="Volumes"
            ),
        ),
        rx.cond(Inside.untold, rx.el.p(Inside.untold, class_name="quiet small")),
        class_name="panel",
    )


def _count(label: str, value: str | int) -> rx.Component:
    return rx.el.div(rx.el.dt(label), rx.el.dd(value))


def _figure(figure: Figure) -> rx.Component:
    width, height = HISTORY
    return rx.el.li(
        rx.el.div(
            rx.el.span(figure.label, class_name="figure-label"),
            rx.el.b(rx.cond(figure.value, figure.value, "–")),
            rx.el.span(figure.of, class_name="quiet"),
            class_name="figure-words",
        ),
        rx.el.svg(
            rx.el.svg.polyline(custom_attrs={"points": figure.history}),
            view_box=f"0 0 {width} {height}",
            custom_attrs={"preserveAspectRatio": "none", "aria-hidden": "true"},
            class_name="figure-history",
        ),
        rx.el.div(
            rx.el.span(style={"transform": f"scaleX(calc({figure.percent} / 100))"}),
            class_name="figure-bar",
            aria_label=figure.label,
            custom_attrs={
                "role": "meter",
                "aria-valuemin": "0",
                "aria-valuemax": "100",
                "aria-valuenow": figure.percent,
                "aria-valuetext": f"{figure.value} {figure.of}",
            },
        ),
        class_name="figure",
        custom_attrs={"data-tone": figure.tone},
    )


def _pod(pod: PodRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name="pip", aria_hidden="true"),
        rx.el.code(pod.name),
        rx.el.span(
            pod.phase,
            rx.cond(pod.reason, rx.el.span(", ", pod.reason)),
            rx.cond(pod.restarts > 0, rx.el.span(", ", pod.restarts, " restarts")),
            class_name="quiet",
        ),
        custom_attrs={"data-tone": pod.tone},
        key=pod.name,
    )

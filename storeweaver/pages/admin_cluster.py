"""The cluster, its images and what no store accounts for, for administrators."""

from __future__ import annotations

import reflex as rx

from storeweaver.components.admin_frame import admin_frame, section
from storeweaver.components.elements import age, var
from storeweaver.components.feedback import callout, skeleton
from storeweaver.state.cluster import BarRow, Cluster, ImageRow, NodeRow, OrphanRow


def cluster_page() -> rx.Component:
    """What there is, what is taken of it, and what is left over."""
    return admin_frame(
        rx.cond(
            Cluster.is_loaded,
            rx.fragment(
                rx.cond(
                    Cluster.problem,
                    callout("The cluster cannot be seen in full", Cluster.problem, icon="unplug"),
                ),
                _nodes(),
                _images(),
                _orphans(),
            ),
            skeleton(5),
        ),
        _remove(),
        current="/admin/cluster",
    )


def _nodes() -> rx.Component:
    return section(
        "Nodes",
        rx.cond(
            Cluster.nodes,
            rx.el.div(rx.foreach(Cluster.nodes, _node), class_name="cards"),
            rx.el.p("No node can be seen.", class_name="quiet panel"),
        ),
        beside=rx.el.span(
            rx.cond(Cluster.version, rx.el.span("Kubernetes ", Cluster.version)),
            rx.cond(Cluster.helm, rx.el.span("Helm ", Cluster.helm)),
            class_name="quiet dotted",
        ),
    )


def _node(node: NodeRow) -> rx.Component:
    return rx.el.div(
        rx.el.h3(node.name),
        rx.el.p(node.facts, class_name="quiet small"),
        rx.cond(node.problem, rx.el.p(node.problem, class_name="bad small", role="status")),
        rx.foreach(node.bars, _bar),
        key=node.name,
        class_name="panel",
    )


def _bar(bar: BarRow) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.span(bar.label),
            rx.el.span(bar.words, rx.cond(bar.used_words, " · " + bar.used_words, "")),
            class_name="quota-words",
        ),
        rx.el.div(
            rx.el.span(
                style={"width": var(bar.requested).to_string() + "%"}, class_name="requested"
            ),
            rx.el.span(style={"width": var(bar.used).to_string() + "%"}, class_name="used"),
            class_name="bar",
            aria_hidden="true",
        ),
        class_name="quota",
        key=bar.label,
    )


def _images() -> rx.Component:
    return section(
        "Images",
        rx.el.ul(rx.foreach(Cluster.images, _image), class_name="lines panel flush"),
    )


def _image(image: ImageRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(image.name),
            rx.el.p(
                rx.el.span("for ", image.engines),
                rx.cond(image.versions, rx.el.span(image.versions)),
                class_name="quiet dotted",
            ),
        ),
        rx.cond(
            image.reason,
            rx.el.span(image.reason, class_name="state", custom_attrs={"data-tone": "queued"}),
            rx.el.span(
                rx.icon("circle-check", size=14, aria_hidden="true"),
                "Ready",
                class_name="badge",
                custom_attrs={"data-tone": "ready"},
            ),
        ),
        key=image.name,
    )


def _orphans() -> rx.Component:
    return section(
        "Orphans",
        rx.cond(
            Cluster.orphans_problem,
            rx.el.p(Cluster.orphans_problem, class_name="quiet panel"),
            rx.cond(
                Cluster.orphans,
                rx.el.ul(rx.foreach(Cluster.orphans, _orphan), class_name="lines panel flush"),
                rx.el.p(
                    "Nothing is left over: every namespace, release and volume of the platform "
                    "belongs to a store.",
                    class_name="quiet panel",
                ),
            ),
        ),
    )


def _orphan(orphan: OrphanRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(orphan.name),
            rx.el.span(orphan.kind, class_name="tag"),
            rx.el.p(orphan.cause, class_name="small"),
            rx.el.p(
                rx.el.span(orphan.hint),
                rx.cond(orphan.size, rx.el.span(orphan.size)),
                rx.cond(orphan.created, rx.el.span("made ", age(orphan.created))),
                class_name="quiet dotted",
            ),
        ),
        rx.el.div(
            rx.cond(
                orphan.can_adopt,
                rx.el.button(
                    "Adopt",
                    type="button",
                    class_name="button small",
                    on_click=Cluster.adopt(orphan.kind, orphan.name),
                    aria_label="Adopt " + orphan.name,
                ),
            ),
            rx.cond(
                orphan.can_remove,
                rx.el.button(
                    "Remove…",
                    type="button",
                    class_name="button small danger-quiet",
                    on_click=Cluster.ask(orphan.kind, orphan.name),
                    aria_label="Remove " + orphan.name,
                ),
            ),
            class_name="line-actions",
        ),
        key=orphan.key,
    )


def _remove() -> rx.Component:
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Remove the ", Cluster.removed_kind, "?"),
            rx.alert_dialog.description(
                rx.el.b(Cluster.removed), " goes with all of its data. This is final.", size="2"
            ),
            rx.el.div(
                rx.alert_dialog.cancel(rx.el.button("Keep it", type="button", class_name="button")),
                rx.el.button(
                    "Remove",
                    type="button",
                    class_name="button danger",
                    on_click=Cluster.remove,
                ),
                class_name="dialog-actions",
            ),
            class_name="dialog",
        ),
        open=Cluster.is_removing,
        on_open_change=Cluster.set_removing,
    )

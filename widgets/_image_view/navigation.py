"""Where a view looks: centre and scale, their limits, and views that look together."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field

import shiboken6
from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Signal

from widgets._image_view.canvas import Canvas

MARGIN = 8.0
"""Widget pixels left free around a picture at "fit"."""
ZOOM_PER_NOTCH = 1.25
_FEWEST_PIXELS_ACROSS = 3.0
_FARTHEST_OF_FIT = 0.5


@dataclass(frozen=True)
class Camera:
    """The scene point in the middle of the view and the widget pixels per scene unit."""

    x: float
    y: float
    scale: float


@dataclass(eq=False)
class _Group:
    """Navigators with one camera; `fitted` while nobody has zoomed or panned since "fit"."""

    members: list[weakref.ref[Navigator]] = field(default_factory=list)
    fitted: bool = True

    def alive(self) -> Iterator[Navigator]:
        for reference in self.members:
            navigator = reference()
            if navigator is not None and shiboken6.isValid(navigator):
                yield navigator


class Navigator(QObject):
    """Moves the camera of a Canvas and of those linked to it.

    Linked canvases share centre and scale in scene units, whatever their sizes: the one that is
    moved hands its camera to the others, which take it as it is, so nothing echoes or drifts.
    "Fit" of linked canvases is the view in which each shows all pictures of the group.
    """

    changed = Signal()

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._bounds = QRectF()
        self._pixel = 1.0
        self._camera = Camera(0.0, 0.0, 1.0)
        self._group = _Group([weakref.ref(self)])
        canvas.resized.connect(self._on_resized)

    @property
    def camera(self) -> Camera:
        """The present camera."""
        return self._camera

    @property
    def fitted(self) -> bool:
        """Whether the view is at "fit"."""
        return self._group.fitted

    @property
    def linked(self) -> bool:
        """Whether other views look where this one looks."""
        return sum(1 for _ in self._group.alive()) > 1

    def set_bounds(self, bounds: QRectF, pixel: float) -> None:
        """Take the picture's scene rectangle and the larger side of its pixels."""
        self._bounds = bounds
        self._pixel = pixel

    def size(self) -> QSizeF:
        """The size of the canvas in widget pixels."""
        return self._canvas.box.rect().size()

    def to_widget(self, scene: QPointF) -> QPointF:
        """Return the widget position of a scene position."""
        size, camera = self.size(), self._camera
        return QPointF(
            (scene.x() - camera.x) * camera.scale + size.width() / 2,
            (scene.y() - camera.y) * camera.scale + size.height() / 2,
        )

    def to_scene(self, widget: QPointF) -> QPointF:
        """Return the scene position of a widget position."""
        size, camera = self.size(), self._camera
        return QPointF(
            (widget.x() - size.width() / 2) / camera.scale + camera.x,
            (widget.y() - size.height() / 2) / camera.scale + camera.y,
        )

    def rect_to_widget(self, scene: QRectF) -> QRectF:
        """Return the widget rectangle of a scene rectangle."""
        return QRectF(self.to_widget(scene.topLeft()), self.to_widget(scene.bottomRight()))

    def visible_rect(self) -> QRectF:
        """Return the scene rectangle that the canvas shows."""
        size = self.size()
        return QRectF(
            self.to_scene(QPointF(0, 0)), self.to_scene(QPointF(size.width(), size.height()))
        )

    def fit(self) -> None:
        """Show all of the picture, and of the pictures of the linked views."""
        self._group.fitted = True
        scale = self._fit_scale()
        if scale > 0:
            center = self._union().center()
            self._share(Camera(center.x(), center.y(), scale))

    def zoom(self, factor: float, anchor: QPointF) -> None:
        """Enlarge `factor` times; the scene point at the widget position `anchor` stays there."""
        scale = self._limited(self._camera.scale * factor)
        fixed, size = self.to_scene(anchor), self.size()
        self.look(
            Camera(
                fixed.x() - (anchor.x() - size.width() / 2) / scale,
                fixed.y() - (anchor.y() - size.height() / 2) / scale,
                scale,
            )
        )

    def pan(self, shift: QPointF, start: Camera | None = None) -> None:
        """Move the picture by `shift` widget pixels, counted from the camera `start`."""
        camera = start or self._camera
        self.look(
            Camera(
                camera.x - shift.x() / camera.scale,
                camera.y - shift.y() / camera.scale,
                camera.scale,
            )
        )

    def look(self, camera: Camera) -> None:
        """Take `camera` within the limits: its centre stays on the pictures."""
        bounds = self._union()
        wanted = Camera(
            min(max(camera.x, bounds.left()), bounds.right()),
            min(max(camera.y, bounds.top()), bounds.bottom()),
            self._limited(camera.scale),
        )
        if wanted != self._camera:
            self._group.fitted = False
            self._share(wanted)

    def link_to(self, other: Navigator) -> None:
        """Look where `other` and its linked views look, from now on both ways."""
        if other._group is self._group:
            return
        merged = other._group
        for navigator in list(self._group.alive()):
            merged.members.append(weakref.ref(navigator))
            navigator._group = merged
        if merged.fitted:
            other.fit()
        else:
            other._share(other._camera)

    def unlink(self) -> None:
        """Look independently of all others, at first where they look."""
        fitted = self._group.fitted
        self._group.members = [r for r in self._group.members if r() not in (self, None)]
        self._group = _Group([weakref.ref(self)], fitted)
        if fitted:
            self.fit()

    def refit(self) -> None:
        """Fit again if the view is at "fit", or else lay the present camera on the new size."""
        if self._group.fitted:
            self.fit()
        else:
            self._take(self._camera)

    def _on_resized(self) -> None:
        if self.size().isEmpty():
            return
        self.refit()

    def _share(self, camera: Camera) -> None:
        for navigator in list(self._group.alive()):
            navigator._take(camera)

    def _take(self, camera: Camera) -> None:
        moved = camera != self._camera
        self._camera = camera
        if not self.size().isEmpty():
            # The rectangle has the aspect of the canvas, so the ViewBox shows exactly this.
            self._canvas.box.setRange(self.visible_rect(), padding=0, disableAutoRange=False)
        if moved:
            self.changed.emit()

    def _fitting(self) -> list[Navigator]:
        """The members "fit" cares for: those with a picture that can be seen, and this one."""
        return [
            navigator
            for navigator in self._group.alive()
            if not navigator._bounds.isEmpty()
            and (navigator is self or navigator._canvas.isVisible())
        ]

    def _union(self) -> QRectF:
        union = QRectF()
        for navigator in self._fitting():
            union = union.united(navigator._bounds)
        return union

    def _fit_scale(self) -> float:
        """Widget pixels per scene unit at "fit"; 0 without a picture or a size."""
        union, scales = self._union(), []
        for navigator in self._fitting():
            size = navigator.size()
            margin = min(MARGIN, 0.03 * min(size.width(), size.height()))
            if not size.isEmpty():
                scales.append((size.width() - 2 * margin) / union.width())
                scales.append((size.height() - 2 * margin) / union.height())
        return min(scales, default=0.0)

    def _limited(self, scale: float) -> float:
        """`scale` within its limits; one already beyond them (by a link) may stay or return."""
        fit = self._fit_scale()
        if fit <= 0:
            return self._camera.scale
        size = self.size()
        closest = max(fit, min(size.width(), size.height()) / (_FEWEST_PIXELS_ACROSS * self._pixel))
        present = self._camera.scale
        low = min(fit * _FARTHEST_OF_FIT, present)
        high = max(closest, present)
        return min(max(scale, low), high)

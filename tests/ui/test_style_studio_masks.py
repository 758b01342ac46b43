"""Several styles, each with a weight and a painted place of its own; every change can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QPushButton, QToolButton

from dragging import drag
from driving import child, click, message, settle
from style_studio_bench import close_studio, open_studio, run_to_end, start_long_run
from visualizer.panels.style_studio.keeping import display_of
from visualizer.panels.style_studio.masks import NOTHING_LEFT, fitted
from visualizer.panels.style_studio.run_control import as_rgb
from visualizer.panels.style_studio.state import StyleChoice
from visualizer.pictures.source import PictureSource
from widgets.mask_painter import MaskPainter


@pytest.fixture
def studio(qtbot, folders):
    panel = open_studio(qtbot, folders)
    yield panel
    close_studio(panel)


@pytest.fixture
def two(qtbot, studio):
    click(qtbot, studio, QPushButton, "style_add")
    return studio


def open_dialog(qtbot, panel):
    click(qtbot, panel, QPushButton, "style_masks")
    dialog = panel.masks.dialog
    qtbot.waitExposed(dialog)
    return dialog


def press(qtbot, dialog, kind, name):
    qtbot.mouseClick(child(dialog, kind, name), Qt.MouseButton.LeftButton)


def take_over(qtbot, panel, dialog):
    button = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.masks.dialog is None)
    qtbot.waitUntil(lambda: not panel.services.saving.busy, timeout=10_000)
    settle(qtbot, panel)


def paint_right_half(qtbot, dialog):
    """Stroke over the right half of the content with the mouse."""
    painter = child(dialog, MaskPainter, "mask_painter")
    painter.set_brush(0.2)
    view = painter.view()
    rows, columns = dialog.content_size
    for column in np.linspace(0.6, 1.0, 5):
        across = round(column * (columns - 1))
        points = [
            view.pixel_to_widget(row, across) for row in np.linspace(0, rows - 1, 12).astype(int)
        ]
        drag(qtbot, view.viewport(), points)


def half(rows=32, columns=48):
    mask = np.zeros((rows, columns), np.float16)
    mask[:, columns // 2 :] = 1
    return mask


def mask_of(panel, number):
    return panel.pictures.styles(panel.state)[number].mask


def text(dialog, name="mask_said"):
    return child(dialog, QLabel, name).text()


def test_a_painted_place_becomes_the_style_s_mask_in_one_step(qtbot, studio):
    dialog = open_dialog(qtbot, studio)
    assert "goes everywhere" in text(dialog)
    paint_right_half(qtbot, dialog)
    assert "goes where it is painted" in text(dialog)
    steps = studio.undo_stack().count()
    take_over(qtbot, studio, dialog)
    mask = mask_of(studio, 0)
    columns = mask.shape[1]
    assert mask.dtype == np.float32
    assert mask[:, : round(0.45 * columns)].max() == 0
    assert mask[:, round(0.55 * columns) :].min() > 0.9
    assert studio.undo_stack().count() == steps + 1
    assert child(studio, QPushButton, "style_masks").text().endswith("(1)")
    studio.undo_stack().undo()
    settle(qtbot, studio)
    assert mask_of(studio, 0) is None
    studio.undo_stack().redo()
    settle(qtbot, studio)
    np.testing.assert_array_equal(mask_of(studio, 0), mask)


def test_cancel_leaves_all_as_it_was(qtbot, studio):
    before = studio.state
    dialog = open_dialog(qtbot, studio)
    press(qtbot, dialog, QToolButton, "mask_painter_fill")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: studio.masks.dialog is None)
    assert studio.state == before


def test_the_rest_is_what_no_other_style_covers(qtbot, two):
    dialog = open_dialog(qtbot, two)
    assert not child(dialog, QPushButton, "mask_rest").isEnabled()
    paint_right_half(qtbot, dialog)
    press(qtbot, dialog, QPushButton, "mask_style_1")
    assert "goes everywhere" in text(dialog)
    press(qtbot, dialog, QPushButton, "mask_rest")
    take_over(qtbot, two, dialog)
    first, second = mask_of(two, 0), mask_of(two, 1)
    np.testing.assert_allclose(first + second, 1, atol=0.01)
    assert 0.2 < second.mean() < 0.8
    # Opened again they are there, and one is taken off.
    dialog = open_dialog(qtbot, two)
    np.testing.assert_allclose(dialog.painter.mask(), first, atol=0.01)
    press(qtbot, dialog, QPushButton, "mask_everywhere")
    assert "goes everywhere" in text(dialog)
    take_over(qtbot, two, dialog)
    assert two.state.styles[0].mask == ""
    np.testing.assert_array_equal(mask_of(two, 1), second)


def test_what_was_not_changed_is_no_step(qtbot, two):
    dialog = open_dialog(qtbot, two)
    steps = two.undo_stack().count()
    press(qtbot, dialog, QPushButton, "mask_style_1")
    take_over(qtbot, two, dialog)
    assert two.undo_stack().count() == steps


def test_the_menu_opens_it_and_the_panel_closes_it(qtbot, studio):
    child(studio, QAction, "style_action_masks").trigger()
    assert studio.masks.dialog.isVisible()  # the fixture closes the panel


def test_a_mask_confines_its_style(qtbot, studio):
    """The masked half changes much more than the other, which keeps the content."""
    path = studio.services.session.keep_array(half())
    style = StyleChoice(picture=PictureSource(name="waves"), mask=str(path))
    state = studio.state.replace(styles=(style,))
    state = state.with_settings(steps=60, style_weight=100.0, tv_weight=0.0)
    studio.edits.apply(state, "masked")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    generated = studio.presenter.shown.astype(float)
    away = np.abs(generated - small_content(studio, generated.shape))
    middle = generated.shape[1] // 2
    left, right = away[:, : middle - 8].mean(), away[:, middle + 8 :].mean()
    assert right > 3 * left, (left, right)


def small_content(panel, shape):
    import torch

    picture = as_rgb(panel.pictures.content.picture)[None]
    small = torch.nn.functional.interpolate(
        picture, shape[:2], mode="bilinear", antialias=True, align_corners=False
    )
    return display_of(small[0].clamp(0, 1)).astype(float)


def test_two_styles_keep_to_their_halves(qtbot, studio):
    """Red and blue styles colour the halves that they are painted on."""
    session = studio.services.session
    right = half()
    paths = [session.keep_array(mask) for mask in (right, 1 - right)]
    colours = []
    for colour in ((230, 20, 20), (20, 20, 230)):
        pixels = np.empty((48, 48, 4), np.uint8)
        pixels[...] = (*colour, 255)
        noise = np.random.default_rng(0).integers(0, 25, (48, 48, 3), dtype=np.uint8)
        pixels[..., :3] += noise
        colours.append(session.keep_array(pixels))
    styles = tuple(
        StyleChoice(picture=PictureSource(kind="pasted", name=str(pixels)), mask=str(mask))
        for pixels, mask in zip(colours, paths, strict=True)
    )
    state = studio.state.replace(styles=styles).with_settings(steps=80, style_weight=1000.0)
    studio.edits.apply(state, "two halves")
    settle(qtbot, studio)
    click(qtbot, studio, QPushButton, "run_start")
    run_to_end(qtbot, studio)
    generated = studio.presenter.shown.astype(float)
    redness = generated[..., 0] - generated[..., 2]
    middle = generated.shape[1] // 2
    left, right_mean = redness[:, : middle - 6].mean(), redness[:, middle + 6 :].mean()
    assert right_mean > left + 40, (left, right_mean)


def test_masks_painted_while_a_run_goes_on_are_for_the_next(qtbot, studio):
    start_long_run(qtbot, studio, steps=2)
    dialog = open_dialog(qtbot, studio)
    press(qtbot, dialog, QToolButton, "mask_painter_fill")
    take_over(qtbot, studio, dialog)
    assert "masks it began with" in message(studio)
    assert studio.run.order.styles[0].mask is None
    studio.run.stop()


def test_a_style_taken_out_meanwhile_takes_its_mask_along(qtbot, two):
    dialog = open_dialog(qtbot, two)
    press(qtbot, dialog, QPushButton, "mask_style_1")
    press(qtbot, dialog, QToolButton, "mask_painter_fill")
    two.remove_style(1)
    settle(qtbot, two)
    take_over(qtbot, two, dialog)
    assert [style.mask for style in two.state.styles] == [""]


def test_weights_of_styles_can_be_undone(qtbot, two):
    two._style_weighed(1, 4.0, False)
    settle(qtbot, two)
    assert [one.weight for one in two.pictures.styles(two.state)] == [1.0, 4.0]
    two.undo_stack().undo()
    settle(qtbot, two)
    assert [style.weight for style in two.state.styles] == [1.0, 1.0]


@pytest.mark.parametrize("size", [(3, 5), (7, 2), (1, 1), (4, 4)])
def test_masks_of_other_sizes_are_fitted(size):
    mask = np.arange(16, dtype=np.float32).reshape(4, 4)
    found = fitted(mask, size)
    assert found.shape == size
    rows = np.floor((np.arange(size[0]) + 0.5) * 4 / size[0]).astype(int)
    columns = np.floor((np.arange(size[1]) + 0.5) * 4 / size[1]).astype(int)
    np.testing.assert_array_equal(found, mask[np.ix_(rows, columns)])


def undo_button(dialog):
    return child(dialog, QToolButton, "mask_painter_undo")


def test_each_style_s_strokes_are_taken_back_by_themselves(qtbot, two):
    dialog = open_dialog(qtbot, two)
    painter = child(dialog, MaskPainter, "mask_painter")
    press(qtbot, dialog, QToolButton, "mask_painter_fill")
    press(qtbot, dialog, QToolButton, "mask_painter_clear")
    press(qtbot, dialog, QPushButton, "mask_style_1")
    assert not undo_button(dialog).isEnabled()  # nothing was painted for this one
    press(qtbot, dialog, QToolButton, "mask_painter_fill")
    press(qtbot, dialog, QPushButton, "mask_style_0")
    assert painter.mask().max() == 0
    press(qtbot, dialog, QToolButton, "mask_painter_undo")
    assert painter.mask().min() == 1
    press(qtbot, dialog, QToolButton, "mask_painter_undo")
    assert painter.mask().max() == 0
    assert not undo_button(dialog).isEnabled()
    press(qtbot, dialog, QToolButton, "mask_painter_redo")
    assert painter.mask().min() == 1
    press(qtbot, dialog, QPushButton, "mask_style_1")
    assert painter.mask().min() == 1
    press(qtbot, dialog, QToolButton, "mask_painter_undo")
    assert painter.mask().max() == 0
    take_over(qtbot, two, dialog)
    assert mask_of(two, 0).min() == 1
    assert mask_of(two, 1) is None


def test_the_rest_can_be_taken_back(qtbot, two):
    dialog = open_dialog(qtbot, two)
    paint_right_half(qtbot, dialog)
    press(qtbot, dialog, QPushButton, "mask_style_1")
    press(qtbot, dialog, QPushButton, "mask_rest")
    painter = child(dialog, MaskPainter, "mask_painter")
    assert painter.mask().any()
    press(qtbot, dialog, QToolButton, "mask_painter_undo")
    assert not painter.mask().any()
    assert "goes everywhere" in text(dialog)


def test_where_nothing_is_left_the_rest_says_so_rather_than_going_everywhere(qtbot, two):
    dialog = open_dialog(qtbot, two)
    press(qtbot, dialog, QToolButton, "mask_painter_fill")
    press(qtbot, dialog, QPushButton, "mask_style_1")
    press(qtbot, dialog, QPushButton, "mask_rest")
    name = two.pictures.styles(two.state)[1].picture.image.source
    assert text(dialog) == NOTHING_LEFT.format(name=name)
    assert not child(dialog, MaskPainter, "mask_painter").mask().any()

"""A stack of small kernels against one large kernel that sees as much: the counts, written out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines.stack_counts import StackCount, as_one_layer, count_stack
from widgets.bar_list import Bar, BarList
from widgets.form_parts import wrapping_label
from widgets.nested_fields import NestedFields

NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
CELL = "padding: 3px 12px 3px 0"


class StackPage(QWidget):
    """Shows weights, what is seen and ReLUs of both, for layers of as many channels in as out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filters_stack")
        self._shown = (0, 0)
        self.table = wrapping_label("filters_stack_table")
        self.table.setTextFormat(Qt.TextFormat.RichText)
        self.bars = BarList("filters_stack_bars", "The weights of both, the bars to one scale")
        self.text = wrapping_label("filters_stack_text")
        self.fields = NestedFields(
            "filters_stack_fields", "What a unit sees of the stack's input after each layer"
        )
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (self.table, self.bars, self.text):
            layout.addWidget(widget)
        layout.addWidget(self.fields, 1)

    def show_counts(self, depth: int, channels: int) -> None:
        """Show `depth` 3 × 3 layers of `channels` against the one layer that sees as much."""
        if (depth, channels) == self._shown:  # as with every frame of a live picture
            return
        self._shown = (depth, channels)
        stack = count_stack(3, depth, channels)
        one = as_one_layer(stack)
        self.table.setText(table_html(stack, one))
        self.bars.set_bars(
            [Bar(name_of(count), count.weights, f"{count.weights:,}") for count in (stack, one)]
        )
        self.text.setText(sentence(stack, one))
        self.fields.set_fields(stack.fields)


def name_of(count: StackCount) -> str:
    """Return "three 3 × 3 layers", "one 7 × 7 layer"."""
    kernel = f"{count.kernel} × {count.kernel}"
    return f"one {kernel} layer" if count.depth == 1 else f"{NUMBERS[count.depth]} {kernel} layers"


def general_text(count: StackCount) -> str:
    """Return how the weights are counted: 3·(3·3·C·C) = 27 C²."""
    product = f"{count.kernel}·{count.kernel}·C·C"
    times = f"{count.depth}·({product})" if count.depth > 1 else product
    return f"{times} = {count.factor} C²"


def table_html(stack: StackCount, one: StackCount) -> str:
    """Return both counts as a table: a row for each question, a column for each of the two.

    Large text breaks its lines before "=" and behind ",", never inside a product.
    """
    both = (stack, one)
    rows = [("", *(f"<b>{name_of(count)}</b>" for count in both))]
    rows.append(("Weights", *(general_text(count) for count in both)))
    channels = f"{stack.channels:,}"
    counted = [f"{count.factor}·{channels}² = {count.weights:,}" for count in both]
    rows.append((f"C = {channels}", *counted))
    seen = [", then ".join(f"{size} × {size}" for size in count.fields) for count in both]
    rows.append(("A unit sees", *seen))
    rows.append(("ReLUs", str(stack.depth), str(one.depth)))
    body = "".join(
        "<tr>" + "".join(f'<td style="{CELL}">{_kept_whole(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return f'<table cellspacing="0">{body}</table>'


def _kept_whole(text: str) -> str:
    """Return `text` with the blanks around ×, behind = and before C² made unbreakable."""
    for part in (" × ", "= ", " C²"):
        text = text.replace(part, part.replace(" ", "\u00a0"))
    return text


def sentence(stack: StackCount, one: StackCount) -> str:
    """Return what follows from the counts."""
    share = stack.weights / one.weights
    return (
        f"Both see {one.field} × {one.field}. The stack does it with {share:.0%} of the weights "
        f"({stack.factor}/{one.factor}), and with {stack.depth} ReLUs instead of 1, so that it can "
        f"tell more things apart. Stride 1; biases are not counted (C for each layer)."
    )

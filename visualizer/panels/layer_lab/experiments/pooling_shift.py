"""Pooling an input that moves by a pixel: what aliasing makes of it, and blur-pool against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from visualizer.panels.layer_lab.experiment import Given
from visualizer.panels.layer_lab.experiments.pooling_layers import (
    KINDS,
    RULES,
    TIME_EACH,
    TITLES,
    in_colour,
    layer_of,
    maps_of,
)
from visualizer.panels.layer_lab.pieces import Bars, Found, Maps, Piece, Say

if TYPE_CHECKING:
    from engines.layers import ShiftTest

BLURS = (3, 5, 7)


def find_shift(given: Given) -> Found:
    """Return both results for two cuts a pixel apart, plain and blurred, and how much they keep."""
    from engines.layers import blur_pool, compare_shifted, measured, pool

    maps, rule = maps_of(given), given["rule"]
    window, stride, shift, blur = (given[name] for name in ("window", "stride", "shift", "blur"))
    plain = compare_shifted(lambda m: pool(m, rule, window, stride), maps, shift, stride)
    cured = compare_shifted(lambda m: blur_pool(m, rule, window, stride, blur), maps, shift, stride)
    known = {(rule, blur): plain, ("blur", blur): cured}
    pieces: list[Piece] = []
    colour = in_colour(given, rule)
    for title, told in ((TITLES[rule], plain), ("Blur-pool", cured)):
        first, second = (one.numpy() for one in told.results)
        left = told.difference.numpy()
        pieces += [
            Maps(title, first, colour=colour),
            Maps(f"{title}, input shifted", second, colour=colour),
            Maps(
                f"{title}: what differs", left, signed=True, group="left",
                note=f"Shifted back by {shift / stride:.3g}: stability {told.stability:.3f}",
            ),
        ]  # fmt: skip
    return Found(
        pieces=(*pieces, _stabilities(given, known), Say(_said_of_shift(given, plain, cured))),
        shape_in=tuple(plain.inputs[1].shape),
        shape_out=tuple(plain.results[1].shape),
        parameters=0,
        macs=layer_of(given, rule).macs(tuple(plain.results[1].shape)),
        seconds=measured(lambda: pool(plain.inputs[1], rule, window, stride), TIME_EACH),
        result=f"{TITLES[rule]}, input shifted",
    )


def _stabilities(given: Given, known: Mapping[tuple[str, int], ShiftTest]) -> Bars:
    """Return how stable each kind is, blur-pool with each of its filters that fits.

    known: what has been tested by now, by kind and size of the filter.
    """
    from engines.errors import LayerError
    from engines.layers import compare_shifted

    maps, stride, shift = maps_of(given), given["stride"], given["shift"]
    kinds = [(TITLES[key], key, given["blur"]) for key, _ in (*RULES, KINDS[3])]
    kinds += [(f"Blur-pool, filter {size}", "blur", size) for size in BLURS]
    names, values = (
        ["Every pixel thinned out"],
        [compare_shifted(lambda m: m[:, ::stride, ::stride], maps, shift, stride).stability],
    )
    for title, kind, size in kinds:
        try:
            told = known.get((kind, size)) or compare_shifted(
                layer_of(given.changed(blur=size), kind).run, maps, shift, stride
            )
        except LayerError:  # a filter wider than the map has no bar
            continue
        names.append(title)
        values.append(told.stability)
    return Bars(
        "Stability under the shift", tuple(names), tuple(values),
        texts=tuple(f"{value:.3f}" for value in values),
        note="1: the result only moved. 0: as unlike as two that have nothing in common.",
    )  # fmt: skip


def _said_of_shift(given: Given, plain: ShiftTest, cured: ShiftTest) -> str:
    shift, stride = given["shift"], given["stride"]
    if shift % stride == 0:
        return (
            f"A shift by {shift} is a whole number of strides of {stride}: the windows fall on the "
            "same pixels, and shifting back undoes it. Shift by 1 to see what is lost."
        )
    return (
        f"The windows fall between those of before. {TITLES[given['rule']]} keeps "
        f"{plain.stability:.3f} of 1; detail finer than its stride comes out as something else "
        f"(aliasing). Blurred by a binomial filter of {given['blur']} first, it keeps "
        f"{cured.stability:.3f}."
    )

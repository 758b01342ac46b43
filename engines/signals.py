"""1D signals: where they come from, one slid over another, and what correlation finds.

The public door to engines._signals; `convolve` and `correlate` themselves are in
engines.convolution.
"""

from __future__ import annotations

from engines._signals.analysis import (
    NORMALISATIONS,
    Autocorrelation,
    FoundDelay,
    MatchedFilter,
    NoPeriod,
    Period,
    PlantedDelay,
    autocorrelation,
    decibels,
    detect_period,
    find_delay,
    matched_filter,
    plant_delay,
)
from engines._signals.files import FILE_SUFFIXES, load_csv, load_signal, load_wav, picture_row
from engines._signals.formula import (
    FORMULA_CONSTANTS,
    FORMULA_FUNCTIONS,
    FormulaError,
    from_formula,
    signal_from_formula,
)
from engines._signals.from_scratch import (
    MAX_PRODUCTS,
    Comparison,
    PartialProducts,
    Step,
    compare_with_numpy,
    convolve_from_scratch,
    correlate_from_scratch,
    listing,
    partial_products,
    steps,
)
from engines._signals.lengths import shorten, to_step
from engines._signals.properties import (
    PROPERTIES,
    SYSTEMS,
    PropertyCheck,
    System,
    check_properties,
    check_system,
)
from engines._signals.signal import MAX_SAMPLES, UNITS, Signal, Unit
from engines._signals.sliding import (
    MEASURES,
    MODES,
    Measure,
    Mode,
    Slide,
    index_of,
    slide,
    time_of,
    whole_output,
)
from engines._signals.sources import SOURCES, Source, make_source

__all__ = [
    "FILE_SUFFIXES",
    "FORMULA_CONSTANTS",
    "FORMULA_FUNCTIONS",
    "MAX_PRODUCTS",
    "MAX_SAMPLES",
    "MEASURES",
    "MODES",
    "NORMALISATIONS",
    "PROPERTIES",
    "SOURCES",
    "SYSTEMS",
    "UNITS",
    "Autocorrelation",
    "Comparison",
    "FormulaError",
    "FoundDelay",
    "MatchedFilter",
    "Measure",
    "Mode",
    "NoPeriod",
    "PartialProducts",
    "Period",
    "PlantedDelay",
    "PropertyCheck",
    "Signal",
    "Slide",
    "Source",
    "Step",
    "System",
    "Unit",
    "autocorrelation",
    "check_properties",
    "check_system",
    "compare_with_numpy",
    "convolve_from_scratch",
    "correlate_from_scratch",
    "decibels",
    "detect_period",
    "find_delay",
    "from_formula",
    "index_of",
    "listing",
    "load_csv",
    "load_signal",
    "load_wav",
    "make_source",
    "matched_filter",
    "partial_products",
    "picture_row",
    "plant_delay",
    "shorten",
    "signal_from_formula",
    "slide",
    "steps",
    "time_of",
    "to_step",
    "whole_output",
]

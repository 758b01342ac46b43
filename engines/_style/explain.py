"""The formulae of a transfer's loss, with the numbers of one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engines._style.settings import LayerWeight, StyleSettings
from engines._style.steps import Step, SuggestedLayers

# What a style layer's raw loss is, by statistic: LaTeX and plain signs. G, μ, σ, q are of the
# picture, those with a hat of the style.
_STYLE_LAWS = {
    "gram": (
        r"\frac{1}{C^2} \sum_{i,j} (G_{ij} - \hat{G}_{ij})^2,\quad G = \frac{F F^\top}{C H W}",
        "mean over i, j of (G(i, j) − Ĝ(i, j))², G = F·Fᵀ / (C·H·W)",
    ),
    "mean_std": (
        r"\frac{1}{2C} \sum_{c} [(\mu_c - \hat{\mu}_c)^2 + (\sigma_c - \hat{\sigma}_c)^2]",
        "mean over c of (μ(c) − μ̂(c))² and (σ(c) − σ̂(c))²",
    ),
    "histogram": (
        r"\frac{1}{64\,C} \sum_{c,k} (q_{ck} - \hat{q}_{ck})^2",
        "mean over c and 64 parts k of (q(c, k) − q̂(c, k))², q the ordered values of channel c",
    ),
}
_CONTENT_LAW = (
    r"\frac{1}{C H W} \sum_{c,y,x} (F_{cyx} - \hat{F}_{cyx})^2",
    "mean over c, y, x of (F(c, y, x) − F̂(c, y, x))²",
)
_TV_LAW = (
    r"\overline{|x_{y,x+1} - x_{y,x}|} + \overline{|x_{y+1,x} - x_{y,x}|}",
    "mean |difference to the right| + mean |difference below|",
)
_TOTAL_LAW = (
    r"L = \alpha L_{\mathrm{content}} + \beta L_{\mathrm{style}} + \gamma L_{\mathrm{TV}}",
    "L = α·content + β·style + γ·TV",
)


@dataclass(frozen=True)
class Term:
    """One line of the explanation.

    key: "total", "content:<layer>", "style:<layer>" or "tv"; title: for people; latex, plain: the
    law; numbers, plain_numbers: the same with this step's numbers, LaTeX and plain signs; value:
    what the term adds to the total loss, the total's own value for "total".
    """

    key: str
    title: str
    latex: str
    plain: str
    numbers: str
    plain_numbers: str
    value: float


def loss_terms(
    step: Step, settings: StyleSettings, suggested: SuggestedLayers | None = None
) -> tuple[Term, ...]:
    """Return the total and each of its terms, in the order content, style, TV, with their numbers.

    settings: those of the step; suggested: the layers that stand where the settings name none, so
    that their weights can be told (otherwise taken as equal). Every layer's line reads
    weight · share · raw / divisor = value, where the divisor is the target's mean square.
    """
    losses = step.losses
    content_layers = settings.content_layers or (suggested.content if suggested else ())
    style_layers = settings.style_layers or (suggested.style if suggested else ())
    content = _layer_terms(
        ("content", "α", r"\alpha", settings.content_weight),
        _CONTENT_LAW,
        (losses.content, losses.weighted_content),
        content_layers,
    )
    style = _layer_terms(
        ("style", "β", r"\beta", settings.style_weight),
        _STYLE_LAWS[settings.statistic],
        (losses.style, losses.weighted_style),
        style_layers,
    )
    parts = (sum(t.value for t in content), sum(t.value for t in style), losses.weighted_tv)
    names = ("content", "style", "smoothness")
    total = Term(
        "total",
        "Total loss",
        *_TOTAL_LAW,
        " + ".join(_latex(part) for part in parts) + f" = {_latex(losses.total)}",
        " + ".join(f"{_plain(part)} ({name})" for part, name in zip(parts, names, strict=True))
        + f" = {_plain(losses.total)}",
        losses.total,
    )
    return (total, *content, *style, _tv_term(step, settings))


def _layer_terms(
    kind: tuple[str, str, str, float],
    law: tuple[str, str],
    values: tuple[Mapping[str, float], Mapping[str, float]],
    layers: Sequence[LayerWeight],
) -> list[Term]:
    name, sign, latex_sign, weight = kind
    raw, weighted = values
    shares = _shares(tuple(raw), layers)
    terms = []
    for layer, value in raw.items():
        share, adds = shares[layer], weighted.get(layer, 0.0)
        factors = [weight, *([share] if len(raw) > 1 else [])]
        # Only its quotient is in the step: the divisor follows from it, where it matters.
        divisor = weight * share * value / adds if adds else None
        signs = [sign, *(["w"] if len(raw) > 1 else [])]
        latex_signs = [latex_sign, *(["w"] if len(raw) > 1 else [])]
        terms.append(
            Term(
                f"{name}:{layer}",
                f"{name.capitalize()} in {layer}",
                rf"{' '.join(latex_signs)} \cdot \frac{{1}}{{d}} \cdot {law[0]}",
                f"{'·'.join(signs)} / d · {law[1]}",
                _latex_numbers(factors, value, divisor, adds),
                _plain_numbers(factors, value, divisor, adds),
                adds,
            )
        )
    return terms


def _shares(names: tuple[str, ...], layers: Sequence[LayerWeight]) -> dict[str, float]:
    """Return each layer's part of 1; equal parts where no weights are known."""
    known = {one.layer: one.weight for one in layers}
    weights = {name: known.get(name, 0.0 if known else 1.0) for name in names}
    total = sum(weights.values())
    return {name: weight / total if total else 0.0 for name, weight in weights.items()}


def _tv_term(step: Step, settings: StyleSettings) -> Term:
    value, adds = step.losses.tv, step.losses.weighted_tv
    return Term(
        "tv",
        "Smoothness (total variation)",
        rf"\gamma \cdot ({_TV_LAW[0]})",
        f"γ·({_TV_LAW[1]})",
        _latex_numbers([settings.tv_weight], value, None, adds),
        _plain_numbers([settings.tv_weight], value, None, adds),
        adds,
    )


def _latex_numbers(
    factors: Sequence[float], raw: float, divisor: float | None, value: float
) -> str:
    top = _latex(raw)
    quotient = top if divisor is None else rf"\frac{{{top}}}{{{_latex(divisor)}}}"
    return r" \cdot ".join([*map(_latex, factors), quotient]) + f" = {_latex(value)}"


def _plain_numbers(
    factors: Sequence[float], raw: float, divisor: float | None, value: float
) -> str:
    quotient = _plain(raw) if divisor is None else f"{_plain(raw)} / {_plain(divisor)}"
    return " · ".join([*map(_plain, factors), quotient]) + f" = {_plain(value)}"


def _plain(value: float) -> str:
    """Return `value` in four significant digits, as 1.234 or 1.234·10⁻⁵."""
    mantissa, exponent = _split(value)
    if exponent is None:
        return mantissa
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{raised}"


def _latex(value: float) -> str:
    mantissa, exponent = _split(value)
    if exponent is None:
        return mantissa.replace("inf", r"\infty").replace("nan", r"\mathrm{NaN}")
    return rf"{mantissa} \cdot 10^{{{exponent}}}"


def _split(value: float) -> tuple[str, int | None]:
    text = f"{value:.4g}"
    if "e" not in text:
        return text, None
    mantissa, exponent = text.split("e")
    return mantissa, int(exponent)

"""The pieces that the program of a style transfer is made of: text, shown and run elsewhere."""

HEAD = '''"""Neural style transfer by {title}.

python this_file.py content.jpg style.jpg writes stylised.png. Further pictures are further styles,
mixed {mixed}.
"""

{imports}
'''
NUMBERS = """
# total = CONTENT_WEIGHT · content + STYLE_WEIGHT · style + TV_WEIGHT · total variation
CONTENT_WEIGHT = {content_weight!r}
STYLE_WEIGHT = {style_weight!r}
TV_WEIGHT = {tv_weight!r}
# Layers and their parts, which are 1 together.
CONTENT_LAYERS = {content_layers}
STYLE_LAYERS = {style_layers}
SIZES = {sizes!r}  # longer sides in pixels, coarse to fine
STEPS = {steps!r}  # evaluations at each of them
"""
STYLE_PARTS = """
STYLE_PARTS = {parts!r}  # of the styles, in the order in which they are given
"""
NETWORK = '''
def make_network():
    """Return {title}; {state}."""
{body}

network = make_network().eval().requires_grad_(False)
for part in network.modules():
    if getattr(part, "inplace", False):
        part.inplace = False  # it would write over maps that are compared
'''
AVERAGE_POOLING = """
for parent in list(network.modules()):
    for name, part in list(parent.named_children()):
        if isinstance(part, nn.MaxPool2d):  # which leaves holes in the gradient
            average = nn.AvgPool2d(
                part.kernel_size, part.stride, part.padding, part.ceil_mode, False
            )
            setattr(parent, name, average)
"""
TO_GREY = """
    grey = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    picture = (picture * grey).sum(dim=0, keepdim=True)"""
EVEN = """
    # This network pads odd sizes in a way that it was not trained for: go on to the next multiple.
    height, width = batch.shape[2:]
    batch = functional.pad(batch, (0, -width % 32, 0, -height % 32), mode="reflect")"""
PART = """
    high, wide = height / batch.shape[2], width / batch.shape[3]
    for layer, one in maps.items():
        rows, columns = (math.ceil(n * s - 1e-6) for n, s in zip(one.shape[1:], (high, wide)))
        maps[layer] = one[:, :rows, :columns]  # what belongs to the picture"""
TAPS = '''
class Done(BaseException):
    """Every layer has answered: the rest of the network need not run."""


LAYERS = list(dict.fromkeys([*CONTENT_LAYERS, *STYLE_LAYERS]))
answers, calls = {{}}, {{}}


def listen(path):
    def hook(part, inputs, output):
        calls[path] = calls.get(path, 0) + 1
        name = path if calls[path] == 1 else f"{{path}}#{{calls[path]}}"  # "relu#2": called again
        if name in LAYERS:
            answers[name] = output[0] if isinstance(output, (tuple, list)) else output
        if len(answers) == len(LAYERS):
            raise Done

    network.get_submodule(path).register_forward_hook(hook)


for path in dict.fromkeys(layer.partition("#")[0] for layer in LAYERS):
    listen(path)


def maps_of(picture):
    """Return what each layer gives, (channels, height, width), to a picture (3, H, W) in [0, 1]."""
    mean, std = torch.tensor({mean}), torch.tensor({std})
    answers.clear()
    calls.clear(){channels}
    batch = ((picture - mean[:, None, None]) / std[:, None, None])[None]
    height, width = batch.shape[2:]
    if min(height, width) < 32:  # most networks halve what they see five times
        missing = (0, max(32 - width, 0), 0, max(32 - height, 0))
        batch = functional.pad(batch, missing, mode="replicate"){even}
    try:
        if LAYERS:
            network(batch)
    except Done:
        pass
    maps = {{layer: answers[layer]{to_maps}[0] for layer in LAYERS}}{part}
    return maps
'''
_GRAM = '''
def statistic(maps):
    """Return the Gram matrix: which channels answer together, wherever that is."""
    flat = maps.flatten(1)
    return flat @ flat.T / flat.numel()
'''
_MEAN_STD = '''
def statistic(maps):
    """Return the mean and the standard deviation of each channel."""
    flat = maps.flatten(1)
    floor = 1e-12  # a root has no gradient at 0
    deviation = (flat.var(dim=1, correction=0) + floor).sqrt() - floor**0.5
    return torch.stack([flat.mean(dim=1), deviation])
'''
_HISTOGRAM = '''
def statistic(maps, bins=64):
    """Return the mean of every 64th of each channel's values in rising order."""
    ordered = maps.flatten(1).sort(dim=1).values
    count = ordered.shape[1]
    sums = functional.pad(ordered.cumsum(dim=1), (1, 0)) / count
    edges = torch.linspace(0, count, bins + 1)
    before = edges.floor().long().clamp(max=count - 1)
    reached = sums[:, before] + (edges - before) * (sums[:, before + 1] - sums[:, before])
    return reached.diff(dim=1) * bins
'''
STATISTICS = {"gram": _GRAM, "mean_std": _MEAN_STD, "histogram": _HISTOGRAM}
VARIATION = '''
def total_variation(picture):
    """Return the mean difference of neighbours; the small number rounds the corner of |x| at 0."""
    total = 0.0
    for axis in (1, 2):
        if picture.shape[axis] > 1:
            differences = picture.diff(dim=axis).square() + (0.01 / 255) ** 2
            total = total + differences.sqrt().mean()
    return total
'''
_LUMINANCE = '''
YIQ = torch.tensor(
    [[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]]
)


def luminance(picture):
    """Return light and dark alone, as a grey picture."""
    return (YIQ[0][:, None, None] * picture).sum(dim=0, keepdim=True).expand(3, -1, -1)


def with_colours_of(picture, content):
    """Return light and dark of one picture with the colours of the other."""
    yiq = YIQ @ content.flatten(1)
    yiq[0] = YIQ[0] @ picture.flatten(1)
    return (torch.linalg.inv(YIQ) @ yiq).view_as(picture).clamp(0, 1)


def prepared(style, content):
    """Return the style in grey, as light and as varied as the content."""
    light, wanted = luminance(style), luminance(content)
    spread = light[0].var(correction=0).clamp(min=(0.25 / 255) ** 2).sqrt()
    factor = wanted[0].std(correction=0) / spread
    return ((light - light[0].mean()) * factor + wanted[0].mean()).clamp(0, 1)
'''
_MATCHED = '''
def mean_and_covariance(picture):
    flat = picture.flatten(1).double()
    centred = flat - flat.mean(dim=1, keepdim=True)
    return flat.mean(dim=1, keepdim=True), centred @ centred.T / flat.shape[1]


def power(covariance, exponent):
    values, vectors = torch.linalg.eigh(covariance)
    return vectors @ torch.diag(values.clamp(min=(0.25 / 255) ** 2) ** exponent) @ vectors.T


def prepared(style, content):
    """Return the style with the mean and the covariance of the content's colours."""
    mean, covariance = mean_and_covariance(style)
    wanted_mean, wanted = mean_and_covariance(content)
    turn = power(wanted, 0.5) @ power(covariance, -0.5)
    matched = turn @ (style.flatten(1).double() - mean) + wanted_mean
    return matched.view(style.shape).float().clamp(0, 1)
'''
COLOURS = {"style": "", "luminance": _LUMINANCE, "matched": _MATCHED}
_RESIZED = '''
def fitted(height, width, longer):
    """Return (height, width) of the same shape with that longer side."""
    scale = longer / max(height, width)
    return max(round(height * scale), 1), max(round(width * scale), 1)


def resized(picture, size):
    """Return the picture (3, H, W) at another size."""
    if tuple(picture.shape[1:]) == tuple(size):
        return picture.clone()
    options = {"mode": "bicubic", "align_corners": False, "antialias": True}
    return functional.interpolate(picture[None], size, **options)[0].clamp(0, 1)


def mean_square(values):
    return float(values.double().square().mean())
'''
_TARGETS = '''
@torch.no_grad()
def make_targets(content, styles):
    """Return for each term's layer what is aimed at, and its mean square to divide by.

    content: (3, H, W), already at the size of the result; styles: of any sizes.
    """
    maps = maps_of({seen})
    content_targets = {{
        layer: (maps[layer], max(mean_square(maps[layer]), 1e-20)) for layer in CONTENT_LAYERS
    }}
    statistics = []
    for style in styles:
        style = resized(style, fitted(*style.shape[1:], max(content.shape[1:])))
        style_maps = maps_of({style})
        statistics.append({{layer: statistic(style_maps[layer]) for layer in STYLE_LAYERS}})
    style_targets = {{}}
    for layer in STYLE_LAYERS:
        mixed = {mixed}
        # A style with nothing in a layer must not let that layer rule.
        least = 1e-3 * mean_square(statistic(maps[layer])) + 1e-20
        style_targets[layer] = (mixed, max(mean_square(mixed), least))
    return content_targets, style_targets
'''
_EQUAL = "sum(one[layer] for one in statistics) / len(statistics)"
_WEIGHED = "sum(p * one[layer] for p, one in zip(STYLE_PARTS, statistics, strict=True))"
_SEEN = {
    "style": ("content", "style"),
    "luminance": ("luminance(content)", "prepared(style, content)"),
    "matched": ("content", "prepared(style, content)"),
}


def targets(colours: str, *, weighed: bool) -> str:
    """Return the functions that make the targets; weighed: the styles mixed by STYLE_PARTS."""
    seen, style = _SEEN[colours]
    mixed = _WEIGHED if weighed else _EQUAL
    return _RESIZED + "\n" + _TARGETS.format(seen=seen, style=style, mixed=mixed)


LOSSES = '''
def losses_of(picture, targets):
    """Return the terms by layer for "content" and "style", then "tv", and their "total"."""{grey}
    content_targets, style_targets = targets
    maps = maps_of(picture)
    terms = {{"content": {{}}, "style": {{}}, "tv": total_variation(picture)}}
    total = TV_WEIGHT * terms["tv"]
    for layer, part in CONTENT_LAYERS.items():
        aim, divisor = content_targets[layer]
        terms["content"][layer] = (maps[layer] - aim).square().mean()
        total = total + CONTENT_WEIGHT * part / divisor * terms["content"][layer]
    for layer, part in STYLE_LAYERS.items():
        aim, divisor = style_targets[layer]
        terms["style"][layer] = (statistic(maps[layer]) - aim).square().mean()
        total = total + STYLE_WEIGHT * part / divisor * terms["style"][layer]
    return {{**terms, "total": total}}
'''
GREY = {
    "style": "",
    "luminance": "\n    picture = luminance(picture)  # colours are put back at the end",
    "matched": "",
}
_FROM_CONTENT = '''
def begin(content, style):
    """Return the picture to start from: the content."""
    return content.clone()
'''
_FROM_NOISE = '''
def begin(content, style):
    """Return the picture to start from: noise."""
    generator = torch.Generator().manual_seed({seed})
    return (0.5 + 0.15 * torch.randn(content.shape, generator=generator)).clamp(0, 1)
'''
_FROM_STYLE = '''
def begin(content, style):
    """Return the picture to start from: the middle of the style, as large as the content."""
    height, width = content.shape[1:]
    scale = max(height / style.shape[1], width / style.shape[2])
    rows = min(max(round(height / scale), 1), style.shape[1])
    columns = min(max(round(width / scale), 1), style.shape[2])
    top, left = (style.shape[1] - rows) // 2, (style.shape[2] - columns) // 2
    return resized(style[:, top : top + rows, left : left + columns], (height, width))
'''
STARTS = {"content": _FROM_CONTENT, "noise": _FROM_NOISE, "style": _FROM_STYLE}
_LBFGS = '''
def large_first(change):
    """Return a change in which large shapes move as easily as fine grain: frequencies as 1/√f."""
    height, width = change.shape[1:]
    down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)
    weights = (down**2 + across**2 + 0.003**2) ** -0.25
    spectrum = torch.fft.rfft2(change) * (weights / weights.mean())
    return torch.fft.irfft2(spectrum, s=(height, width))


def optimise(picture, targets, steps):
    """Change the picture in place, with at most so many evaluations."""
    change = torch.zeros_like(picture, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [change], {rate!r}, max_iter=steps, max_eval=steps, history_size=10,
        tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe",
    )

    def closure():
        optimizer.zero_grad()
        total = losses_of(picture + large_first(change), targets)["total"]
        total.backward()
        return total

    optimizer.step(closure)
    picture.add_(large_first(change.detach())).clamp_(0, 1)
'''
_ADAM = '''
def optimise(picture, targets, steps):
    """Change the picture in place, in so many steps."""
    picture.requires_grad_(True)
    optimizer = torch.optim.Adam([picture], {rate!r}, betas=(0.9, 0.99))

    def closure():
        optimizer.zero_grad()
        total = losses_of(picture, targets)["total"]
        total.backward()
        return total

    for _ in range(steps):
        optimizer.step(closure)
        picture.data.clamp_(0, 1)
    picture.requires_grad_(False)
'''
OPTIMISERS = {"lbfgs": _LBFGS, "adam": _ADAM}
MAIN = """
def picture_in(path):
    image = Image.open(path).convert("RGB")
    values = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return values.view(image.height, image.width, 3).permute(2, 0, 1).float() / 255


def main(content_path, *style_paths):
    content, styles = picture_in(content_path), [picture_in(path) for path in style_paths]
    picture = None
    for longer, steps in zip(SIZES, STEPS):
        seen = resized(content, fitted(*content.shape[1:], longer))
        targets = make_targets(seen, styles)
        start = begin(seen, styles[0]) if picture is None else picture
        picture = resized(start, seen.shape[1:])
        optimise(picture, targets, steps)
        total = losses_of(picture, targets)["total"]
        print(f"{{longer}} pixels: total loss {{total:.4g}}")
    shown = {shown}
    values = (shown * 255).round().byte().permute(1, 2, 0).contiguous()
    Image.fromarray(values.numpy()).save("stylised.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
"""
SHOWN = {"style": "picture", "luminance": "with_colours_of(picture, seen)", "matched": "picture"}

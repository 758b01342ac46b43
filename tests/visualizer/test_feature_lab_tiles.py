"""What the Feature Lab's large pictures are told, against each step done by hand."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engines.features import FeaturePart
from feature_fakes import noise_dataset, small_model
from visualizer.panels.feature_lab.classify_settings import LargeSettings
from visualizer.panels.feature_lab.tabs.classify_compute import Task
from visualizer.panels.feature_lab.tabs.large_compute import tell_tiles


def means_of(model, pictures):
    """Return the mean of each of the second convolution's channels, by its own layers."""
    net, rows = model.module, []
    with torch.no_grad():
        for pixels in pictures:
            batch = model.preprocess(torch.from_numpy(pixels).permute(2, 0, 1))
            maps = net.second(torch.relu(net.norm(net.first(batch))))
            rows.append(maps.mean((2, 3))[0].numpy())
    return np.array(rows)


def test_each_tile_is_told_as_a_picture_of_its_own_would_be(tmp_path):
    path = tmp_path / "large.png"
    pixels = np.random.default_rng(5).integers(0, 256, (70, 100, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    model, (dataset, _) = small_model(), noise_dataset(14)
    part = FeaturePart("small", layer="second", pooling="average")
    runs = []
    model.module.register_forward_hook(lambda *_: runs.append(1))  # another's, who listens
    settings = LargeSettings(path=str(path), side=32, stride=20, drop_background=False)
    task = Task(dataset, (part,), {part.network: model}, None, None)
    told = list(tell_tiles(task, settings, "logistic"))[-1].result
    assert not runs

    corners = [(top, left) for top in (0, 20, 38) for left in (0, 20, 40, 60, 68)]
    assert [(place.top, place.left) for place in told.places] == corners
    learnt = means_of(model, [dataset.pixels(index) for index in range(len(dataset))])
    plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    plain.fit(learnt, dataset.labels)
    cut = [pixels[y : y + 32, x : x + 32].astype(np.float32) / 255 for y, x in corners]
    expected = plain.predict_proba(means_of(model, cut))
    np.testing.assert_allclose(told.probabilities, expected, atol=1e-4)
    assert told.map_of(1).shape == (3, 5)
    np.testing.assert_allclose(told.map_of(1).ravel(), expected[:, 1], atol=1e-4)

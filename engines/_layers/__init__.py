"""The layers of convolutional networks, one idea a file; public by `engines.layers`."""

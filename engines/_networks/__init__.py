"""The parts behind the modules that look into networks; all of them import torch."""

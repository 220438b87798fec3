"""Reads passages: (question, text) → spans, with scores whose meaning is calibrated."""

from qa.read.calibration import Calibration
from qa.read.onnx import PACKAGED, OnnxReader, Reader

__all__ = ["PACKAGED", "Calibration", "OnnxReader", "Reader"]

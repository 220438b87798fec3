"""Reads passages: (question, text) → spans, with scores whose meaning is calibrated, or said not to be."""

from qa.read.calibration import Calibration
from qa.read.library import LibraryReader
from qa.read.onnx import PACKAGED, OnnxReader
from qa.read.reader import Reader, load_reader

__all__ = ["PACKAGED", "Calibration", "LibraryReader", "OnnxReader", "Reader", "load_reader"]

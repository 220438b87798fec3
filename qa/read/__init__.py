"""Reads passages: (question, text) → spans, with scores whose meaning is calibrated, or said not to be."""

from qa.read.calibration import Calibration
from qa.read.cascade import Cascade
from qa.read.library import LibraryReader
from qa.read.onnx import BASE, SMALL, OnnxReader
from qa.read.opened import load_reader
from qa.read.reader import Reader

__all__ = ["BASE", "SMALL", "Calibration", "Cascade", "LibraryReader", "OnnxReader", "Reader", "load_reader"]

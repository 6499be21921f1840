/** samples/python/classify.py of a package: numpy and onnxruntime. */
export const pythonSample = String.raw`"""Reads a recording (CSV t,x,y,p or N-MNIST .bin), frames it by the model's own rule and classifies it.

python3 classify.py [RECORDING]     without a recording: the package's own, compared with what Saccade computed
Needs numpy, and onnxruntime or onnx (whose reference evaluator is slow) to classify.
"""
import json
import sys
from pathlib import Path

import numpy as np

PACKAGE = Path(__file__).resolve().parents[2]
MODEL = json.loads((PACKAGE / "model.json").read_text("utf-8"))


def read_recording(path):
    """Events as arrays t (microseconds), x, y, p (1: ON), and the sensor's (height, width)."""
    height, width = MODEL["sensor"]
    if path.suffix == ".bin":  # N-MNIST: x, y, then polarity (1 bit) and time (23 bits), big-endian
        raw = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 5).astype(np.int64)
        t = ((raw[:, 2] & 127) << 16) | (raw[:, 3] << 8) | raw[:, 4]
        return t, raw[:, 0], raw[:, 1], raw[:, 2] >> 7, (height, width)
    lines = path.read_text("utf-8").splitlines()
    if lines and lines[0].startswith("%geometry:"):
        width, height = (int(n) for n in lines.pop(0)[10:].split(","))
    rows = np.array([[int(float(v)) for v in line.split(",")] for line in lines if line and line[0].isdigit()], np.int64).reshape(-1, 4)
    return rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], (height, width)


def blocks(t, rule):
    """The block of each event, -1 where it is left out."""
    steps, n = rule["timesteps"], len(t)
    last = rule.get("remainder", "last") == "last"
    if rule["splitBy"] == "count":
        each = n // steps
        block = np.arange(n) // each if each else np.full(n, steps)
    else:
        dt = rule.get("blockUs", 100_000) if rule["splitBy"] == "duration" else (int(t.max()) - int(t.min())) // steps
        block = (t - t.min()) // dt if dt else np.full(n, steps)
        last = last and rule["splitBy"] == "time"
    return np.minimum(block, steps - 1) if last else np.where(block < steps, block, -1)


def weights(size, to):
    """Antialiased bilinear resize of one axis with half-pixel centres, as a matrix [to, size]."""
    scale = size / to
    support = max(1.0, scale)
    matrix = np.zeros((to, size))
    for out in range(to):
        centre = scale * (out + 0.5)
        first, end = max(int(centre - support + 0.5), 0), min(int(centre + support + 0.5), size)
        raw = np.maximum(0, 1 - np.abs((np.arange(first, end) - centre + 0.5) / support))
        matrix[out, first:end] = raw / raw.sum()
    return matrix


def frame(t, x, y, p, sensor):
    """Frames [T, 2, H, W]; channel 0 OFF, channel 1 ON."""
    rule = MODEL["framing"]
    kind = rule.get("representation", "counts")
    if kind not in ("counts", "binary") or MODEL["filters"] or rule.get("resizing", "float32") != "float32" or MODEL.get("normalization"):
        sys.exit("This model's preparation (%s, filters, 8-bit resizing or pictures) is not part of this sample: see model.json." % kind)
    counts = np.zeros((rule["timesteps"], 2, *sensor))
    block = blocks(t, rule)
    kept = block >= 0
    np.add.at(counts, (block[kept], p[kept], y[kept], x[kept]), 1)
    if kind == "binary":
        counts = np.minimum(counts, 1)
    if rule["normalize"] == "max":
        largest = counts.max(axis=(1, 2, 3), keepdims=True)
        counts = np.where(largest > 0, counts / np.maximum(largest, 1), counts)
    if rule["resize"] and tuple(rule["resize"]) != tuple(sensor):
        counts = weights(sensor[0], rule["resize"][0]) @ counts @ weights(sensor[1], rule["resize"][1]).T
    return counts.astype(np.float32)


def classify(frames):
    """Logits [classes], or None where neither onnxruntime nor onnx is installed."""
    path = str(PACKAGE / "window.onnx")
    try:
        import onnxruntime
        run = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run
    except ImportError:
        try:
            from onnx.reference import ReferenceEvaluator
        except ImportError:
            return None
        run = ReferenceEvaluator(path).run
    return run(["logits"], {"frames": frames[None]})[0][0]


def main():
    given = sys.argv[1:]
    path = Path(given[0]) if given else PACKAGE / "golden" / "recording.csv"
    frames = frame(*read_recording(path))
    if not given:
        difference = float(np.abs(frames - np.load(PACKAGE / "golden" / "recording-frames.npy")).max())
        print("frames differ from Saccade's by at most %.1e" % difference)
        if difference > 1e-4:
            sys.exit("The frames are not Saccade's.")
    logits = classify(frames)
    if logits is None:
        print("onnxruntime is not installed: read and framed only")
        return
    if not given:
        difference = float(np.abs(logits - np.load(PACKAGE / "golden" / "recording-logits.npy")).max())
        print("logits differ from Saccade's by at most %.1e" % difference)
    print("class:", MODEL["labels"][int(logits.argmax())])


main()
`

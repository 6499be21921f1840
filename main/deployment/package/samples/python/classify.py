"""Reads a recording, makes frames of it by the model's own rule and classifies them.

python3 classify.py [RECORDING] [--cut START,END] [--steps [--stop P]] [--save FRAMES.npy]

RECORDING     .aedat (2.0), .bin (N-MNIST), .npy, .npz or .csv; without it the package's own, compared with what Saccade computed
--cut         only the events from START to before END, in microseconds as they stand in the file
--steps       one timestep after the other (step.onnx), as from a camera, instead of all at once (window.onnx)
--stop P      with --steps: stop as soon as the answer's probability is P or more
--save        the frames [T, 2, H, W] as a NumPy file
Needs numpy and onnxruntime. Where there is only onnx, its reference evaluator computes the same, slowly.
"""
import argparse
import json
import sys
from pathlib import Path

import numpy as np

from filters import apply_filters
from framing import make_frames
from recording import read_recording

PACKAGE = Path(__file__).resolve().parents[2]
MODEL = json.loads((PACKAGE / "model.json").read_text("utf-8"))
GOLDEN = PACKAGE / "golden"


def frames_of(recording, cut=None):
    """Frames [T, 2, H, W] of a Recording, as the model wants them. Raises ValueError where they can't be made."""
    if "normalization" in MODEL:
        raise ValueError("This model takes pictures, not recordings: its input is a picture in 0..1, less its mean, by its deviation (model.json).")
    if cut:
        recording = recording.where((recording.t >= cut[0]) & (recording.t < cut[1]))
    left = apply_filters(recording, MODEL["filters"])
    if len(left) == 0:
        raise ValueError("No events are left of %d, so there is nothing to recognize." % len(recording))
    frames = make_frames(left, MODEL["framing"])
    if list(frames.shape) != MODEL["shape"]:
        raise ValueError("The recording's sensor gives frames %s, the model takes %s." % (list(frames.shape), MODEL["shape"]))
    return frames


def session_of(file):
    """What runs a file: run(names of outputs, {input: array})."""
    if not (PACKAGE / file).exists():
        sys.exit("This package has no %s; README.md says why." % file)
    try:
        import onnxruntime
    except ImportError:
        try:
            from onnx.reference import ReferenceEvaluator
        except ImportError:
            sys.exit("onnxruntime is not installed: pip install onnxruntime")
        return ReferenceEvaluator(str(PACKAGE / file)).run
    return onnxruntime.InferenceSession(str(PACKAGE / file), providers=["CPUExecutionProvider"]).run


def classify_window(frames):
    """Logits [classes]: all timesteps at once."""
    return session_of("window.onnx")(["logits"], {"frames": frames[None]})[0][0]


def classify_steps(frames):
    """After each timestep the mean of the logits so far [classes]. All states are zero at first, and go from step to step."""
    run = session_of("step.onnx")
    states = next(made for made in MODEL["formats"] if made["format"] == "step")["states"]
    state = {each["input"]: np.zeros((1, *each["shape"]), np.float32) for each in states}
    total = np.zeros(len(MODEL["labels"]), np.float32)
    for t, frame in enumerate(frames, 1):
        logits, *written = run(["logits"] + [each["output"] for each in states], {"frame": frame[None], **state})
        state = {each["input"]: value for each, value in zip(states, written)}
        total += logits[0]
        yield total / np.float32(t)


def probability(logits):
    raised = np.exp(logits - logits.max())
    return float(raised.max() / raised.sum())


def compare(what, values, golden):
    difference = float(np.abs(values - golden).max())
    print("%s differ from Saccade's by at most %.1e" % (what, difference))
    if difference > 1e-3:
        sys.exit("The %s are not Saccade's." % what)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?", type=Path)
    parser.add_argument("--cut", type=lambda text: [int(number) for number in text.split(",")])
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--stop", type=float, default=2)
    parser.add_argument("--save", type=Path)
    return parser.parse_args()


def main():
    given = arguments()
    own = GOLDEN / "recording.csv"
    golden = None
    if given.recording or own.exists():
        frames = frames_of(read_recording(given.recording or own), given.cut)
        if not given.recording:
            compare("frames", frames, np.load(GOLDEN / "recording-frames.npy"))
            golden = np.load(GOLDEN / "recording-logits.npy")
    else:  # A model of pictures has no recording: the first picture of its test split
        frames, golden = np.load(GOLDEN / "frames.npy")[0], np.load(GOLDEN / "logits.npy")[0]
    if given.save:
        np.save(given.save, frames)
    if given.steps:
        for t, logits in enumerate(classify_steps(frames), 1):
            print("timestep %d of %d: %s (%.3f)" % (t, len(frames), MODEL["labels"][int(logits.argmax())], probability(logits)))
            if probability(logits) >= given.stop:
                break
        golden = golden if t == len(frames) else None
    else:
        logits = classify_window(frames)
    if golden is not None:
        compare("logits", logits, golden)
    print("class:", MODEL["labels"][int(logits.argmax())])


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(str(error))

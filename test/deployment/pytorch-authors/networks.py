"""Checkpoints of the TRT and TET authors' own modules: networks.py save|load JOB.json

PYTHONPATH names one author's repository. JOB.json: {"code": "trt"|"tet", "folder": where files go, "cases": [...]}; a case has
  trt: "topology", "norm", "tau", "threshold", "reset" (null: soft), "shape" [T, C, H, W], "still" (one picture, repeated by the network)
  tet: "network" "VGGSNN"|"VGGSNNwoAP"|"resnet19", "shape"
  and "name", "variants" (whether it is saved in all ways). The same case gives the same weights and inputs each time.
save: writes NAME.pth for every case (and the variants of `saved`), NAME.frames.npy [B, T, C, H, W] and NAME.logits.npy, per timestep [B, T, classes].
load: "file" (safetensors) is loaded with strict=True into the case's module; NAME.loaded.npy is what that gives for the same input.
"""

import copy
import json
import struct
import sys
import types
from collections import OrderedDict

import numpy
import torch


def stand_in(name, **members):
    """Modules for logs and progress bars, which TRT's function.py imports and a forward pass never uses."""
    try:
        __import__(name)
    except ImportError:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(members)


def module_of(code, case):
    if code == "trt":
        stand_in("tensorboardX", SummaryWriter=object)
        stand_in("tqdm", tqdm=iter)
        from model import SNN

        timesteps, *frame = case["shape"]
        return SNN(
            case["topology"], timesteps, tuple(frame), 0.0, case.get("norm", "tdBN"), case["threshold"], case["reset"], case["tau"],
            "sigmoid", 2.0, case.get("still", False), True,
        )
    from models import VGG_models, resnet_models

    if case["network"] == "resnet19":
        module = resnet_models.resnet19(num_classes=10)
        module.T = case["shape"][0]
        return module
    return getattr(VGG_models, case["network"])()


def made(code, case, seed):
    """The module with weights and statistics under which all layers fire, and an input [1, ...]."""
    torch.manual_seed(seed)
    module = module_of(code, case).eval()
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.weight.data.uniform_(1.5, 2.5)
            part.bias.data.uniform_(-0.1, 0.5)
            part.running_mean.uniform_(-0.2, 0.2)
            part.running_var.uniform_(0.5, 1.5)
            part.num_batches_tracked.fill_(7)
    timesteps, *frame = case["shape"]
    # TET's ResNet repeats a picture; TRT's encoder is given one.
    still = case.get("still") or case.get("network") == "resnet19"
    return module, torch.poisson(torch.full((1, *frame) if still else (1, timesteps, *frame), 0.7))


def encodes(case):
    return case.get("topology", "").startswith("CONVEN")


def run(code, case, module, frames):
    if code == "tet":
        return module(frames.clone())
    if encodes(case):
        # Its encoder repeats the picture by itself: SNN is told not to.
        module.expend_time = False
    return module(frames.clone(), True)


def scaled(module, factor):
    """Every weight off by as much as rounding makes of its sums."""
    other = copy.deepcopy(module)
    for part in other.modules():
        if isinstance(part, (torch.nn.Conv2d, torch.nn.Linear)):
            part.weight.data *= factor
    return other


def steady(code, case):
    """The first seed with which rounding flips no spike: with others, logits can't agree by more than a spike."""
    for seed in range(100):
        module, frames = made(code, case, seed)
        logits = run(code, case, module, frames)
        others = (run(code, case, scaled(module, 1 + sign * 2**-20), frames) for sign in (1, -1))
        if all((other - logits).abs().max() < 1e-4 for other in others):
            return module, frames, logits
    raise RuntimeError(f"{case['name']}: rounding flips spikes with every seed")


def strided(state):
    """Convolutions stored channels last: the same values, other strides."""
    return OrderedDict((k, v.contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v) for k, v in state.items())


def parallel(state):
    return OrderedDict((f"module.{k}", v) for k, v in state.items())


def converted(state, dtype):
    return OrderedDict((k, v.to(dtype) if v.is_floating_point() else v) for k, v in state.items())


def saved(path, module, every):
    state = module.state_dict()
    torch.save(state, f"{path}.pth")
    if not every:
        return
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
    # As TRT's train.py keeps a checkpoint.
    training = {
        "epoch": 3, "model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(),
        "scheduler_state_dict": scheduler.state_dict(), "loss": torch.tensor(0.5), "scaler": None,
    }
    variants = {
        ".parallel": parallel(state), ".state_dict": {"state_dict": parallel(state), "best": 0.5}, ".model": {"model": state},
        ".checkpoint": training, ".strided": strided(state), ".half": converted(state, torch.float16),
        ".bfloat16": converted(state, torch.bfloat16), ".double": converted(state, torch.float64),
    }
    for name, value in variants.items():
        torch.save(value, f"{path}{name}.pth")
    torch.save(state, f"{path}.legacy.pth", _use_new_zipfile_serialization=False)


def read_safetensors(path):
    with open(path, "rb") as file:
        raw = file.read()
    (length,) = struct.unpack("<Q", raw[:8])
    types_of = {"F32": "<f4", "I64": "<i8"}
    state = OrderedDict()
    for name, entry in json.loads(raw[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            values = numpy.frombuffer(raw[8 + length + start : 8 + length + end], types_of[entry["dtype"]])
            state[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return state


def main():
    command, path = sys.argv[1:]
    with open(path, encoding="utf8") as file:
        job = json.load(file)
    for case in job["cases"]:
        at = f"{job['folder']}/{case['name']}"
        with torch.no_grad():
            module, frames, logits = steady(job["code"], case)
            if command == "load":
                module.load_state_dict(read_safetensors(case["file"]), strict=True)
                numpy.save(f"{at}.loaded.npy", run(job["code"], case, module, frames).numpy())
                continue
            saved(at, module, case["variants"])
            timesteps = case["shape"][0]
            sequence = frames if frames.dim() == 5 else frames.unsqueeze(1).repeat(1, timesteps, 1, 1, 1)
            numpy.save(f"{at}.frames.npy", sequence.numpy())
            numpy.save(f"{at}.logits.npy", logits.numpy())
    print(json.dumps({"torch": torch.__version__}))


main()

"""Runs NIR files in a reader that somebody else wrote: read.py READER CASES.json

READER: snntorch, spikingjelly, norse or nirtorch, importable by PYTHONPATH together with nir and nirtorch.
CASES.json: [{"model": model.nir, "frames": frames.npy [K, T, C, H, W]}, ...]
Prints one JSON object: {"versions": {...}, "cases": [{"outputs": [K][T][classes], "spikes": {node: count}} or {"error": text}, ...]}.

Each sample runs by itself with new states, as the files' notes say.
"""

import contextlib
import importlib.metadata
import json
import sys

import numpy
import torch


class GpuKernel:
    """What a GPU kernel's registration gives, in a PyTorch that has none; calling it is an error."""

    def __call__(self, *_, **__):
        raise RuntimeError("a GPU kernel was called")

    def __getattr__(self, _):
        return lambda *_, **__: lambda function: function


class ForwardOnly(torch.autograd.Function):
    """A function whose forward() has no context is called as it is: PyTorch takes those since 2.0. Nothing is differentiated here."""

    @classmethod
    def apply(cls, *args):
        return cls.forward(*args) if hasattr(cls, "setup_context") else super().apply(*args)


def fill_in_old_pytorch():
    """What the readers need of a PyTorch older than theirs when they are imported; nothing of it computes. Returns what was filled in."""
    filled = []
    for name in ("custom_op", "register_fake", "register_autograd"):
        if not hasattr(torch.library, name):
            # SpikingJelly registers its Triton kernels by it; on the CPU none is called.
            setattr(torch.library, name, lambda *_, **__: lambda _: GpuKernel())
            filled.append(f"torch.library.{name}")
    if not hasattr(torch.autograd.Function, "setup_context"):
        torch.autograd.Function = ForwardOnly
        filled.append("torch.autograd.Function.setup_context")
    return filled


def stateless(module):
    """As a function of a frame and a state, for readers whose modules keep their states themselves."""
    return lambda frame, state: (first(module(frame)), state)


def first(value):
    return value[0] if isinstance(value, tuple) else value


def snntorch_reader(graph):
    import snntorch
    from snntorch.import_nir import import_from_nir

    def reset(module):
        for part in module.modules():
            if isinstance(part, snntorch.Leaky):
                part.reset_mem()

    module = import_from_nir(graph)
    return module, stateless(module), reset


def spikingjelly_reader(graph):
    from spikingjelly.activation_based import functional
    from spikingjelly.activation_based.nir_exchange import import_from_nir

    module = import_from_nir(graph)
    return module, stateless(module), functional.reset_net


def norse_reader(graph):
    import norse.torch

    module = norse.torch.from_nir(graph)
    return module, module, lambda _: None


READERS = {"snntorch": snntorch_reader, "spikingjelly": spikingjelly_reader, "norse": norse_reader}


def run(reader, model, frames):
    """Outputs of every timestep [K][T][classes], and spikes by node."""
    import nir

    module, step, reset = READERS[reader](nir.read(model))
    module.eval()
    spikes = {}

    def count(name):
        def hook(_, __, output):
            spikes[name] = spikes.get(name, 0) + int(round(float(first(output).sum())))

        return hook

    for name, part in module.named_modules():
        if name.endswith("_neurons"):
            part.register_forward_hook(count(name))
    outputs = []
    for sample in torch.from_numpy(numpy.load(frames)):
        reset(module)
        state = None
        outputs.append([])
        for frame in sample:
            output, state = step(frame[None], state)
            outputs[-1].append(output.flatten().tolist())
    return {"outputs": outputs, "spikes": spikes}


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return getattr(sys.modules.get(name), "__version__", "not installed")


def main():
    reader, cases = sys.argv[1:]
    with open(cases, encoding="utf8") as file:
        given = json.load(file)
    filled = fill_in_old_pytorch()
    answers = []
    for case in given:
        try:
            # Readers print what they think while they read.
            with torch.no_grad(), contextlib.redirect_stdout(sys.stderr):
                answers.append(run(reader, case["model"], case["frames"]))
        except Exception as error:  # what a reader can't read is what is asked for
            answers.append({"error": f"{type(error).__name__}: {error}"})
    versions = {name: version(name) for name in ("torch", "nir", "nirtorch", reader)}
    print(json.dumps({"versions": versions, "filled": filled, "cases": answers}))


main()

"""Peer of the onm bench: the Open Neuromorphic library benchmark's task in plain PyTorch.

One Linear(N, N) and one LIF layer over 500 timesteps of a batch of 16, forward from zero state, backward of the sum of all spikes;
u <- u/2 + x, spike where u > 1, hard reset inside the gradient, triangle surrogate: the same neuron as ours.
Prints JSON: seconds of the forward pass, of forward and backward, peak memory in MB. Usage: onm.py N
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn

N, T, B = int(sys.argv[1]), 500, 16
torch.set_num_threads(len(__import__('os').sched_getaffinity(0)))


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).to(v.dtype)

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g * (1 - v.abs()).clamp(min=0)


linear = nn.Linear(N, N)
x = torch.randn(T, B, N)


def forward():
    u, out = torch.zeros(B, N), []
    for current in linear(x).unbind():  # indexing [t] would make the backward pass quadratic in T
        u = u * 0.5 + current
        s = Spike.apply(u - 1.0)
        u = u * (1 - s)
        out.append(s)
    return torch.stack(out)


def mean(work):
    work()
    started, runs = time.perf_counter(), 0
    while runs < 3 or time.perf_counter() - started < 2:
        work()
        runs += 1
    return (time.perf_counter() - started) / runs


def both():
    linear.zero_grad()
    forward().sum().backward()


print(json.dumps({'forward': mean(forward), 'both': mean(both), 'peakMb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))

"""Peer of the snn5 bench: SNN-5 (16C3-64C5-AP2-128C5-AP2-256C5-AP2-512C3-AP2-FC) on 3x32x32 pictures, T = 4, in plain PyTorch.

A training step with TET's loss (lambda 0.05) and Adam, and an inference batch; the picture is repeated over T before the network, as the
papers' code does. The neuron is the papers' (tau 2, threshold 1, hard reset inside the gradient, triangle surrogate).
Prints JSON: seconds of a step (median of the second half), of an inference batch, peak memory in MB. Usage: snn5.py BATCH STEPS
"""
import json
import os
import resource
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

B, STEPS, T = int(sys.argv[1]), int(sys.argv[2]), 4
torch.set_num_threads(len(os.sched_getaffinity(0)))


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return (v > 0).to(v.dtype)

    @staticmethod
    def backward(ctx, g):
        (v,) = ctx.saved_tensors
        return g * (1 - v.abs()).clamp(min=0)


class LIF(nn.Module):
    def forward(self, x):
        u, out = 0.0, []
        for current in x.chunk(T):
            u = u * 0.5 + current
            s = Spike.apply(u - 1.0)
            u = u * (1 - s)
            out.append(s)
        return torch.cat(out)


layers, before = [], 3
for out, kernel, pool in [(16, 3, 0), (64, 5, 1), (128, 5, 1), (256, 5, 1), (512, 3, 1)]:
    layers += [nn.Conv2d(before, out, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(out), LIF()] + ([nn.AvgPool2d(2)] if pool else [])
    before = out
net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 4, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
x = torch.randn(B, 3, 32, 32)
y = torch.randint(0, 10, (B,))


def step():
    optimizer.zero_grad()
    logits = net(x.repeat(T, 1, 1, 1)).view(T, B, 10)
    loss = sum(F.cross_entropy(logits[t], y) for t in range(T)) / T
    (0.95 * loss + 0.05 * F.mse_loss(logits, torch.ones_like(logits))).backward()
    optimizer.step()


def timed(work, count):
    times = []
    for _ in range(count):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return times


steps = timed(step, STEPS)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
net.eval()
with torch.no_grad():
    inference = timed(lambda: net(x.repeat(T, 1, 1, 1)), 7)
print(json.dumps({'step': statistics.median(steps[STEPS // 2:]), 'inference': statistics.median(inference[2:]), 'peakMb': peak}))

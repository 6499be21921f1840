"""Peer of the frames bench: N-MNIST files to [10, 2, 48, 48] frames in plain NumPy, the way SpikingJelly does it.

Decoding, the split by number and the integration with bincount are those of spikingjelly.datasets; the antialiased bilinear
resize, which SpikingJelly leaves to torchvision, is a product with precomputed weights on both sides (as fast as NumPy gets).
Prints JSON: recordings, seconds of processor time, checksum. Usage: frames.py FOLDER SECONDS
"""
import glob
import json
import os
import sys
import time

for threads in ('OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'OMP_NUM_THREADS'):
    os.environ[threads] = '1'
import numpy as np

H = W = 34
T = 10
TO = 48


def load(path):
    raw = np.fromfile(path, dtype=np.uint8).astype(np.uint32)
    x, y, third = raw[0::5], raw[1::5], raw[2::5]
    p = (third & 128) >> 7
    t = ((third & 127) << 16) | (raw[3::5] << 8) | raw[4::5]
    return x, y, t, p


def integrate(x, y, p, j_l, j_r):
    frame = np.zeros(shape=[2, H * W])
    x = x[j_l:j_r].astype(int)
    y = y[j_l:j_r].astype(int)
    p = p[j_l:j_r]
    off = p == 0
    for c, mask in enumerate((off, np.logical_not(off))):
        counts = np.bincount(y[mask] * W + x[mask])
        frame[c][np.arange(counts.size)] += counts
    return frame.reshape((2, H, W))


def weights(size, to):
    scale = size / to
    support = max(1.0, scale)
    distance = np.abs(np.arange(size)[None, :] + 0.5 - (np.arange(to)[:, None] + 0.5) * scale) / support
    table = np.maximum(0, 1 - distance)
    return (table / table.sum(1, keepdims=True)).astype(np.float32)


def frames(path, rows, columns):
    x, y, t, p = load(path)
    each = x.size // T
    blocks = [integrate(x, y, p, i * each, x.size if i == T - 1 else (i + 1) * each) for i in range(T)]
    return rows @ np.stack(blocks).astype(np.float32) @ columns


files = sorted(glob.glob(os.path.join(sys.argv[1], '**', '*.bin'), recursive=True))
rows, columns = weights(H, TO), weights(W, TO).T
checksum = sum(float(frames(path, rows, columns).sum(dtype=np.float64)) for path in files)
start, done = time.process_time(), 0
while time.process_time() - start < float(sys.argv[2]):
    for path in files:
        frames(path, rows, columns)
    done += len(files)
print(json.dumps({'recordings': done, 'seconds': time.process_time() - start, 'checksum': checksum}))

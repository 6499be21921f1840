"""Decodes a file the way Tonic and SpikingJelly do, in plain NumPy, and prints events per second of processor time as JSON.

decode.py KIND FILE ROUNDS. The best of ROUNDS, one thread; the file lies in the system's cache, and reading it from there counts.
tonic-bin:           tonic/io.py read_mnist_file: a structured array of four int64 (tonic.datasets.NMNIST)
tonic-aedat2:        tonic/io.py read_dvs_128: a structured array of int16 x, y, int64 t, bool p; no flips
spikingjelly-aedat2: spikingjelly/datasets/cifar10_dvs.py: four columns, flipped; times stay as they lie in the file
"""
import json
import sys
import time

import numpy as np

WIDE = np.dtype([("x", int), ("y", int), ("t", int), ("p", int)])
NARROW = np.dtype([("x", np.int16), ("y", np.int16), ("t", np.int64), ("p", bool)])
RECORD = np.dtype([("address", ">u4"), ("time", ">u4")])


def structured(dtype, *columns):
    events = np.empty(len(columns[0]), dtype=dtype)
    for name, column in zip(dtype.names, columns):
        events[name] = column
    return events


def header_size(path):
    size = 0
    with open(path, "rb") as file:
        for line in file:
            if not line.startswith(b"#"):
                return size
            size += len(line)
    return size


def tonic_bin(path):
    raw = np.uint32(np.fromfile(path, dtype=np.uint8))
    y = raw[1::5]
    x = raw[0::5]
    p = (raw[2::5] & 128) >> 7
    t = ((raw[2::5] & 127) << 16) | (raw[3::5] << 8) | raw[4::5]
    for index in np.where(y == 240)[0]:
        t[index:] += 2**13
    kept = np.where(y != 240)[0]
    return len(structured(WIDE, x[kept], y[kept], t[kept], p[kept]))


def tonic_aedat2(path):
    records = np.fromfile(path, dtype=RECORD, offset=header_size(path))
    address = records["address"]
    return len(structured(NARROW, (address >> 8) & 0x7F, (address >> 1) & 0x7F, records["time"], address & 1))


def spikingjelly_aedat2(path):
    start = header_size(path)
    with open(path, "rb") as file:
        file.seek(start)
        words = np.frombuffer(file.read(), dtype=">u4")
    address = words[::2]
    p = (address & 0x1).astype(bool)
    x = (address & 0xFE) >> 1
    y = (address & 0x7F00) >> 8
    columns = {"t": words[1::2], "x": 127 - y, "y": 127 - x, "p": 1 - p.astype(int)}
    return len(columns["t"])


def main():
    kind, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    decode = {"tonic-bin": tonic_bin, "tonic-aedat2": tonic_aedat2, "spikingjelly-aedat2": spikingjelly_aedat2}[kind]
    best = 0.0
    for _ in range(rounds):
        start = time.process_time()
        events = decode(path)
        best = max(best, events / (time.process_time() - start))
    print(json.dumps({"events": events, "rate": best, "numpy": np.__version__}))


main()

"""Reads recordings: AEDAT 2.0 (.aedat), N-MNIST (.bin), NumPy (.npy, .npz) and CSV. Others: saccade convert RECORDING OUT.npz"""
import re
from dataclasses import dataclass, replace

import numpy as np

# Cameras of AEDAT 2.0 as (name in the header, height, width), after jAER; the DVS128 packs its addresses in its own way.
DAVIS = (("davis240|sbret10|sbret20", 180, 240), ("davis346", 260, 346), ("davis.*640", 480, 640), ("davis128", 128, 128), ("davis208", 192, 208))
DVS128 = "dvs128|tmpdiff128|edvs"


@dataclass(frozen=True)
class Recording:
    """Events in the order of the file: t in microseconds, x and y in pixels from the upper left, p 1 where ON, 0 where OFF."""

    t: np.ndarray
    x: np.ndarray
    y: np.ndarray
    p: np.ndarray
    sensor: tuple  # (height, width)

    def __len__(self):
        return len(self.t)

    def where(self, kept):
        """The events of a mask or of indices."""
        return replace(self, t=self.t[kept], x=self.x[kept], y=self.y[kept], p=self.p[kept])


def read_recording(path):
    """A Recording of a pathlib.Path. Raises ValueError where it can't be read."""
    readers = {".aedat": read_aedat2, ".bin": read_nmnist, ".npy": read_numpy, ".npz": read_numpy, ".csv": read_csv, ".txt": read_csv}
    if path.suffix.lower() not in readers:
        raise ValueError("%s: this sample reads %s. Others first become one: saccade convert %s %s.npz" % (path, ", ".join(readers), path, path.stem))
    t, x, y, p, sensor = readers[path.suffix.lower()](path)
    whole = [np.asarray(column, np.int64) for column in (t, x, y, p)]
    if sensor is None:  # Not in the file: the largest coordinates
        sensor = (int(whole[2].max(initial=0)) + 1, int(whole[1].max(initial=0)) + 1)
    return Recording(*whole, sensor)


def read_csv(path):
    """Lines "t,x,y,p", or in the order that a line of these names tells; "%geometry:WIDTH,HEIGHT" before them."""
    sensor, order, rows = None, ["t", "x", "y", "p"], []
    for line in path.read_text("latin-1").splitlines():
        geometry = re.search(r"geometry\s*[:=]?\s*(\d+)\s*[,x ]\s*(\d+)", line, re.I)
        cells = [cell.strip() for cell in line.split(",")]
        if geometry:
            sensor = (int(geometry[2]), int(geometry[1]))
        elif sorted(cells) == sorted(order):
            order = cells
        elif cells[0][:1].isdigit():
            rows.append([int(float(cell)) for cell in cells])
    table = np.array(rows, np.int64).reshape(-1, 4)
    return (*(table[:, order.index(name)] for name in "txy"), (table[:, order.index("p")] > 0), sensor)


def read_numpy(path):
    """Arrays t, x, y, p of an archive, or an array with these fields; whole times are microseconds, fractions seconds."""
    stored = np.load(path)
    names = stored.files if path.suffix.lower() == ".npz" else stored.dtype.names
    if names is None or not set("txyp") <= set(names):
        raise ValueError("%s: needs t, x, y and p by these names, and has %s" % (path, names))
    t = stored["t"]
    if np.issubdtype(t.dtype, np.floating):
        t = np.rint(t * (1 if (t == np.rint(t)).all() else 1e6))
    return t, stored["x"], stored["y"], stored["p"] > 0, None


def read_nmnist(path):
    """5 bytes an event: x, y, then polarity (1 bit) and time (23 bits), big-endian. Row 240 is no event: later times are 8192 more."""
    raw = np.frombuffer(path.read_bytes(), np.uint8)
    raw = raw[: len(raw) // 5 * 5].reshape(-1, 5).astype(np.int64)
    marks = (raw[:, 1] == 240) & (not (raw[:, 1] > 240).any())
    base = np.cumsum(marks) * 8192
    events = ~marks
    x, y, p = raw[events, 0], raw[events, 1], raw[events, 2] >> 7
    t = ((raw[events, 2] & 127) << 16) | (raw[events, 3] << 8) | raw[events, 4]
    wraps = np.cumsum(np.diff(t, prepend=0) < -(1 << 22)) * (1 << 23)
    sensors = ((34, 34), (180, 240), (240, 256), (256, 256))
    sensor = next(size for size in sensors if y.max(initial=0) < size[0] and x.max(initial=0) < size[1])
    return t + base[events] + wraps, x, y, p, sensor


def read_aedat2(path):
    """Lines of '#', then records of an address and a time in microseconds, 4 bytes each, big-endian; y counts from below."""
    raw = path.read_bytes()
    if not raw.startswith(b"#!AER-DAT2."):
        raise ValueError("%s: is no AEDAT 2.0. saccade convert %s %s.npz" % (path, path, path.stem))
    start, camera = 0, ""
    while raw[start : start + 1] == b"#":
        end = raw.find(b"\n", start) + 1 or len(raw)
        line = raw[start:end].decode("latin-1").strip()
        start = end
        if "AEChip:" in line:
            camera = line.split("AEChip:")[1].strip().split(".")[-1].lower()
        if line.startswith("#End Of ASCII Header"):
            break
    address, time = np.frombuffer(raw[start : start + (len(raw) - start) // 8 * 8], ">u4").reshape(-1, 2).astype(np.int64).T
    if re.search(DVS128, camera):
        events = (address & 0x80008000) == 0
        a = address[events]
        return unwrapped(time[events]), 127 - (a >> 1 & 127), 127 - (a >> 8 & 127), 1 - (a & 1), (128, 128)
    found = next((davis for davis in DAVIS if re.search(davis[0], camera)), None)
    if found is None:
        raise ValueError("%s: the camera %r is not known here. saccade convert %s %s.npz" % (path, camera, path, path.stem))
    sensor = found[1:]
    x, y = sensor[1] - 1 - (address >> 12 & 1023), sensor[0] - 1 - (address >> 22 & 511)
    events = (address & 0x80000400 == 0) & (x >= 0) & (y >= 0)
    return unwrapped(time[events]), x[events], y[events], address[events] >> 11 & 1, sensor


def unwrapped(time):
    """The 32-bit clock starts again every 71 minutes."""
    return time + np.cumsum(np.diff(time, prepend=0) < -(1 << 31)) * (1 << 32)

"""The part of onnxruntime's Python interface that a package's sample needs, over the C API of a shared library of ONNX Runtime.

For tests where the onnxruntime package is not installed (Debian has none): the runtime itself is the real one, the library that
onnxruntime-node brings. ONNXRUNTIME_LIBRARY names it. OrtGetApiBase()->GetApi(1) gives a table of functions whose order never changes;
the numbers below are places in it (onnxruntime_c_api.h, struct OrtApi).
"""
import ctypes
import os
from collections import namedtuple
from ctypes import byref, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_void_p

import numpy as np

ERROR_MESSAGE, CREATE_ENV, CREATE_SESSION, RUN, CREATE_OPTIONS, SET_THREADS = 2, 3, 8, 9, 10, 24
INPUT_COUNT, OUTPUT_COUNT, INPUT_NAME, OUTPUT_NAME = 30, 31, 36, 37
CREATE_TENSOR, TENSOR_DATA, DIMENSION_COUNT, DIMENSIONS, TENSOR_INFO, CPU_MEMORY, ALLOCATOR = 49, 51, 61, 62, 65, 69, 78
RELEASE_STATUS, RELEASE_VALUE, RELEASE_INFO, RELEASE_SESSION = 93, 96, 99, 95
FLOAT = 1
NodeArg = namedtuple("NodeArg", "name")

_library = ctypes.CDLL(os.environ["ONNXRUNTIME_LIBRARY"])


class _Base(ctypes.Structure):
    _fields_ = [("get_api", ctypes.CFUNCTYPE(c_void_p, c_uint32)), ("get_version", ctypes.CFUNCTYPE(c_char_p))]


_library.OrtGetApiBase.restype = ctypes.POINTER(_Base)
_base = _library.OrtGetApiBase().contents
__version__ = _base.get_version().decode()
_table = ctypes.cast(_base.get_api(1), ctypes.POINTER(c_void_p))


def _function(place, result, *arguments):
    return ctypes.CFUNCTYPE(result, *(type(argument) if isinstance(argument, ctypes._SimpleCData) else c_void_p for argument in arguments))(_table[place])(*arguments)


def _call(place, *arguments):
    """A function that gives a status: null, or a fault."""
    status = _function(place, c_void_p, *arguments)
    if status:
        message = _function(ERROR_MESSAGE, c_char_p, c_void_p(status)).decode()
        _function(RELEASE_STATUS, None, c_void_p(status))
        raise RuntimeError(message)


def _made(place, *arguments):
    """What such a function makes: its last argument is where to."""
    out = c_void_p()
    _call(place, *arguments, ctypes.cast(byref(out), c_void_p))
    return out


def _address(values):
    return ctypes.cast(values, c_void_p)


class InferenceSession:
    """A model file on the CPU, on one thread. Inputs and outputs are float32."""

    def __init__(self, path, providers=None):
        with open(path, "rb") as file:
            model = file.read()
        # The environment is the library's own and lives as long as the process.
        environment = _made(CREATE_ENV, c_int(2), c_char_p(b"onnxruntime"))
        options = _made(CREATE_OPTIONS)
        _call(SET_THREADS, options, c_int(1))
        self._session = _made(CREATE_SESSION, environment, _address(c_char_p(model)), c_size_t(len(model)), options)
        self._memory = _made(CPU_MEMORY, c_int(1), c_int(0))
        self._inputs = self._names(INPUT_COUNT, INPUT_NAME)
        self._outputs = self._names(OUTPUT_COUNT, OUTPUT_NAME)

    def __del__(self):
        if hasattr(self, "_session"):
            _function(RELEASE_SESSION, None, self._session)

    def _names(self, count_place, name_place):
        count, allocator = c_size_t(), _made(ALLOCATOR)
        _call(count_place, self._session, _address(ctypes.pointer(count)))
        return [ctypes.string_at(_made(name_place, self._session, c_size_t(i), allocator).value).decode() for i in range(count.value)]

    def get_inputs(self):
        return [NodeArg(name) for name in self._inputs]

    def get_outputs(self):
        return [NodeArg(name) for name in self._outputs]

    def run(self, output_names, feeds):
        names = output_names or self._outputs
        # Arrays must live as long as the tensors that look into them.
        arrays = [np.ascontiguousarray(values, np.float32) for values in feeds.values()]
        shapes = [(c_int64 * array.ndim)(*array.shape) for array in arrays]
        given = [
            _made(CREATE_TENSOR, self._memory, c_void_p(array.ctypes.data), c_size_t(array.nbytes), _address(shape), c_size_t(array.ndim), c_int(FLOAT))
            for array, shape in zip(arrays, shapes)
        ]
        made = (c_void_p * len(names))()
        texts = [(c_char_p * len(each))(*(name.encode() for name in each)) for each in (feeds, names)]
        inputs = (c_void_p * len(given))(*(value.value for value in given))
        try:
            _call(RUN, self._session, c_void_p(), _address(texts[0]), _address(inputs), c_size_t(len(given)), _address(texts[1]), c_size_t(len(names)), _address(made))
            return [_array(c_void_p(value)) for value in made]
        finally:
            for value in (*given, *(c_void_p(value) for value in made if value)):
                _function(RELEASE_VALUE, None, value)


def _array(value):
    """A copy of a tensor's values."""
    info, count = _made(TENSOR_INFO, value), c_size_t()
    _call(DIMENSION_COUNT, info, _address(ctypes.pointer(count)))
    shape = (c_int64 * count.value)()
    _call(DIMENSIONS, info, _address(shape), count)
    _function(RELEASE_INFO, None, info)
    shape = tuple(shape)
    data = ctypes.cast(_made(TENSOR_DATA, value), ctypes.POINTER(ctypes.c_float))
    return np.ctypeslib.as_array(data, (int(np.prod(shape)),)).reshape(shape).copy()

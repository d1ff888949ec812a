"""Reads and writes safetensors files with NumPy alone (the format: 8 bytes of header length, a JSON header, the data)."""

import json
import struct
from pathlib import Path

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "|i1",
         "U8": "|u1", "BOOL": "|b1"}
NAMES = {np.dtype(code): name for name, code in TYPES.items()}


def save(path, tensors, metadata=None):
    """Writes `tensors` (name -> array) in the order of their names; `metadata` maps strings to strings."""
    header, blocks, offset = {}, [], 0
    if metadata:
        header["__metadata__"] = {key: metadata[key] for key in sorted(metadata)}
    for name in sorted(tensors):
        array = np.asarray(tensors[name])
        block = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes(order="C")
        header[name] = {"dtype": NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(block)]}
        offset += len(block)
        blocks.append(block)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the format asks for aligned data
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blocks))


def load(path):
    """Returns (tensors: name -> array, metadata: dict of strings); ValueError when the file is damaged."""
    data = Path(path).read_bytes()
    if len(data) < 8:
        raise ValueError(f"{path}: too short for a safetensors file")
    (length,) = struct.unpack("<Q", data[:8])
    if length > len(data) - 8:
        raise ValueError(f"{path}: the header claims {length} bytes, the file has {len(data) - 8}")
    header = json.loads(data[8:8 + length])
    body = memoryview(data)[8 + length:]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in TYPES:
            raise ValueError(f"{path}: {name} has the type {entry['dtype']}, which this reader does not know")
        begin, end = entry["data_offsets"]
        dtype = np.dtype(TYPES[entry["dtype"]])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        if not 0 <= begin <= end <= len(body) or end - begin != count * dtype.itemsize:
            raise ValueError(f"{path}: {name} does not fit its {end - begin} bytes")
        tensors[name] = np.frombuffer(body[begin:end], dtype=dtype).reshape(entry["shape"]).copy()
    return tensors, metadata

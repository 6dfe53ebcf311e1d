"""Memory as kernels reach it: documents by their address in memory-mapped files, bytes eight at a time."""

import numba as nb
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.imputils import impl_ret_borrowed
from numba.extending import intrinsic

from dedup.kernels.jit import kernel


@intrinsic
def as_pointer(typingctx, address):  # noqa: ARG001 (numba's signature)
    """Turn an integer address into a pointer to uint32."""
    signature = types.CPointer(types.uint32)(address)

    def generate(context, builder, signature, args):
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return signature, generate


@intrinsic
def read_only(typingctx, array):  # noqa: ARG001 (the same)
    """Return an array as read-only: what only reads has then one type of argument, from Python and from kernels."""
    kind = array.copy(readonly=True)

    def generate(context, builder, signature, args):  # noqa: ARG001 (the same)
        return impl_ret_borrowed(context, builder, kind, args[0])

    return kind(array), generate


@kernel
def tokens_at(address, count):
    """Return the `count` tokens (uint32) at a memory address, without copying them.

    The caller keeps the memory mapped. Gathering the spools of all segments into one array, the alternative, costs
    as much memory as the corpus has tokens; a numba list of arrays costs a reference count at each access.
    """
    return read_only(nb.carray(as_pointer(address), (count,), np.uint32))


@intrinsic
def load_word(typingctx, data, index):  # noqa: ARG001 (numba's signature)
    """Return eight bytes of a uint8 array from `index` on as a little-endian uint64; the caller keeps inside it."""

    def generate(context, builder, signature, args):
        pointer = byte_pointer(context, builder, signature, args)
        return builder.load(builder.bitcast(pointer, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(data, index), generate


@intrinsic
def store_word(typingctx, data, index, word):  # noqa: ARG001 (the same)
    """Write a uint64 as eight little-endian bytes of a uint8 array from `index` on; the caller keeps inside it."""

    def generate(context, builder, signature, args):
        pointer = byte_pointer(context, builder, signature, args)
        builder.store(args[2], builder.bitcast(pointer, ir.IntType(64).as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(data, index, types.uint64), generate


@intrinsic
def prefetch(typingctx, array, index):  # noqa: ARG001 (the same)
    """Ask for the cache line of `array[index]` before it is read: misses that are asked for together are one wait."""

    def generate(context, builder, signature, args):
        pointer = builder.bitcast(byte_pointer(context, builder, signature, args), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer.type, number, number, number])
        function = builder.module.declare_intrinsic("llvm.prefetch", [pointer.type], kind)
        builder.call(function, [pointer, number(1), number(3), number(1)])  # to write, keep in all caches, data
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


def byte_pointer(context, builder, signature, args):
    """Return the LLVM pointer to element `args[1]` of the array `args[0]`."""
    array = context.make_array(signature.args[0])(context, builder, args[0])
    return builder.gep(array.data, [args[1]])


@intrinsic
def num_trailing_zeros(typingctx, word):  # noqa: ARG001 (the same)
    """Return the number of zero bits below the lowest set bit of a uint64 that is not 0."""

    def generate(context, builder, signature, args):  # noqa: ARG001 (the same)
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


def locate_rows(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the memory address (uint64[n]) of each row of an array of rows of these sizes, one after the other."""
    ends = np.cumsum(sizes, dtype=np.uint64)
    return np.uint64(values.ctypes.data) + (ends - sizes.astype(np.uint64)) * np.uint64(values.itemsize)


def as_read_only(values: np.ndarray) -> np.ndarray:
    """Return a read-only, contiguous view: numba would compile a kernel once more for writable arrays."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view

"""Arrays over memory that several memory-mapped files hold: a kernel reaches any document by its address."""

import numba as nb
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from dedup.kernels.jit import kernel


@intrinsic
def as_pointer(typingctx, address):  # noqa: ARG001 (numba's signature)
    """Turn an integer address into a pointer to uint32."""
    signature = types.CPointer(types.uint32)(address)

    def generate(context, builder, signature, args):
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return signature, generate


@kernel
def tokens_at(address, count):
    """Return the `count` tokens (uint32) that stand at a memory address, without copying them.

    The caller keeps the memory mapped. Gathering the spools of all segments into one array, the alternative, costs
    as much memory as the corpus has tokens; a numba list of arrays costs a reference count at each access.
    """
    return nb.carray(as_pointer(address), (count,), np.uint32)


def as_read_only(values: np.ndarray) -> np.ndarray:
    """Return a read-only, contiguous view: numba would compile a kernel once more for writable arrays."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view

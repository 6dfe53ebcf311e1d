"""Functions that only kernels call, as the tests call them."""

from dedup.kernels.jit import kernel


def alone(function):
    """Return an inner function as a kernel of its own."""
    return kernel(function.py_func)

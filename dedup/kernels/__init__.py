"""Numba only: arrays in, arrays out. The wrappers in the layers above validate; nothing here does.

Every kernel has a slow twin in `tests/naive.py`.
"""

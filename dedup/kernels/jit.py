"""Compile kernels, and keep the machine code on disk where no change of any kernel can make it stale.

numba's own cache looks at the file of the outermost function only: after an upgrade it would go on calling the old
version of whatever that function inlines. So the cache folder carries a digest of all kernel sources.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba as nb
from numba._dynfunc import make_function
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompilerBase, DefaultPassBuilder
from numba.core.compiler_lock import global_compiler_lock
from numba.core.compiler_machinery import register_pass
from numba.core.registry import CPUDispatcher
from numba.core.runtime import rtsys
from numba.core.typed_passes import AnnotateTypes, InlineOverloads, NativeLowering, NopythonRewrites
from numba.core.types.misc import unliteral
from numba.core.untyped_passes import DeadBranchPrune, InlineClosureLikes, InlineInlinables

from dedup.errors import OutputError

PREFIX = "dedup-kernels-"
OPTIONS = {"nopython": True, "boundscheck": None, "nogil": True, "no_cfunc_wrapper": True}  # of all: C calls none
# Steps of numba that change no kernel, or make only how it is shown.
UNNEEDED = (InlineClosureLikes, InlineInlinables, DeadBranchPrune, InlineOverloads, NopythonRewrites, AnnotateTypes)


@cache
def cache_folder() -> Path:
    """Return the folder of the machine code of these sources; older ones in the package are removed."""
    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    for source in sorted(here.glob("*.py")):
        digest.update(source.read_bytes())
    root = choose_root(here / "__pycache__")
    folder = root / (PREFIX + digest.hexdigest())
    if not folder.exists() and root == here / "__pycache__":
        for stale in root.glob(PREFIX + "*"):
            shutil.rmtree(stale, ignore_errors=True)
    return folder


def choose_root(own: Path) -> Path:
    """Return the first folder that can be written to: the one that was named, our own, the caches of the user."""
    named, user = nb.config.CACHE_DIR, os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    roots = [Path(named) if named else own, Path(user)]
    for root in roots:
        if is_writable(root):
            return root
    places = " and ".join(map(str, roots))
    raise OutputError(
        f"{places}: no place for compiled code. Name a folder that you can write to: NUMBA_CACHE_DIR=FOLDER dedup ..."
    )


def is_writable(folder: Path) -> bool:
    """Return whether files can be made in a folder (which is made if need be)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def is_cached(group: str) -> bool:
    """Return whether `note_cached` was called for a group of kernels, on a processor and with a numba like these."""
    return note_path(group).exists()


def note_cached(group: str) -> None:
    """Note that all kernels of a group are on disk; a cache that cannot be written to has no notes."""
    with suppress(OSError):
        note_path(group).parent.mkdir(parents=True, exist_ok=True)
        note_path(group).touch()


@cache
def note_path(group: str) -> Path:
    """Return the path of the note about a group: it names what numba's own index looks at, beside the sources."""
    made_for = (sys.version, nb.__version__, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten())
    digest = hashlib.blake2b(repr(made_for).encode(), digest_size=8).hexdigest()
    return cache_folder() / f"{group}-{digest}.compiled"


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, with numba on its first call, without the GIL, cached on disk."""
    compiled = KernelDispatcher(function, {}, {**OPTIONS, "forceinline": False}, KernelCompiler)
    before = nb.config.CACHE_DIR
    nb.config.CACHE_DIR = str(cache_folder())
    try:
        compiled._cache = CodeCache(function)  # noqa: SLF001 (what njit(cache=True) does, with the class of numba)
    finally:
        nb.config.CACHE_DIR = before
    return compiled


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that only kernels call, with each of them."""
    return KernelDispatcher(function, {}, {**OPTIONS, "forceinline": False}, InnerCompiler)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function that becomes part of each function that calls it.

    LLVM does that. Where numba does it (`inline="always"`), types are inferred anew at every call: a tenth more time.
    What it calls would be inlined too, if `inner` and `kernel` did not say otherwise.
    """
    return KernelDispatcher(function, {}, {**OPTIONS, "forceinline": True}, InnerCompiler)


class KernelDispatcher(CPUDispatcher):  # type: ignore[misc]
    """A function of ours: it is compiled once for a call with a number of any type and one with that number written.

    numba compiles `tokenise(..., 0)` and `tokenise(..., start)` apart.
    """

    def _compilation_chain_init_hook(self) -> None:
        """Look for no packages that extend numba: that reads the names of all that are installed."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """Tell numba the types of a call by another kernel."""
        return super().get_call_template([*map(unliteral, args)], {name: unliteral(kws[name]) for name in kws})


class InnerLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of a function that only kernels call, with all that it calls, as LLVM gets it.

    numba has LLVM optimise each function, and make machine code of it that nobody runs, and then again as a part of
    each function that calls it. Here LLVM works on whole kernels only. With `forceinline` as above, `cover_block`
    and those beside it take 8.9 s of 14.0.
    """

    def finalize(self) -> None:
        """Gather what the function calls."""
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)  # noqa: SLF001 (of numba)
        self._finalized = True

    def _optimize_functions(self, module: Any) -> None:
        """Simplify functions, with one list of passes for all; numba makes a list for each, also for names alone."""
        module.data_layout = self._codegen._data_layout  # noqa: SLF001 (of numba)
        passes, builder = self._codegen._function_pass_manager()  # noqa: SLF001 (of numba)
        for function in module.functions:
            if not function.is_declaration:
                passes.run(function, builder)


@register_pass(mutates_CFG=True, analysis_only=False)
class InnerLowering(NativeLowering):  # type: ignore[misc]
    """The step that writes the code of a function, here into an `InnerLibrary`."""

    _name = "inner_lowering"

    def run_pass(self, state: Any) -> bool:
        """Write the code, and tell numba where kernels find it."""
        state.library = InnerLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = True
        super().run_pass(state)
        state.library.finalize()
        no_code = make_function(sys.modules[__name__], state.func_id.func_name, "", 0, state.cr.env, (state.library,))
        state.targetctx.insert_user_function(no_code, state.cr.fndesc, [state.library])
        state["cr"] = state.cr._replace(cfunc=no_code)
        return True


class KernelCompiler(CompilerBase):  # type: ignore[misc]
    """The steps of numba without those that kernels do not need."""

    lowering = NativeLowering

    def define_pipelines(self) -> list[Any]:
        """Return the steps."""
        return list_steps(self.state, self.lowering, UNNEEDED)

    def compile_extra(self, func: Callable[..., Any]) -> Any:
        """Compile a function, and what numba has for it: `np.empty` is an `inner` function then."""
        with overloads_as_inner():
            return super().compile_extra(func)


class InnerCompiler(KernelCompiler):
    """The same, with `InnerLowering`."""

    lowering = InnerLowering


def list_steps(state: Any, lowering: Any, unneeded: Sequence[Any] = ()) -> list[Any]:
    """Return the steps of numba without some, and with another one that writes the code."""
    steps = DefaultPassBuilder.define_nopython_pipeline(state)
    steps.passes = [
        (lowering if step is NativeLowering else step, why) for step, why in steps.passes if step not in unneeded
    ]
    steps.finalize()
    return [steps]


@contextmanager
def overloads_as_inner() -> Iterator[None]:
    """Compile numba's own functions, which only kernels call, as `inner` ones; nothing else is compiled meanwhile."""
    with global_compiler_lock:
        before = Compiler.define_pipelines
        Compiler.define_pipelines = lambda self: list_steps(self.state, InnerLowering)
        try:
            yield
        finally:
            Compiler.define_pipelines = before


class KernelLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of a kernel. What is loaded keeps its LLVM code unread until another kernel is compiled with it."""

    _bitcode = b""

    @classmethod
    def _unserialize(cls, codegen: Any, state: Any) -> Any:
        """Return a library of machine code that was stored."""
        self = codegen.create_library(state[0])
        code, self._bitcode = state[-1]
        self.enable_object_caching()
        self._set_compiled_object(code)
        self._finalize_final_module()
        return self

    def _get_module_for_linking(self) -> Any:
        """Return the LLVM code."""
        return llvm.parse_bitcode(self._bitcode) if self._bitcode else super()._get_module_for_linking()

    def get_pointer_to_function(self, name: str) -> Any:
        """Return the address of a function; code that is loaded has all that it is asked for."""
        if self._bitcode:
            return self._codegen._engine.get_function_address(name)  # noqa: SLF001 (of numba)
        return super().get_pointer_to_function(name)


class CodeCache(FunctionCache):  # type: ignore[misc]
    """The cache of one kernel: code is loaded without what only compiling needs: rules of typing, LLVM code.

    numba loads both first: 0.24 s and 0.08 s of 0.9 s CPU of `clean` on five articles. Its classes are no public
    interface, so pyproject.toml bounds the version of numba; without ours, `cache=True` does the same in more time.

    numba compiles again for sources at another path or with another time. The folder knows what the sources say, so
    a copy of the package, as in an image, has its code with it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._impl.locator._cache_path = self._cache_path = str(cache_folder())  # noqa: SLF001 (it makes the folder)
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, source_stamp=None)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return what was compiled for a signature, None where nothing was."""
        target_context.codegen()._library_class = KernelLibrary  # noqa: SLF001 (of numba)
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)

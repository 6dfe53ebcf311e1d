"""`dedup warm-up`."""

from pathlib import Path

import click

from dedup.cli.teller import Teller, summary_options


@click.command()
@summary_options
def warm_up(teller: Teller) -> None:
    """Compile the kernels of all commands, so that no run has to.

    The modules of dedup are compiled too, which Python does not keep where PYTHONDONTWRITEBYTECODE is set.

    Without this, the first run of `clean` and the first of `stories` compile what they need. The machine code is kept
    beside the sources of dedup or, where these cannot be written to, in the folder that XDG_CACHE_HOME names. It is
    of this processor, this Python and this numba: with another one it is compiled again.

    \b
    Examples:
      dedup warm-up                                    once, on all cores
      RUN pip install newsdedup && dedup warm-up           in the Dockerfile of an image
      NUMBA_CACHE_DIR=/cache dedup warm-up             in CI, with a folder that is kept between jobs
    """
    from compileall import compile_dir

    import dedup
    from dedup.kernels.jit import cache_folder
    from dedup.pipeline.compile_ahead import EVERYTHING, compile_ahead, count_kernels

    seconds = compile_ahead(EVERYTHING, teller.progress())
    compile_dir(Path(dedup.__file__).parent, quiet=2)
    kernels = sum(count_kernels(group) for group in EVERYTHING)
    done = f"compiled in {seconds:.1f} s" if seconds else "compiled before: nothing to do"
    summary = {"kernels": kernels, "compile_s": round(seconds, 3), "folder": cache_folder()}
    teller.tell(summary, lambda: f"{kernels} kernels {done}\nkept in {cache_folder()}\n")

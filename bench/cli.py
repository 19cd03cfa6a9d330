"""Defines the command `bench`. Heavy imports wait until a command needs them, so --help is fast."""

import io
import logging
import signal
import sys
import traceback
import warnings

import click

from faces.common import disk_faults
from faces.common.errors import NirbenchError, UsageError

COMMANDS = {
    "run-all": "bench.commands.run:run_all",
    "reproduce": "bench.commands.run:reproduce",
    "list": "bench.commands.list:list_",
    "doctor": "bench.commands.doctor:doctor",
    "fetch": "bench.commands.fetch:fetch",
    "report": "bench.commands.report:report",
    "compare": "bench.commands.compare:compare",
    "faces": "bench.commands.faces:faces",
}
SUMMARIES = {
    "run-all": "Everything: faces, translators, fakes, recognizers, report.",
    "reproduce": "One translator against the baseline.",
    "list": "What there is to choose from: presets, variants, controls, settings, ...",
    "doctor": "Look at machine, packages, weights and a data set, before a run does.",
    "fetch": "Get the fixed networks' weights, checked.",
    "report": "Draw a run's report again.",
    "compare": "Runs side by side: settings, recognition with tests, image quality.",
    "faces": "Write rendered people as image files, laid out as a data set.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        return getattr(__import__(module, fromlist=[attribute]), attribute)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nirbench", prog_name="bench")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Do fake near-infrared faces make a face recognizer better, and is the difference real?

    Start with `bench run-all`: a report in 12 to 20 minutes on two cores.
    """


class Terminated(BaseException):
    """SIGTERM, which ends a run as Ctrl-C does."""


def main() -> None:
    """Run the command line and turns errors into one line and an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    _silence_imports()
    _escape_what_cannot_be_printed()
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    try:
        cli.main(args=arguments, prog_name="bench", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show(sys.stderr)
        sys.exit(2)
    except NirbenchError as error:
        _explain(error, str(error), debug)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _interrupted()
        sys.exit(130)
    except Terminated:
        _interrupted()
        sys.exit(143)
    except Exception as error:
        if fault := disk_faults.in_words(error):
            _explain(error, fault, debug)
            sys.exit(UsageError.exit_code)
        text = f"{type(error).__name__}: {error} (a bug; `bench --debug ...` shows where)"
        _explain(error, text, debug)
        sys.exit(1)


def _silence_imports() -> None:
    """Silence two packages that warn when imported where there are no semaphores or no home.

    Where that matters, it is an error of ours.
    """
    warnings.filterwarnings("ignore", "(?s).*joblib will operate in serial mode", UserWarning)
    matplotlib = logging.getLogger("matplotlib")
    matplotlib.addFilter(lambda record: "temporary cache directory" not in record.getMessage())


def _escape_what_cannot_be_printed() -> None:
    r"""Let names that the terminal's encoding lacks be printed as \u738b, and stop no run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _explain(error: BaseException, text: str, debug: bool) -> None:
    if debug:
        traceback.print_exception(error)
    print(f"bench: {text}", file=sys.stderr)


def _interrupted() -> None:
    print(
        "bench: interrupted; finished stages and checkpoints are kept. "
        "Run the same command again to go on.",
        file=sys.stderr,
    )


def _terminate(number, frame) -> None:
    raise Terminated

"""What Spark itself measured: bytes shuffled, read and written by each stage of a run, from its event log."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

LOG_SETTINGS = {
    "spark.eventLog.enabled": "true",
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
}


@dataclass
class Volume:
    """Bytes and task seconds of one stage of a run."""

    shuffled: int = 0
    read: int = 0
    written: int = 0
    task_s: float = 0.0
    tasks: int = 0
    failed: int = 0


def read_volumes(folder: Path) -> dict[str, Volume]:
    """Return the volumes by job description, in the order in which they began."""
    names: dict[int, str] = {}
    volumes: dict[str, Volume] = defaultdict(Volume)
    for path in sorted(folder.iterdir()):
        for line in path.open():
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                name = event["Properties"].get("spark.job.description", "other")
                for stage in event["Stage IDs"]:
                    names[stage] = name
            elif event["Event"] == "SparkListenerTaskEnd":
                volume = volumes[names.get(event["Stage ID"], "other")]
                add_task(volume, event)
    return volumes


def add_task(volume: Volume, event: dict) -> None:
    """Count one task."""
    volume.tasks += 1
    volume.failed += event["Task End Reason"]["Reason"] != "Success"
    metrics = event.get("Task Metrics")
    if metrics:
        volume.shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
        volume.read += metrics["Input Metrics"]["Bytes Read"]
        volume.written += metrics["Output Metrics"]["Bytes Written"]
        volume.task_s += metrics["Executor Run Time"] / 1000


def print_volumes(volumes: dict[str, Volume], documents: int) -> None:
    """Print bytes a document."""
    print(
        f"{'stage':32} {'shuffled':>9} {'read':>9} {'written':>9}  B/doc {'task ms/doc':>12} {'tasks':>6} {'failed':>6}"
    )
    for name, v in volumes.items():
        sizes = " ".join(f"{size / documents:9.1f}" for size in (v.shuffled, v.read, v.written))
        print(f"{name:32} {sizes}        {1000 * v.task_s / documents:10.3f} {v.tasks:6} {v.failed:6}")


def print_billion(volumes: dict[str, Volume], documents: int, billion: int, per_core_hour: float) -> None:
    """Print what so many documents would take if every byte and second grew with their number."""
    factor = billion / documents
    shuffled = sum(v.shuffled for v in volumes.values()) * factor / 1e12
    written = sum(v.written for v in volumes.values()) * factor / 1e12
    core_hours = sum(v.task_s for v in volumes.values()) * factor / 3600
    print(
        f"{billion:,} documents, in proportion: {shuffled:.1f} TB shuffled, {written:.1f} TB written, "
        f"{core_hours:,.0f} core hours, {core_hours * per_core_hour:,.0f} dollars at {per_core_hour} a core hour"
    )

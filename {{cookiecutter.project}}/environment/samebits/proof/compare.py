"""Where do the records of two runs part first?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from samebits.runs.record import Outcome, Record, digest_of_weights


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two runs.

    Attributes:
        rung: what kind of thing, in the order in which one causes the next.
    """

    rung: str
    what: str

    def __str__(self) -> str:
        return f"{self.rung}: {self.what}"


def inputs(a: Record, b: Record) -> Iterator[Difference]:
    """What the two runs were made from, rung by rung, from the environment to the data.

    Engine, system and hardware are not inputs: see `surroundings`.
    """
    one, two = a.environment, b.environment
    yield from _values("policy", {"policy.toml": one.policy}, {"policy.toml": two.policy})
    yield from _values("policy", one.variables, two.variables)
    yield from _values("runtime", {"samebits": one.samebits}, {"samebits": two.samebits})
    yield from _values("lock", {"lockfile": one.lock}, {"lockfile": two.lock})
    yield from _values("packages", one.packages, two.packages)
    yield from _values("code", {"src": a.code}, {"src": b.code})
    yield from _values("seed", {"seed": a.seed}, {"seed": b.seed})
    configs = [_flat(record.config.model_dump(mode="json", exclude={"seed"})) for record in (a, b)]
    yield from _values("configuration", *configs)
    yield from _values("configuration", {"--smoke": a.smoke}, {"--smoke": b.smoke})
    yield from _values("data", {"manifest": a.data}, {"manifest": b.data})


def surroundings(a: Record, b: Record) -> Iterator[Difference]:
    """What the two runs were made on. It is not meant to change a bit; where bits differ, it is suspect."""
    one, two = a.environment, b.environment
    for key in ("engine", "python", "system", "glibc"):
        yield from _values("environment", {key: getattr(one, key)}, {key: getattr(two, key)})
    yield from _values("hardware", a.hardware.model_dump(), b.hardware.model_dump())


def outcomes(a: Outcome, b: Outcome) -> Iterator[Difference]:
    """What the two runs computed, in the order in which they did."""
    yield from _weights("initial weights", a.initial_weights, b.initial_weights)
    if len(a.metrics) != len(b.metrics):
        yield Difference("metrics", f"{len(a.metrics)} epochs against {len(b.metrics)}")
    for epoch, (one, two) in enumerate(zip(a.metrics, b.metrics, strict=False), start=1):
        if one != two:
            yield Difference(
                "metrics",
                f"first in epoch {epoch}: {_values_of(a, epoch)} against {_values_of(b, epoch)}",
            )
            break
    yield from _weights("final weights", a.final_weights, b.final_weights)
    if a.predictions != b.predictions:
        yield Difference("predictions", f"{short(a.predictions)} against {short(b.predictions)}")


def short(digest: str) -> str:
    """A digest as it is shown to people."""
    return digest[: len("sha256:") + 16]


def _weights(rung: str, a: dict[str, str], b: dict[str, str]) -> Iterator[Difference]:
    if [*a] != [*b]:
        paths = ", ".join(sorted(a.keys() ^ b.keys())) or "the same ones in another order"
        yield Difference(rung, f"the models have other variables: {paths}")
        return
    differing = [path for path in a if a[path] != b[path]]
    if differing:
        yield Difference(
            rung,
            f"{len(differing)} of {len(a)} variables, the first is {differing[0]} "
            f"({short(digest_of_weights(a))} against {short(digest_of_weights(b))})",
        )


def _values(rung: str, a: dict[str, Any], b: dict[str, Any]) -> Iterator[Difference]:
    for key in [*a, *(key for key in b if key not in a)]:
        one, two = a.get(key, "nothing"), b.get(key, "nothing")
        if one != two:
            yield Difference(rung, f"{key}: {one} against {two}")


def _values_of(outcome: Outcome, epoch: int) -> dict[str, float]:
    return {name: values[epoch - 1] for name, values in outcome.history.items()}


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat

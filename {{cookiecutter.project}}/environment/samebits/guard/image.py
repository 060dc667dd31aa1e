"""Do the image's labels tell the truth about the lock and the policy in it?"""

from collections.abc import Iterator

from samebits.guard.findings import Finding, Severity
from samebits.guard.situation import Situation


def check(situation: Situation) -> Iterator[Finding]:
    """In the image, the digests that the Dockerfile declares must be those of the files."""
    if situation.engine != "image" or situation.lock.path.stem != situation.variant:
        return  # the arm64 lock has no label of its own
    digests = {"SAMEBITS_LOCK": situation.lock.digest, "SAMEBITS_POLICY": situation.policy.digest}
    for name, digest in digests.items():
        declared = situation.environ.get(name, "nothing")
        if declared != digest:
            yield Finding(
                "image",
                Severity.ERROR,
                f"the Dockerfile declares {name}={declared}, but the file in the image has {digest}",
                "run `python3 environment/samebits/derived.py --write` in the project and build again",
            )

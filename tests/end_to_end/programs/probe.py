"""What each policy variable changes: `probe.py NAME` prints a digest that depends on that variable."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np

generator = np.random.RandomState(0)  # the same numbers whatever the start-up hook does


def digest(array: object) -> str:
    return hashlib.sha256(np.asarray(array).tobytes()).hexdigest()


def hash_seed() -> str:
    return str(list({f"name-{number}" for number in range(20)}))


def user_site() -> str:
    # A virtualenv has none anyway; this is about the Python that it was made from.
    base = Path(sys.base_prefix) / "bin" / "python3"
    program = [base, "-c", "import site; print(site.ENABLE_USER_SITE)"]
    return subprocess.run(program, capture_output=True, text=True, check=True).stdout


def backend() -> str:
    try:
        import keras
    except ModuleNotFoundError as error:  # the lock has no other backend
        return str(error)
    return keras.backend.backend()


def op_determinism() -> str:
    from tensorflow.python.framework import config

    return str(config.is_op_determinism_enabled())


def tensorflow_sum() -> str:
    import tensorflow as tf

    return digest(tf.reduce_sum(generator.standard_normal(1_000_003).astype("float32")))


def tensorflow_product() -> str:
    import tensorflow as tf

    left, right = (generator.standard_normal((513, 513)).astype("float32") for _ in range(2))
    return digest(tf.matmul(left, right))


def tensorflow_convolution() -> str:
    import tensorflow as tf

    images = generator.standard_normal((8, 32, 32, 16)).astype("float32")
    kernel = generator.standard_normal((3, 3, 16, 32)).astype("float32")
    return digest(tf.nn.conv2d(images, kernel, 1, "SAME"))


def numpy_product() -> str:
    return digest(generator.standard_normal((700, 900)) @ generator.standard_normal((900, 500)))


def numpy_functions() -> str:
    values = np.abs(generator.standard_normal(100_003)) + 0.1
    return digest(np.concatenate([np.exp(values), np.exp(values.astype("float32"))]))


def clusters() -> str:
    from sklearn.cluster import KMeans

    points = generator.standard_normal((5000, 20))
    return digest(KMeans(5, random_state=0, n_init=1).fit(points).cluster_centers_)


PROBES = {
    "PYTHONHASHSEED": hash_seed,
    "PYTHONNOUSERSITE": user_site,
    "KERAS_BACKEND": backend,
    "TF_DETERMINISTIC_OPS": op_determinism,
    "TF_NUM_INTRAOP_THREADS": tensorflow_sum,
    "OPENBLAS_NUM_THREADS": numpy_product,
    "OMP_NUM_THREADS": clusters,
    "TF_ENABLE_ONEDNN_OPTS": tensorflow_convolution,
    "ONEDNN_MAX_CPU_ISA": tensorflow_product,
    "OPENBLAS_CORETYPE": numpy_product,
    "NPY_DISABLE_CPU_FEATURES": numpy_functions,
}

if __name__ == "__main__":
    print(PROBES[sys.argv[1]]())

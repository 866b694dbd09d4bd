"""Make the book's environment: `python3 lib/environment.py` creates .venv and installs requirements.txt into it.

Standard library only, and old syntax only, so that any Python 3 can run it far enough to say what is missing.
It does nothing when the environment already matches the lock.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
KERNEL = os.path.join("share", "jupyter", "kernels", "migrationbook-warm")
LOCKS = [os.path.join(ROOT, "requirements.txt"), os.path.join(ROOT, "lib", "pyproject.toml"),
         os.path.join(ROOT, "lib", KERNEL, "kernel.json")]
STAMP = os.path.join(VENV, ".installed")
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_GB = 2.0


def stop(message):
    sys.exit("book: " + message)


def lock_hash():
    digest = hashlib.sha256(("%d.%d " % sys.version_info[:2] + ROOT).encode())
    for path in LOCKS:
        with open(path, "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()


def use_supported_python():
    """Continue under a Python the lock was made for, or say which one to install."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)
        if other:
            sys.exit(subprocess.call([other] + sys.argv))
    stop(
        "Python 3.11, 3.12 or 3.13 is needed and only %d.%d was found; install one, or run: make book PYTHON=/path/to/python3.12"
        % sys.version_info[:2]
    )


def installed():
    try:
        with open(STAMP) as handle:
            return handle.read() == lock_hash()
    except OSError:
        return False


def install():
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        stop("%.1f GB free in %s and about %.0f GB are needed; free some space and run make again" % (free, ROOT, NEEDED_GB))
    print("book: making the environment in .venv (two to five minutes, once)", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.DEVNULL):
        stop("this Python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv")
    python = os.path.join(VENV, "bin", "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--progress-bar", "off", "--requirement", LOCKS[0]]
    log = os.path.join(VENV, "install.log")
    packages = 0
    with open(log, "w") as record:
        process = subprocess.Popen(pip, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        for line in process.stdout:
            record.write(line)
            if line.startswith("Collecting "):
                packages += 1
                if packages % 25 == 0:
                    print("book: %d packages found" % packages, flush=True)
            elif line.startswith("Installing collected packages"):
                print("book: installing %d packages" % packages, flush=True)
        process.wait()
    if process.returncode:
        with open(log) as record:
            text = record.read()
        if "No space left" in text:
            stop("the disk filled up during installation; free some space and run make again")
        if "Could not find a version" in text or "Temporary failure" in text or "connection" in text.lower():
            stop("the package index could not be reached or lacks a pinned package; check the network and run make again "
             "(details: .venv/install.log)")
        stop("installation failed; the reason is at the end of .venv/install.log")
    # An editable installation brings no data files, so the description of the warm kernel is put where Jupyter looks for it.
    shutil.copytree(os.path.join(ROOT, "lib", KERNEL), os.path.join(VENV, KERNEL), dirs_exist_ok=True)
    with open(STAMP, "w") as handle:
        handle.write(lock_hash())
    print("book: environment ready", flush=True)


if __name__ == "__main__":
    use_supported_python()
    if not installed():
        install()

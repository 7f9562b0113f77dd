"""Starts our server programs on kernel-chosen ports and stops them again."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Log(threading.Thread):
    """Keeps what a server prints, and tells when it has printed something."""

    def __init__(self, process, path):
        super().__init__(daemon=True)
        self.process, self.path = process, path
        self.printed, self.lines, self.ended = threading.Condition(), [], False
        self.start()

    def run(self):
        with open(self.path, "ab") as file:
            for line in self.process.stdout:
                file.write(line)
                file.flush()
                with self.printed:
                    self.lines.append(line.decode(errors="replace"))
                    self.printed.notify_all()
        with self.printed:
            self.ended = True
            self.printed.notify_all()

    def wait_for(self, text, seconds=20):
        def there():
            return self.ended or any(text in line for line in self.lines)

        with self.printed:
            in_time = self.printed.wait_for(there, seconds)
            if not in_time or not any(text in line for line in self.lines):
                what = f"it ended with {self.process.wait(5)}" if self.ended else f"not within {seconds} s"
                raise RuntimeError(f"the server never said '{text}': {what}")


class Servers:
    """One broker with ZooKeeper inside, in a folder of its own."""

    def __init__(self, programs, **settings):
        self.programs = pathlib.Path(programs).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="milena-foreign-"))
        self.zookeeper_port, self.broker_port = free_port(), free_port()
        self.zookeeper = f"127.0.0.1:{self.zookeeper_port}"
        self.broker = f"127.0.0.1:{self.broker_port}"
        (self.folder / "zoo.cfg").write_text(
            f"dataDir={self.folder}/zookeeper\nclientPort={self.zookeeper_port}\n"
            "admin.enableServer=false\nmaxClientCnxns=0\ntickTime=500\n4lw.commands.whitelist=*\n"
        )
        lines = {
            "broker.id": "0",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.broker_port}",
            "zookeeper.connect": self.zookeeper,
            "log.dirs": f"{self.folder}/logs",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "5",
            "group.initial.rebalance.delay.ms": "0",
            **{key.replace("_", "."): value for key, value in settings.items()},
        }
        (self.folder / "server.properties").write_text("".join(f"{k}={v}\n" for k, v in lines.items()))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [
                self.programs / "kafka-server-start",
                f"--with-zookeeper={self.folder}/zoo.cfg",
                self.folder / "server.properties",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LOG_DIR": str(self.folder / "log")},
        )
        self.log = Log(self.process, self.folder / "log.txt")
        self.log.wait_for("] started (kafka.server.KafkaServer)")

    def stop(self, signal_number=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal_number)
            self.process.wait(20)
            self.log.join(20)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.stop()
        if kind is not None:
            print((self.folder / "log.txt").read_text()[-4000:])
        shutil.rmtree(self.folder, ignore_errors=True)

    def tool(self, name, *args, stdin=None, timeout=30):
        done = subprocess.run(
            [self.programs / name, *args], input=stdin, capture_output=True, text=True, timeout=timeout
        )
        assert done.returncode == 0, (name, args, done.returncode, done.stdout, done.stderr)
        return done.stdout

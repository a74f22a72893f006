"""A TensorBoard server of our own, and all that it shows, asked over HTTP as the page asks."""

import collections
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from tensorboard_run import Run, digest, number, triples

PLUGINS = ("scalars", "histograms", "images", "text")
ALL_SAMPLES = 100_000_000  # 0 means "none" to the servers.


class Server:
    """A TensorBoard of our own on a free port of this machine."""

    def __init__(self, logdir, load_fast, timeout):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        self.deadline = time.monotonic() + timeout
        self.output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--host", "127.0.0.1",
                "--port", str(port), "--load_fast", load_fast, "--reload_interval", "1",
                "--samples_per_plugin", ",".join(f"{plugin}={ALL_SAMPLES}" for plugin in PLUGINS),
            ],
            stdout=self.output, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def get(self, path, **query):
        """The bytes of an answer; None where there is none (yet)."""
        if self.process.poll() is not None:
            self.output.seek(0)
            raise RuntimeError("the server ended: " + self.output.read().decode(errors="replace")[-2000:])
        url = self.url + "data/plugin/" + path + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def json(self, path, **query):
        answer = self.get(path, **query)
        return {} if answer is None else json.loads(answer)

    def post(self, path, content):
        """The JSON answer to a JSON question; {} where there is none (yet)."""
        request = urllib.request.Request(
            self.url + "data/plugin/" + path, json.dumps(content).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return {}

    def runs(self):
        """All it shows now."""
        runs = collections.defaultdict(Run)
        for name, tags in self.json("scalars/tags").items():
            for tag in tags:
                points = self.json("scalars/scalars", run=name, tag=tag) or []
                runs[name].tags["scalar"][tag] = [(step, number(value)) for _, step, value in points]
        for name, tags in self.json("histograms/tags").items():
            for tag in tags:
                points = self.json("histograms/histograms", run=name, tag=tag) or []
                runs[name].tags["histogram"][tag] = [(step, triples(rows)) for _, step, rows in points]
        for name, tags in self.json("images/tags").items():
            for tag in tags:
                points = self.json("images/images", run=name, tag=tag, sample=0) or []
                runs[name].tags["image"][tag] = [(point["step"], self.image(point["query"])) for point in points]
        for name, tags in self.json("text/tags").items():
            for tag in tags:
                points = self.json("text/text", run=name, tag=tag) or []
                runs[name].tags["text"][tag] = [(point["step"], None) for point in points]
        for name, about in self.json("graphs/info").items():
            if about.get("run_graph"):
                graph = self.get("graphs/graph", run=name, limit_attr_size=1024, large_attrs_key="_too_large_attrs")
                runs[name].graphs = int(graph is not None and b"node {" in graph)
            for tag in about.get("tags", {}):
                metadata = self.get("graphs/run_metadata", run=name, tag=tag)
                if metadata is not None and b"step_stats {" in metadata:
                    runs[name].metadata.append(tag)
        for row in self.rows():
            name = row["name"]
            runs[name].rows += 1
            runs[name].hparams = row["hparams"]
            runs[name].successes += row["status"] == "STATUS_SUCCESS"
        return runs

    def image(self, query):
        content = self.get("images/individualImage?" + query)
        return "nothing" if content is None else digest(content)

    def rows(self):
        """Of the HPARAMS tab."""
        question = {
            "experimentName": "", "startIndex": 0, "sliceSize": 10_000, "includeMetrics": False, "colParams": [],
            "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
        }
        for group in self.post("hparams/session_groups", question).get("sessionGroups", []):
            for session in group["sessions"]:
                yield {
                    "name": session["name"], "status": session.get("status"), "hparams": group.get("hparams", {})}

    def has_layout(self):
        return bool(self.json("custom_scalars/layout").get("category"))

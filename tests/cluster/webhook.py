# SPDX-License-Identifier: Apache-2.0
"""An admission webhook on loopback that denies everything, with a sentence. Only for the cluster of up.sh: its API server is here, too."""
import base64
import http.server
import json
import ssl
import subprocess
import tempfile
import threading

DENIAL = "image registry.example is not on the list; ask the platform team"


class Denier(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
                             "response": {"uid": review["request"]["uid"], "allowed": False, "status": {"message": DENIAL}}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


class Webhook:
    def __init__(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                            "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/key", "-out", f"{folder}/crt"],
                           check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{folder}/crt", f"{folder}/key")
            with open(f"{folder}/crt", "rb") as f:
                self.ca = base64.b64encode(f.read()).decode()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Denier)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def configuration(self, resource, group=""):
        """A ValidatingWebhookConfiguration for one resource in the test's namespace (@NS@)."""
        return f"""
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {{name: deny-{resource}-@NS@}}
webhooks:
- name: guard.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig: {{url: "https://127.0.0.1:{self.server.server_port}/", caBundle: "{self.ca}"}}
  namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: @NS@}}}}
  rules: [{{apiGroups: ["{group}"], apiVersions: [v1], operations: [CREATE], resources: [{resource}]}}]
---
"""

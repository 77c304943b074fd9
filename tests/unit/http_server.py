# SPDX-License-Identifier: Apache-2.0
"""Small servers that behave well and badly, for test_http.

    http_server.py serve DIR          makes certificates in DIR, prints "NAME PORT" lines and "ready"
    http_server.py trust DIR CMD…     runs CMD where the system trusts DIR/other-ca.pem, or exits 77
    http_server.py mute-dns DIR CMD…  runs CMD where the resolver never answers, or exits 77
"""
import fcntl
import gzip
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

PASSWORD = "hunter2"


# --- certificates ---

def openssl(directory, *args):
    subprocess.run(["openssl", *args], cwd=directory, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]  # quicker to make than RSA's


def make_ca(directory, name):
    openssl(directory, "req", "-x509", *NEW_KEY, "-keyout", name + ".key",
            "-out", name + ".pem", "-days", "2", "-subj", "/CN=" + name)


def make_cert(directory, name, ca, names, days="2"):
    with open(os.path.join(directory, name + ".ext"), "w") as ext:
        ext.write("subjectAltName=" + names + "\n")
    openssl(directory, "req", *NEW_KEY, "-keyout", name + ".key",
            "-out", name + ".csr", "-subj", "/CN=" + name)
    openssl(directory, "x509", "-req", "-in", name + ".csr", "-CA", ca + ".pem", "-CAkey", ca + ".key",
            "-CAcreateserial", "-days", days, "-extfile", name + ".ext", "-out", name + ".pem")


def make_certs(directory):
    local = "DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1"
    make_ca(directory, "ca")
    make_ca(directory, "other-ca")
    make_cert(directory, "good", "ca", local)
    make_cert(directory, "other", "other-ca", local)
    make_cert(directory, "named", "ca", "DNS:kubernetes.test,IP:10.96.0.1,IP:fd00:0:0:0:0:0:0:1")
    make_cert(directory, "expired", "ca", local, "-1")
    make_cert(directory, "client", "ca", "DNS:client")
    make_cert(directory, "stranger", "other-ca", "DNS:stranger")
    openssl(directory, "pkey", "-aes256", "-passout", "pass:" + PASSWORD, "-in", "client.key", "-out", "locked.key")


# --- answers, by path ---

def answer(sock, status="200 OK", headers=(), body=b"", length=True):
    lines = ["HTTP/1.1 " + status, *headers]
    if length:
        lines.append("Content-Length: %d" % len(body))
    sock.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def close(sock, *_):
    return False


def reset(sock, *_):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def hang(sock, *_):
    while sock.recv(4096):
        pass
    return False


def drip(sock, *_):
    answer(sock, headers=["Content-Length: 100"], body=b"some", length=False)
    return hang(sock)


def torn(sock, *_):
    answer(sock, headers=["Content-Length: 100"], body=b"some", length=False)
    return False


def chunked(sock, *_):
    answer(sock, headers=["Transfer-Encoding: chunked"], length=False)
    for part in (b"one ", b"two ", b"three"):
        sock.sendall(chunk(part))
    sock.sendall(b"0\r\n\r\n")


def chunked_torn(sock, *_):
    answer(sock, headers=["Transfer-Encoding: chunked"], body=chunk(b"one"), length=False)
    return False


def chunked_bad(sock, *_):
    answer(sock, headers=["Transfer-Encoding: chunked"], body=b"xyz\r\none\r\n0\r\n\r\n", length=False)
    return False


def trailers(sock, *_):
    answer(sock, headers=["Transfer-Encoding: chunked", "Warning: 299 - \"header\""], length=False)
    sock.sendall(chunk(b"x") + b"0\r\nWarning: 299 - \"trailer\"\r\nHTTP/1.1 500 No\r\nRetry-After: 9\r\n\r\n")


def zipped(sock, head, *_):
    if "gzip" not in head.lower():
        return answer(sock, body=b"plain")
    return answer(sock, headers=["Content-Encoding: gzip"], body=gzip.compress(b"zipped " * 1000))


def zipped_bad(sock, *_):
    answer(sock, headers=["Content-Encoding: gzip"], body=b"this is no gzip at all")


def zipped_torn(sock, *_):
    body = gzip.compress(os.urandom(5000))
    answer(sock, headers=["Content-Encoding: gzip", "Content-Length: %d" % len(body)], body=body[:2000], length=False)
    return False


def zipped_bomb(sock, *_):
    answer(sock, headers=["Content-Encoding: gzip"], body=gzip.compress(b"\0" * (16 << 20)))


def http10(sock, *_):
    sock.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold")
    return False


def http09(sock, *_):
    sock.sendall(b"hello, I am no HTTP server\r\n")
    return False


def early(sock, *_):
    sock.sendall(b"HTTP/1.1 103 Early Hints\r\nWarning: 299 - \"early\"\r\nRetry-After: 7\r\n"
                 b"Content-Type: text/early\r\n\r\n")
    answer(sock, headers=["Warning: 299 - \"late\""], body=b"x")


def warnings(sock, *_):
    answer(sock, headers=[
        "Warning: 299 - \"one\"",
        "warning: 299 - \"t\\\"w\\\\o\" , 299 agent \"three\" \"Sun, 06 Nov 1994 08:49:37 GMT\",299 - \"four\"",
        "Warning: 199 - \"not ours\", 299 - \"five\"",
        "Warning: 299 - \"\"",
        "Warning: nonsense",
        "Warning: 299 - \"torn",
        "Warning: 299 - \"esc \x1b[31m\"",
    ], body=b"x")


def many_headers(sock, _, count):
    answer(sock, headers=["X-%d: y" % i for i in range(int(count))], body=b"x")


def large_headers(sock, _, size):
    answer(sock, headers=["X-%d: %s" % (i, "y" * 50000) for i in range(int(size))], body=b"x")


def many_warnings(sock, _, count):
    answer(sock, headers=["Warning: 299 - \"w%d\"" % i for i in range(int(count))], body=b"x")


def body(sock, _, size):
    answer(sock, body=b"b" * int(size))


def refusal(sock, _, size):
    answer(sock, "403 Forbidden", ["Content-Type: text/plain"], b"r" * int(size))


def refusal_endless(sock, *_):
    answer(sock, "500 No", ["Transfer-Encoding: chunked"], length=False)
    while True:
        sock.sendall(chunk(b"r" * 1000))


def status(sock, _, code):
    answer(sock, code + " Status", body=b"" if code == "204" else b"no", length=code != "204")


def retry(sock, _, value):
    answer(sock, "429 Too Many", ["Retry-After: " + value.replace("_", " ")], b"later")


def redirect(sock, *_):
    answer(sock, "302 Found", ["Location: /hello"], b"elsewhere")


def hello(sock, *_):
    answer(sock, headers=["Content-Type: text/plain"], body=b"hello")


def echo(sock, head, *_):
    answer(sock, body=head.encode("latin-1"))


ROUTES = {
    "hello": hello, "echo": echo, "close": close, "reset": reset, "hang": hang, "drip": drip, "torn": torn,
    "chunked": chunked, "chunked-torn": chunked_torn, "chunked-bad": chunked_bad, "trailers": trailers,
    "zip": zipped, "zip-bad": zipped_bad, "zip-torn": zipped_torn, "zip-bomb": zipped_bomb, "http10": http10,
    "http09": http09, "early": early, "warnings": warnings, "many-headers": many_headers,
    "large-headers": large_headers, "many-warnings": many_warnings, "body": body, "refusal": refusal,
    "refusal-endless": refusal_endless, "status": status, "retry": retry, "redirect": redirect,
}


# --- the servers ---

connections = [0]


def drain(sock):
    """Ends a connection without a reset, which would take from the other side what was sent before."""
    sock.shutdown(socket.SHUT_WR)
    while sock.recv(65536):
        pass
    sock.close()


def handshake(sock, context):
    """The TLS socket; None where the other side was refused."""
    tls = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
    try:
        tls.do_handshake()
        return tls
    except OSError:
        drain(socket.socket(fileno=tls.detach()))
        return None


def hang_up(sock, _):
    sock.recv(65536)
    sock.close()


def serve_connection(sock, context):
    connections[0] += 1
    number = connections[0]
    try:
        if context:
            sock = handshake(sock, context)
            if not sock:
                return
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                more = sock.recv(65536)
                if not more:
                    return
                data += more
            head, _, data = data.partition(b"\r\n\r\n")
            head = head.decode("latin-1")
            length = 0
            for line in head.split("\r\n")[1:]:
                if line.lower().startswith("content-length:"):
                    length = int(line.split(":")[1])
            while len(data) < length:
                data += sock.recv(65536)
            sent, data = data[:length], data[length:]
            path = head.split(" ")[1].split("?")[0].strip("/")
            name, _, rest = path.partition("/")
            if name == "connection":
                answer(sock, body=b"%d" % number)
            elif name == "sni":
                answer(sock, body=(getattr(sock, "asked_for", None) or "none").encode())
            elif name == "peer":
                answer(sock, body=str((sock.getpeercert() or {}).get("subject")).encode())
            elif ROUTES[name](sock, head + "\r\n\r\n" + sent.decode("latin-1"), rest) is False:
                return
    except (OSError, ValueError, KeyError):
        pass
    finally:
        if sock:
            sock.close()


def remember_sni(sock, name, _):
    sock.asked_for = name


def make_context(directory, cert, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(directory, cert + ".pem"), os.path.join(directory, cert + ".key"))
    context.sni_callback = remember_sni
    if client_ca:
        context.load_verify_locations(os.path.join(directory, client_ca + ".pem"))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def listen(name, context=None, handle=serve_connection, family=socket.AF_INET):
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    server.listen(64)

    def accept():
        while True:
            sock, _ = server.accept()
            threading.Thread(target=handle, args=(sock, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(name, server.getsockname()[1], flush=True)


def serve(directory):
    make_certs(directory)
    listen("plain")
    for cert in ("good", "other", "named", "expired"):
        listen(cert, make_context(directory, cert))
    listen("asking", make_context(directory, "good", "ca"))
    listen("mute", handle=hang)
    listen("closing", handle=hang_up)
    if socket.has_ipv6:
        try:
            listen("ipv6", make_context(directory, "good"), family=socket.AF_INET6)
        except OSError:
            pass
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))  # bound, not listening: a connection is refused
    print("closed", closed.getsockname()[1])
    print("ready", 0, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)


# --- other surroundings ---

def enter_namespaces(flags):
    """Runs this script again as root of namespaces of its own, or gives up (77: skipped)."""
    if os.environ.get("KSETTLE_TEST_INSIDE"):
        return
    os.environ["KSETTLE_TEST_INSIDE"] = "1"
    try:
        probe = subprocess.run(["unshare", flags, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if probe.returncode != 0:
            sys.exit(77)
        os.execvp("unshare", ["unshare", flags, sys.executable, *sys.argv])
    except OSError:
        sys.exit(77)


def mount_over(source, target):
    done = subprocess.run(["mount", "--bind", source, target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(77)


def trust(directory, command):
    enter_namespaces("-rm")
    certs = os.path.join(directory, "system")
    os.makedirs(certs, exist_ok=True)
    with open(os.path.join(directory, "other-ca.pem")) as ca:
        text = ca.read()
    for name in ("ca-certificates.crt", "other-ca.pem"):
        with open(os.path.join(certs, name), "w") as copy:
            copy.write(text)
    openssl(certs, "rehash", ".")
    mount_over(certs, "/etc/ssl/certs")
    sys.exit(subprocess.run(command).returncode)


def mute_dns(directory, command):
    enter_namespaces("-rmn")
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    fcntl.ioctl(control, 0x8914, struct.pack("16sH14s", b"lo", 0x1, b""))  # SIOCSIFFLAGS, IFF_UP
    dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    dns.bind(("127.0.0.1", 53))
    path = os.path.join(directory, "resolv.conf")
    with open(path, "w") as conf:
        conf.write("nameserver 127.0.0.1\noptions timeout:30 attempts:2\n")
    mount_over(path, "/etc/resolv.conf")
    sys.exit(subprocess.run(command).returncode)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    elif sys.argv[1] == "trust":
        trust(sys.argv[2], sys.argv[3:])
    else:
        mute_dns(sys.argv[2], sys.argv[3:])

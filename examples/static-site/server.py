"""A small server. GET is that of http.server, PUT writes a file, POST runs one. It checks nothing: the policy does."""

import http.server
import subprocess
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_PUT(self):
        try:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with open(self.translate_path(self.path), "wb") as file:
                file.write(body)
            self.answer(201, "written")
        except OSError as error:
            self.answer(403, error.strerror)

    def do_POST(self):
        try:
            ran = subprocess.run([self.translate_path(self.path)], capture_output=True, check=True)
            self.answer(200, ran.stdout.decode())
        except OSError as error:
            self.answer(403, error.strerror)

    def answer(self, code, text):
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode() + b"\n")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
sys.stdout.close()
server.serve_forever()

// Proves scripts/proxy/nginx.conf and scripts/proxy/Caddyfile as they are shipped (only names, ports and
// certificate files are replaced): the hub behind each of them, with a real engine. Reads QUAYSIDE_BIN (the
// hub) and QUAYSIDE_ENGINE_A (directory of scripts/engine); ends with "N passed, N failed".
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import https from "node:https";
import http from "node:http";

const shipped = join(dirname(fileURLToPath(import.meta.url)), "../../scripts/proxy");
const work = mkdtempSync(join(tmpdir(), "quayside-proxy-"));
const docker = (...args) => execFileSync("docker", ["-H", `unix://${engine}/docker.sock`, ...args], { encoding: "utf8" });
const engine = required("QUAYSIDE_ENGINE_A");
const binary = required("QUAYSIDE_BIN");
const password = "a password of the test";
// The visitor is not the proxy: only so can the test see whose address the hub believes.
const visitor = "127.0.0.2";
const children = [];
let ca;

function required(name) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Waits for a condition, at most 20 s. */
async function until(what, condition) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    if (await condition().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`waited 20 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts a server whose output goes to a file, which is shown if it ends by itself. */
function start(name, command, args, env = {}) {
  const log = join(work, `${name}.log`);
  // Nothing of the test's own environment: the hub refuses variables QUAYSIDE_* that it does not know.
  const child = spawn("sh", ["-c", 'exec "$@" >"$0" 2>&1', log, command, ...args], {
    env: { PATH: process.env.PATH, HOME: work, ...env },
  });
  children.push(child);
  child.on("exit", (code) => {
    if (!child.expected) console.log(`${name} ended with ${code}:\n${readFileSync(log, "utf8").slice(-2000)}`);
  });
}

/** One request from the visitor's address; resolves at its headers, with the body still to be read. */
function ask(port, path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: "127.0.0.1", port, path, method, servername: "localhost", ca, localAddress: visitor, agent: false,
        headers: { Host: `localhost:${port}`, ...headers } },
      resolve,
    );
    request.on("upgrade", (response, socket) => resolve(Object.assign(response, { upgraded: socket })));
    request.on("error", reject);
    request.setTimeout(20_000, () => request.destroy(new Error(`${path}: nothing came for 20 s`)));
    request.end(body && JSON.stringify(body));
  });
}

async function json(response) {
  let text = "";
  for await (const part of response) text += part;
  return JSON.parse(text);
}

async function login(port, headers) {
  return ask(port, "/login", { method: "POST", headers, body: { username: "admin", password } });
}

/** A text frame of a client: masked, as it must be; the mask is zero, so the text stays readable. */
function frame(text) {
  assert(text.length < 126);
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

const tests = {
  "one's own origin may log in, and the cookie is for https only": async (port) => {
    const answer = await login(port, { Origin: `https://localhost:${port}` });
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers["set-cookie"]), /;\s*Secure/i);
    answer.resume();
  },
  "a foreign origin may not": async (port) => {
    const answer = await login(port, { Origin: "https://elsewhere.example" });
    assert.equal(answer.statusCode, 403);
    answer.resume();
  },
  "the hub sees the visitor's address, not the proxy's and not an invented one": async (port) => {
    const { access_token: token } = await json(await login(port, { "X-Forwarded-For": "203.0.113.9" }));
    const packet = { type: "session", data: { opt: "list" } };
    const headers = { Authorization: `Bearer ${token}` };
    const sessions = await json(await ask(port, "/packet", { method: "POST", headers, body: packet }));
    const current = sessions.data.items.find((session) => session.current);
    assert.equal(current.address.replace(/:\d+$/, ""), visitor);
  },
  "events come as they happen": async (port) => {
    const { access_token: token } = await json(await login(port, {}));
    const stream = await ask(port, "/events", { headers: { Authorization: `Bearer ${token}` } });
    assert.match(stream.headers["content-type"], /^text\/event-stream/);
    const name = `proxy-${port}`;
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (part) => (text += part));
    await until("the first block of the stream", async () => text.includes("\n\n"));
    docker("run", "--rm", "--name", name, "busybox", "true");
    // The stream is still open, so what was seen was not held back by a buffer.
    await until("the container's events", async () => text.includes('"action":"die"') && text.includes(name));
    assert.equal(stream.complete, false);
    stream.destroy();
  },
  "a WebSocket is upgraded and carries packets both ways": async (port) => {
    const { access_token: token } = await json(await login(port, {}));
    const headers = {
      Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", Authorization: `Bearer ${token}`,
    };
    const foreign = await ask(port, "/ws", { headers: { ...headers, Origin: "https://elsewhere.example" } });
    assert.equal(foreign.statusCode, 403);
    foreign.resume();
    const { statusCode, upgraded } = await ask(port, "/ws", { headers: { ...headers, Origin: `https://localhost:${port}` } });
    assert.equal(statusCode, 101);
    let answer = "";
    upgraded.on("data", (part) => (answer += part));
    upgraded.write(frame('{"type":"ping","id":42}'));
    await until("the answer to a ping", async () => answer.includes('"type":"reply"') && answer.includes("42"));
    upgraded.destroy();
  },
};

async function main() {
  const [hub, nginx, caddy] = [await freePort(), await freePort(), await freePort()];
  const [cert, key] = [join(work, "cert.pem"), join(work, "key.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert], { stdio: "pipe" });
  ca = readFileSync(cert);

  writeFileSync(join(work, "hub.toml"), [
    "[server]", `listen = "127.0.0.1:${hub}"`, `data = "${work}/data"`, 'trusted_proxies = ["127.0.0.1", "::1"]',
    "[admin]", `password = "${password}"`,
    "[[host]]", 'name = "a"', `address = "unix://${engine}/docker.sock"`, "",
  ].join("\n"));
  start("hub", binary, ["serve", "--config", join(work, "hub.toml")]);

  const replaced = (file, changes) => {
    let text = readFileSync(join(shipped, file), "utf8");
    for (const [from, to] of changes) {
      assert(text.includes(from), `${file} has no "${from}"`);
      text = text.replaceAll(from, to);
    }
    return text;
  };
  mkdirSync(join(work, "nginx"));
  writeFileSync(join(work, "quayside.conf"), replaced("nginx.conf", [
    ["listen 443 ", `listen 127.0.0.1:${nginx} `], ["/etc/ssl/hub.example.org.pem", cert], ["/etc/ssl/hub.example.org.key", key],
    ["server_name hub.example.org", "server_name localhost"], ["127.0.0.1:9083", `127.0.0.1:${hub}`],
  ]));
  writeFileSync(join(work, "nginx.conf"), `
    daemon off; pid ${work}/nginx.pid; error_log stderr; events {}
    http { access_log off; include ${work}/quayside.conf;
      ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${work}/nginx/${kind};`).join(" ")} }`);
  start("nginx", "nginx", ["-e", "stderr", "-p", work, "-c", join(work, "nginx.conf")]);

  writeFileSync(join(work, "Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${replaced("Caddyfile", [
    ["hub.example.org {", `https://localhost:${caddy} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}`], ["127.0.0.1:9083", `127.0.0.1:${hub}`],
  ])}`);
  start("caddy", "caddy", ["run", "--config", join(work, "Caddyfile"), "--adapter", "caddyfile"]);

  await until("the hub", () => new Promise((resolve, reject) => {
    http.get({ port: hub, path: "/readyz", host: "127.0.0.1" }, (answer) => { answer.resume(); resolve(answer.statusCode === 200); }).on("error", reject);
  }));
  let passed = 0, failed = 0;
  for (const [proxy, port] of Object.entries({ nginx, caddy })) {
    await until(proxy, async () => { const answer = await ask(port, "/healthz"); answer.resume(); return answer.statusCode === 200; });
    for (const [name, test] of Object.entries(tests)) {
      try {
        await test(port);
        passed += 1;
        console.log(`ok      ${proxy}: ${name}`);
      } catch (error) {
        failed += 1;
        console.log(`FAILED  ${proxy}: ${name}\n${error.stack}`);
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}

let good = false;
try {
  good = await main();
} finally {
  for (const child of children) {
    child.expected = true;
    child.kill("SIGTERM");
  }
  await Promise.all(children.map((child) => child.exitCode ?? new Promise((resolve) => child.on("exit", resolve))));
  rmSync(work, { recursive: true, force: true });
}
process.exit(good ? 0 : 1);

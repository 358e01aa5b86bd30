/** URLs that lead where no HTTP task may go: none of them makes a connection. */
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isForbidden } from "../../lib/integrations/http/addresses.ts";
import { exchange, Unreachable } from "../../lib/integrations/http/exchange.ts";

let connections = 0;
const servers: Server[] = [];
let port = 0;

beforeAll(async () => {
  for (const host of ["127.0.0.1", "::1"]) {
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => {
      server.once("error", () => resolve()); // a machine without IPv6 has one way less to be reached
      server.listen(port, host, resolve);
    });
    const address = server.address();
    if (typeof address === "object" && address !== null) port = address.port;
    servers.push(server);
  }
});
afterAll(() => {
  for (const server of servers) server.close();
});

const last = (from: string, values: readonly (number | string)[]) => values.map((value) => `${from}${value}`);

const v4 = [
  ...last("127.0.0.", [0, 1, 2, 53, 255]),
  ...["127.1.1.1", "127.255.255.254", "0.0.0.0", "0.0.0.1", "0.255.255.255"],
  ...["10.0.0.0", "10.0.0.1", "10.1.2.3", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255"],
  ...["169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.255.255"],
  ...["172.16.0.1", "172.17.0.1", "172.20.10.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1"],
  ...["192.88.99.1", "192.168.0.1", "192.168.1.1", "192.168.255.255", "198.18.0.1", "198.19.255.255"],
  ...["198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"],
];
const v6 = [
  ...["::", "::1", "0:0:0:0:0:0:0:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"],
  ...["::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b:1::1"],
  ...["100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:10::1", "2002:7f00:1::", "2002:a9fe:a9fe::1"],
  ...["3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1"],
  ...["ff02::1", "ff05::1:3", "8000::1", "a000::1", "e000::1"],
];
/** Other ways to write 127.0.0.1 and its neighbours, which URLs understand. */
const spelled = [
  ...[
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "0177.1",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
  ],
  ...["127.0.0.1.", "127。0。0。1", "①②⑦.0.0.1", "１２７.0.0.1", "0", "0x0", "00.0.0.0", "0xa9fea9fe", "2852039166"],
  ...[
    "169.254.43518",
    "0251.0376.0251.0376",
    "0xa9.0xfe.0xa9.0xfe",
    "10.1",
    "012.1.2.3",
    "192.168.257",
    "%31%32%37.0.0.1",
  ],
  ...["127%2e0%2e0%2e1", "0x7F000001", "0300.0250.0.1"],
];
/** Names that resolve to what no name should. */
const names = ["localhost", "metadata.google.internal", "nip.example", "mixed.example", "rebinding.example"];
const answers: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries([...v4, ...v6].map((address, at) => [`at-${at}.example`, [address]])),
  "mixed.example": ["93.184.216.34", "127.0.0.1"],
  "metadata.google.internal": ["169.254.169.254"],
  "nip.example": ["10.0.0.1"],
};

const hosts = [...v4, ...v6.map((address) => `[${address}]`), ...spelled, ...names, ...Object.keys(answers)];
const urls = [
  ...hosts.map((host) => `https://${host}:PORT/`),
  ...[...v4.slice(0, 12), ...v6.slice(0, 8).map((address) => `[${address}]`), "127.1"].map(
    (host) => `http://${host}:PORT/`,
  ),
  ...["https://user@127.0.0.1:PORT/", "https://good.example@127.0.0.1:PORT/", "https://user:pw@93.184.216.34/"],
  ...[
    "http://93.184.216.34/",
    "file:///etc/passwd",
    "ftp://93.184.216.34/",
    "gopher://127.0.0.1:PORT/_x",
    "data:text/plain,x",
  ],
  ...[
    "javascript:1",
    "unix:/var/run/docker.sock",
    "ws://127.0.0.1:PORT/",
    "https:127.0.0.1:PORT",
    "https:\\\\127.0.0.1:PORT\\",
  ],
  ...["https://127.0.0.1:PORT#@good.example/", "https://127.0.0.1:PORT?@good.example/", "\thttps://127.0.0.1:PORT/\n"],
];

const texts = () => [...new Set(urls)].map((url) => url.replaceAll("PORT", String(port)));

test("none of 200 and more connects to anybody", async () => {
  const let_through: string[] = [];
  const tried = texts().filter((text) => URL.canParse(text)); // what is no URL at all is refused before
  expect(tried.length).toBeGreaterThanOrEqual(200);
  for (const text of tried) {
    let asked = 0;
    // The second answer is never asked for: the first was looked at, and is where the connection goes.
    const resolve = async (name: string) => {
      asked += 1;
      return answers[name] ?? (name === "rebinding.example" && asked > 1 ? ["93.184.216.34"] : ["127.0.0.1", "::1"]);
    };
    const request = { method: "GET", url: new URL(text), headers: {} };
    const outcome = await exchange(request, { resolve }, AbortSignal.timeout(5_000)).catch((error: unknown) => error);
    if (!(outcome instanceof Unreachable)) let_through.push(`${text}: ${String(outcome)}`);
    expect(asked).toBeLessThanOrEqual(1);
  }
  expect(let_through).toEqual([]);
  expect(connections).toBe(0);
});

test("nor does a redirect to any of them", async () => {
  const hosts: string[] = [];
  const places = texts().filter((text) => /^[\x21-\x7e]+$/.test(text)); // what a header can say
  expect(places.length).toBeGreaterThanOrEqual(200);
  let at = 0;
  const redirecting = createHttpServer((request, response) => {
    hosts.push(request.headers.host ?? "");
    response.writeHead(at % 2 === 0 ? 302 : 307, { Location: places[at] ?? "" }).end();
  });
  await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.1", resolve));
  const { port: own } = redirecting.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${own}/`);
  for (; at < places.length; at++) {
    const reply = await exchange({ method: "GET", url, headers: {} }, { loopback: true }, AbortSignal.timeout(30_000));
    expect(reply.headers["Location"]).toEqual([places[at]]);
  }
  redirecting.close();
  expect(hosts).toEqual(places.map(() => `127.0.0.1:${own}`));
  expect(connections).toBe(0);
});

test("a name server that never answers is waited for as long as the call may take", async () => {
  const request = { method: "GET", url: new URL("https://slow.example/"), headers: {} };
  const abort = new AbortController();
  const calling = exchange(request, { resolve: () => new Promise(() => {}) }, abort.signal);
  abort.abort(new Error("the attempt's time is over"));
  await expect(calling).rejects.toThrow("the attempt's time is over");
});

test("a name that was public when it was looked at is connected to there, whatever it says later", async () => {
  let asked = 0;
  const resolve = async () => (asked++ === 0 ? ["203.0.114.1"] : ["127.0.0.1"]);
  const abort = new AbortController();
  const url = new URL(`https://rebinding.example:${port}/`);
  const calling = exchange({ method: "GET", url, headers: {} }, { resolve }, abort.signal).catch(() => "failed");
  setImmediate(() => abort.abort());
  expect(await calling).toBe("failed");
  expect(asked).toBe(1);
  expect(connections).toBe(0);
});

test("where loopback is allowed, nothing else is", async () => {
  for (const address of [...v4, ...v6].filter(
    (one) => !/^127\.|^::1$|^0:0:0:0:0:0:0:1$|^::ffff:(127\.|7f00:)/.test(one),
  )) {
    const host = address.includes(":") ? `[${address}]` : address;
    const request = { method: "GET", url: new URL(`https://${host}:${port}/`), headers: {} };
    await expect(exchange(request, { loopback: true }, AbortSignal.timeout(5_000))).rejects.toThrow(Unreachable);
  }
  expect(connections).toBe(0);
});

test.each(["93.184.216.34", "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2600::1", "2a00:1450::1"])(
  "%s may be reached",
  (address) => expect(isForbidden(address)).toBe(false),
);

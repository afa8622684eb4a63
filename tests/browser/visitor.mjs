// A real browser and programs to visit with it. Recorders stand in for the vendors' scripts: what they are told is what is judged.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const { NODE = 'node', PHP = 'php', RUBY = 'ruby' } = process.env;
export const SECRETS = { gosquared: 'personsig-browser-test-gosquared', chameleon: 'personsig-browser-test-chameleon' };
export const TOKEN = ['GSN-000000-A'];
export const HEX = /[0-9a-f]{64}/;
export const hmac = (secret, message) => createHmac('sha256', secret).update(message).digest('hex');

/** The commands that start the example apps, given the port. */
export const APPS = {
  python: () => [`${ROOT}target/venv/bin/python`, `${ROOT}examples/web/app.py`],
  node: () => [NODE, `${ROOT}examples/web/app.mjs`],
  php: (port) => [
    PHP,
    '-n',
    '-d',
    `extension=${ROOT}target/release/libpersonsig_php.so`,
    '-S',
    `127.0.0.1:${port}`,
    `${ROOT}examples/web/app.php`,
  ],
  ruby: () => [RUBY, '-I', `${ROOT}bindings/ruby/lib`, `${ROOT}examples/web/app.rb`],
};

const SCREENSHOTS = `${ROOT}target/screenshots`;
export const picture = (page, name) => page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });

// Both take over the calls that wait, and the later ones. GoSquared's queue is one, Chameleon's one per method.
const VENDORS = {
  'https://d1l6p2sc9645hc.cloudfront.net/tracker.js': `
    gosquaredCalls = (_gs.q || []).map((call) => [...call]);
    _gs = (...call) => gosquaredCalls.push(call);`,
  'https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js': `
    chameleonCalls = [];
    for (const name of ['identify', 'clear']) {
      chmln[name] = (...call) => chameleonCalls.push([name, ...call]);
      chmln[name + '_a'].forEach((call) => chmln[name](...call));
    }`,
};

let browser;
before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  // Each start has an empty profile. Without the other flags Chromium calls its maker.
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
after(() => browser?.close());

/** A page of a new visitor. `faults` is everything that a clean page does not do. */
export async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: { width: 760, height: 480 }, ...options });
  context.setDefaultTimeout(10_000);
  const faults = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  await context.route(/^https:/, (route) => {
    const script = VENDORS[route.request().url()];
    if (script) return route.fulfill({ contentType: 'text/javascript', body: script });
    faults.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return { page, faults };
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a program, given its port, and waits until it serves its page. */
export async function start(command, { cwd, env } = {}) {
  const port = await freePort();
  const [program, ...rest] = command(port);
  const child = spawn(program, rest, {
    cwd,
    env: {
      ...process.env,
      PORT: port,
      GOSQUARED_SECURE_MODE_SECRET: SECRETS.gosquared,
      CHAMELEON_VERIFICATION_SECRET: SECRETS.chameleon,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      said += text;
    });
  child.on('error', (error) => {
    said += error;
  });
  const address = `http://127.0.0.1:${port}`;
  for (const end = Date.now() + 60_000; Date.now() < end && child.exitCode === null; await sleep(50)) {
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return { address, said: () => said, stop: () => child.kill() };
    if (answer) break;
  }
  child.kill();
  throw new Error(`${program} does not serve its page:\n${said}`);
}

/** Chameleon's signature carries its time: it must be of this minute. */
export function assertFresh(signature, id) {
  const [, hex, time] = signature.match(/^([0-9a-f]{64})-(\d+)$/);
  assert.equal(hex, hmac(SECRETS.chameleon, `${id}-${time}`));
  assert.ok(Math.abs(Date.now() / 1000 - time) < 60, `${time} is not now`);
}

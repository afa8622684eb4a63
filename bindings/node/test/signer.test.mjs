// What the vectors cannot say: types, classes, options, changed prototypes, threads, another implementation.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, randomInt } from 'node:crypto';
import { createRequire } from 'node:module';
import test from 'node:test';
import { types } from 'node:util';
import { Worker } from 'node:worker_threads';
import { InputError, PersonsigError, Signer, VerificationError, providers, version } from '../index.mjs';

const SECRET = 'personsig-test-secret';
const PLAIN = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64';
const NOW = 1596165824;
const gosquared = new Signer('gosquared', SECRET);
const chameleon = new Signer('chameleon', SECRET);
const refused = (code, index) => (error) => error instanceof InputError && error.code === code && error.index === index;
const wrongType = (words) => (error) => error instanceof TypeError && words.every((word) => error.message.includes(word));

test('100,000 ids sign as the host\'s own HMAC signs them', () => {
  const seed = Number(process.env.PERSONSIG_SEED ?? randomInt(2 ** 32));
  console.log(`PERSONSIG_SEED=${seed}`);
  const random = mulberry32(seed);
  const hmac = (message) => createHmac('sha256', SECRET).update(message).digest('hex');
  for (let count = 0; count < 100_000; count++) {
    const [id, now] = [randomId(random), Math.floor(random() * 1e11)];
    const ours = [gosquared.sign(id), chameleon.sign(id, { now })];
    assert.deepEqual(ours, [hmac(id), `${hmac(`${id}-${now}`)}-${now}`], `seed ${seed}, id ${JSON.stringify(id)}`);
  }
});

/** 1 to 300 bytes of all of Unicode but surrogates and controls, with every length of UTF-8. */
function randomId(random) {
  const length = 1 + Math.floor(random() * 300);
  let [id, room] = ['', length];
  while (room > 0) {
    const size = 1 + Math.floor(random() * Math.min(room, 4));
    const [least, most] = [[0x20, 0x7e], [0x80, 0x7ff], [0x800, 0xffff], [0x10000, 0x10ffff]][size - 1];
    const point = least + Math.floor(random() * (most - least + 1));
    if (point >= 0xd800 && point <= 0xdfff) continue;
    [id, room] = [id + String.fromCodePoint(point), room - size];
  }
  return id;
}

function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('an id of any length is signed whole', () => {
  for (const character of ['a', 'é', '€', '😀', '\ufffd']) {
    for (const length of [1, 255, 256, 257, 511, 512, 513, 1022, 1023, 1024, 1025, 1026, 2048, 100_000]) {
      const id = character.repeat(length);
      assert.equal(gosquared.sign(id), createHmac('sha256', SECRET).update(id).digest('hex'), `${length} times ${character}`);
    }
  }
});

test('a pair of surrogates that meets where two strings were joined is one character', () => {
  const joined = `${'x'.repeat(2000)}\ud83d`.concat(`\ude00${'y'.repeat(2000)}`);
  assert.equal(gosquared.sign(joined), createHmac('sha256', SECRET).update(joined).digest('hex'));
});

test('a lone surrogate is refused, and U+FFFD beside it is not taken for one', () => {
  for (const id of ['\ud800', 'a\udfff', '\udc00\ud800', '\ufffd\ud800', `${'\ufffd'.repeat(5000)}\udbff`]) {
    assert.throws(() => gosquared.sign(id), refused('invalid-text'));
  }
});

test('what a wrong id is called in the TypeError is its type', () => {
  const wrong = [
    [undefined, 'undefined'], [null, 'null'], [true, 'a boolean'], [1.5, 'a number that is no integer'],
    [NaN, 'a number that is no integer'], [-Infinity, 'a number that is no integer'], [Symbol('s'), 'a symbol'],
    [[], 'an array'], [{}, 'an object'], [() => 1, 'a function'], [new Date(), 'a Date'], [Buffer.from('1'), 'a typed array'],
    [new String('1'), 'an object'], [new Number(1), 'an object'], [new Proxy([], {}), 'an object'],
  ];
  for (const [id, name] of wrong) {
    assert.throws(() => gosquared.sign(id), wrongType(['userId', 'a string or an integer', `not ${name};`, 'pass']));
  }
});

test('what a wrong element of a list is called in the TypeError is its place', () => {
  assert.throws(() => new Signer('gosquared', SECRET, { fallbackSecrets: ['a', 5] }), wrongType(['fallbackSecrets[1]', 'a number']));
  assert.throws(() => gosquared.explain('1', '', { also: ['a', 'b', {}] }), wrongType(['also[2]', 'an object']));
});

test('a time of the wrong type is told the way out', () => {
  for (const now of [1.5, '1', true, new Date(), NaN]) {
    assert.throws(() => chameleon.sign('1', { now }), wrongType(['now', 'Math.floor(Date.now() / 1000)']));
  }
});

test('no conversion method of a value is called', () => {
  const called = [];
  const spy = new Proxy({}, { get: (_, name) => (called.push(name), undefined), has: (_, name) => (called.push(name), false) });
  const attempts = [
    () => new Signer(spy, SECRET), () => new Signer('gosquared', spy), () => gosquared.sign(spy), () => gosquared.verify('1', spy),
    () => gosquared.sign('1', { now: spy }), () => new Signer('gosquared', SECRET, { fallbackSecrets: spy }),
    () => gosquared.explain('1', '', { also: [spy] }), () => Signer.fromEnv('gosquared', { variable: spy }),
  ];
  for (const attempt of attempts) assert.throws(attempt, TypeError);
  assert.deepEqual(called, []);
});

test('a secret is a string or a Uint8Array, and no other view of bytes', () => {
  const bytes = Buffer.from(SECRET);
  class Own extends Uint8Array {}
  for (const secret of [bytes, new Uint8Array(bytes), Own.from(bytes)]) {
    assert.equal(new Signer('gosquared', secret).sign('123456'), PLAIN);
  }
  const others = [bytes.buffer, new DataView(bytes.buffer), new Int8Array(bytes), new Uint8ClampedArray(bytes), new String(SECRET), 5, true, [...bytes]];
  for (const secret of others) assert.throws(() => new Signer('gosquared', secret), wrongType(['secret', 'a string or a Uint8Array']));
});

test('a secret in shared memory is signed with as it was when it was given', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(SECRET.length));
  shared.set(Buffer.from(SECRET));
  const signer = new Signer('gosquared', shared);
  shared.fill(0);
  assert.equal(signer.sign('123456'), PLAIN);
});

test('a secret in a detached buffer is missing', () => {
  const detached = new Uint8Array(8).fill(65);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  assert.throws(() => new Signer('gosquared', detached), refused('missing-secret'));
});

test('a view into part of a buffer is that part', () => {
  const part = Buffer.from(`xx${SECRET}yy`).subarray(2, 2 + SECRET.length);
  assert.equal(new Signer('gosquared', part).sign('123456'), PLAIN);
});

test('without new there is no Signer', () => {
  assert.throws(() => Signer('gosquared', SECRET), TypeError);
});

test('a method works on a Signer alone', () => {
  const others = [undefined, {}, Object.create(Signer.prototype), Object.create(gosquared), new Proxy(gosquared, {}), Signer.prototype];
  for (const name of ['sign', 'verify', 'isValid', 'explain', 'signMany', 'snippet', 'identity']) {
    for (const other of others) assert.throws(() => Signer.prototype[name].call(other, '1', ''), TypeError);
  }
  assert.throws(() => Signer.prototype.provider, TypeError);
});

test('the addon beneath takes no other value for a Signer, another addon\'s External neither', () => {
  const addon = createRequire(import.meta.url)('../personsig.node');
  const { stdout } = spawn(process.execPath, ['--version']);
  const external = stdout._handle._externalStream;
  assert.ok(types.isExternal(external));
  for (const other of [external, undefined, null, {}, 1, '', gosquared]) {
    assert.throws(() => addon.sign(other, '1'), wrongType(["a Signer's handle"]));
    assert.throws(() => addon.provider(other), wrongType(["a Signer's handle"]));
  }
  assert.ok(Object.isFrozen(addon));
});

test('a Signer cannot be changed', () => {
  const signer = new Signer('gosquared', SECRET);
  for (const change of [() => { signer.provider = 'x'; }, () => { signer.sign = () => 'x'; }, () => { signer.more = 1; }]) {
    assert.throws(change, TypeError);
  }
});

test('a signature of a fallback tells which', () => {
  const rotated = new Signer('chameleon', 'new secret', { fallbackSecrets: ['x', SECRET, 'y'] });
  const verified = rotated.verify('1', chameleon.sign('1', { now: NOW }), { now: NOW });
  assert.deepEqual(verified, { secretIndex: 2, signedAt: NOW });
  assert.ok(Object.isFrozen(verified));
  const plain = new Signer('gosquared', 'new secret', { fallbackSecrets: [SECRET] });
  assert.deepEqual(plain.verify('123456', PLAIN), { secretIndex: 1, signedAt: null });
});

test('results cannot be changed', () => {
  const verified = chameleon.verify('1', chameleon.sign('1', { now: NOW }), { now: NOW });
  const findings = gosquared.explain('123456', PLAIN);
  for (const result of [verified, findings, findings[0], providers(), providers()[0]]) assert.ok(Object.isFrozen(result));
  assert.deepEqual(verified, { secretIndex: 0, signedAt: NOW });
  assert.equal(gosquared.verify('123456', PLAIN).signedAt, null);
});

test('a subclass neither changes what a base method does nor reaches the secret', () => {
  class Sub extends Signer {
    field = 1;
    sign() { return 'mine'; }
    verify() { return 'mine'; }
    get provider() { return 'mine'; }
  }
  const sub = new Sub('gosquared', SECRET);
  assert.equal(sub.isValid('123456', PLAIN), true);
  assert.equal(Signer.prototype.sign.call(sub, '123456'), PLAIN);
  assert.deepEqual(Reflect.ownKeys(sub), ['field']);
});

test('the constructor never reads the environment', () => {
  process.env.GOSQUARED_SECURE_MODE_SECRET = 'secret';
  assert.throws(() => new Signer(undefined, 'gosquared'), TypeError);
  delete process.env.GOSQUARED_SECURE_MODE_SECRET;
});

test('fromEnv of a subclass gives a Signer', () => {
  class Sub extends Signer {
    constructor(...given) { super(...given); assert.fail('it was given', given.length, 'arguments'); }
  }
  process.env.PERSONSIG_TEST_SECRET = SECRET;
  assert.equal(Sub.fromEnv('gosquared', { variable: 'PERSONSIG_TEST_SECRET' }).sign('123456'), PLAIN);
  delete process.env.PERSONSIG_TEST_SECRET;
});

test('fromEnv reads the own strings of process.env', () => {
  const before = process.env;
  const variable = 'PERSONSIG_TEST_SECRET';
  const read = (environment) => {
    process.env = environment;
    try {
      return Signer.fromEnv('gosquared', { variable }).sign('123456');
    } finally {
      process.env = before;
    }
  };
  assert.equal(read({ [variable]: SECRET }), PLAIN);
  assert.throws(() => read(Object.create({ [variable]: SECRET })), refused('missing-secret'));
  assert.throws(() => read({ [variable]: 5 }), refused('missing-secret'));
  assert.throws(() => read({ [variable]: 'a\ufffd' }), refused('invalid-text'));
  assert.throws(() => read({ [variable]: 'a\ud800' }), refused('invalid-text'));
  assert.throws(() => read(new Proxy({}, { getOwnPropertyDescriptor() { throw new RangeError('mine'); } })), RangeError);
});

test('options that are no object are the TypeError', () => {
  for (const options of [null, 'now', 5, true, [], [NOW], new Date(), () => NOW, Symbol('s')]) {
    assert.throws(() => gosquared.sign('1', options), wrongType(['options', 'an object', '{ now: ... }']));
  }
});

test('an option that is not known is refused and not repeated', () => {
  for (const options of [{ CANARY: 1 }, { CANARY: undefined }, { Now: NOW }, { [Symbol('CANARY')]: 1 }, { 0: 1 }, { ['now'.repeat(50)]: 1 }]) {
    assert.throws(() => gosquared.sign('1', options), (error) => refused('invalid-option')(error) && !error.message.includes('CANARY'));
  }
});

test('types are checked before an option is found unknown, and that before any value', () => {
  assert.throws(() => chameleon.sign('1', { at: 1, now: 'x' }), TypeError);
  assert.throws(() => chameleon.sign('', { at: 1 }), refused('invalid-option'));
  assert.throws(() => new Signer('nobody', null, { fallbackSecrets: [5] }), TypeError);
});

test('options count as own properties, undefined as not given', () => {
  assert.equal(chameleon.sign('123456', Object.create({ now: -1 }, { now: { value: NOW } })).slice(-10), String(NOW));
  assert.equal(gosquared.sign('123456', Object.create({ now: -1, at: 1 })), PLAIN);
  assert.equal(gosquared.verify('123456', PLAIN, { now: undefined, maxAge: null, clockSkew: undefined }).secretIndex, 0);
  assert.equal(new Signer('gosquared', SECRET, { fallbackSecrets: undefined }).provider, 'gosquared');
});

test('each option is read once, through a proxy too, and what a getter throws arrives', () => {
  let reads = 0;
  const target = { get now() { return reads++ === 0 ? NOW : -1; } };
  for (const options of [target, new Proxy(target, {})]) {
    reads = 0;
    assert.equal(chameleon.sign('123456', options).slice(-10), String(NOW));
    assert.equal(reads, 1);
  }
  assert.throws(() => chameleon.sign('1', { get now() { throw new RangeError('mine'); } }), { name: 'RangeError', message: 'mine' });
});

test('a hole in a list is nothing, whatever the prototype holds', () => {
  Array.prototype[1] = 'inherited';
  try {
    assert.throws(() => new Signer('gosquared', SECRET, { fallbackSecrets: ['a', , 'b'] }), refused('missing-secret', 1));
  } finally {
    delete Array.prototype[1];
  }
});

test('an integer has one spelling, whichever type it came in', () => {
  const same = [['0', 0, -0, 0n], ['-1', -1, -1n], ['9007199254740991', 2 ** 53 - 1, 2n ** 53n - 1n]];
  for (const [text, ...integers] of same) for (const integer of integers) assert.equal(gosquared.sign(integer), gosquared.sign(text));
});

test('a time beyond 64 bits is out of range on its own side', () => {
  for (const now of [1e30, -1e30, 2n ** 80n, -(2n ** 80n), 2n ** 200n, Number.MAX_VALUE]) {
    assert.throws(() => chameleon.sign('1', { now }), refused('timestamp-out-of-range'));
    assert.throws(() => chameleon.verify('1', PLAIN, { maxAge: now }), refused('invalid-option'));
  }
});

test('without now the system\'s clock is read', () => {
  const [, signedAt] = chameleon.sign('1').split('-');
  assert.ok(Math.abs(Number(signedAt) - Date.now() / 1000) < 5);
});

test('an error has its class, name, code, message and stack, and no cause', () => {
  const seen = (act) => { try { act(); } catch (error) { return error; } };
  const input = seen(() => new Signer('gosquared', SECRET, { fallbackSecrets: ['a', ' '] }));
  const verification = seen(() => gosquared.verify('1', PLAIN));
  for (const [error, Class, name, code] of [[input, InputError, 'InputError', 'padded-secret'], [verification, VerificationError, 'VerificationError', 'signature-mismatch']]) {
    assert.ok(error instanceof Class && error instanceof PersonsigError && error instanceof Error);
    assert.equal(`${error.name} ${error.code}`, `${name} ${code}`);
    assert.ok(error.stack.startsWith(`${name}: ${error.message}\n`) && error.stack.includes('signer.test.mjs'));
    assert.ok(!('cause' in error));
  }
  assert.equal(input.index, 1);
  assert.ok(!('index' in verification));
});

test('the version is the manifest\'s', () => {
  const manifest = createRequire(import.meta.url)('../package.json');
  assert.equal(version, manifest.version);
  assert.deepEqual([manifest.os, manifest.cpu], [[process.platform], [process.arch]]);
});

test('four threads sign at once, each with the addon loaded', async () => {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { Signer } = await import(workerData.url);
    const signer = new Signer('gosquared', workerData.secret);
    let last;
    for (let count = 0; count < 20_000; count++) last = signer.sign('123456');
    parentPort.postMessage(last);`;
  const url = new URL('../index.mjs', import.meta.url).href;
  const source = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  const workers = Array.from({ length: 4 }, () => new Worker(source, { workerData: { url, secret: SECRET } }));
  const answers = await Promise.all(workers.map((worker) => new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  })));
  assert.deepEqual(answers, [PLAIN, PLAIN, PLAIN, PLAIN]);
});

// What the vectors cannot say: types, classes, options, changed prototypes, threads, another implementation.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac, randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { createContext, runInContext, runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { InputError, PersonsigError, Signer, VerificationError, isProviderName, providers, version } from '../index.mjs';

const SECRET = 'personsig-test-secret';
const PLAIN = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64';
const NOW = 1596165824;
const gosquared = new Signer('gosquared', SECRET);
const chameleon = new Signer('chameleon', SECRET);
const refused = (code, index) => (error) => error instanceof InputError && error.code === code && error.index === index;
const wrongType = (words) => (error) => error instanceof TypeError && words.every((word) => error.message.includes(word));

test("100,000 ids sign as the host's own HMAC signs them", () => {
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

/** 1 to 300 bytes of all of Unicode but surrogates, controls and `<`, of which placeholders are made; every length of UTF-8. */
function randomId(random) {
  const length = 1 + Math.floor(random() * 300);
  let [id, room] = ['', length];
  while (room > 0) {
    const size = 1 + Math.floor(random() * Math.min(room, 4));
    const [least, most] = [
      [0x20, 0x7e],
      [0x80, 0x7ff],
      [0x800, 0xffff],
      [0x10000, 0x10ffff],
    ][size - 1];
    const point = least + Math.floor(random() * (most - least + 1));
    if ((point >= 0xd800 && point <= 0xdfff) || point === 0x3c) continue;
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

/** What inherits as MongoDB's values do. */
function mongo(name) {
  const Class = {
    [name]: class {
      get _bsontype() {
        assert.fail('a getter was run');
      }
    },
  }[name];
  return new Class();
}

const thenable = new (class {
  then() {
    assert.fail('it was called');
  }
})();
const LOGGED_IN = 'pass the id of a user who is logged in';
const ITS_ID = 'pass its id, such as user.id';
const DECODE = "decode it: new TextDecoder('utf-8', { fatal: true }).decode(value)";
const NOT_WHOLE = "pass the user's own id, a whole number or a string";
const ONE_ELEMENT = 'pass one of its elements, such as value[0]';

test('the TypeError of an id names its type and leads to the right id', () => {
  const wrong = [
    [undefined, 'undefined', LOGGED_IN],
    [null, 'null', LOGGED_IN],
    [true, 'a boolean', LOGGED_IN],
    [NaN, 'NaN', LOGGED_IN],
    [1.5, 'a number with a fraction', NOT_WHOLE],
    [-Infinity, 'an infinite number', NOT_WHOLE],
    [Symbol('s'), 'a symbol', "pass the user's id"],
    [new Date(), 'a Date', "pass the user's id"],
    [() => 1, 'a function', 'call it, and pass what it returns'],
    [class {}, 'a function', 'call it, and pass what it returns'],
    [Promise.resolve('1'), 'a Promise', 'await it'],
    [(async () => '1')(), 'a Promise', 'await it'],
    [thenable, 'a Promise', 'await it'],
    [{ id: 1 }, 'a plain object', ITS_ID],
    [{ __proto__: null, id: 1 }, 'a plain object', ITS_ID],
    [new (class User {})(), 'an object of a class', ITS_ID],
    [new Proxy([], {}), 'a Proxy', ITS_ID],
    [/x/, 'an object of a class', ITS_ID],
    [mongo('ObjectId'), 'an ObjectId or UUID', 'pass String(id)'],
    [mongo('Document'), 'an object of a class', ITS_ID],
    [[], 'an array', ONE_ELEMENT],
    [['1'], 'an array', ONE_ELEMENT],
    [new Map(), 'a Map', 'pass one of its elements'],
    [new Set(['1']), 'a Set', 'pass one of its elements'],
    [[][Symbol.iterator](), 'an iterable object', 'pass one of its elements'],
    [Buffer.from('1'), 'a Uint8Array', DECODE],
    [new ArrayBuffer(1), 'an ArrayBuffer', "pass the user's id"],
    [new String('1'), 'a String, Number or BigInt object', 'pass value.valueOf()'],
    [new Boolean(true), 'an object of a class', ITS_ID],
  ];
  for (const [id, name, advice] of wrong) {
    const message = ` must be a string or an integer, not ${name}; ${advice}`;
    for (const method of ['sign', 'verify', 'isValid', 'explain', 'identity']) {
      assert.throws(() => gosquared[method](id, method === 'sign' || method === 'identity' ? undefined : ''), {
        name: 'TypeError',
        message: `userId${message}`,
      });
    }
    assert.throws(() => gosquared.signMany(['1', id]), { name: 'TypeError', message: `userIds[1]${message}` });
    assert.throws(() => gosquared.explain('1', '', { also: ['2', 3, id] }), { name: 'TypeError', message: `also[2]${message}` });
  }
});

test('the TypeError of a list leads to an array', () => {
  async function* later() {
    yield '1';
  }
  const wrong = [
    ['1', 'a string', 'pass [value]'],
    [1, 'a number', 'pass [value]'],
    [1n, 'a bigint', 'pass [value]'],
    [{}, 'a plain object', 'pass [value]'],
    [new Set(['1']), 'a Set', 'pass Array.from(value)'],
    [['1'].values(), 'an iterable object', 'pass Array.from(value)'],
    [new Map([['1', 2]]), 'a Map', 'pass Array.from(value.keys()) or Array.from(value.values())'],
    [new Proxy(['1'], {}), 'a Proxy', 'pass Array.from(value)'],
    [new Uint32Array(2), 'a typed array', 'pass [value] for one, Array.from(value) for several'],
    [Promise.resolve(['1']), 'a Promise', 'await it'],
    [later(), 'an async iterable', 'collect its elements with for await'],
    [() => ['1'], 'a function', 'call it, and pass what it returns'],
  ];
  for (const [ids, name, advice] of wrong) {
    assert.throws(() => gosquared.signMany(ids), { name: 'TypeError', message: `userIds must be an array of ids, not ${name}; ${advice}` });
    assert.throws(() => gosquared.explain('1', '', { also: ids }), wrongType([`also must be an array of ids, not ${name}; ${advice}`]));
    assert.throws(
      () => new Signer('gosquared', SECRET, { fallbackSecrets: ids }),
      wrongType([`fallbackSecrets must be an array of secrets, not ${name}; ${advice}`]),
    );
  }
  assert.throws(() => gosquared.signMany(undefined), wrongType(['userIds', 'undefined', 'pass [value]']));
  assert.throws(() => gosquared.explain('1', '', { also: null }), wrongType(['also', 'null', 'pass [value], or leave it out']));
});

test('the TypeError of a secret or a signature says what to do', () => {
  assert.throws(() => new Signer('gosquared', Promise.resolve(SECRET)), wrongType(['secret', 'not a Promise; await it']));
  assert.throws(() => new Signer('gosquared', () => SECRET), wrongType(['secret', 'not a function; call it']));
  assert.throws(
    () => new Signer('gosquared', new ArrayBuffer(8)),
    wrongType(['secret', 'not an ArrayBuffer; pass a Uint8Array of its bytes']),
  );
  assert.throws(() => new Signer('gosquared', SECRET, { fallbackSecrets: ['a', 5] }), wrongType(['fallbackSecrets[1]', 'a number']));
  assert.throws(() => gosquared.verify('1', [PLAIN]), wrongType([`signature must be a string, not an array; ${ONE_ELEMENT}`]));
  assert.throws(() => gosquared.verify('1', Buffer.from(PLAIN)), wrongType([`signature must be a string, not a Uint8Array; ${DECODE}`]));
});

test('the TypeError of a time says what to do', () => {
  const wrong = [
    [1.5, 'a number with a fraction; pass Math.floor(value)'],
    ['1', 'a string; pass Number(value)'],
    [true, 'a boolean; pass Math.floor(Date.now() / 1000)'],
    [new Date(), 'a Date; pass Math.floor(now.getTime() / 1000)'],
    [NaN, 'NaN; pass Math.floor(Date.now() / 1000)'],
    [Date.now, 'a function; call it'],
  ];
  for (const [now, words] of wrong) {
    assert.throws(() => chameleon.sign('1', { now }), wrongType([`now must be an integer, in whole seconds, not ${words}`]));
  }
  assert.throws(() => chameleon.verify('1', '', { maxAge: new Date() }), wrongType(['maxAge', 'a Date; pass a number of seconds']));
});

test('no conversion method of a value is called', () => {
  const called = [];
  const spy = new Proxy({}, { get: (_, name) => (called.push(name), undefined), has: (_, name) => (called.push(name), false) });
  const attempts = [
    () => new Signer(spy, SECRET),
    () => new Signer('gosquared', spy),
    () => gosquared.sign(spy),
    () => gosquared.verify('1', spy),
    () => gosquared.sign('1', { now: spy }),
    () => new Signer('gosquared', SECRET, { fallbackSecrets: spy }),
    () => gosquared.explain('1', '', { also: [spy] }),
    () => Signer.fromEnv('gosquared', { variable: spy }),
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
  const others = [
    bytes.buffer,
    new DataView(bytes.buffer),
    new Int8Array(bytes),
    new Uint8ClampedArray(bytes),
    new String(SECRET),
    5,
    true,
    [...bytes],
  ];
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

test("the addon beneath takes no other value for a Signer, another addon's External neither", () => {
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
  for (const change of [
    () => {
      signer.provider = 'x';
    },
    () => {
      signer.sign = () => 'x';
    },
    () => {
      signer.more = 1;
    },
  ]) {
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
    sign() {
      return 'mine';
    }
    verify() {
      return 'mine';
    }
    get provider() {
      return 'mine';
    }
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
    constructor(...given) {
      super(...given);
      assert.fail('it was given', given.length, 'arguments');
    }
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
  assert.throws(
    () =>
      read(
        new Proxy(
          {},
          {
            getOwnPropertyDescriptor() {
              throw new RangeError('mine');
            },
          },
        ),
      ),
    RangeError,
  );
});

test('options that are no plain object are the TypeError, for every method', async () => {
  const pending = Promise.resolve({ maxAge: 60 });
  const wrong = [
    [null, 'null'],
    ['now', 'a string'],
    [5, 'a number'],
    [true, 'a boolean'],
    [Symbol('s'), 'a symbol'],
    [() => NOW, 'a function'],
    [[], 'an array'],
    [new Date(), 'a Date'],
    [pending, 'a Promise'],
    [thenable, 'a Promise'],
    [new Map([['maxAge', 60]]), 'a Map'],
    [
      new (class {
        get maxAge() {
          return 60;
        }
      })(),
      'an object of a class',
    ],
    [Object.create({ now: NOW }), 'an object of a class'],
    [new Proxy({ now: NOW }, {}), 'a Proxy'],
    [new Proxy({ __proto__: null }, {}), 'a Proxy'],
  ];
  const calls = {
    fallbackSecrets: (options) => new Signer('gosquared', SECRET, options),
    variable: (options) => Signer.fromEnv('gosquared', options),
    maxAge: (options) => chameleon.verify('1', PLAIN, options),
    'maxAge ': (options) => chameleon.isValid('1', PLAIN, options),
    also: (options) => gosquared.explain('1', PLAIN, options),
    traits: (options) => gosquared.snippet('1', options),
    now: (options) => gosquared.sign('1', options),
    'now ': (options) => gosquared.signMany(['1'], options),
    'now  ': (options) => gosquared.identity('1', options),
  };
  for (const [options, name] of wrong) {
    for (const [first, call] of Object.entries(calls)) {
      const advice = name === 'a Promise' ? 'await it' : name === 'a function' ? 'pass {' : `pass { ${first.trim()}: ... }`;
      assert.throws(() => call(options), wrongType([`options must be a plain object, not ${name}; ${advice}`]), `${first} ${name}`);
    }
  }
  assert.deepEqual(await pending, { maxAge: 60 });
});

test('options of another realm, and without a prototype, are plain', () => {
  for (const options of [runInNewContext('({ now: 1596165824 })'), { __proto__: null, now: NOW }]) {
    assert.equal(chameleon.sign('1', options).slice(-10), String(NOW));
  }
});

test('in another realm errors and results are of that realm', () => {
  const context = createContext({ process });
  const file = fileURLToPath(new URL('../index.js', import.meta.url));
  const module = { exports: {} };
  runInContext(`(function (require, module) { ${readFileSync(file, 'utf8')}\n})`, context)(createRequire(file), module);
  const there = runInContext('({ TypeError, prototype: Object.prototype, Array, Error })', context);
  const signer = new module.exports.Signer('gosquared', SECRET, { fallbackSecrets: ['older'] });
  assert.throws(
    () => signer.sign(1.5),
    (error) => error instanceof there.TypeError && error instanceof there.Error,
  );
  assert.throws(
    () => signer.sign(''),
    (error) => error instanceof there.Error,
  );
  const older = new Signer('gosquared', 'older').sign('1');
  const findings = signer.explain('1', PLAIN);
  assert.ok(findings instanceof there.Array && module.exports.providers() instanceof there.Array);
  for (const result of [signer.identity('1'), signer.verify('1', older), findings[0], module.exports.providers()[0]]) {
    assert.equal(Object.getPrototypeOf(result), there.prototype);
  }
});

test('an option that is not known is refused and not repeated', () => {
  for (const options of [
    { CANARY: 1 },
    { CANARY: undefined },
    { Now: NOW },
    { [Symbol('CANARY')]: 1 },
    { 0: 1 },
    { ['now'.repeat(50)]: 1 },
  ]) {
    assert.throws(
      () => gosquared.sign('1', options),
      (error) => refused('invalid-option')(error) && !error.message.includes('CANARY'),
    );
  }
});

test('types are checked before an option is found unknown, and that before any value', () => {
  assert.throws(() => chameleon.sign('1', { at: 1, now: 'x' }), TypeError);
  assert.throws(() => chameleon.sign('', { at: 1 }), refused('invalid-option'));
  assert.throws(() => new Signer('nobody', null, { fallbackSecrets: [5] }), TypeError);
});

test('options count as own properties, undefined as not given', () => {
  Object.prototype.now = -1;
  try {
    assert.equal(chameleon.sign('123456', Object.defineProperty({}, 'now', { value: NOW })).slice(-10), String(NOW));
    assert.ok(Math.abs(Number(chameleon.sign('123456', {}).slice(-10)) - Date.now() / 1000) < 5);
  } finally {
    delete Object.prototype.now;
  }
  assert.equal(gosquared.verify('123456', PLAIN, { now: undefined, maxAge: null, clockSkew: undefined }).secretIndex, 0);
  assert.equal(new Signer('gosquared', SECRET, { fallbackSecrets: undefined }).provider, 'gosquared');
});

test('each option is read once, and what a getter throws arrives', () => {
  let reads = 0;
  const options = {
    get now() {
      return reads++ === 0 ? NOW : -1;
    },
  };
  assert.equal(chameleon.sign('123456', options).slice(-10), String(NOW));
  assert.equal(reads, 1);
  assert.throws(
    () =>
      chameleon.sign('1', {
        get now() {
          throw new RangeError('mine');
        },
      }),
    { name: 'RangeError', message: 'mine' },
  );
});

test('each id of many is read once, whether they can be joined or not', () => {
  for (const [rest, judge] of [
    ['2', (many) => assert.deepEqual(many(), gosquared.signMany(['1', '2']))],
    ['\0', (many) => assert.throws(many, refused('control-character', 1))],
    ['\ud800', (many) => assert.throws(many, refused('invalid-text', 1))],
    [2n ** 200n, (many) => assert.throws(many, refused('integer-too-large', 1))],
    [{}, (many) => assert.throws(many, TypeError)],
  ]) {
    let reads = 0;
    const ids = Object.defineProperty(['0', rest], 0, { get: () => (reads++ === 0 ? '1' : 'another') });
    judge(() => gosquared.signMany(ids));
    assert.equal(reads, 1);
  }
  let reads = 0;
  const ids = Object.defineProperty(['0'], 0, { get: () => (reads++ === 0 ? 'a\0' : 'another') });
  assert.throws(() => gosquared.signMany(ids), refused('control-character', 0));
  assert.equal(reads, 1);
});

test('a type error wins over a value that is refused before it', () => {
  assert.throws(() => gosquared.signMany([2n ** 200n, 1e300, '', {}]), wrongType(['userIds[3]']));
  assert.throws(() => gosquared.signMany([2n ** 200n, 1.5, {}]), wrongType(['userIds[1]', 'a number with a fraction']));
});

test('isProviderName knows what providers() lists, and nothing else', () => {
  for (const { name } of providers()) assert.equal(isProviderName(name), true);
  for (const other of ['GoSquared', 'gosqaured', '', undefined, null, 5, {}, ['gosquared'], new String('gosquared')]) {
    assert.equal(isProviderName(other), false);
  }
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
  const same = [
    ['0', 0, -0, 0n],
    ['-1', -1, -1n],
    ['9007199254740991', 2 ** 53 - 1, 2n ** 53n - 1n],
  ];
  for (const [text, ...integers] of same) for (const integer of integers) assert.equal(gosquared.sign(integer), gosquared.sign(text));
});

test('a time beyond 64 bits is out of range on its own side', () => {
  for (const now of [1e30, -1e30, 2n ** 80n, -(2n ** 80n), 2n ** 200n, Number.MAX_VALUE]) {
    assert.throws(() => chameleon.sign('1', { now }), refused('timestamp-out-of-range'));
    assert.throws(() => chameleon.verify('1', PLAIN, { maxAge: now }), refused('invalid-option'));
  }
});

test("without now the system's clock is read", () => {
  const [, signedAt] = chameleon.sign('1').split('-');
  assert.ok(Math.abs(Number(signedAt) - Date.now() / 1000) < 5);
});

test('an error has its class, name, code, message and stack, and no cause', () => {
  const seen = (act) => {
    try {
      act();
    } catch (error) {
      return error;
    }
  };
  const input = seen(() => new Signer('gosquared', SECRET, { fallbackSecrets: ['a', ' '] }));
  const verification = seen(() => gosquared.verify('1', PLAIN));
  for (const [error, Class, name, code] of [
    [input, InputError, 'InputError', 'padded-secret'],
    [verification, VerificationError, 'VerificationError', 'signature-mismatch'],
  ]) {
    assert.ok(error instanceof Class && error instanceof PersonsigError && error instanceof Error);
    assert.equal(`${error.name} ${error.code}`, `${name} ${code}`);
    assert.ok(error.stack.startsWith(`${name}: ${error.message}\n`) && error.stack.includes('signer.test.mjs'));
    assert.ok(!('cause' in error));
  }
  assert.equal(input.index, 1);
  assert.ok(!('index' in verification));
});

test("the version is the manifest's", () => {
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
  const answers = await Promise.all(
    workers.map(
      (worker) =>
        new Promise((resolve, reject) => {
          worker.once('message', resolve).once('error', reject);
        }),
    ),
  );
  assert.deepEqual(answers, [PLAIN, PLAIN, PLAIN, PLAIN]);
});

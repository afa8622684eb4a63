// What the vectors cannot say of `snippet`, `identity` and `signMany`: JavaScript's own types, objects and lists.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import vm from 'node:vm';
import { InputError, Signer } from '../index.mjs';

const SECRET = 'personsig-test-secret';
const NOW = 1596165824;
const gosquared = new Signer('gosquared', SECRET);
const chameleon = new Signer('chameleon', SECRET);
const refused = (code, index) => (error) => error instanceof InputError && error.code === code && error.index === index;
const wrongType = (words) => (error) => error instanceof TypeError && words.every((word) => error.message.includes(word));

/** The traits as the page has them, behind the id. */
function written(traits) {
  const [, json] = gosquared.snippet('1', { traits }).match(/^_gs\("identify",\{"id":"1",?(.*)\}\);$/m);
  return json;
}

class Own {
  field = 1;
}
class Orphan extends null {
  constructor() {
    return Object.create(new.target.prototype);
  }
}
const other = [
  [undefined, 'undefined'],
  [() => 1, 'a function'],
  [Symbol('s'), 'a symbol'],
  [new Date(0), 'a Date'],
  [Buffer.from('1'), 'a Uint8Array'],
  [new Map([['a', 1]]), 'a Map'],
  [new Set([1]), 'a Set'],
  [/x/, 'an object of a class'],
  [new Error('x'), 'an object of a class'],
  [Promise.resolve(), 'a Promise'],
  [new String('x'), 'a String, Number or BigInt object'],
  [new Number(1), 'a String, Number or BigInt object'],
  [new Boolean(true), 'an object of a class'],
  [Object(1n), 'a String, Number or BigInt object'],
  [new Own(), 'an object of a class'],
  [new Orphan(), 'an object of a class'],
  [Object.create({}), 'an object of a class'],
  [new Proxy({}, {}), 'a Proxy'],
  [new Proxy([], {}), 'a Proxy'],
  [new Proxy(new Map(), {}), 'a Proxy'],
];

test('a trait of another type is the TypeError, which names its place and type', () => {
  for (const [value, name] of other) {
    const at = [
      [{ a: value }, '1'],
      [{ a: 1, b: value }, '2'],
      [{ a: [0, value] }, '1.2'],
      [{ a: 1, b: [{ c: {}, d: [value] }] }, '2.1.2.1'],
    ];
    for (const [traits, place] of at) {
      const words = [`trait ${place} must be `, 'an array or a plain object', `not ${name};`];
      assert.throws(() => gosquared.snippet('1', { traits }), wrongType(words), name);
    }
  }
});

test('traits that are no plain object are the TypeError', () => {
  const others = [[null, 'null'], [[], 'an array'], ['{}', 'a string'], [1, 'a number'], [true, 'a boolean'], ...other.slice(1)];
  for (const [traits, name] of others) {
    assert.throws(() => gosquared.snippet('1', { traits }), wrongType(['traits must be a plain object', `not ${name};`]));
  }
  assert.equal(written(undefined), '');
});

test('a place is counted in the order in which an object lists its keys', () => {
  assert.throws(() => gosquared.snippet('1', { traits: { b: 1, a: undefined, 7: 1 } }), wrongType(['trait 3 ']));
});

test('an object of any realm, or without a prototype, is a map', () => {
  assert.equal(written(Object.assign(Object.create(null), { a: Object.create(null) })), '"a":{}');
  assert.equal(written(vm.runInNewContext('({ a: [{ b: 1 }] })')), '"a":[{"b":1}]');
});

test('an array of any class is a list of its elements', () => {
  class List extends Array {}
  assert.equal(
    written({ a: List.of(1, 2), b: vm.runInNewContext('[3]'), c: Object.assign([4], { more: 5 }) }),
    '"a":[1,2],"b":[3],"c":[4]',
  );
});

test('a hole in an array is undefined, whatever the prototype holds', () => {
  Array.prototype[1] = 'inherited';
  try {
    assert.throws(() => gosquared.snippet('1', { traits: { a: [1, , 3] } }), wrongType(['trait 1.2 ', 'not undefined']));
    assert.throws(() => gosquared.signMany(['1', , '3']), wrongType(['userIds[1]', 'not undefined']));
  } finally {
    delete Array.prototype[1];
  }
});

test('own enumerable keys are traits, and no others', () => {
  const traits = Object.defineProperty(Object.create(null, { a: { value: 1, enumerable: true } }), Symbol('s'), { value: 1 });
  assert.equal(written(Object.defineProperty(traits, 'hidden', { value: new Map() })), '"a":1');
  assert.throws(
    () => gosquared.snippet('1', { traits: { a: { b: 1, [Symbol('s')]: 1 } } }),
    wrongType(['the name of trait 1.2 ', 'a symbol']),
  );
});

test('a getter is read once, and what it throws arrives', () => {
  let reads = 0;
  assert.equal(
    written({
      get a() {
        return ++reads;
      },
      b: [
        {
          get c() {
            return ++reads;
          },
        },
      ],
    }),
    '"a":1,"b":[{"c":2}]',
  );
  assert.throws(
    () =>
      gosquared.snippet('1', {
        traits: {
          get a() {
            throw new RangeError('mine');
          },
        },
      }),
    { name: 'RangeError', message: 'mine' },
  );
});

test('what a getter takes away while it is read is the TypeError, and what it adds is not read', () => {
  const list = [
    {
      get a() {
        list.length = 1;
        return 1;
      },
    },
    2,
  ];
  assert.throws(() => gosquared.snippet('1', { traits: { list } }), wrongType(['trait 1.2 ', 'not undefined']));
  const map = {
    get a() {
      delete map.b;
      map.c = 3;
      return 1;
    },
    b: 2,
  };
  assert.throws(() => gosquared.snippet('1', { traits: map }), wrongType(['trait 2 ', 'not undefined']));
  const growing = [
    {
      get a() {
        growing.push(2);
        return 1;
      },
    },
  ];
  assert.equal(written({ growing }), '"growing":[{"a":1}]');
});

test('no method of a value is called', () => {
  const called = [];
  const spy = (name) => () => {
    called.push(name);
    return 'x';
  };
  const methods = {
    toJSON: spy('toJSON'),
    toString: spy('toString'),
    valueOf: spy('valueOf'),
    [Symbol.toPrimitive]: spy('toPrimitive'),
    [Symbol.iterator]: spy('iterator'),
  };
  const hidden = (object) =>
    Object.defineProperties(object, Object.fromEntries(Reflect.ownKeys(methods).map((key) => [key, { value: methods[key] }])));
  const trap = new Proxy({}, { get: (_, name) => spy(String(name)) });
  assert.equal(written({ a: hidden({ b: 1 }), c: hidden([2]) }), '"a":{"b":1},"c":[2]');
  for (const value of [new Proxy({}, trap), new Proxy([], trap), new Proxy(() => 1, trap), hidden(new Own()), hidden(() => 1)]) {
    assert.throws(() => gosquared.snippet('1', { traits: { value } }), TypeError);
    assert.throws(() => gosquared.snippet('1', { traits: value }), TypeError);
    assert.throws(() => gosquared.snippet('1', { nonce: value }), wrongType(['nonce']));
    assert.throws(() => gosquared.snippet('1', { siteToken: value }), wrongType(['siteToken']));
    assert.throws(() => gosquared.snippet(value), wrongType(['userId']));
    assert.throws(() => gosquared.identity(value), wrongType(['userId']));
    assert.throws(() => gosquared.signMany(value), wrongType(['userIds']));
    assert.throws(() => gosquared.signMany(['1', value]), wrongType(['userIds[1]']));
  }
  assert.deepEqual(called, []);
});

test('an object that holds itself is too deep', () => {
  const map = { list: [] },
    list = [];
  map.list.push({ map });
  list.push(list, list);
  assert.throws(() => gosquared.snippet('1', { traits: map }), refused('invalid-option'));
  assert.throws(() => gosquared.snippet('1', { traits: { list } }), refused('invalid-option'));
});

test('nothing is read behind what is too deep', () => {
  let deep = [];
  for (let level = 0; level < 33; level++) deep = [deep];
  assert.throws(
    () =>
      gosquared.snippet('1', {
        traits: {
          deep,
          get after() {
            assert.fail('it was read');
          },
        },
      }),
    refused('invalid-option'),
  );
});

test('a bigint is its digits, and beyond 2^53-1 refused, as a number is', () => {
  assert.equal(written({ a: 2n ** 53n - 1n, b: -5n, c: 0n }), '"a":9007199254740991,"b":-5,"c":0');
  for (const a of [2n ** 53n, -(2n ** 53n), 2n ** 127n, 2n ** 128n, -(2n ** 300n), 2 ** 53]) {
    assert.throws(() => gosquared.snippet('1', { traits: { a } }), refused('invalid-option'));
  }
});

test('a text that is not Unicode is refused, as a name too', () => {
  for (const traits of [{ a: '\ud800' }, { '\udfff': 1 }, { a: [{ b: 'x\udc00\ud800' }] }]) {
    assert.throws(() => gosquared.snippet('1', { traits }), refused('invalid-option'));
  }
  assert.throws(() => gosquared.snippet('1', { nonce: 'a\ud800' }), refused('invalid-option'));
  assert.equal(written({ a: '\ufffd' }), '"a":"\\ufffd"');
});

test('types are checked before values, from left to right', () => {
  const traits = { a: NaN };
  assert.throws(() => gosquared.snippet(true, { traits: 5 }), wrongType(['userId']));
  assert.throws(() => gosquared.snippet('', { traits: { a: undefined }, nonce: 5 }), wrongType(['trait 1']));
  assert.throws(() => gosquared.snippet('', { siteToken: 5, nonce: 5 }), wrongType(['siteToken']));
  assert.throws(() => gosquared.snippet('', { traits, nonce: 5, now: 'x' }), wrongType(['nonce']));
  assert.throws(() => gosquared.snippet('', { traits, now: 'x' }), wrongType(['now']));
  assert.throws(() => gosquared.snippet('', { traits }), refused('empty-user-id'));
  assert.throws(() => gosquared.snippet('1', { traits: {}, token: 1 }), refused('invalid-option'));
});

test('nobody is null or undefined', () => {
  assert.deepEqual([gosquared.snippet(), gosquared.snippet(undefined), gosquared.snippet(null, { traits: { a: 1 } })], ['', '', '']);
});

test('an identity is a fresh object that can be changed', () => {
  const [one, two] = [chameleon.identity(5n, { now: NOW }), chameleon.identity('5', { now: NOW })];
  assert.deepEqual(one, { uid: '5', uid_hash: chameleon.sign(5, { now: NOW }) });
  assert.deepEqual(one, two);
  one.name = 'Ada';
  assert.deepEqual(Object.keys({ ...one, uid: 1 }), ['uid', 'uid_hash', 'name']);
  assert.equal(Object.getPrototypeOf(two), Object.prototype);
});

test('many are signed as each alone, in an array of their own', () => {
  const ids = Array.from({ length: 9000 }, (_, index) => (index % 2 ? `${index}-é€😀`.repeat(1 + (index % 40)) : String(index)));
  for (const length of [1, 2, 1000, 4095, 4096, 4097])
    assert.equal(gosquared.signMany(ids.slice(0, length)).at(-1), gosquared.sign(ids[length - 1]));
  const mixed = [...ids, 5, -0, -7n, 2n ** 64n, 2n ** 100n, '\ufffd', ids[0]];
  const signatures = chameleon.signMany(mixed, { now: NOW });
  assert.deepEqual(
    signatures,
    mixed.map((id) => chameleon.sign(id, { now: NOW })),
  );
  assert.deepEqual(
    gosquared.signMany(ids),
    ids.map((id) => createHmac('sha256', SECRET).update(id).digest('hex')),
  );
  for (const made of [signatures, gosquared.signMany(['1'])]) {
    assert.ok(Array.isArray(made) && !Object.isFrozen(made) && Object.getPrototypeOf(made) === Array.prototype);
  }
  assert.deepEqual(gosquared.signMany([]), []);
});

test('an id that cannot be signed is named by its index, wherever it stands', () => {
  const bad = [
    ['a\0b', 'control-character'],
    ['\0', 'control-character'],
    ['', 'empty-user-id'],
    ['\ud800', 'invalid-text'],
    ['\ude00', 'invalid-text'],
    [2 ** 53, 'integer-too-large'],
    [2n ** 127n, 'integer-too-large'],
    ['x\n', 'control-character'],
  ];
  for (const [id, code] of bad) {
    for (const ids of [[id], ['1', '2', id], ['1', id, '2'], [id, '1'], ['1', 5, id], ['\ud83d'.repeat(0), '1'].slice(1).concat(id, '')]) {
      assert.throws(() => gosquared.signMany(ids), refused(code, ids.indexOf(id)), `${code} ${ids.length}`);
    }
  }
});

test('two ids are not joined where one ends and the next begins with half a character', () => {
  assert.throws(() => gosquared.signMany(['a\ud83d', '\ude00b']), refused('invalid-text', 0));
});

test('what is no array of ids is the TypeError', () => {
  const others = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['12', 'a string'],
    [Buffer.from('12'), 'a Uint8Array'],
    [new Set(['1']), 'a Set'],
    [{ length: 1, 0: '1' }, 'a plain object'],
    [new Proxy(['1'], {}), 'a Proxy'],
    [['1'].values(), 'an iterable object'],
  ];
  for (const [ids, name] of others) {
    assert.throws(() => gosquared.signMany(ids), wrongType(['userIds must be an array of ids', `not ${name};`]));
  }
  assert.throws(() => gosquared.signMany(['1', '', true]), wrongType(['userIds[2]', 'a boolean']));
  assert.throws(() => gosquared.signMany(['1', 1.5, null]), wrongType(['userIds[1]', 'a number with a fraction']));
  assert.throws(() => gosquared.signMany(new Array(2 ** 32 - 1)), wrongType(['userIds[0]', 'undefined']));
  assert.throws(() => gosquared.signMany([''], { now: 'x' }), wrongType(['now']));
});

test('an element that changes while it is read is signed as it was read', () => {
  let reads = 0;
  const changing = Object.defineProperty(['1', '2'], 1, { get: () => (reads++ ? { toString: () => assert.fail('it was called') } : '2') });
  assert.deepEqual(gosquared.signMany(changing), gosquared.signMany(['1', '2']));
  const shrinking = Object.defineProperty(['1', '2', '3'], 0, {
    get() {
      shrinking.length = 2;
      return '1';
    },
  });
  assert.throws(() => gosquared.signMany(shrinking), wrongType(['userIds[2]', 'undefined']));
  assert.throws(
    () =>
      gosquared.signMany(
        Object.defineProperty(['1'], 0, {
          get() {
            throw new RangeError('mine');
          },
        }),
      ),
    { name: 'RangeError', message: 'mine' },
  );
});

test('a batch has one time, and its ids are checked before that', () => {
  assert.equal(new Set(chameleon.signMany(Array(5000).fill('1'))).size, 1);
  assert.throws(() => chameleon.signMany(['1', ''], { now: -1 }), refused('empty-user-id', 1));
  assert.throws(() => chameleon.signMany([], { now: -1 }), refused('timestamp-out-of-range'));
});

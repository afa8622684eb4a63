'use strict';

// The classes over the addon, which reads, checks and signs. What these need of the language is taken when this file is
// loaded, so that a prototype that somebody changes later changes nothing here. The documentation is in index.d.ts.

const { process, TypeError } = globalThis;
const addon = require('./personsig.node');

const {
  isAnyArrayBuffer,
  isBigIntObject,
  isDate,
  isMap,
  isNumberObject,
  isPromise,
  isProxy,
  isSet,
  isStringObject,
  isTypedArray,
  isUint8Array,
} = require('node:util').types;
const { from, isArray } = Array;
const { asIntN } = BigInt;
const { isSafeInteger } = Number;
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;
const { asyncIterator, iterator } = Symbol;

class PersonsigError extends Error {
  code;

  constructor(message, code, index) {
    super(message);
    this.code = code;
    if (index !== undefined) {
      defineProperty(this, 'index', { __proto__: null, value: index, enumerable: true });
    }
  }
}
// With constructors of their own: the default one passes its arguments on through Array.prototype's iterator.
class InputError extends PersonsigError {
  constructor(message, code, index) {
    super(message, code, index);
  }
}
class VerificationError extends PersonsigError {
  constructor(message, code, index) {
    super(message, code, index);
  }
}

defineProperty(PersonsigError.prototype, 'name', { __proto__: null, value: 'PersonsigError' });
defineProperty(InputError.prototype, 'name', { __proto__: null, value: 'InputError' });
defineProperty(VerificationError.prototype, 'name', { __proto__: null, value: 'VerificationError' });

// What the addon answers, or the error that it answers in its place.
function settled(answer) {
  if (typeof answer !== 'object' || !hasOwn(answer, 'kind')) return answer;
  if (answer.kind === 'type') {
    const { value, at, expected, parameter, fix } = answer;
    throw new TypeError(addon.wrongType(value, kindOf(value), at, expected, parameter, fix));
  }
  const Refusal = answer.kind === 'input' ? InputError : VerificationError;
  throw new Refusal(answer.message, answer.code, answer.index);
}

// What the message of a TypeError calls an object where Node-API cannot tell. No code of the object's is run.
function kindOf(value) {
  if (typeof value !== 'object' || value === null) return '';
  if (value === PROXIED || isProxy(value)) return 'a Proxy';
  if (isPromise(value) || find(value, 'then')) return 'a Promise';
  if (isMap(value)) return 'a Map';
  if (isSet(value)) return 'a Set';
  if (isUint8Array(value)) return 'a Uint8Array';
  if (isTypedArray(value)) return 'a typed array';
  if (isAnyArrayBuffer(value)) return 'an ArrayBuffer';
  if (isStringObject(value) || isNumberObject(value) || isBigIntObject(value)) return 'a String, Number or BigInt object';
  if (isArray(value) || isDate(value)) return '';
  // Every value of MongoDB's has `_bsontype`; of some String() gives the id.
  if (find(value, '_bsontype') && isNamed(value, ['ObjectId', 'ObjectID', 'UUID', 'Long'])) return 'an ObjectId or UUID';
  if (find(value, asyncIterator)) return 'an async iterable';
  if (find(value, iterator)) return 'an iterable object';
  return '';
}

// The descriptor of a property of an object or of what it inherits from; getters and traps are not run.
function find(object, key) {
  for (let at = object; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    if (hasOwn(at, key)) return getOwnPropertyDescriptor(at, key);
  }
  return undefined;
}

function isNamed(object, names) {
  const constructor = find(object, 'constructor')?.value;
  const name = typeof constructor === 'function' ? find(constructor, 'name')?.value : undefined;
  for (let at = 0; at < names.length; at++) if (names[at] === name) return true;
  return false;
}

// Options as the addon is given them: to Node-API a Proxy looks like a plain object.
class Proxied {}
const PROXIED = freeze(new Proxied());
const plain = (options) => (typeof options === 'object' && isProxy(options) ? PROXIED : options);

// The elements of an array, each read once, and all in one string with U+0000 behind each: one long string is read faster
// than many short ones. The string is empty where an element is neither a string nor an integer that can be signed, to
// join which would call its methods; the addon then looks at each and says what it is.
function read(userIds, count) {
  // Without a prototype, whose setters an assignment would run.
  const ids = { __proto__: null };
  let joined = '',
    canJoin = true;
  for (let index = 0; index < count; index++) {
    // In a hole the prototype's element would show.
    const id = (ids[index] = hasOwn(userIds, index) ? userIds[index] : undefined);
    if (typeof id === 'string' || isSafeInteger(id) || (typeof id === 'bigint' && asIntN(128, id) === id)) {
      if (canJoin) joined += id + '\0';
      // Twice as much, and V8 would not make a string of it.
      if (joined.length >= 2 ** 28) canJoin = false;
    } else {
      canJoin = false;
      // Refused for its type, whatever follows.
      if (typeof id !== 'bigint' && typeof id !== 'number') break;
    }
  }
  return { ids, joined: canJoin ? joined : '' };
}

// The addon's objects are the main realm's; a test of jest's runs in one of its own.
const copy = (record) => freeze({ ...record });
const copies = (records) => freeze(from({ __proto__: null, length: records.length }, (_, index) => copy(records[index])));

// Makes an array without a word to Array.prototype, whose setters an assignment would run.
const list = (...elements) => elements;

// Given to the constructor in a provider's place by `fromEnv`; nobody else has it.
const FROM_ENV = Symbol('from the environment');

class Signer {
  // What the addon calls this Signer, which owns the secrets.
  #handle;

  constructor(provider, secret, options) {
    const given = plain(options);
    this.#handle = settled(provider === FROM_ENV ? addon.fromEnv(process.env, secret, given) : addon.signer(provider, secret, given));
    // A subclass has fields of its own to add.
    if (new.target === Signer) freeze(this);
  }

  static fromEnv(provider, options) {
    return new Signer(FROM_ENV, provider, options);
  }

  get provider() {
    return addon.provider(this.#handle);
  }

  sign(userId, options) {
    return settled(addon.sign(this.#handle, userId, plain(options)));
  }

  verify(userId, signature, options) {
    const answer = addon.verify(this.#handle, userId, signature, plain(options));
    if (typeof answer === 'number' || answer === null) return freeze({ secretIndex: 0, signedAt: answer });
    return copy(settled(answer));
  }

  isValid(userId, signature, options) {
    return settled(addon.isValid(this.#handle, userId, signature, plain(options)));
  }

  explain(userId, signature, options) {
    return copies(settled(addon.explain(this.#handle, userId, signature, plain(options))));
  }

  signMany(userIds, options) {
    const count = isArray(userIds) && !isProxy(userIds) ? userIds.length : -1;
    const { ids, joined } = read(userIds, count);
    const parts = settled(addon.signMany(this.#handle, count < 0 ? userIds : ids, plain(options), joined, count, list));
    // Nearly always one part, the array itself.
    if (parts.length === 0 || typeof parts[0] !== 'object') return parts;
    const size = parts[0].length,
      length = size * (parts.length - 1) + parts[parts.length - 1].length;
    return from({ __proto__: null, length }, (_, index) => parts[(index - (index % size)) / size][index % size]);
  }

  snippet(userId, options) {
    return settled(addon.snippet(this.#handle, userId, plain(options), isProxy));
  }

  identity(userId, options) {
    return { ...settled(addon.identity(this.#handle, userId, plain(options))) };
  }

  // What console.log prints, of the class's own prototype too.
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return #handle in this ? `Signer(provider='${addon.provider(this.#handle)}')` : 'Signer {}';
  }
}

const rows = copies(addon.providers);
const providers = () => rows;

function isProviderName(value) {
  for (let at = 0; at < rows.length; at++) if (rows[at].name === value) return true;
  return false;
}

module.exports = {
  Signer,
  PersonsigError,
  InputError,
  VerificationError,
  providers,
  isProviderName,
  version: addon.version,
};

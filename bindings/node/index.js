'use strict';

// The classes over the addon, which reads, checks and signs. Everything taken from the language is taken when this file
// is loaded, so a prototype changed later changes nothing here. The documentation is in index.d.ts.

const { process, Error, TypeError } = globalThis;
const addon = require('./load.js');

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
const { max, min } = Math;
const { isSafeInteger } = Number;
const { defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, hasOwn, setPrototypeOf } = Object;
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

// Returns what the addon returned. An error is returned too, as a record, and thrown here: the addon knows only the main
// realm's classes, and a test under Jest or code in `vm` has a realm of its own.
function unwrapOrThrow(answer) {
  if (typeof answer !== 'object' || !hasOwn(answer, 'kind')) return answer;
  switch (answer.kind) {
    case 'type': {
      const { value, at, expected, parameter, fix } = answer;
      throw new TypeError(addon.typeErrorMessage(value, kindOf(value), at, expected, parameter, fix));
    }
    case 'input':
      throw new InputError(answer.message, answer.code, answer.index);
    case 'verification':
      throw new VerificationError(answer.message, answer.code, answer.index);
    default:
      throw new Error(answer.message);
  }
}

// What the message of a TypeError calls an object, where Node-API cannot tell. Runs none of the object's code.
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

// The descriptor of an own or inherited property. Runs no getter and no trap.
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

// Options as the addon is given them. To Node-API a Proxy looks like a plain object.
class Proxied {}
const PROXIED = freeze(new Proxied());
const plain = (options) => (typeof options === 'object' && isProxy(options) ? PROXIED : options);

// The elements of an array, each read once, and all of them joined. `sign_many` in src/lib.rs has the protocol.
function read(userIds, count) {
  // Without a prototype, whose setters an assignment would run. Room for all is made at once, but for lengths that cost their
  // maker nothing.
  const ids = setPrototypeOf(new Array(min(max(count, 0), 2 ** 16)), null);
  let joined = '',
    canJoin = true;
  for (let index = 0; index < count; index++) {
    // In a hole an element of the prototype would show.
    const id = (ids[index] = hasOwn(userIds, index) ? userIds[index] : undefined);
    if (typeof id === 'string' || isSafeInteger(id) || (typeof id === 'bigint' && asIntN(128, id) === id)) {
      if (canJoin) joined += id + '\0';
      // V8's strings have at most 2^29 - 24 characters.
      if (joined.length >= 2 ** 28) canJoin = false;
    } else {
      // Joining it would call its methods.
      canJoin = false;
      // The addon refuses it for its type, whatever follows.
      if (typeof id !== 'bigint' && typeof id !== 'number') break;
    }
  }
  return { ids, joined: canJoin ? joined : '' };
}

// Results of this file's realm; the addon's objects are of the main one.
const copy = (record) => freeze({ ...record });
const copies = (records) => freeze(from({ __proto__: null, length: records.length }, (_, index) => copy(records[index])));

// `fromEnv` passes it to the constructor in place of a provider. Nobody else has it.
const FROM_ENV = Symbol('from the environment');

class Signer {
  // The addon's handle of this Signer. The secrets are behind it.
  #handle;

  constructor(provider, secret, options) {
    const given = plain(options);
    this.#handle = unwrapOrThrow(provider === FROM_ENV ? addon.fromEnv(process.env, secret, given) : addon.signer(provider, secret, given));
    // A subclass may have fields of its own to add.
    if (new.target === Signer) freeze(this);
  }

  static fromEnv(provider, options) {
    return new Signer(FROM_ENV, provider, options);
  }

  get provider() {
    return unwrapOrThrow(addon.provider(this.#handle));
  }

  // `sign`, `verify` and `isValid` pass options only where there are some: the addon then need not look at them.
  sign(userId, options) {
    if (options === undefined) return unwrapOrThrow(addon.sign(this.#handle, userId));
    return unwrapOrThrow(addon.sign(this.#handle, userId, plain(options)));
  }

  verify(userId, signature, options) {
    const answer =
      options === undefined ? addon.verify(this.#handle, userId, signature) : addon.verify(this.#handle, userId, signature, plain(options));
    if (typeof answer === 'number' || answer === null) return freeze({ secretIndex: 0, signedAt: answer });
    return copy(unwrapOrThrow(answer));
  }

  isValid(userId, signature, options) {
    if (options === undefined) return unwrapOrThrow(addon.isValid(this.#handle, userId, signature));
    return unwrapOrThrow(addon.isValid(this.#handle, userId, signature, plain(options)));
  }

  explain(userId, signature, options) {
    return copies(unwrapOrThrow(addon.explain(this.#handle, userId, signature, plain(options))));
  }

  signMany(userIds, options) {
    const count = isArray(userIds) && !isProxy(userIds) ? userIds.length : -1;
    const { ids, joined } = read(userIds, count);
    let first, parts;
    let calls = 0;
    // Rest parameters make an array without assigning, so setters planted on Array.prototype do not run.
    const collect = (...signatures) => {
      if (calls++ === 0) first = signatures;
      else (parts ??= { __proto__: null, 0: first })[calls - 1] = signatures;
    };
    unwrapOrThrow(addon.signMany(this.#handle, count < 0 ? userIds : ids, plain(options), joined, count, collect));
    if (parts === undefined) return first;
    const size = first.length;
    return from({ __proto__: null, length: count }, (_, index) => parts[(index - (index % size)) / size][index % size]);
  }

  snippet(userId, options) {
    return unwrapOrThrow(addon.snippet(this.#handle, userId, plain(options), isProxy));
  }

  identity(userId, options) {
    return { ...unwrapOrThrow(addon.identity(this.#handle, userId, plain(options))) };
  }

  // What console.log prints, also for Signer.prototype and what merely inherits from it.
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return #handle in this ? `Signer(provider='${unwrapOrThrow(addon.provider(this.#handle))}')` : 'Signer {}';
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

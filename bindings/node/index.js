'use strict';

// The classes over the addon, which reads, checks and signs. What these need of the language is taken when this file is
// loaded, so that a prototype that somebody changes later changes nothing here. The documentation is in index.d.ts.

const { process } = globalThis;
const addon = require('./personsig.node');

const { isProxy } = require('node:util').types;
const { from, isArray } = Array;
const { asIntN } = BigInt;
const { isSafeInteger } = Number;
const { defineProperty, freeze, hasOwn } = Object;

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

// What the addon answers, or the error that it answers in its place. TypeErrors it throws itself.
function settled(answer) {
  if (typeof answer !== 'object' || !hasOwn(answer, 'kind')) return answer;
  const Refusal = answer.kind === 'input' ? InputError : VerificationError;
  throw new Refusal(answer.message, answer.code, answer.index);
}

// The first ids of an array in one string, U+0000 behind each: one long string is read faster than many short ones. The
// empty string where one is neither a string nor an integer that can be signed; the addon then looks at each and says what
// it is. Each is read once here: to join another value would call its methods.
function join(userIds, count) {
  let joined = '';
  for (let index = 0; index < count; index++) {
    // In a hole the prototype's element would show.
    const id = hasOwn(userIds, index) ? userIds[index] : undefined;
    if (typeof id !== 'string' && !isSafeInteger(id) && !(typeof id === 'bigint' && asIntN(128, id) === id)) return '';
    joined += id + '\0';
    // Twice as much, and V8 would not make a string of it.
    if (joined.length >= 2 ** 28) return '';
  }
  return joined;
}

// Makes an array without a word to Array.prototype, whose setters an assignment would run.
const list = (...elements) => elements;

// Given to the constructor in a provider's place by `fromEnv`; nobody else has it.
const FROM_ENV = Symbol('from the environment');

class Signer {
  // What the addon calls this Signer, which owns the secrets.
  #handle;

  constructor(provider, secret, options) {
    this.#handle = settled(
      provider === FROM_ENV ? addon.fromEnv(process.env, secret, options) : addon.signer(provider, secret, options),
    );
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
    return settled(addon.sign(this.#handle, userId, options));
  }

  verify(userId, signature, options) {
    const answer = addon.verify(this.#handle, userId, signature, options);
    if (typeof answer === 'number' || answer === null) return freeze({ secretIndex: 0, signedAt: answer });
    return settled(answer);
  }

  isValid(userId, signature, options) {
    return settled(addon.isValid(this.#handle, userId, signature, options));
  }

  explain(userId, signature, options) {
    return settled(addon.explain(this.#handle, userId, signature, options));
  }

  signMany(userIds, options) {
    const count = isArray(userIds) && !isProxy(userIds) ? userIds.length : -1;
    const joined = join(userIds, count);
    const parts = settled(addon.signMany(this.#handle, userIds, options, joined, count, list));
    // Nearly always one part, the array itself.
    if (parts.length === 0 || typeof parts[0] !== 'object') return parts;
    const size = parts[0].length, length = size * (parts.length - 1) + parts[parts.length - 1].length;
    return from({ __proto__: null, length }, (_, index) => parts[(index - index % size) / size][index % size]);
  }

  snippet(userId, options) {
    return settled(addon.snippet(this.#handle, userId, options, isProxy));
  }

  identity(userId, options) {
    return settled(addon.identity(this.#handle, userId, options));
  }

  // What console.log prints, of the class's own prototype too.
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return #handle in this ? `Signer(provider='${addon.provider(this.#handle)}')` : 'Signer {}';
  }
}

module.exports = { Signer, PersonsigError, InputError, VerificationError, providers: () => addon.providers, version: addon.version };

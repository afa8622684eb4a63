'use strict';

// The classes over the addon, which reads, checks and signs. What these need of the language is taken when this file is
// loaded, so that a prototype that somebody changes later changes nothing here. The documentation is in index.d.ts.

const { process } = globalThis;
const { signer, fromEnv, providers, version } = require('./personsig.node');

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

// The operations of a Signer in the addon. `src/lib.rs` has the same numbers.
const SIGN = 0, VERIFY = 1, IS_VALID = 2, EXPLAIN = 3, PROVIDER = 4;

// Given to the constructor in a provider's place by `fromEnv`; nobody else has it.
const FROM_ENV = Symbol('from the environment');

class Signer {
  // The native function that owns the secrets.
  #call;

  constructor(provider, secret, options) {
    this.#call = settled(
      provider === FROM_ENV ? fromEnv(process.env, secret, options) : signer(provider, secret, options),
    );
    // A subclass has fields of its own to add.
    if (new.target === Signer) freeze(this);
  }

  static fromEnv(provider, options) {
    return new Signer(FROM_ENV, provider, options);
  }

  get provider() {
    return this.#call(PROVIDER);
  }

  sign(userId, options) {
    return settled(this.#call(SIGN, userId, options));
  }

  verify(userId, signature, options) {
    return settled(this.#call(VERIFY, userId, signature, options));
  }

  isValid(userId, signature, options) {
    return settled(this.#call(IS_VALID, userId, signature, options));
  }

  explain(userId, signature, options) {
    return settled(this.#call(EXPLAIN, userId, signature, options));
  }

  // What console.log prints, of the class's own prototype too.
  [Symbol.for('nodejs.util.inspect.custom')]() {
    return #call in this ? `Signer(provider='${this.#call(PROVIDER)}')` : 'Signer {}';
  }
}

module.exports = { Signer, PersonsigError, InputError, VerificationError, providers: () => providers, version };

// Node's adapter: runs one case of the vectors at a time, NDJSON in and out. tests/README.md has the protocol.

import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Signer, PersonsigError, providers, version } from '../../bindings/node/index.mjs';

export const supports = ['integer', 'native-types', 'big-integer', 'utf16', 'number', 'is-valid'];

const natives = { true: true, false: false, null: null, float: 1.5, list: [], object: {} };
const forms = {
  hex: (digits) => Buffer.from(digits, 'hex'),
  int: BigInt,
  number: Number,
  native: (name) => known(natives, name, 'native value'),
  utf16: (units) => String.fromCharCode(...units.match(/..../g).map((unit) => parseInt(unit, 16))),
};

// Each operation: the fields that make the Signer, those that its method is given, and the method.
const making = ['provider', 'secret', 'fallbackSecrets'];
const verifying = ['userId', 'signature', 'maxAge', 'clockSkew', 'now'];
const sign = (signer, userId, _, options) => ({ signature: signer.sign(userId, options) });
const operations = {
  providers: [
    [],
    [],
    () => ({
      rows: providers().map(({ keyForm: key_form, secretVariable: secret_variable, ...row }) => ({ ...row, key_form, secret_variable })),
    }),
  ],
  construct: [making, [], () => ({})],
  sign: [making, ['userId', 'now'], sign],
  from_env: [['provider', 'variable', 'env'], ['userId', 'now'], sign],
  verify: [
    making,
    verifying,
    (signer, ...given) => {
      const { secretIndex, signedAt } = signer.verify(...given);
      return { secret_index: secretIndex, signed_at: signedAt };
    },
  ],
  sign_many: [making, ['userIds', 'now'], (signer, userIds, _, options) => ({ signatures: signer.signMany(userIds, options) })],
  snippet: [
    making,
    ['userId', 'traits', 'siteToken', 'nonce', 'now'],
    (signer, userId, _, options) => ({ html: signer.snippet(userId, options) }),
  ],
  identity: [making, ['userId', 'now'], (signer, userId, _, options) => ({ fields: signer.identity(userId, options) })],
  is_valid: [making, verifying, (signer, ...given) => ({ valid: signer.isValid(...given) })],
  explain: [
    making,
    ['userId', 'signature', 'also', 'now'],
    (signer, ...given) => ({ findings: signer.explain(...given).map(({ code }) => code) }),
  ],
};

/** The answer to one case: a result or an error. What this adapter does not know throws. */
export function run(operation, input) {
  const [make, give, method] = known(operations, operation, 'operation');
  const fields = {};
  for (const [field, value] of Object.entries(input)) {
    const name = field.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
    if (![...make, ...give].includes(name)) throw new Error(`unknown field ${field}`);
    fields[name] = (decoders[name] ?? decode)(value);
  }
  const { provider, secret, userId, userIds, signature, env = {}, ...options } = fields;
  const optionsOf = (names) => Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name] ?? null]));
  try {
    setEnvironment(env);
    const signer =
      operation === 'from_env'
        ? Signer.fromEnv(provider, optionsOf(make))
        : operation !== 'providers' && new Signer(provider, secret, optionsOf(make));
    return { result: method(signer, userIds ?? userId, signature, optionsOf(give)) };
  } catch (error) {
    if (error instanceof PersonsigError) return { error: error.code, index: error.index };
    if (error instanceof TypeError) return { error: 'wrong-type' };
    throw error;
  } finally {
    setEnvironment(before);
  }
}

const decoders = {
  env: (names) => names,
  // Text is JSON text, so that the order of its keys survives; another value is of a wrong type.
  traits: (value) => (typeof value === 'string' ? JSON.parse(value) : decode(value)),
};

function decode(value) {
  if (typeof value === 'string' || Number.isSafeInteger(value)) return value;
  if (Array.isArray(value)) return value.map(decode);
  const [form, ...more] = Object.keys(value ?? {});
  return known(forms, more.length === 0 ? form : undefined, 'value form')(value[form]);
}

function known(table, name, kind) {
  if (!Object.hasOwn(table, name)) throw new Error(`unknown ${kind} ${name}`);
  return table[name];
}

function setEnvironment(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  }
}

function answer({ cmd, seq, operation, input }) {
  if (cmd === 'start') return { surface: 'node', runtime: process.versions.node, version, supports };
  try {
    return { seq, ...run(operation, input) };
  } catch (error) {
    return { seq, crash: String(error) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (request.cmd === 'stop') break;
    process.stdout.write(`${JSON.stringify(answer(request))}\n`);
  }
}

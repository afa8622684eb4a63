// Node's contenders. README.md beside this file says what is timed, and how.

import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { createRequire } from 'node:module';
import { Signer, version } from '../../bindings/node/index.mjs';

const SECRET = 'bench-secret-of-thirty-two-bytes';
const IDS = {
  10: Array.from({ length: 1000 }, (_, i) => String(1000000000 + 7919 * i)),
  36: Array.from({ length: 1000 }, (_, i) => `7b9f2c1e-5d3a-4e68-9f10-${String(7919 * i).padStart(12, '0')}`),
};
const PROVIDERS = { plain: 'gosquared', timestamped: 'chameleon' };

// Case and scheme: kind, name, and the code that is timed. It leaves its answer in `out`.
const NOW = 'const now = Math.floor(Date.now() / 1000);';
const SPLIT = "const [digest, made] = signature.split('-'), age = Date.now() / 1000 - Number(made);";
const CONTENDERS = {
  'sign plain': [
    ['ours', 'Signer.sign', 'out = signer.sign(id);'],
    ['usual', 'createHmac', "out = createHmac('sha256', secret).update(id).digest('hex');"],
    ['best', 'with a KeyObject', "out = createHmac('sha256', keyed).update(id).digest('hex');"],
    ['floor', 'a native call', 'out = floor(id);'],
  ],
  'sign timestamped': [
    ['ours', 'Signer.sign', 'out = signer.sign(id);'],
    ['usual', 'createHmac', `${NOW} out = createHmac('sha256', secret).update(\`\${id}-\${now}\`).digest('hex') + '-' + now;`],
    ['best', 'with a KeyObject', `${NOW} out = createHmac('sha256', keyed).update(\`\${id}-\${now}\`).digest('hex') + '-' + now;`],
    ['floor', 'a native call', 'out = floor(id);'],
  ],
  'verify plain': [
    ['ours', 'Signer.verify', 'out = signer.verify(id, signature);'],
    ['usual', 'createHmac', "out = timingSafeEqual(createHmac('sha256', secret).update(id).digest(), Buffer.from(signature, 'hex'));"],
    ['best', 'with a KeyObject', "out = timingSafeEqual(createHmac('sha256', keyed).update(id).digest(), Buffer.from(signature, 'hex'));"],
  ],
  'verify timestamped': [
    ['ours', 'Signer.verify', 'out = signer.verify(id, signature);'],
    [
      'usual',
      'createHmac',
      `${SPLIT}
      const expected = createHmac('sha256', secret).update(\`\${id}-\${made}\`).digest();
      out = timingSafeEqual(expected, Buffer.from(digest, 'hex')) && age >= -300 && age <= 86400;`,
    ],
    [
      'best',
      'with a KeyObject',
      `${SPLIT}
      const expected = createHmac('sha256', keyed).update(\`\${id}-\${made}\`).digest();
      out = timingSafeEqual(expected, Buffer.from(digest, 'hex')) && age >= -300 && age <= 86400;`,
    ],
  ],
  'sign_many plain': [
    ['ours', 'Signer.signMany', 'out = signer.signMany(ids);'],
    ['loop', 'a loop of sign', 'out = ids.map((id) => signer.sign(id));'],
    ['usual', 'createHmac', "out = ids.map((id) => createHmac('sha256', secret).update(id).digest('hex'));"],
    ['best', 'with a KeyObject', "out = ids.map((id) => createHmac('sha256', keyed).update(id).digest('hex'));"],
  ],
  'sign_many timestamped': [
    ['ours', 'Signer.signMany', 'out = signer.signMany(ids);'],
    ['loop', 'a loop of sign', 'out = ids.map((id) => signer.sign(id));'],
    [
      'usual',
      'createHmac',
      `${NOW} out = ids.map((id) => createHmac('sha256', secret).update(\`\${id}-\${now}\`).digest('hex') + '-' + now);`,
    ],
    [
      'best',
      'with a KeyObject',
      `${NOW} out = ids.map((id) => createHmac('sha256', keyed).update(\`\${id}-\${now}\`).digest('hex') + '-' + now);`,
    ],
  ],
  'new plain': [
    ['ours', 'Signer', "out = new Signer('gosquared', SECRET);"],
    ['best', 'createSecretKey', 'out = createSecretKey(SECRET, "utf8");'],
  ],
  'new timestamped': [
    ['ours', 'Signer', "out = new Signer('chameleon', SECRET);"],
    ['best', 'createSecretKey', 'out = createSecretKey(SECRET, "utf8");'],
  ],
};
const LOOPS = {
  sign: 'for (const id of ids)',
  verify: 'for (const [id, signature] of pairs)',
  new: 'for (const id of ids)',
  sign_many: '',
};
const HOST = { createHmac, createSecretKey, timingSafeEqual, Signer, SECRET, floor: createRequire(import.meta.url)(process.argv[4]) };

/** A pass as a function: the code for every id. It returns the last answer; sign_many's is the array of all. */
function compiled(kase, code) {
  const source = `return ({ signer, secret, keyed, ids, pairs }) => { let out; ${LOOPS[kase]} { ${code} } return out; }`;
  return new Function(...Object.keys(HOST), source)(...Object.values(HOST));
}

/** Every answer, for every id, against ours. What `new` makes signs with the code of `sign`. */
function check(kase, kind, name, run, signing, world) {
  const alone = world.pairs.map(([id, signature]) => ({ ...world, ids: [id], pairs: [[id, signature]] }));
  let answers = kase === 'sign_many' ? run(world) : alone.map(run);
  if (kase === 'new') {
    answers = answers.map((made, i) => signing[kind]({ ...alone[i], [kind === 'ours' ? 'signer' : 'keyed']: made }));
  }
  const right = (answer, id) => {
    if (kind === 'floor') return answer === id.at(-1).repeat(64);
    if (kase === 'verify') return Boolean(answer);
    const [, made] = answer.split('-');
    return answer === world.signer.sign(id, made === undefined ? {} : { now: Number(made) });
  };
  if (answers.length !== world.ids.length || !answers.every((answer, i) => right(answer, world.ids[i]))) {
    throw new Error(`${kase}: the answer of ${name} is not ours`);
  }
}

/** All of them, those of one case, scheme and length beside each other. */
function* contenders() {
  for (const [scheme, provider] of Object.entries(PROVIDERS)) {
    for (const [idBytes, ids] of Object.entries(IDS)) {
      const signer = new Signer(provider, SECRET);
      const pairs = ids.map((id) => [id, signer.sign(id)]);
      const world = { signer, secret: SECRET, keyed: createSecretKey(SECRET, 'utf8'), ids, pairs };
      const signing = {};
      for (const kase of ['sign', 'verify', 'sign_many', 'new']) {
        for (const [kind, name, code] of CONTENDERS[`${kase} ${scheme}`]) {
          const run = compiled(kase, code);
          check(kase, kind, name, run, signing, world);
          if (kase === 'sign') signing[kind] = run;
          yield { row: { case: kase, scheme, id_bytes: Number(idBytes), kind, name, ns: [] }, run, world };
        }
      }
    }
  }
}

function elapsed({ run, world }, passes) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < passes; i++) run(world);
  return Number(process.hrtime.bigint() - start);
}

const [rounds, batch] = process.argv.slice(2, 4).map(Number);
const timed = [...contenders()].map((contender) => {
  const { row, world } = contender;
  const warm = [elapsed(contender, 1)];
  for (let spent = warm[0]; spent < 5 * batch; spent += warm.at(-1)) warm.push(elapsed(contender, 1));
  const passes = batch / Math.min(...warm);
  // As many ids as fit, so that no batch is longer than others; signMany itself is always given all.
  const count = row.name === 'Signer.signMany' ? 1000 : Math.max(1, Math.min(1000, Math.round(1000 * passes)));
  const given = { ...world, ids: world.ids.slice(0, count), pairs: world.pairs.slice(0, count) };
  return { ...contender, world: given, count, passes: Math.max(1, Math.round(passes)) };
});
for (let round = 0; round < rounds; round++) {
  const first = round % timed.length;
  for (const contender of [...timed.slice(first), ...timed.slice(0, first)]) {
    contender.row.ns.push(elapsed(contender, contender.passes) / contender.passes / contender.count);
  }
}
console.log(JSON.stringify({ surface: 'node', runtime: `Node ${process.versions.node}`, version }));
for (const { row } of timed) console.log(JSON.stringify(row));

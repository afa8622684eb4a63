// What index.d.ts promises, for `import`. It is compiled, never run: see types.test.mjs.
import { InputError, PersonsigError, Signer, VerificationError, providers, version } from 'personsig';
import type { Finding, Provider, Verified } from 'personsig';

const signer: Signer = new Signer('gosquared', 'secret', { fallbackSecrets: ['older', new Uint8Array(3)] });
new Signer('gosquared', new Uint8Array(3));
const fromEnv: Signer = Signer.fromEnv('gosquared', { variable: 'BLOG_SECRET' });
const signatures: string[] = [signer.sign('1'), signer.sign(1, { now: 1596165824 }), fromEnv.sign(1n, { now: 1n })];
const verified: Verified = signer.verify('1', signatures[0], { maxAge: 60, clockSkew: 0, now: null });
const signedAt: number | null = verified.signedAt;
const valid: boolean = signer.isValid('1', undefined);
const findings: readonly Finding[] = signer.explain('1', null, { also: ['a@example.org', 7] });
const names: string[] = providers().map((row: Provider) => row.name);
const errors: PersonsigError[] = [];
try {
  signer.sign('');
} catch (error) {
  if (error instanceof InputError || error instanceof VerificationError) errors.push(error);
  if (error instanceof PersonsigError) console.log(error.code.length, (error.index ?? 0) + 1);
}
console.log(signedAt, valid, findings[0]?.fix, names, errors, version.length, signer.provider.length);

// What must not compile.
// @ts-expect-error an option that is not known
signer.sign('1', { at: 5 });
// @ts-expect-error a boolean is no id
signer.sign(true);
// @ts-expect-error a variable that may be unset
new Signer('gosquared', process.env.GOSQUARED_SECURE_MODE_SECRET);
// @ts-expect-error text in place of a list
new Signer('gosquared', 'secret', { fallbackSecrets: 'older' });
// @ts-expect-error read-only
signer.provider = 'chameleon';
// @ts-expect-error read-only
verified.secretIndex = 1;
// @ts-expect-error read-only
providers()[0] = providers()[1];
// @ts-expect-error errors are the library's to make
new InputError();

declare const process: { env: Record<string, string | undefined> };
declare const console: { log(...values: unknown[]): void };

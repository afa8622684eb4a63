import 'server-only';
import { randomUUID } from 'node:crypto';
import { cookies } from 'next/headers';

// Stands for your own login: Auth.js, iron-session or the like. Next loads this file once for pages and once for routes.
const sessions = globalThis.sessions ??= new Map();

export async function currentUser() {
  return sessions.get((await cookies()).get('session')?.value) ?? null;
}

export async function begin(user) {
  const id = randomUUID();
  sessions.set(id, user);
  (await cookies()).set('session', id, { httpOnly: true, sameSite: 'lax' });
}

export async function end() {
  const jar = await cookies();
  sessions.delete(jar.get('session')?.value);
  jar.delete('session');
}

import { redirect } from 'next/navigation';
import Link from 'next/link';
import { begin, currentUser, end } from '../lib/session.js';

const USER = { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" };

async function login() {
  'use server';
  await begin(USER);
  redirect('/');
}

async function logout() {
  'use server';
  await end();
  redirect('/');
}

export default async function Page() {
  const user = await currentUser();
  return (
    <form action={user ? logout : login}>
      <p>{user ? user.name : 'nobody'}</p>
      <button>{user ? 'Log out' : 'Log in'}</button>
      <Link href="/other">other</Link>
    </form>
  );
}

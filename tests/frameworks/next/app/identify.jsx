'use client';

import { useEffect } from 'react';

/** GoSquared's own loader, as a function: calls wait in a queue until its script is there. */
function load() {
  if (window._gs) return;
  const gs = window._gs = (...call) => gs.q.push(call);
  gs.q = [];
  const script = document.createElement('script');
  script.src = 'https://d1l6p2sc9645hc.cloudfront.net/tracker.js';
  document.head.append(script);
  window._gs('GSN-000000-A');
}

/** Once: after logout, and when the session has expired. */
function forget() {
  if (localStorage.getItem('identified')) window._gs('unidentify');
  localStorage.removeItem('identified');
}

/** `user` is the id in the session, or null. When it changes, GoSquared is told. */
export default function Identify({ user }) {
  useEffect(() => {
    load();
    if (user === null) return forget();
    const left = new AbortController();
    (async () => {
      const response = await fetch('/identity', { signal: left.signal });
      if (response.status === 401) return forget();
      if (response.status !== 200) return; // the secret is not set yet
      const { id, auth, name } = await response.json();
      window._gs('identify', { id, name });
      window._gs('auth', auth);
      localStorage.setItem('identified', '1');
    })().catch((error) => left.signal.aborted || console.error(error));
    return () => left.abort();
  }, [user]);
  return null;
}

// A small Express app that tells GoSquared and Chameleon who is logged in, signed, and shows what it tells them.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import session from 'cookie-session';
import ejs from 'ejs';
import express from 'express';
import { Signer } from 'personsig';

// Read when the program starts, so that a missing secret shows at once and not on the first page.
const gosquared = Signer.fromEnv('gosquared');
const chameleon = Signer.fromEnv('chameleon');

const USERS = new Map([
  ['ada', { id: 123456, name: 'Ada Lovelace' }],
  // What somebody may have typed must reach the vendors unchanged, and do nothing on the way.
  ['obrien', { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" }],
]);

const app = express();
app.disable('x-powered-by');

// Behind a proxy: let it pass on the Host that the browser asked for, or every form is refused below. For the visitor's scheme and
// address, and for cookies with secure: true, app.set('trust proxy', 1).

app.use(
  session({
    name: 'session',
    keys: [randomBytes(32).toString('hex')], // keep yours in a secret: a new one at every start logs everybody out
    httpOnly: true,
    sameSite: 'lax', // with https also secure: true
  }),
);

app.use((request, response, next) => {
  const nonce = (response.locals.nonce = randomBytes(16).toString('base64'));
  response.locals.user = USERS.get(request.session.user);
  response.set({
    // 'strict-dynamic': scripts that a script with the nonce loads may run, which here are the vendors' own. Nothing else may.
    'Content-Security-Policy':
      `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self'; `
      + 'connect-src https://*.gosquared.com https://*.chameleon.io; '
      + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'Cache-Control': 'private, no-store', // a page with a signature is for one user only
    'X-Content-Type-Options': 'nosniff',
  });
  // A browser says which site a form comes from. Other sites may neither log anybody in nor out.
  const origin = request.get('Origin');
  if (request.method === 'POST' && origin !== undefined && origin.split('://')[1] !== request.get('Host')) return response.sendStatus(403);
  next();
});

app.get('/', (request, response) => {
  const { nonce, user } = response.locals;
  const now = Math.floor(Date.now() / 1000);
  // This cookie outlives the session. Whoever has it without a session has logged out, or the session has expired:
  // the vendors are told so, once.
  const left = !user && /(^|; )identified=/.test(request.get('Cookie') ?? '');

  const traits = user ? { name: user.name } : {};
  const snippets = {
    gosquared: gosquared.snippet(user?.id, { traits, siteToken: 'GSN-000000-A', nonce, now }),
    chameleon: chameleon.snippet(user?.id, { traits, nonce, now }),
  };
  const vendors = [
    panel('GoSquared', gosquared, user, snippets.gosquared, now, left && '_gs("unidentify");'),
    panel('Chameleon', chameleon, user, snippets.chameleon, now, left && 'chmln.clear();'),
  ];
  if (user) response.cookie('identified', '1', { maxAge: 365 * 86_400_000, httpOnly: true, sameSite: 'lax' });
  else if (left) response.clearCookie('identified');
  response.send(PAGE({ nonce, user, left, snippets, vendors }));
});

/** What the page shows of a vendor. Only the example needs it. */
function panel(name, signer, user, snippet, now, farewell) {
  const calls = [...snippet.split('\n').filter((line) => /^(_gs\(|chmln\.)/.test(line)), ...(farewell ? [farewell] : [])].join('\n');
  if (!user) return { name, calls };
  const signature = signer.sign(user.id, { now });
  const { signedAt } = signer.verify(user.id, signature); // throws if it does not verify
  const short = `${signature.slice(0, 8)}…${signature.slice(56)}`;
  return {
    name,
    calls: calls.replace(signature, short),
    signature: short,
    made: new Date(now * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC'),
    timed: signedAt !== null,
  };
}

app.post('/login', express.urlencoded({ extended: false }), (request, response) => {
  const user = request.body?.user; // a real app checks a password first
  if (USERS.has(user)) request.session = { user };
  response.redirect(303, '/');
});

app.post('/logout', (request, response) => {
  request.session = null; // the cookie is the session, and a copy of it still works; a real app can end sessions on its server
  response.redirect(303, '/');
});

app.get(['/login', '/logout'], (request, response) => response.redirect(303, '/'));

// For scripts. It signs the session's user, whatever the request asks for.
app.get('/identity', (request, response) => {
  const { user } = response.locals;
  if (!user) return response.status(401).json({ error: 'not logged in' });
  response.json({ gosquared: gosquared.identity(user.id), chameleon: chameleon.identity(user.id) });
});

app.get('/style.css', (request, response) =>
  response.sendFile(fileURLToPath(new URL('style.css', import.meta.url)), { cacheControl: false }),
);

// Express itself would show the visitor where in the program it happened.
app.use((error, request, response, next) => {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  if (response.headersSent) return next(error);
  response.sendStatus(status);
});

// EJS: <%= escapes, <%- does not. A snippet is for the page as it is.
const PAGE = ejs.compile(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with Express</title>
<link rel="stylesheet" href="/style.css">
<script nonce="<%= nonce %>">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
<%- snippets.gosquared %>
<%- snippets.chameleon %>
<% if (left) { %><script nonce="<%= nonce %>">_gs("unidentify"); chmln.clear();</script><% } %>
</head>
<body>
<header>personsig with Express</header>
<main>
<% if (user) { %>
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd><%= user.name %></dd><dt>Id</dt><dd><%= user.id %></dd></dl>
<form method="post" action="/logout"><button>Log out</button></form>
<% } else { %>
<h1><%= left ? 'You are logged out' : 'Welcome, visitor' %></h1>
<p>Nobody is logged in, so nothing is signed.</p>
<form method="post" action="/login">Log in as:
<button name="user" value="ada">Ada</button>
<button name="user" value="obrien">O'Brien, whose name is an attack</button></form>
<% } %>
</main>
<div class="vendors">
<% for (const vendor of vendors) { %>
<section>
<h2><%= vendor.name %></h2>
<% if (user) { %>
<dl><dt>Signature, shortened</dt><dd><code><%= vendor.signature %></code> <b>verified</b></dd>
<dt>Made</dt><dd><%= vendor.made %>; <%= vendor.timed ? 'it ends in this time' : 'it carries no time' %></dd></dl>
<% } %>
<dl><dt>This page tells it</dt><dd><% if (vendor.calls) { %><pre><%= vendor.calls %></pre><% } else { %>Nothing<% } %></dd></dl>
</section>
<% } %>
</div>
<footer>
<% if (user) { %>
After you log out, the next page calls <code>_gs("unidentify")</code> and <code>chmln.clear()</code>, once. <a href="/identity">/identity</a> gives scripts the same as JSON.
<% } else { %>
A visitor has no id and no signature.
<% } %>
</footer>
</body>
</html>
`);

const server = app.listen(process.env.PORT ?? 8000, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${server.address().port}/`);
});

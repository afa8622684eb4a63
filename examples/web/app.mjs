// A small Express app that says who is logged in, signed, to GoSquared and Chameleon.
import { randomBytes } from 'node:crypto';
import ejs from 'ejs';
import express from 'express';
import session from 'express-session';
import { Signer } from 'personsig';

// Read when the program starts, so that a missing secret shows at once and not on the first page.
const gosquared = Signer.fromEnv('gosquared');
const chameleon = Signer.fromEnv('chameleon');

const USERS = new Map([
  ['ada', { id: 123456, name: 'Ada Lovelace' }],
  // What somebody may have typed must arrive at the vendors as it is, and do nothing on the way.
  ['obrien', { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" }],
]);

const app = express();
app.use((request, response, next) => {
  const nonce = response.locals.nonce = randomBytes(16).toString('base64');
  response.set({
    // 'strict-dynamic': what a script with the nonce loads may run, the vendors' scripts that is, and nothing else.
    'Content-Security-Policy':
      `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'nonce-${nonce}'; `
      + 'connect-src https://*.gosquared.com https://*.chameleon.io; '
      + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'Cache-Control': 'private, no-store', // a page with a signature is for one user only
    'X-Content-Type-Options': 'nosniff',
  });
  // A browser says where a form comes from. Other sites may neither log anybody in nor out.
  const own = `${request.protocol}://${request.get('host')}`;
  if (request.method === 'POST' && (request.get('Origin') ?? own) !== own) return response.sendStatus(403);
  next();
});

app.use(express.urlencoded({ extended: false }));
app.use(session({
  name: 'session',
  secret: randomBytes(32).toString('hex'), // a real app keeps its key: with this one a restart logs everybody out
  resave: false,
  saveUninitialized: false,
  cookie: { httpOnly: true, sameSite: 'lax' }, // with https also secure: true
}));

function page(response, user, left = false) {
  const { nonce } = response.locals;
  const traits = user ? { name: user.name } : {};
  response.send(PAGE({
    nonce,
    user,
    left,
    gosquared: gosquared.snippet(user?.id, { traits, siteToken: 'GSN-000000-A', nonce }),
    chameleon: chameleon.snippet(user?.id, { traits, nonce }),
  }));
}

app.get('/', (request, response) => page(response, USERS.get(request.session.user)));

app.post('/login', (request, response, next) => {
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.user = request.body?.user; // a real app checks a password first
    response.redirect(303, '/');
  });
});

app.post('/logout', (request, response, next) => {
  request.session.destroy((error) => (error ? next(error) : page(response, undefined, true)));
});

// For scripts. It signs the session's user, whatever the request asks for.
app.get('/identity', (request, response) => {
  const user = USERS.get(request.session.user);
  if (!user) return response.status(401).json({ error: 'not logged in' });
  response.json({ gosquared: gosquared.identity(user.id), chameleon: chameleon.identity(user.id) });
});

// EJS: <%= escapes, <%- does not. A snippet is for the page as it is.
const PAGE = ejs.compile(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with Express</title>
<style nonce="<%= nonce %>">
body { max-width: 34rem; margin: 4rem auto; padding: 0 1rem; font: 1.1rem/1.6 system-ui, sans-serif; color: #1d2733; background: #f2f5f7 }
main { padding: 1.5rem 2rem; background: #fff; border-radius: .75rem; box-shadow: 0 1px 6px #0002; overflow-wrap: anywhere }
button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: .4rem; color: #fff; background: #2457a6; cursor: pointer }
dt, header { color: #67727e; font-size: .9rem } dd { margin: 0 0 .8rem } h1 { font-size: 1.4rem } p { margin: 1rem 0 }
</style>
<script nonce="<%= nonce %>">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
<%- gosquared %>
<%- chameleon %>
<% if (left) { %><script nonce="<%= nonce %>">_gs("unidentify"); chmln.clear();</script><% } %>
</head>
<body>
<header>personsig with Express</header>
<main>
<% if (user) { %>
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd><%= user.name %></dd><dt>Id</dt><dd><%= user.id %></dd></dl>
<p>This page's source shows what the vendors are told; <a href="/identity">/identity</a> is the same for scripts.</p>
<form method="post" action="/logout"><button>Log out</button></form>
<% } else { %>
<h1><%= left ? 'You are logged out' : 'Welcome, visitor' %></h1>
<p>Nobody is logged in, so nothing is signed. Log in as</p>
<form method="post" action="/login"><button name="user" value="ada">Ada</button> <button name="user" value="obrien">O'Brien</button></form>
<% } %>
</main>
</body>
</html>
`);

const server = app.listen(process.env.PORT ?? 8000, '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`http://127.0.0.1:${server.address().port}/`);
});

// A page in Express: EJS renders the snippet, the nonce is where Helmet's documentation keeps it.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Installed for the example app.
const require = createRequire(new URL('../../examples/web/', import.meta.url));
const express = require('express');
const { Signer } = require('personsig');

const [id, name] = process.argv.slice(2);

const page = `\
<p><%= user?.name %></p>
<%- gosquared?.snippet(user?.id, { traits: { name: user?.name ?? null },
                                siteToken: 'GSN-000000-A', nonce: cspNonce }) %>
<p>after</p>
`;
const templates = { page, escaped: page.replace('<%-', '<%=') };
const views = mkdtempSync(join(tmpdir(), 'personsig-'));
process.on('exit', () => rmSync(views, { recursive: true }));
for (const [name, text] of Object.entries(templates)) writeFileSync(join(views, `${name}.ejs`), text);

const app = express();
app.set('views', views);
app.set('view engine', 'ejs');
app.locals.gosquared = null;
try {
  app.locals.gosquared = Signer.fromEnv('gosquared');
} catch (error) {
  if (error.code !== 'missing-secret') throw error;
  console.warn('GoSquared is off:', error.message);
}
app.use((request, response, next) => {
  const nonce = (response.locals.cspNonce = randomBytes(32).toString('hex'));
  response.set('Content-Security-Policy', `script-src 'nonce-${nonce}' 'strict-dynamic'`);
  next();
});
app.get('/:template', (request, response) => {
  response.render(request.params.template, { user: 'visitor' in request.query ? undefined : { id, name } });
});

const server = app.listen(0, '127.0.0.1', async () => {
  const pages = {};
  for (const path of [...Object.keys(templates), 'page?visitor']) {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/${path}`);
    pages[path] = { policy: response.headers.get('Content-Security-Policy'), html: await response.text() };
  }
  console.log(JSON.stringify(pages));
  server.close();
  server.closeAllConnections();
});

// The package in test runners, which run tests in a realm of their own, and in bundlers, with the settings that README.md
// gives. What these are is in tools/package.json.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const TOOLS = join(PACKAGE, 'test/tools');
const SIGNATURE = '0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64\n';
const { resolve } = createRequire(join(TOOLS, 'package.json'));
const realm = readFileSync(join(TOOLS, 'realm.js'), 'utf8');
const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A program's folder, with the package installed. */
function project(files) {
  const folder = mkdtempSync(join(tmpdir(), 'personsig-'));
  folders.push(folder);
  const installed = join(folder, 'node_modules/personsig');
  mkdirSync(installed, { recursive: true });
  const { files: packed } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  for (const file of ['package.json', ...packed.filter((name) => !name.includes('LICENSE'))]) {
    copyFileSync(join(PACKAGE, file), join(installed, file));
  }
  writeFileSync(join(folder, 'package.json'), '{}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function run(folder, [program, ...given], env = {}) {
  const { NODE_OPTIONS, NODE_TEST_CONTEXT, ...rest } = process.env;
  const options = { cwd: folder, encoding: 'utf8', env: { ...rest, CI: '1', NO_COLOR: '1', ...env } };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...given], options);
  assert.equal(status, 0, stdout + stderr);
  return stdout + stderr;
}

describe('a test runner sees errors and results of its own realm', () => {
  const forms = {
    require: ['realm.test.cjs', `const personsig = require('personsig');\n${realm}`],
    import: ['realm.test.mjs', `import * as personsig from 'personsig';\n${realm}`],
  };
  for (const [form, [name, text]] of Object.entries(forms)) {
    test(`Jest, ${form}`, () => {
      const config = JSON.stringify({ rootDir: '.', testMatch: ['**/realm.test.*'], transform: {} });
      const env = form === 'import' ? { NODE_OPTIONS: '--experimental-vm-modules' } : {};
      const said = run(project({ [name]: text }), [resolve('jest/bin/jest'), '--config', config, '--no-watchman'], env);
      assert.match(said, /^Tests: +4 passed, 4 total$/m);
    });
  }
  for (const pool of ['forks', 'vmForks']) {
    test(`Vitest, --pool=${pool}`, () => {
      const [name, text] = forms.import;
      const said = run(project({ [name]: text }), [resolve('vitest/vitest.mjs'), 'run', '--globals', `--pool=${pool}`]);
      assert.match(said, /^ +Tests +4 passed \(4\)$/m);
    });
  }
});

describe('a bundle signs', () => {
  const apps = Object.fromEntries(['app.mjs', 'app.cjs'].map((name) => [name, readFileSync(join(TOOLS, name), 'utf8')]));
  const esbuild = join(dirname(resolve('esbuild/package.json')), 'bin/esbuild');
  const bundle = (folder, given) => {
    const { status, stdout, stderr } = spawnSync(esbuild, ['--bundle', '--platform=node', ...given], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  };

  test('esbuild, package external', () => {
    const folder = project(apps);
    bundle(folder, ['app.mjs', '--format=esm', '--external:personsig', '--outfile=out.mjs']);
    bundle(folder, ['app.cjs', '--external:personsig', '--outfile=out.cjs']);
    assert.equal(run(folder, ['out.mjs']) + run(folder, ['out.cjs']), SIGNATURE + SIGNATURE);
  });

  test('esbuild, addon copied beside the bundle', () => {
    const folder = project(apps);
    bundle(folder, ['app.mjs', '--loader:.node=copy', '--outdir=out', '--out-extension:.js=.cjs']);
    rmSync(join(folder, 'node_modules'), { recursive: true });
    assert.equal(run(folder, ['out/app.cjs']), SIGNATURE);
  });

  for (const name of Object.keys(apps)) {
    test(`webpack, ${name}`, () => {
      const configuration = {
        context: '.',
        entry: `./${name}`,
        mode: 'production',
        target: 'node',
        externals: { personsig: 'commonjs personsig' },
      };
      const script = `
        const configuration = ${JSON.stringify(configuration)};
        configuration.context = __dirname;
        configuration.output = { path: __dirname, filename: 'out.js' };
        require(${JSON.stringify(resolve('webpack'))})(configuration, (error, stats) => {
          if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
        });`;
      const folder = project({ ...apps, 'build.cjs': script });
      run(folder, ['build.cjs']);
      assert.equal(run(folder, ['out.js']), SIGNATURE);
    });
  }
});

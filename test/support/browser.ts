// A page in Chromium that imports the built package as a user's page would: files over HTTP, an import map, no bundler.
// Not isolated (no shared memory) unless asked for.
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { root } from './run-program.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.wasm': 'application/wasm',
};

/** What bare specifiers mean in the page: the package, and the ES modules of the packages that it may load. */
const imports = {
  cornu: '/dist/index.js',
  'cornu/keras': '/dist/keras.js',
  'cornu/plot': '/dist/plot.js',
  'cornu/datasets': '/dist/datasets.js',
  'cornu/random': '/dist/random.js',
  fflate: '/node_modules/fflate/esm/browser.js',
  h5wasm: '/node_modules/h5wasm/dist/esm/hdf5_hl.js',
};
/** Where the tests fix what is drawn without a seed, so does the page. */
const fixedEntropy = readFileSync(join(root, 'test/support/fixed-entropy.mjs'), 'utf8');
const script =
  process.env.CORNU_SEED === undefined
    ? ''
    : `<script>{${fixedEntropy.replace('process.env.CORNU_SEED', process.env.CORNU_SEED)}}</script>`;
const html = `<!doctype html><meta charset="utf-8"><title>cornu</title>${script}<script type="importmap">${JSON.stringify({ imports })}</script>`;

function serve(isolated: boolean): Promise<Server> {
  const headers = isolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = join(root, path);
    if (path === '/') response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(html);
    else if (/^\/(dist|node_modules|bench\/\.build)\//.test(path) && existsSync(file)) {
      response
        .writeHead(200, { ...headers, 'Content-Type': types[extname(file)] ?? 'application/octet-stream' })
        .end(readFileSync(file));
    } else response.writeHead(404).end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** The same search as set-up's; CORNU_CHROMIUM names another. */
export async function chromiumFile(): Promise<string | null> {
  const { findChromium } = (await import(join(root, 'tools/setup.mjs'))) as { findChromium(): string | null };
  return findChromium();
}

async function executable(): Promise<string> {
  const found = await chromiumFile();
  if (found === null) throw new Error('the browser tests need Chromium: install it, or name it in CORNU_CHROMIUM');
  return found;
}

export interface OpenPage {
  readonly page: Page;
  /** Everything that went wrong in the page outside the test's own code. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function openPage({ isolated = false }: { isolated?: boolean } = {}): Promise<OpenPage> {
  const server = await serve(isolated);
  let browser: Browser | undefined;
  const close = async () => {
    await browser?.close();
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    browser = await chromium.launch({ executablePath: await executable(), args: ['--no-sandbox'] });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    await page.goto(`http://127.0.0.1:${address.port}/`);
    return { page, errors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
